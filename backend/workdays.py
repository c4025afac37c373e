"""Which days do offices work? Legal holidays and make-up days of mainland China.

The yearly notice of the State Council is in the library `chinesecalendar`. A year that it does
not know yet counts Mondays to Fridays: the date may then move once the notice is out.
"""

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar


def is_workday(day: date) -> bool:
    """Tell whether offices work on the day, make-up Saturdays and Sundays included."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@lru_cache
def is_published(year: int) -> bool:
    """Tell whether the holidays of a year are known."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def note_on(*days: date | None) -> str | None:
    """Say of some days, for whoever reads them, that they may yet move; None where all stand."""
    unknown = sorted({day.year for day in days if day is not None and not is_published(day.year)})
    if not unknown:
        return None
    return f"{'、'.join(map(str, unknown))} 年放假安排尚未公布，期限按周一至周五推算，可能变动"


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
