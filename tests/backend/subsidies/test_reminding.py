"""Who is told of a day, and when: on the day itself, once it has passed, and each once."""

import pytest

from backend.cases import publicity
from backend.subsidies import reminding
from tests.backend.subsidies.stage import (
    BUREAU,
    MONDAY,
    SECOND,
    events,
    grant,
    on,
    published,
    qualified,
    seen,
    submitted,
    told,
)
from tests.backend.subsidies.test_reviewing import sent_back
from tests.records import staff

pytestmark = pytest.mark.usefixtures("simulator")


def swept(day: str, hour: int = 9) -> list[str]:
    """What was said on a day, twice asked."""
    before = len(events())
    with on(day, hour):
        reminding.sweep()
        reminding.sweep()
    return events()[before:]


@pytest.fixture
def granted(in_app):
    """Granted on a Monday; the second person has Tue, Wed and Thu 26."""
    with on(MONDAY):
        _, _, its = published()
        grant(its)


def test_on_the_day_its_holder_afterwards_whoever_stands_above_too(granted):
    assert [] == swept("2026-11-25")
    assert ["approver_due"] == swept("2026-11-26")
    assert ["approver_late"] == swept("2026-11-27")
    assert [] == swept("2026-11-30")
    assert [SECOND] == told("approver_due")
    assert {SECOND} == set(told("approver_late"))


@pytest.mark.parametrize(
    ("day", "hour"), [("2026-11-26", 8), ("2026-11-26", 20), ("2026-11-28", 9)]
)
def test_only_at_hours_at_which_people_are_reminded(granted, day, hour):
    assert [] == swept(day, hour)


def test_what_was_missed_on_its_day_is_late_on_the_next_working_day(granted):
    assert ["approver_late"] == swept("2026-11-30")


def test_a_decision_that_nobody_publishes_is_the_bureau_s_to_publish(in_app):
    with on(MONDAY):
        qualified()

    assert ["decider_due"] == swept("2026-11-26")
    assert [BUREAU] == told("decider_due")


def test_nobody_is_late_while_the_case_is_on_the_board(in_app):
    with on(MONDAY):
        _, case, _ = qualified()
        publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))

    assert [] == swept("2026-11-26") == swept("2026-11-27")


def test_a_park_is_reminded_of_what_was_sent_back_and_the_bureau_is_not(in_mended_app):
    with on("2026-11-25"):
        sent_back(submitted())

    assert ["claimant_due"] == swept("2026-12-16")
    assert ["claimant_late"] == swept("2026-12-17")
    assert ["demo-manager", "demo-manager-2"] == told("claimant_late")
