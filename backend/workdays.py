"""Which days do offices work? Legal holidays and make-up days of mainland China.

The yearly notice of the State Council is in the library `chinesecalendar`. A year that it does
not know yet counts Mondays to Fridays: the date may then move once the notice is out.
"""

from datetime import date, timedelta

import chinese_calendar


def is_workday(day: date) -> bool:
    """Tell whether offices work on the day, make-up Saturdays and Sundays included."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def after(day: date, workdays: int) -> date:
    """Return the n-th working day after a day, which itself is not counted (Civil Code 201)."""
    while workdays > 0:
        day += timedelta(days=1)
        workdays -= is_workday(day)
    return day


def before(day: date, workdays: int) -> date:
    """Return the n-th working day before a day, which itself is not counted."""
    while workdays > 0:
        day -= timedelta(days=1)
        workdays -= is_workday(day)
    return day
