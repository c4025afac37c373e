"""Who is told that a loan has lain too long, and how often?"""

from datetime import UTC, date, datetime

import pytest
import time_machine

from backend.loans import reminding
from backend.loans.workflow import Status
from tests.backend.loans.stage import at, told
from tests.records import change, look, one

pytestmark = pytest.mark.usefixtures("simulator")
S = Status
# Tuesday, 24 November 2026, ten o'clock in Shanghai.
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
YESTERDAY, TODAY = date(2026, 11, 23), date(2026, 11, 24)


def due(day: date) -> None:
    change("UPDATE loan SET due_on = :day", day=day)


def said() -> list[str]:
    return [each["name"] for each in look("SELECT name FROM event WHERE name LIKE '%late'")]


@pytest.mark.parametrize(
    ("status", "event", "readers"),
    [
        (S.PUBLISHED, "decider_late", ["demo-bureau"]),
        (S.REFERRED, "guarantor_late", ["demo-bureau", "demo-guarantor"]),
        (S.DUE_DILIGENCE, "guarantor_late", ["demo-bureau", "demo-guarantor"]),
        (S.GUARANTEED, "bank_late", ["demo-bank", "demo-bureau"]),
        (S.BANK_APPROVED, "bank_late", ["demo-bank", "demo-bureau"]),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_the_holder_and_the_bureau_are_told_once_a_day_has_passed(in_app, status, event, readers):
    at(status)
    due(TODAY)
    reminding.sweep()
    assert [] == said()

    due(YESTERDAY)
    reminding.sweep()
    reminding.sweep()
    assert [f"loan.{event}"] == said()
    assert readers == told(event)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"), [(0, 29, 0), (0, 30, 1), (11, 59, 1), (12, 0, 0)]
)
def test_nobody_is_told_before_half_past_eight_or_after_eight(in_app, hour, minute, expected):
    with time_machine.travel(NOW.replace(hour=hour, minute=minute), tick=False):
        at(S.REFERRED)
        due(YESTERDAY)
        reminding.sweep()

        assert expected == len(said())


@time_machine.travel(NOW, tick=False)
def test_a_new_day_that_passes_is_told_anew_and_what_nobody_holds_never(in_app):
    at(S.REFERRED)
    for day in (date(2026, 11, 20), YESTERDAY):
        due(day)
        reminding.sweep()
    assert 2 == len(said())
    (first, second) = look(
        "SELECT particulars ->> 'for_on' AS day FROM event"
        " WHERE name = 'loan.guarantor_late' ORDER BY id"
    )
    assert ("2026-11-20", "2026-11-23") == (first["day"], second["day"])

    key = one("SELECT id FROM loan")
    change("DELETE FROM reminder")
    due(TODAY)
    for occasion in reminding.OCCASIONS:
        reminding.remind(key, occasion)
    assert 2 == len(said())
