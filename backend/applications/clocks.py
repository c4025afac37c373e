"""How long may the office still take?

Working days are counted from the day after receipt (Civil Code, article 201). What comes in after
the offices have closed, or on a day when they do not work, counts as received on the next working
day. While the applicant has to act the clock stands still: from the day after she was asked to the
day on which she answered.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from backend import clock
from backend.workdays import after, is_workday

# Local time after which the day counts as over; our proposal, until the bureau decides.
CLOSES_AT = time(17)
A_DAY = timedelta(days=1)


class Pause(NamedTuple):
    """The office waited from the day it asked to the day of the answer; None: it still waits."""

    since: date
    until: date | None


def received_on(moment: datetime) -> date:
    """Return the working day on which something counts as received."""
    local = clock.local(moment)
    in_time = is_workday(local.date()) and local.time() < CLOSES_AT
    return local.date() if in_time else after(local.date(), 1)


def due_on(received: date, workdays: int, pauses: Iterable[Pause] = ()) -> date | None:
    """Return the last day of a limit; None while the clock stands still."""
    known = tuple(pauses)
    if any(each.until is None for each in known):
        return None
    day, left = received, workdays
    while left > 0:
        day += A_DAY
        left -= _runs(day, known)
    return day


def used(received: date, until: date, pauses: Iterable[Pause] = ()) -> int:
    """Count the working days that the office itself has had until a day, that day included."""
    known = tuple(pauses)
    days = (received + timedelta(days=n) for n in range(1, (until - received).days + 1))
    return sum(_runs(day, known) for day in days)


def _runs(day: date, pauses: tuple[Pause, ...]) -> bool:
    stands = any(p.since < day and (p.until is None or day <= p.until) for p in pauses)
    return is_workday(day) and not stands
