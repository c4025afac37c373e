"""Which cards there are, and when they may be asked for."""

from notifications.catalogue import CATALOGUE
from notifications.reach import TEMPLATE
from notifications.templates import AT_ONCE, RESENT_ONCE, TEMPLATES, Moment


def test_every_card_that_is_sent_may_be_asked_for_at_some_moment():
    sent = {each.template for each in CATALOGUE if each.template} | {TEMPLATE}

    assert sent == TEMPLATES.keys()
    assert all(each.moments for each in TEMPLATES.values())


def test_no_moment_asks_for_more_than_every_client_takes():
    for moment in Moment:
        assert sum(moment in each.moments for each in TEMPLATES.values()) <= AT_ONCE == 3


def test_a_notice_has_a_card_of_its_own_and_no_second_copy():
    """WeChat bans whoever sends a notice to many on the card of somebody's result."""
    assert TEMPLATE not in {each.template for each in CATALOGUE}
    assert TEMPLATE not in RESENT_ONCE
