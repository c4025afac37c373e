"""Which cards there are, and when they may be asked for."""

from notifications.catalogue import CATALOGUE
from notifications.templates import AT_ONCE, TEMPLATES, Moment


def test_every_card_that_the_catalogue_sends_may_be_asked_for_at_some_moment():
    sent = {each.template for each in CATALOGUE if each.template}

    assert sent == TEMPLATES.keys()
    assert all(each.moments for each in TEMPLATES.values())


def test_no_moment_asks_for_more_than_every_client_takes():
    for moment in Moment:
        assert sum(moment in each.moments for each in TEMPLATES.values()) <= AT_ONCE == 3
