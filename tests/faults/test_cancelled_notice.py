"""A hundred thousand are told, and half-way it is cancelled: who still hears, who never?

Goal G-16 of the reliability paper: after the answer to a cancellation only what was about to leave
does, whoever has opted out hears nothing, and everybody is in exactly one state. How long it took
to tell all of them is one of the figures.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from backend import clock
from backend.wechat.outcome import Outcome, Word
from notifications import broadcasting, delivery, expansion
from notifications.delivery import UNDER_WAY
from notifications.models import Lane
from tests.backend.notices import stage
from tests.records import change, one
from tests.running_system import wait_until

WORKERS, ANSWER_S = 2, 0.002
TEMPLATES = {"policy_notice": "POLICY_NOTICE"}


def a_morning_gone_by() -> datetime:
    """Telephones might ring, and for the database as well everything is due."""
    return clock.now().replace(hour=2) - timedelta(days=1)


class Quick:
    """A WeChat that answers soon and notes when it was asked."""

    def __init__(self) -> None:
        self.asked_at: list[float] = []

    def send(self, *_: Any) -> Outcome:
        self.asked_at.append(time.monotonic())
        time.sleep(ANSWER_S)
        return Outcome(Word.ACCEPTED, errcode=0, msgid=str(len(self.asked_at)))


@contextmanager
def sending(app: Flask, wechat: Quick) -> Iterator[None]:
    """Workers that send whatever is due for the length of a block."""
    over = threading.Event()

    def work() -> None:
        with app.app_context():
            while not over.is_set():
                delivery.send_all_due(wechat, TEMPLATES, rate=100_000, lane=Lane.BROADCAST)
                over.wait(0.05)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(WORKERS)]
    for each in workers:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in workers:
            each.join()


@pytest.mark.parametrize(
    ("people", "muted"),
    [(2_000, 100), pytest.param(100_000, 5_000, marks=pytest.mark.reliability)],
)
def test_a_notice_cancelled_half_way_reaches_nobody_any_more(in_own_app, figures, people, muted):
    with time_machine.travel(a_morning_gone_by(), tick=True):
        for _ in range(0, people, 2_000):
            stage.crowd(2_000)
        change(
            "INSERT INTO muted (person_id, topic, at) SELECT id, 'SUBSIDY', now() FROM person"
            " ORDER BY id DESC LIMIT :many",
            many=muted,
        )
        made = stage.scheduled()
        key = stage.key_of(made["id"])
        expansion.start(key)
        # As after a first hundred that went well.
        change("UPDATE notice SET released_at = now()")
        began = time.monotonic()
        while expansion.tell(key):
            pass
        told_s = time.monotonic() - began
        wechat = Quick()
        with sending(in_own_app, wechat):
            wait_until(lambda: len(wechat.asked_at) >= (people - muted) // 2, 600)
            seen = stage.now(made)["version"]
            broadcasting.cancel(made["id"], why="金额有误", seen=seen, by=stage.league())
            answered_at = time.monotonic()
            time.sleep(1.5)
            expansion.sweep()
        sent, states = len(wechat.asked_at), stage.states(made)

    late = [moment - answered_at for moment in wechat.asked_at if moment > answered_at]
    figures(people=people, told_s=told_s, sent=sent, begun_later=len(late))
    # What had its intent may still be on its way to the wire.
    assert len(late) <= WORKERS * UNDER_WAY[Lane.BROADCAST]
    assert max(late, default=0.0) <= 1.0
    assert {"accepted": sent, "opted_out": muted, "cancelled": people - muted - sent} == states
    assert people - muted == one("SELECT count(*) FROM message WHERE event = 'notice.published'")
