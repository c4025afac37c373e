"""Working days of an office, by hand from the calendar of 2026.

National Day is 1 to 7 October, with Saturday 10 October made up for it; 23 November is a Monday.
"""

from datetime import date, datetime

import pytest

from backend.applications.clocks import Pause, due_on, received_on, used
from backend.clock import SHANGHAI


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("11-23T08:00", "11-23"),
        # The office closes at five.
        ("11-23T16:59:59", "11-23"),
        ("11-23T17:00", "11-24"),
        ("11-27T17:00", "11-30"),
        # Saturday and Sunday, and a holiday.
        ("11-28T09:00", "11-30"),
        ("11-29T23:59", "11-30"),
        ("10-03T10:00", "10-08"),
        # A Saturday on which offices work for the holiday.
        ("10-10T10:00", "10-10"),
        ("10-10T17:00", "10-12"),
    ],
)
def test_what_comes_after_closing_counts_as_received_on_the_next_working_day(moment, expected):
    at = datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=SHANGHAI)

    assert day(expected) == received_on(at)


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        # Tue 24, Wed 25, Thu 26, Fri 27, Mon 30.
        ("11-23", 5, "11-30"),
        ("11-23", 1, "11-24"),
        # Wed 30 September, then Thu 8, Fri 9, make-up Sat 10, Mon 12 October.
        ("09-29", 5, "10-12"),
        # Four weeks of five days.
        ("11-02", 20, "11-30"),
    ],
)
def test_a_limit_counts_working_days_from_the_day_after_receipt(received, days, expected):
    assert day(expected) == due_on(day(received), days)


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        # Received Mon 23, due Mon 30 without a pause. Asked on Tue 24, which is the office's own;
        # answered on Thu 26: Wed and Thu stood still, so Fri 27, Mon 30, Tue 1, Wed 2 follow.
        ("11-24", "11-26", "12-02"),
        # Answered on the same day: nothing stood still.
        ("11-24", "11-24", "11-30"),
        # Over the weekend only: Saturday and Sunday would not have counted anyway.
        ("11-27", "11-29", "11-30"),
    ],
)
def test_the_clock_stands_still_from_the_day_after_asking_to_the_day_of_the_answer(
    asked, answered, expected
):
    assert day(expected) == due_on(day("11-23"), 5, [Pause(day(asked), day(answered))])


def test_two_pauses_add_up_and_one_that_is_open_leaves_no_day():
    # Tue 24 | Wed 25 paused | Thu 26 | Fri 27 paused | Mon 30, Tue 1, Wed 2.
    once = Pause(day("11-24"), day("11-25"))
    again = Pause(day("11-26"), day("11-27"))

    assert day("12-02") == due_on(day("11-23"), 5, [once, again])
    assert due_on(day("11-23"), 5, [once, Pause(day("11-26"), None)]) is None


@pytest.mark.parametrize(
    ("until", "pauses", "expected"),
    [
        ("11-23", [], 0),
        ("11-24", [], 1),
        ("11-30", [], 5),
        ("11-30", [("11-24", "11-26")], 3),
        ("11-30", [("11-24", None)], 1),
    ],
)
def test_only_the_days_on_which_the_office_had_the_case_are_its_own(until, pauses, expected):
    waited = [Pause(day(since), end and day(end)) for since, end in pauses]

    assert expected == used(day("11-23"), day(until), waited)


def test_a_limit_used_up_to_its_last_day_is_the_limit():
    pauses = [Pause(day("11-24"), day("11-26"))]
    last = due_on(day("11-23"), 5, pauses)

    assert last is not None
    assert 5 == used(day("11-23"), last, pauses)
