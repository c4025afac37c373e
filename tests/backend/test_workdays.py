"""Working days, from the State Council's notices of legal holidays.

2026: National Day from Thursday 1 to Wednesday 7 October, work on Sunday 20 September and on
Saturday 10 October. New Year from Thursday 1 to Saturday 3 January, work on Sunday 4 January.
"""

from datetime import date

import pytest

from backend import workdays


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), True),  # Monday
        (date(2026, 11, 27), True),  # Friday
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 11, 29), False),  # Sunday
        (date(2026, 9, 20), True),  # a make-up Sunday
        (date(2026, 9, 30), True),  # the last day before the holiday
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a make-up Saturday
        (date(2026, 10, 11), False),
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),  # a make-up Sunday
    ],
)
def test_offices_work_on_weekdays_and_make_up_days_but_not_on_holidays(day, expected):
    assert expected is workdays.is_workday(day)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        # An ordinary week: Mon 23 → Tue 24, Wed 25, Thu 26, Fri 27, Mon 30.
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        # Over National Day: Tue 29 Sep → Wed 30, Thu 8 Oct, Fri 9, Sat 10 (make-up), Mon 12.
        (date(2026, 9, 29), 5, date(2026, 10, 12)),
        (date(2026, 9, 29), 4, date(2026, 10, 10)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        # The day itself is not counted (Civil Code 201).
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_the_nth_working_day_after_a_day(day, count, expected):
    assert expected == workdays.after(day, count)


def test_a_year_without_a_notice_counts_mondays_to_fridays():
    # No notice for 2090 yet; 1 October 2090 is a Sunday, 2 October a Monday.
    assert not workdays.is_workday(date(2090, 10, 1))
    assert workdays.is_workday(date(2090, 10, 2))
    assert date(2090, 10, 9) == workdays.after(date(2090, 10, 2), 5)


def test_a_day_of_a_year_without_a_published_calendar_may_move():
    assert workdays.is_published(2026)
    assert not workdays.is_published(2046)


@pytest.mark.parametrize(
    ("days", "years"),
    [
        ((), None),
        ((None, date(2026, 12, 31)), None),
        ((date(2026, 12, 31), date(2046, 1, 1)), "2046 "),
        ((date(2047, 1, 4), date(2046, 1, 1), date(2046, 2, 1)), "2046、2047 "),
    ],
)
def test_whoever_reads_such_a_day_is_told_that_it_may_move(days, years):
    told = workdays.note_on(*days)

    assert (told is None) == (years is None)
    assert years is None or told.startswith(f"{years}年放假安排尚未公布")
