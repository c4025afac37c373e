"""At which point may a worker die, and what becomes of the push it had in hand?"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from backend.accounts.queries import openid_of
from backend.db import action, rows, session
from backend.wechat.outcome import Outcome
from notifications import delivery, ledger
from notifications.models import Lane
from tests.faults.pushes import (
    TEMPLATES,
    arrived,
    connected,
    pending,
    push_of,
    send_due,
    time_passes,
)

Send = Callable[[Flask, delivery.Pushes], None]


class Died(BaseException):
    """What happens after this, the process did not do."""


class DiesBeforeSending:
    """A way to WeChat on which the process dies before the first byte."""

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        raise Died


class DiesAfterSending:
    """A way to WeChat on which the process dies before it hears the answer."""

    def __init__(self, wechat: delivery.Pushes):
        self._wechat = wechat

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        self._wechat.send(openid, template_id, page, data)
        raise Died


def product(app: Flask, wechat: delivery.Pushes) -> None:
    send_due(app, wechat)


def dies_after_claiming(app: Flask, wechat: delivery.Pushes) -> None:
    with app.app_context():
        ledger.claim("a worker", Lane.DECISION, rate=100)
    raise Died


def honest(app: Flask, simulator: Any, case: Any) -> tuple[str, int]:
    """Return status and arrivals, unless they contradict each other."""
    status, came = push_of(app, case).status, arrived(simulator, case)
    assert came <= 1, f"sent {came} times"
    assert came or status != "ACCEPTED", "accepted, but never sent"
    assert came or status == "UNKNOWN", f"neither sent nor in doubt: {status}"
    return status, came


def through_a_death(app: Flask, simulator: Any, dying: Send, sending: Send) -> tuple[str, int]:
    """Let a worker die with a push in hand, and others carry on for long."""
    (case,) = pending(app)
    healthy = connected(simulator)
    with pytest.raises(Died):
        dying(app, healthy)
    for _ in range(3):
        time_passes(app)
        sending(app, healthy)
    return honest(app, simulator, case)


@pytest.mark.parametrize(
    ("dying", "fate"),
    [
        (dies_after_claiming, ("ACCEPTED", 1)),
        (lambda app, wechat: product(app, DiesBeforeSending()), ("UNKNOWN", 0)),
        (lambda app, wechat: product(app, DiesAfterSending(wechat)), ("UNKNOWN", 1)),
    ],
    ids=["between claim and intent", "between intent and call", "between call and result"],
)
def test_a_push_whose_worker_dies_is_sent_once_or_named_unknown(own_app, simulator, dying, fate):
    assert fate == through_a_death(own_app, simulator, dying, product)


@action
def waiting() -> Any:
    return rows(text("SELECT * FROM delivery WHERE status = 'PENDING'"))


@action
def mark(id_: int, status: str) -> None:
    session.execute(
        text("UPDATE delivery SET status = :status WHERE id = :id"), {"id": id_, "status": status}
    )


def send_then_mark(app: Flask, wechat: delivery.Pushes) -> None:
    """Send first and write it down afterwards: the planted fault of many a newsletter."""
    with app.app_context():
        for push in waiting():
            openid, template = openid_of(push["person_id"]), TEMPLATES[push["template"]]
            wechat.send(str(openid), template, push["page"], push["content"])
            mark(push["id"], "ACCEPTED")


def mark_then_send(app: Flask, wechat: delivery.Pushes) -> None:
    """Write it down first and send afterwards: the other planted fault."""
    with app.app_context():
        for push in waiting():
            openid, template = openid_of(push["person_id"]), TEMPLATES[push["template"]]
            mark(push["id"], "ACCEPTED")
            wechat.send(str(openid), template, push["page"], push["content"])


def resend_what_is_in_doubt(app: Flask, wechat: delivery.Pushes) -> None:
    """Take a dead worker's pushes for unsent: the third."""
    with app.app_context():
        for push in action(lambda: rows(text("SELECT id FROM delivery")))():
            mark(push["id"], "PENDING")
    product(app, wechat)


def test_sending_before_marking_is_noticed(own_app, simulator):
    with pytest.raises(AssertionError, match="sent 2 times"):
        through_a_death(
            own_app,
            simulator,
            lambda app, wechat: send_then_mark(app, DiesAfterSending(wechat)),
            send_then_mark,
        )


def test_marking_before_sending_is_noticed(own_app, simulator):
    with pytest.raises(AssertionError, match="accepted, but never sent"):
        through_a_death(
            own_app,
            simulator,
            lambda app, wechat: mark_then_send(app, DiesBeforeSending()),
            mark_then_send,
        )


def test_sending_again_what_is_in_doubt_is_noticed(own_app, simulator):
    with pytest.raises(AssertionError, match="sent [2-4] times"):
        through_a_death(
            own_app,
            simulator,
            lambda app, wechat: product(app, DiesAfterSending(wechat)),
            resend_what_is_in_doubt,
        )


def test_the_late_answer_of_a_worker_that_was_only_asleep_still_counts(own_app, simulator):
    (case,) = pending(own_app)
    healthy = connected(simulator)

    class Sleepy:
        def send(self, *message: Any) -> Outcome:
            outcome = healthy.send(*message)
            time_passes(own_app)  # Meanwhile its lease ends, and others sweep and send.
            send_due(own_app, healthy)
            assert "UNKNOWN" == push_of(own_app, case).status
            return outcome

    send_due(own_app, Sleepy())

    assert ("ACCEPTED", 1) == honest(own_app, simulator, case)
