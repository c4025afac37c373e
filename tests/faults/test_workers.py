"""Real workers are killed, paused, asked to stop and multiplied: what becomes of their pushes?"""

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from backend import jobs
from backend.db import action
from notifications.delivery import UNDER_WAY
from notifications.models import Lane
from notifications.work import SENDING
from tests.faults.pushes import pending, push_of, statuses, time_passes
from tests.faults.stack import FINAL, Stack
from tests.races.crowd import Case, ask
from tests.running_system import wait_until

# How many jobs a worker does at once (`worker --concurrency`).
CONCURRENCY = 2


def call_worker(stack: Stack, lane: Lane = Lane.DECISION) -> None:
    """Ask for the sending of what is due, as an approval does."""
    name, queue = SENDING[lane]
    with stack.app.app_context():
        action(lambda: jobs.defer(name, queueing_lock=name, queue=queue))()


def arrivals(stack: Stack, people: Sequence[Case]) -> Counter[str]:
    """Count for each person what WeChat took, over the whole life of the system."""
    openids = {person.openid for person in people}
    return Counter(
        entry["openid"]
        for entry in stack.running.arrivals()
        if entry["openid"] in openids and entry["carried_out"]
    )


def all_settled(stack: Stack, people: Sequence[Case]) -> bool:
    return statuses(stack.app, people).keys() <= FINAL


def each_once(stack: Stack, people: Sequence[Case]) -> None:
    came = arrivals(stack, people)
    assert {"ACCEPTED": len(people)} == statuses(stack.app, people)
    assert len(people) == len(came), f"{len(people) - len(came)} accepted, but never sent"
    assert set(came.values()) == {1}, f"{sum(n > 1 for n in came.values())} sent twice"


def test_a_worker_killed_while_wechat_holds_its_answer_leaves_one_unknown(stack):
    (case,) = people = pending(stack.app)
    stack.running.wish("POST", "hold", times=1)
    call_worker(stack)
    wait_until(lambda: stack.running.wish("GET", "hold")["held"] == 1)

    stack.running.worker.kill()
    time_passes(stack.app)
    stack.running.wish("POST", "release")

    assert "UNKNOWN" == push_of(stack.app, case).status
    wait_until(lambda: stack.running.worker.starts > 1)
    other = pending(stack.app)
    call_worker(stack)
    wait_until(lambda: all_settled(stack, other))
    each_once(stack, other)
    assert ("UNKNOWN", 1) == (push_of(stack.app, case).status, arrivals(stack, people).total())


@pytest.mark.reliability
def test_a_worker_killed_before_its_intent_leaves_a_push_that_is_sent_once(stack):
    people = pending(stack.app)
    stack.running.worker.kill(stay_down=True)
    claiming = stack.running.run(
        "from wsgi import app; from notifications import ledger; from notifications.models import"
        " Lane; import time\n"
        "with app.app_context():"
        " print(len(ledger.claim('the dead', Lane.DECISION, rate=100)), flush=True)\n"
        "time.sleep(60)"
    )
    assert b"1\n" == claiming.stdout.readline()
    claiming.kill()
    claiming.communicate()
    assert "CLAIMED" == push_of(stack.app, people[0]).status

    time_passes(stack.app)
    stack.running.worker.start()
    call_worker(stack)

    wait_until(lambda: all_settled(stack, people))
    each_once(stack, people)


def test_a_worker_asleep_past_its_lease_repairs_the_doubt_when_it_wakes(stack):
    (case,) = people = pending(stack.app)
    stack.running.wish("POST", "hold", times=1)
    call_worker(stack)
    wait_until(lambda: stack.running.wish("GET", "hold")["held"] == 1)

    os.kill(stack.running.worker.pid, signal.SIGSTOP)
    try:
        stack.running.wish("POST", "release")
        time_passes(stack.app)
        assert "UNKNOWN" == push_of(stack.app, case).status
    finally:
        os.kill(stack.running.worker.pid, signal.SIGCONT)

    wait_until(lambda: push_of(stack.app, case).status == "ACCEPTED", within=10)
    each_once(stack, people)


def asked_to_stop(stack: Stack, people: Sequence[Case]) -> float:
    """Ask the worker to stop while it sends; return the seconds until it has ended."""
    call_worker(stack)
    wait_until(lambda: arrivals(stack, people).total() >= 5)
    started = time.monotonic()
    assert 0 == stack.running.worker.stop(within=90)
    took = time.monotonic() - started
    left = statuses(stack.app, people)
    assert not {"UNKNOWN", "SENDING", "FAILED"} & left.keys(), left
    stack.running.worker.start()
    return took


def test_a_worker_that_is_asked_to_stop_leaves_nothing_in_doubt(stack, figures):
    people = pending(stack.app, 60)
    stack.running.wish("POST", "settings", latency_s=0.03)

    figures(sigterm_to_end_s=asked_to_stop(stack, people))

    time_passes(stack.app)
    call_worker(stack)
    wait_until(lambda: all_settled(stack, people))
    each_once(stack, people)


@pytest.mark.reliability
def test_a_worker_asked_to_stop_20_times_leaves_nothing_in_doubt(stack, figures):
    stack.running.wish("POST", "settings", latency_s=0.03)

    slowest, everybody = 0.0, []
    for _ in range(20):
        people = pending(stack.app, 25)
        everybody += people
        slowest = max(slowest, asked_to_stop(stack, people))
        time_passes(stack.app)

    figures(sigterms=20, slowest_end_s=slowest)
    call_worker(stack)
    wait_until(lambda: all_settled(stack, everybody), 120)
    each_once(stack, everybody)
    assert slowest <= 30


@pytest.mark.reliability
def test_a_worker_asked_to_stop_in_the_midst_of_many_pushes_ends_within_30_s(stack, figures):
    people = pending(stack.app, 600)
    stack.running.wish("POST", "settings", latency_s=0.08)

    took = asked_to_stop(stack, people)

    figures(sigterm_to_end_with_600_due_s=took)
    ask(stack.app, "UPDATE delivery SET status = 'CANCELLED' WHERE status = 'PENDING'")
    assert took <= 30


@pytest.mark.reliability
def test_a_worker_killed_20_times_in_2000_pushes_doubts_those_under_way(stack, figures):
    people = pending(stack.app, 2000)
    stack.running.wish("POST", "settings", latency_s=0.01)
    for _ in range(20):
        seen = arrivals(stack, people).total()
        call_worker(stack)
        wait_until(lambda seen=seen: arrivals(stack, people).total() > seen + 5)
        stack.running.worker.kill()
        time_passes(stack.app)

    call_worker(stack)
    wait_until(lambda: all_settled(stack, people), 300)

    came, left = arrivals(stack, people), statuses(stack.app, people)
    figures(kills=20, pushes=2000, unknown=left.get("UNKNOWN", 0), statuses=left)
    assert left.keys() <= {"ACCEPTED", "UNKNOWN"}
    assert max(came.values()) == 1
    assert left["ACCEPTED"] <= len(came)
    assert left.get("UNKNOWN", 0) <= 20 * CONCURRENCY * UNDER_WAY[Lane.DECISION]


@pytest.mark.parametrize(
    "workers", [2, pytest.param(4, marks=pytest.mark.reliability)], ids=("two", "four")
)
def test_several_workers_send_what_one_would(stack, workers, figures):
    people = pending(stack.app, 120)
    stack.running.wish("POST", "settings", latency_s=0.02)
    others: list[Any] = [stack.running.add_worker() for _ in range(workers - 1)]
    try:
        until = time.monotonic() + 60
        while not all_settled(stack, people):
            assert time.monotonic() < until, statuses(stack.app, people)
            call_worker(stack)
            time.sleep(0.1)
    finally:
        for each in others:
            each.stop()

    each_once(stack, people)
