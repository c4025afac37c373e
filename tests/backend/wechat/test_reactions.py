import pytest

from backend.wechat import reactions
from backend.wechat.reactions import Endpoint, Reaction, Stops

# Copied from the platform's tables, not from the code: code → reaction at each endpoint.
COMMON = {
    -1: "RETRY",
    40001: "REFRESH",
    40014: "REFRESH",
    42001: "REFRESH",
    41001: "ALARM",
    40013: "ALARM",
    40125: "ALARM",
    41002: "ALARM",
    41004: "ALARM",
    40243: "ALARM",
    50002: "ALARM",
    50004: "ALARM",
    50007: "ALARM",
    40002: "ALARM",
    40003: "DROP",
    40033: "DROP",
    40097: "DROP",
    47001: "DROP",
    44002: "DROP",
    43002: "DROP",
    40066: "DROP",
    45009: "PAUSE",
    45011: "RETRY",
    44991: "RETRY",
    44990: "RETRY",
    48001: "ALARM",
    48004: "ALARM",
    89503: "ALARM",
    89506: "ALARM",
    89507: "ALARM",
    40164: "ALARM",
    61004: "ALARM",
    45035: "ALARM",
}
SIGN_IN = {
    40029: "USER",
    40163: "USER",
    40226: "DROP",
    45011: "RETRY",
    -1: "RETRY",
    40001: "ALARM",
}
TOKEN = {40001: "ALARM"}
SEND = {
    40003: "DROP",
    40037: "DROP",
    40038: "PAUSE",
    41030: "DROP",
    43101: "DROP",
    43107: "ALARM",
    43108: "RETRY",
    45168: "DROP",
    47003: "DROP",
}

PHONE = {40029: "USER", 40163: "USER", -1: "RETRY"}


def rows(endpoint, own):
    return [(endpoint, errcode, word) for errcode, word in (COMMON | own).items()]


@pytest.mark.parametrize(
    ("endpoint", "errcode", "reaction"),
    rows(Endpoint.SIGN_IN, SIGN_IN)
    + rows(Endpoint.TOKEN, TOKEN)
    + rows(Endpoint.SEND, SEND)
    + rows(Endpoint.PHONE, PHONE),
)
def test_each_row_of_the_tables_has_its_reaction(endpoint, errcode, reaction):
    assert Reaction[reaction] is reactions.of(endpoint, errcode).reaction


def test_the_code_knows_no_row_that_this_test_does_not():
    assert set(COMMON) == set(reactions.COMMON)
    assert set(SIGN_IN) == set(reactions.SIGN_IN)
    assert set(TOKEN) == set(reactions.TOKEN)
    assert set(SEND) - set(COMMON) == set(reactions.SEND)
    assert set(PHONE) == set(reactions.PHONE)


@pytest.mark.parametrize("endpoint", Endpoint)
def test_an_unlisted_code_calls_staff_and_stops_nothing_else(endpoint):
    rule = reactions.of(endpoint, 987654)

    assert (rule.reaction, rule.calls_staff, rule.stops) == (Reaction.ALARM, True, Stops.NOTHING)


@pytest.mark.parametrize(
    ("errcode", "waits_s"),
    [
        (-1, (0.5, 2.0, 8.0)),
        (45011, (60.0,)),
        (44991, (60.0,)),
        (44990, (1.0,)),
    ],
)
def test_what_may_be_repeated_waits_as_the_tables_say(errcode, waits_s):
    assert waits_s == reactions.of(Endpoint.SEND, errcode).waits_s


def test_overlapping_messages_wait_one_to_five_seconds():
    waits_s = reactions.of(Endpoint.SEND, 43108).waits_s

    assert (min(waits_s), max(waits_s)) == (1.0, 5.0)


@pytest.mark.parametrize("errcode", [40037, 41030])
def test_a_wrong_template_or_page_stops_the_template_and_calls_staff(errcode):
    rule = reactions.of(Endpoint.SEND, errcode)

    assert (rule.stops, rule.calls_staff) == (Stops.TEMPLATE, True)


@pytest.mark.parametrize("errcode", [43107, 45009, 48001, 40001])
def test_trouble_of_the_account_stops_every_message(errcode):
    assert reactions.of(Endpoint.SEND, errcode).stops is Stops.SENDER


@pytest.mark.parametrize("errcode", [43101, 40003, 43108])
def test_what_concerns_one_person_calls_nobody(errcode):
    rule = reactions.of(Endpoint.SEND, errcode)

    assert (rule.stops, rule.calls_staff) == (Stops.NOTHING, False)
