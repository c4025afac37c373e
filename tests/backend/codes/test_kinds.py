"""What does a code look like, and to where does it lead?"""

from datetime import timedelta

from backend.codes.kinds import LINK_LIFE, PAGE, TOKEN, leads_to, new_token
from backend.wechat import codes
from backend.wechat.simulator.templates import PAGES


def test_a_token_is_one_that_wechat_takes_and_no_two_are_alike():
    made = {new_token() for _ in range(1000)}

    assert 1000 == len(made)
    assert all(TOKEN.fullmatch(each) and codes.SCENE.fullmatch(each) for each in made)
    # Twelve of sixty-two characters: more than can be tried.
    assert 62**12 > 2**71


def test_a_code_leads_to_its_park_or_to_where_everybody_begins():
    assert "pages/parks/detail?id=7" == leads_to(7)
    assert "pages/index/index" == leads_to(None)
    assert {leads_to(7).partition("?")[0], leads_to(None), PAGE} <= set(PAGES)


def test_a_link_is_never_asked_for_longer_than_wechat_allows():
    assert LINK_LIFE < codes.LONGEST_LINK_LIFE == timedelta(days=30)
