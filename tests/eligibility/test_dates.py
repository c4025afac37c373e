"""Months on the calendar, as the Civil Code counts them (articles 201 and 202)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.dates import add_months, earliest_start, latest_start


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        # The corresponding day.
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 1, date(2026, 12, 23)),
        (date(2026, 11, 23), 2, date(2027, 1, 23)),
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 11, 23), 36, date(2029, 11, 23)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 1), 11, date(2026, 12, 1)),
        # No such day: the last day of the month stands in.
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 8, 30), 6, date(2028, 2, 29)),
        (date(2027, 8, 29), 6, date(2028, 2, 29)),
        (date(2027, 8, 28), 6, date(2028, 2, 28)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        # 2100 is no leap year, 2000 was one.
        (date(2096, 2, 29), 48, date(2100, 2, 28)),
        (date(1999, 8, 31), 6, date(2000, 2, 29)),
        # Backwards.
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
        (date(2027, 1, 15), -13, date(2025, 12, 15)),
    ],
)
def test_months_later_is_the_corresponding_day_or_the_last_of_its_month(day, months, expected):
    assert expected == add_months(day, months)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-400, 400))
def test_the_month_is_always_the_right_one_and_the_day_never_later(day, months):
    later = add_months(day, months)

    assert months == (later.year - day.year) * 12 + later.month - day.month
    assert later.day <= day.day
    # Where the day is earlier, it is the last one of its month.
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)) | st.integers(-70, 70),
    st.integers(-60, 60),
)
def test_a_cut_off_says_exactly_what_adding_the_months_says(limit, other, months):
    # Most days are drawn close to the limit, where a naive cut-off is a day or three wrong.
    near = add_months(limit, -months)
    day = near + timedelta(days=other) if isinstance(other, int) else other

    assert (add_months(day, months) <= limit) == (day <= latest_start(limit, months))
    assert (add_months(day, months) >= limit) == (day >= earliest_start(limit, months))
