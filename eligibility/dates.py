"""What are months on the calendar?"""

import calendar
from datetime import date, timedelta

A_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` calendar months later.

    Where the month has no such day its last day stands in (Civil Code 202): 31 August and six
    months is 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def latest_start(limit: date, months: int) -> date:
    """Return the last day that, `months` later, has become `limit` at the latest.

    It is not simply `months` before the limit: from 28 to 31 August six months all end on
    28 February. With it "day + months <= limit" becomes "day <= latest_start", one comparison.
    """
    day = add_months(limit, -months)
    while add_months(day + A_DAY, months) <= limit:
        day += A_DAY
    return day


def earliest_start(limit: date, months: int) -> date:
    """Return the first day that, `months` later, has become `limit` or a later day.

    With it "day + months >= limit" becomes "day >= earliest_start".
    """
    return latest_start(limit - A_DAY, months) + A_DAY
