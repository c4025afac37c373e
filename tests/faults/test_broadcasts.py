"""Ten thousand hear something, and workers die meanwhile: who hears it twice, who never?

Goals G-11 and G-17 of the reliability paper: nobody is lost, nobody is told twice, what is in doubt
is at most what was under way, and a decision does not wait behind a notice to everybody. Goals G-12
and G-13: what is in doubt is cleared up by WeChat's receipts, or sent once more and never again.
"""

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from notifications.delivery import UNDER_WAY
from notifications.ledger import RESEND_AFTER_S
from notifications.models import Lane
from tests.faults.pushes import HELD, pending, statuses, time_passes
from tests.faults.stack import FINAL, Stack
from tests.faults.test_callbacks import wished
from tests.faults.test_workers import arrivals, call_worker
from tests.races.crowd import Case, ask, count
from tests.running_system import wait_until

SEED, KILLS, EXACT = 20261129, 20, 5
FULL = pytest.param(10_000, KILLS, EXACT, marks=pytest.mark.reliability)


def add_up(stack: Stack, people: Sequence[Case]) -> Counter[str]:
    """Count the fates; whenever one looks, they are the fates of everybody."""
    found = Counter(statuses(stack.app, people))
    assert len(people) == found.total()
    return found


def is_over(stack: Stack, people: Sequence[Case]) -> bool:
    return add_up(stack, people).keys() <= FINAL


def told(stack: Stack, people: Sequence[Case]) -> tuple[int, int, int]:
    """Return how many are lost, how many heard it twice, and how many are in doubt."""
    came, fates = arrivals(stack, people), add_up(stack, people)
    accepted = ask(
        stack.app,
        "SELECT i.subject FROM delivery d JOIN identity i USING (person_id)"
        " WHERE d.person_id = ANY(:ids) AND d.status = 'ACCEPTED'",
        ids=[person.applicant_id for person in people],
    )
    lost = sum(openid not in came for (openid,) in accepted)
    return lost, sum(times > 1 for times in came.values()), fates["UNKNOWN"]


def through_deaths(stack: Stack, people: Sequence[Case], kills: int, exact: int) -> None:
    """Kill the worker at random moments, and while WeChat has read and not yet answered."""
    chance = random.Random(SEED)
    for number in range(kills + exact):
        call_worker(stack, Lane.BROADCAST)
        seen = arrivals(stack, people).total()
        if number < kills:
            more = chance.randrange(1, 60)
            wait_until(lambda seen=seen, more=more: arrivals(stack, people).total() > seen + more)
        else:
            stack.running.wish("POST", "hold", times=1)
            wait_until(lambda: stack.running.wish("GET", "hold")["held"] >= 1)
        stack.running.worker.kill()
        stack.running.wish("POST", "release")
        add_up(stack, people)
        time_passes(stack.app)


@pytest.mark.parametrize(("number", "kills", "exact"), [(400, 2, 1), FULL])
def test_a_notice_reaches_everybody_once_though_workers_die(stack, figures, number, kills, exact):
    people = pending(stack.app, number, Lane.BROADCAST, HELD)

    through_deaths(stack, people, kills, exact)
    call_worker(stack, Lane.BROADCAST)
    wait_until(lambda: is_over(stack, people), 300)

    lost, twice, in_doubt = told(stack, people)
    figures(people=number, kills=kills + exact, lost=lost, twice=twice, unknown=in_doubt)
    assert (0, 0) == (lost, twice)
    assert in_doubt <= (kills + exact) * UNDER_WAY[Lane.BROADCAST]
    assert add_up(stack, people).keys() <= {"ACCEPTED", "UNKNOWN"}


def patience_ends(stack: Stack, people: Sequence[Case]) -> int:
    """Let what is in doubt have waited long enough; return how much is sent once more."""
    ask(
        stack.app,
        "UPDATE delivery SET settled_at = settled_at - :long * interval '1 s'"
        " WHERE status = 'UNKNOWN' AND person_id = ANY(:ids)",
        long=RESEND_AFTER_S + 1,
        ids=[person.applicant_id for person in people],
    )
    before = add_up(stack, people)["UNKNOWN"]
    time_passes(stack.app)
    return before - add_up(stack, people)["UNKNOWN"]


def in_doubt_though_it_came(stack: Stack, people: Sequence[Case]) -> set[str]:
    """Return those of whom WeChat knows that the push reached them, while we do not."""
    found = ask(
        stack.app,
        "SELECT subject FROM delivery JOIN identity USING (person_id)"
        " WHERE person_id = ANY(:ids) AND delivery.status IN ('UNKNOWN', 'SENDING')",
        ids=[person.applicant_id for person in people],
    )
    return {openid for (openid,) in found} & arrivals(stack, people).keys()


def all_sent(stack: Stack) -> list[Any]:
    """Return what WeChat has pushed to us, once nothing of it is under way any more."""
    found: list[Any] = []

    def is_told() -> bool:
        with suppress(TimeoutError):
            found.extend(stack.running.wish("GET", "pushes")["pushes"])
            return True
        return False

    wait_until(is_told, 600)
    return found


@pytest.mark.parametrize(("number", "kills", "exact"), [(100, 1, 1), FULL])
def test_receipts_and_one_more_try_leave_nobody_in_doubt(stack, figures, number, kills, exact):
    """A receipt tells of all that came; what never left is sent again without one."""
    people = pending(stack.app, number, Lane.BROADCAST)
    heard_before = len(all_sent(stack))
    wished(stack)
    try:
        through_deaths(stack, people, kills, exact)
        call_worker(stack, Lane.BROADCAST)
        wait_until(lambda: add_up(stack, people).keys() <= FINAL | {"DELIVERED"}, 900)
        cleared_s = wait_until(lambda: not in_doubt_though_it_came(stack, people), 120)
        never_left = patience_ends(stack, people)
        call_worker(stack, Lane.BROADCAST)
        wait_until(lambda: add_up(stack, people).keys() <= {"ACCEPTED", "DELIVERED"}, 120)
        receipts = all_sent(stack)[heard_before:]
        wait_until(lambda: not count(stack.app, "callback WHERE processed_at IS NULL"), 300)
    finally:
        wished(stack, address="")

    unheard = sum(each["answer"] != "success" for each in receipts)
    fates = add_up(stack, people)
    figures(people=number, kills=kills + exact, cleared_up_after_s=cleared_s, never_left=never_left)
    figures(receipts=len(receipts), unheard=unheard, fates=dict(fates))
    assert dict.fromkeys((person.openid for person in people), 1) == arrivals(stack, people)
    # WeChat gives up a receipt that it could not hand over three times.
    assert fates["DELIVERED"] >= number - unheard


@pytest.mark.parametrize(("number", "kills", "exact"), [(100, 1, 1), FULL])
def test_what_may_be_read_twice_is_never_read_three_times(stack, figures, number, kills, exact):
    """No receipt comes, and workers die while they send once more what was in doubt, too."""
    people = pending(stack.app, number, Lane.BROADCAST)
    through_deaths(stack, people, kills, exact)
    call_worker(stack, Lane.BROADCAST)
    wait_until(lambda: is_over(stack, people), 300)
    again = patience_ends(stack, people)
    for _ in range(exact):
        if not add_up(stack, people)["PENDING"]:
            break
        stack.running.wish("POST", "hold", times=1)
        call_worker(stack, Lane.BROADCAST)
        wait_until(lambda: stack.running.wish("GET", "hold")["held"] >= 1)
        stack.running.worker.kill()
        stack.running.wish("POST", "release")
        time_passes(stack.app)
    call_worker(stack, Lane.BROADCAST)
    wait_until(lambda: is_over(stack, people), 60)
    assert 0 == patience_ends(stack, people)

    came, (lost, twice, in_doubt) = arrivals(stack, people), told(stack, people)
    figures(people=number, kills=kills + 2 * exact, sent_again=again, twice=twice, unknown=in_doubt)
    assert 0 == lost
    assert 0 < again <= (kills + exact) * UNDER_WAY[Lane.BROADCAST]
    assert twice <= again
    assert 2 >= max(came.values())


def test_a_push_that_was_only_marked_as_sent_is_noticed(stack):
    """The planted bug, for those who count the lost."""
    people = pending(stack.app, 3, Lane.BROADCAST)
    ask(
        stack.app,
        "UPDATE delivery SET status = 'ACCEPTED' WHERE person_id = :id",
        id=people[0].applicant_id,
    )
    call_worker(stack, Lane.BROADCAST)
    wait_until(lambda: is_over(stack, people))

    assert (1, 0, 0) == told(stack, people)


@pytest.mark.reliability
def test_workers_that_are_asked_to_stop_leave_nothing_of_a_notice_in_doubt(stack, figures):
    stack.running.wish("POST", "settings", latency_s=0.03)
    people: list[Case] = []
    for _ in range(20):
        more = pending(stack.app, 150, Lane.BROADCAST)
        call_worker(stack, Lane.BROADCAST)
        wait_until(lambda more=more: add_up(stack, more)["ACCEPTED"] >= 5)
        assert 0 == stack.running.worker.stop(within=30)
        people += more
        assert not {"UNKNOWN", "SENDING", "FAILED"} & add_up(stack, people).keys()
        stack.running.worker.start()

    time_passes(stack.app)
    call_worker(stack, Lane.BROADCAST)
    wait_until(lambda: is_over(stack, people), 120)

    figures(sigterms=20, people=len(people))
    assert (0, 0, 0) == told(stack, people)


def waited(stack: Stack, people: Sequence[Case]) -> list[float]:
    """Return how long each took from its message to being handed to WeChat, in seconds."""
    found = ask(
        stack.app,
        "SELECT extract(epoch FROM d.intent_at - m.created_at)::float FROM delivery d"
        " JOIN message m ON m.id = d.message_id"
        " WHERE d.person_id = ANY(:ids) AND d.intent_at IS NOT NULL",
        ids=[person.applicant_id for person in people],
    )
    return sorted(seconds for (seconds,) in found)


@pytest.mark.parametrize(
    ("crowd", "decisions"),
    [(2_000, 10), pytest.param(100_000, 1_000, marks=pytest.mark.reliability)],
)
def test_a_decision_does_not_wait_behind_a_notice_to_everybody(stack, figures, crowd, decisions):
    for _ in range(0, crowd, 2_000):
        pending(stack.app, 2_000, Lane.BROADCAST)
    stack.running.wish("POST", "settings", latency_s=0.02)
    call_worker(stack, Lane.BROADCAST)
    notices = "delivery WHERE lane = 'BROADCAST' AND status"
    wait_until(lambda: count(stack.app, f"{notices} = 'SENDING'"))

    # The planted bug: a decision that went the way of notices.
    misled = pending(stack.app, 1, Lane.BROADCAST)
    decided: list[Case] = []
    for _ in range(0, decisions, 10):
        made = pending(stack.app, 10)
        call_worker(stack)
        wait_until(lambda made=made: len(waited(stack, made)) >= 5)
        decided += made
    wait_until(lambda: is_over(stack, decided), 60)

    delays, behind = waited(stack, decided), waited(stack, misled)
    left = count(stack.app, f"{notices} = 'PENDING'")
    ask(stack.app, "UPDATE delivery SET status = 'CANCELLED' WHERE status = 'PENDING'")
    late = sum(seconds > 10 for seconds in delays)
    figures(decisions=len(delays), behind=left, late=late, median_s=delays[len(delays) // 2])
    assert left > 0, "the notice was over before the decisions were made"
    assert late <= len(delays) // 1_000
    assert [] == behind
