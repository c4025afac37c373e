"""Is everybody reminded once, however many workers look in the same moment?"""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from backend.applications.models import Application
from backend.applications.taking import noted
from backend.cases import reminding
from backend.cases.reminding import Occasion
from backend.db import action, session
from tests.factories import World
from tests.races.at_once import all_at_once
from tests.races.crowd import ask, count, submitted

WORKERS, CASES = 8, 12
# Thursday 26 November 2026, nine o'clock in Shanghai; these cases are due on Monday.
MORNING = "2026-11-26T01:00:00Z"
(SOON,) = (each for each in reminding.OCCASIONS if each.kind == "due_soon")


@pytest.fixture
def due(own_world: World) -> Flask:
    """The app over cases that were handed in some days before, and have to be reminded of."""
    with time_machine.travel("2026-11-23T02:00:00Z"):
        submitted(own_world.app, CASES)
    ask(own_world.app, "UPDATE application SET due_on = '2026-11-30', legal_due_on = '2026-12-21'")
    return own_world.app


def reminded_once(app: Flask, look: Callable[[], None]) -> None:
    """Let all workers look at once."""

    def looking() -> None:
        with app.app_context():
            look()

    with time_machine.travel(MORNING, tick=False):
        all_at_once([looking] * WORKERS)

    told = count(app, "event WHERE name = 'application.due_soon'")
    assert CASES == told, f"{told} reminders"
    assert CASES == count(app, "reminder")
    # Every case has two managers, and each of them one message.
    assert 2 * CASES == count(app, "message")


def test_eight_workers_remind_of_each_case_once(due):
    reminded_once(due, reminding.sweep)


@action
def look_then_remind(application_id: int, occasion: Occasion) -> None:
    """Look whether it was said, then say it: the planted fault."""
    said = text("SELECT 1 FROM reminder WHERE application_id = :id AND kind = :kind")
    keys = {"id": application_id, "kind": occasion.kind}
    if session.execute(said, keys).first() is None:
        session.execute(text("SELECT pg_sleep(0.02)"))
        keep = (
            "INSERT INTO reminder SELECT id, :kind, due_on, now() FROM application WHERE id = :id"
        )
        session.execute(text(keep), keys)
        application = session.scalars(select(Application).where(Application.id == keys["id"])).one()
        noted(occasion.event, application, None, for_on=str(application.due_on))


def test_a_reminder_that_is_said_twice_is_noticed(due):
    ask(due, "ALTER TABLE reminder DROP CONSTRAINT pk_reminder")

    def look() -> None:
        for application_id in range(1, CASES + 1):
            look_then_remind(application_id, SOON)

    with pytest.raises(AssertionError, match=r"\d\d reminders"):
        reminded_once(due, look)
