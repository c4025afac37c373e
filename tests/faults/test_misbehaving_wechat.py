"""WeChat answers oddly: where does each push end, and is it ever sent twice?"""

import time
from typing import Any, NamedTuple

import pytest

from tests.faults.pushes import (
    APART_S,
    arrived,
    connected,
    pending,
    push_of,
    send_due,
    statuses,
    time_passes,
    tried,
)
from tests.faults.stack import FINAL


class Case(NamedTuple):
    """A misbehaviour, the state the push is in at once, and where it ends once WeChat behaves."""

    kind: str | int
    at_once: str
    errcode: int | None
    in_the_end: str
    wish: dict[str, Any] = {}


CASES = (
    Case("busy", "RETRY_WAIT", -1, "ACCEPTED"),
    Case("slow", "ACCEPTED", 0, "ACCEPTED", {"seconds": 0.2}),
    Case("slow", "UNKNOWN", None, "UNKNOWN", {"seconds": 0.9}),
    Case("hang", "UNKNOWN", None, "UNKNOWN"),
    Case("drip", "UNKNOWN", None, "UNKNOWN", {"seconds": 0.1}),
    Case("half", "UNKNOWN", None, "UNKNOWN"),
    Case("close", "UNKNOWN", None, "UNKNOWN"),
    Case("reset", "UNKNOWN", None, "UNKNOWN"),
    Case(500, "UNKNOWN", None, "UNKNOWN"),
    Case(502, "UNKNOWN", None, "UNKNOWN"),
    Case("html", "UNKNOWN", None, "UNKNOWN"),
    Case("empty", "UNKNOWN", None, "UNKNOWN"),
    Case("redirect", "UNKNOWN", None, "UNKNOWN", {"location": "http://127.0.0.1:9/"}),
    Case(40001, "RETRY_WAIT", 40001, "ACCEPTED", {"times": 2}),
    Case(42001, "RETRY_WAIT", 42001, "ACCEPTED", {"times": 2}),
    Case(45009, "RETRY_WAIT", 45009, "ACCEPTED"),
    Case(45011, "RETRY_WAIT", 45011, "ACCEPTED"),
    Case(43108, "RETRY_WAIT", 43108, "ACCEPTED"),
    Case(43101, "REJECTED", 43101, "REJECTED"),
    Case(43107, "FAILED", 43107, "FAILED"),
    Case(47003, "REJECTED", 47003, "REJECTED"),
    Case(40003, "REJECTED", 40003, "REJECTED"),
    Case(40037, "REJECTED", 40037, "REJECTED"),
    Case(41030, "REJECTED", 41030, "REJECTED"),
    Case(45168, "REJECTED", 45168, "REJECTED"),
    Case(99999, "FAILED", 99999, "FAILED"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.at_once}")
def test_each_misbehaviour_leaves_the_push_in_the_state_its_row_names(app, simulator, case):
    wechat = connected(simulator)
    wechat.warm_up()
    (person,) = pending(app)
    simulator.misbehave("send", case.kind, **{"times": 1} | case.wish)

    send_due(app, wechat)
    assert (case.at_once, case.errcode) == push_of(app, person)[:2]

    simulator.behave()
    for _ in range(2):
        time_passes(app)
        send_due(app, wechat)
    assert case.in_the_end == push_of(app, person).status
    assert arrived(simulator, person) <= 1
    if case.at_once in FINAL:
        assert 1 == tried(simulator, person)


def test_an_expired_token_is_renewed_and_the_push_leaves_at_once(app, simulator):
    wechat = connected(simulator)
    wechat.warm_up()
    (person,) = pending(app)
    time.sleep(APART_S)
    simulator.expire_token()
    simulator.clear_log()

    send_due(app, wechat)

    assert "ACCEPTED" == push_of(app, person).status
    assert 1 == arrived(simulator, person)
    assert 1 == len(simulator.log(endpoint="token"))


def test_a_refusal_for_all_stops_the_run_and_leaves_the_others_unsent(app, simulator):
    people = pending(app, 10)
    simulator.misbehave("send", 45009, times=1)

    send_due(app, connected(simulator))

    # A few may have gone their way beside it before it was heard; most have not left.
    left = statuses(app, people)
    assert 1 == left["RETRY_WAIT"]
    assert left["PENDING"] >= 5
    assert 10 - left["PENDING"] == len(simulator.log(endpoint="send"))


def test_with_one_call_in_ten_refused_as_busy_every_push_ends_in_a_named_state(app, simulator):
    people = pending(app, 40)
    wechat = connected(simulator)
    for person in people[::10]:
        simulator.misbehave("send", "busy", times=2, openid=person.openid)

    for _ in range(4):
        send_due(app, wechat)
        time_passes(app)

    assert {"ACCEPTED": 40} == statuses(app, people)
    assert all(arrived(simulator, person) == 1 for person in people)


def test_a_wechat_that_is_busy_for_ever_is_given_up_after_a_few_tries(app, simulator):
    (person,) = pending(app)
    wechat = connected(simulator)
    simulator.misbehave("send", "busy")

    for _ in range(10):
        send_due(app, wechat)
        time_passes(app)

    assert push_of(app, person).status in FINAL
    assert tried(simulator, person) <= 5


def test_the_rate_slows_the_sending_and_does_not_stop_it(app, simulator):
    people = pending(app, 30)

    send_due(app, connected(simulator), rate=10)

    assert {"ACCEPTED": 30} == statuses(app, people)
