"""When is somebody reminded of a day, and how is it said only once?

A reminder and its event are one transaction, and the key of the reminder lets there be one for a
case, a kind and a day, however many workers look.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.applications.models import Reminder
from backend.db import session
from backend.workdays import after, before, is_workday

# Local time of working days; whatever could not be said in the morning is said until the evening.
FROM, UNTIL = time(8, 30), time(20)
AT_ONCE = 500


class Occasion(NamedTuple):
    """Of things in these statuses, this day of theirs is spoken of when it lies within the span.

    `span` gives, for a working day on which we remind, the first day and the day after the last.
    A kind is told once for each day; two kinds may be one event.
    """

    kind: str
    event: str
    statuses: tuple[Enum, ...]
    for_on: SQLColumnExpression[Any]
    span: Callable[[date], tuple[date, date]]


def may_speak() -> bool:
    """Tell whether this is a time at which people are reminded."""
    local = clock.local(clock.now())
    return is_workday(local.date()) and FROM <= local.time() < UNTIL


def workdays_ahead(first: int, end: int) -> Callable[[date], tuple[date, date]]:
    """Return the span from so many working days after today to so many, that one not included."""
    return lambda today: (after(today, first), after(today, end))


def days_ahead(days: int) -> Callable[[date], tuple[date, date]]:
    """Return the span of what is so many days away today, or was on the working day before.

    Where that is no working day, the one before it counts: a holiday may outlast the day itself.
    """

    def span(today: date) -> tuple[date, date]:
        ahead = timedelta(days=days)
        return max(today, before(today, 1) + ahead), after(today, 1) + ahead

    return span


def workdays_since(number: int) -> Callable[[date], tuple[date, date]]:
    """Return the span of days of which today, or the working day before, is the n-th after."""
    return lambda today: (before(today, number + 1), before(today, number - 1))


def passed(today: date) -> tuple[date, date]:
    """Return the span of all days before today."""
    return date.min, today


def is_due(
    occasion: Occasion,
    status: SQLColumnExpression[Any],
    application_id: SQLColumnExpression[int],
) -> ColumnElement[bool]:
    """Say of the rows with these columns that the occasion has come and nobody has said it."""
    first, end = occasion.span(clock.today())
    said = exists().where(
        Reminder.application_id == application_id,
        Reminder.kind == occasion.kind,
        Reminder.for_on == occasion.for_on,
    )
    return and_(
        status.in_(occasion.statuses), occasion.for_on >= first, occasion.for_on < end, ~said
    )


def says_first(application_id: int, occasion: Occasion, for_on: date) -> bool:
    """Write down, inside an action, that it was said; tell whether nobody had said it before."""
    first = session.scalar(
        insert(Reminder)
        .values(application_id=application_id, kind=occasion.kind, for_on=for_on, at=clock.now())
        .on_conflict_do_nothing()
        .returning(Reminder.application_id)
    )
    return first is not None
