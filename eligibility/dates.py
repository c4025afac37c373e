"""What are months on the calendar?"""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` calendar months later.

    Where the month has no such day its last day stands in (Civil Code 202): 31 August and six
    months is 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
