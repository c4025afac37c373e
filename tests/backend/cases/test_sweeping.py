"""What happens to a case by itself, on both sides of each day."""

import pytest
import time_machine

from backend.cases import sweeping
from backend.cases.sweeping import sweep
from tests.filing import claimed, draft, events, returned, status_of, submitted
from tests.records import at_once, change, look, one, person

pytestmark = pytest.mark.usefixtures("simulator", "in_app")


def on(moment: str) -> time_machine.travel:
    return time_machine.travel(f"2026-{moment}", tick=False)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        # Asked on Tue 24 November, to be answered by Tue 15 December; midnight is 16:00 in UTC.
        ("12-15T15:59:59Z", "CORRECTION_REQUESTED"),
        ("12-15T16:00:00Z", "LAPSED"),
    ],
)
def test_a_correction_that_nobody_answered_lapses_on_the_day_after(moment, status):
    with on("11-24T02:00:00Z"):
        case = returned()

    with on(moment):
        sweep()

    assert status == status_of(case)
    open_ = one("SELECT count(*) FROM correction WHERE ended_at IS NULL")
    assert (status == "CORRECTION_REQUESTED") == (open_ == 1)


@pytest.mark.parametrize(
    ("moment", "status"),
    [("01-23T02:00:00Z", "DRAFT"), ("01-23T02:00:01Z", "LAPSED")],
)
def test_a_draft_lapses_sixty_days_after_its_last_change(moment, status):
    with on("11-24T02:00:00Z"):
        case = draft(person())

    with time_machine.travel(f"2027-{moment}", tick=False):
        sweep()

    assert status == status_of(case)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        # Claimed on Mon 23; Tue 24 and Wed 25 go by without a move.
        ("11-25T15:59:59Z", "UNDER_REVIEW"),
        ("11-25T16:00:00Z", "SUBMITTED"),
    ],
)
def test_a_case_left_lying_for_two_working_days_is_anybodys_again(moment, status):
    with on("11-23T02:00:00Z"):
        case = claimed()

    with on(moment):
        sweep()

    assert status == status_of(case)
    assert (status == "SUBMITTED") == (one("SELECT handler_id FROM application") is None)


def test_sweeping_twice_does_it_once_and_says_it_was_the_system():
    with on("11-24T02:00:00Z"):
        returned()
    with on("12-16T02:00:00Z"):
        sweep()
        sweep()

    assert 1 == events().count("lapsed")
    assert [{"actor_kind": None, "party": "system"}] == look(
        "SELECT actor_kind, particulars->>'party' AS party FROM event"
        " WHERE name = 'application.lapsed'"
    )


def test_a_case_that_cannot_be_moved_does_not_hold_up_the_others(caplog):
    with on("11-24T02:00:00Z"):
        broken, sound = returned(person("one")), returned(person("two"))
    change(
        "DELETE FROM correction USING application"
        " WHERE application.id = application_id AND application.public_id = :id",
        id=broken["id"],
    )

    with on("12-16T02:00:00Z"):
        sweep()

    assert ["CORRECTION_REQUESTED", "LAPSED"] == [status_of(case) for case in (broken, sound)]
    assert "cannot be swept" in caplog.text


def test_eight_sweepers_at_once_let_it_lapse_once():
    with on("11-24T02:00:00Z"):
        returned()
    (case,) = look("SELECT id FROM application")

    with on("12-16T02:00:00Z"):
        at_once(8, lambda _: sweeping.lapse(case["id"]))

    assert 1 == events().count("lapsed")


def test_what_is_in_time_is_left_alone():
    with on("11-24T02:00:00Z"):
        case = submitted()
    with on("12-31T02:00:00Z"):
        sweep()

    assert "SUBMITTED" == status_of(case)
