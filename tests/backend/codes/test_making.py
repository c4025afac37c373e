"""How do a picture and a link come about, and when is WeChat asked again?"""

from datetime import datetime, timedelta

import pytest
import time_machine

from backend import clock
from backend.codes import actions, making, queries
from backend.codes.kinds import LINK_LIFE, PAGE, Errand
from backend.errors import CodeRevoked, NotFound, WeChatDown
from tests.backend.codes.stage import code
from tests.records import look, one, staff

pytestmark = pytest.mark.usefixtures("in_app")
PNG = b"\x89PNG\r\n\x1a\n picture"


class Asked:
    """Stands for WeChat; notes what it was asked, and what of it was committed by then."""

    def __init__(self, gives=None, fails: bool = False):
        self.gives, self.fails, self.calls = gives, fails, []

    def __call__(self, *asked):
        assert [] == look(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND state LIKE 'idle in transaction%'"
        )
        self.calls.append(asked)
        if self.fails:
            raise WeChatDown("busy")
        return self.gives or f"https://wxaurl.cn/{len(self.calls)}"


def errands() -> int:
    return one("SELECT count(*) FROM code_errand")


def test_the_picture_is_asked_for_once_and_kept():
    made, ask = code(), Asked(PNG)

    for _ in range(2):
        assert making.draw(made["id"], by=staff(), ask=ask)["is_drawn"]

    assert [(made["token"], PAGE)] == ask.calls
    assert (PNG, "image/png") == tuple(queries.picture(made["id"], staff()).values())
    assert 0 == errands()


def test_a_failure_holds_nobody_up():
    made = code()
    with pytest.raises(WeChatDown):
        making.draw(made["id"], by=staff(), ask=Asked(fails=True))

    assert 0 == errands()
    assert making.draw(made["id"], by=staff(), ask=Asked(PNG))["is_drawn"]


def test_whoever_died_while_asking_is_waited_for_ten_seconds():
    made = code()
    (key,) = (each["id"] for each in look("SELECT id FROM code"))
    with time_machine.travel("2026-11-29T08:00:00Z", tick=False):
        until = clock.now() + timedelta(seconds=10)
        assert making.claim(key, Errand.PICTURE, until)
        assert not making.claim(key, Errand.PICTURE, until)
        assert making.claim(key, Errand.LINK, until)
    with time_machine.travel("2026-11-29T08:00:10Z", tick=False):
        assert not making.claim(key, Errand.PICTURE, until + timedelta(seconds=10))
    with time_machine.travel("2026-11-29T08:00:11Z", tick=False):
        later = until + timedelta(seconds=11)
        assert making.claim(key, Errand.PICTURE, later)
        # The one who was taken for dead ends nothing but his own claim.
        making.give_back(key, Errand.PICTURE, until)
        assert not making.claim(key, Errand.PICTURE, later)
    assert made["id"]


def test_a_link_is_good_for_less_than_thirty_days_and_leads_where_the_code_leads():
    made, ask = code(), Asked()

    told = making.link(made["id"], by=staff(), ask=ask)

    ((page, query, expires_at),) = ask.calls
    assert (PAGE, f"scene={made['token']}") == (page, query)
    left = datetime.fromtimestamp(expires_at, clock.SHANGHAI) - clock.now()
    assert LINK_LIFE - timedelta(seconds=5) < left <= LINK_LIFE
    assert "https://wxaurl.cn/1" == told["link"]


@pytest.mark.parametrize(
    ("after", "link"),
    [
        (timedelta(0), "https://wxaurl.cn/1"),
        (LINK_LIFE - timedelta(days=7, seconds=1), "https://wxaurl.cn/1"),
        (LINK_LIFE - timedelta(days=7), "https://wxaurl.cn/2"),
        (LINK_LIFE + timedelta(days=1), "https://wxaurl.cn/2"),
    ],
)
def test_a_link_is_made_anew_in_its_last_week(after, link):
    made, ask = code(), Asked()
    with time_machine.travel("2026-11-29T08:00:00Z", tick=False) as at:
        making.link(made["id"], by=staff(), ask=ask)
        at.shift(after)

        assert link == making.link(made["id"], by=staff(), ask=ask)["link"]


def test_a_link_that_has_ended_is_not_shown():
    made = code()
    with time_machine.travel("2026-11-29T08:00:00Z", tick=False) as at:
        making.link(made["id"], by=staff(), ask=Asked())
        at.shift(LINK_LIFE)

        assert queries.get(made["id"], staff())["link"] is None


def test_of_a_foreign_or_revoked_code_nothing_is_asked():
    made, ask = code(), Asked(PNG)
    with pytest.raises(NotFound):
        making.draw(made["id"], by=staff("demo-manager-p01"), ask=ask)
    actions.revoke(made["id"], seen=1, by=staff())

    for make in (making.draw, making.link):
        with pytest.raises(CodeRevoked):
            make(made["id"], by=staff(), ask=ask)
    assert [] == ask.calls
