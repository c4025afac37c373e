"""Who has to be reminded of a day that comes near, or has passed?

The office two working days before its day, on that day, and once more when it is over; then, and
before the longest time is over, whoever stands above it too. While the office waits for the
applicant, she is reminded and it is not. A reminder and its event are one transaction, and the key
of the reminder lets there be one for a case, a kind and a day, however many workers look.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, SQLColumnExpression, and_, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.applications.kinds import DRAFT_DAYS
from backend.applications.models import Application, Reminder
from backend.applications.taking import OFFICE, noted
from backend.applications.workflow import Status
from backend.db import action, rows, session
from backend.workdays import after, before, is_workday

log = logging.getLogger(__name__)
# Local time of working days; whatever could not be said in the morning is said until the evening.
FROM, UNTIL = time(8, 30), time(20)
AT_ONCE = 500
LAPSES_ON = cast(
    func.timezone(clock.SHANGHAI.key, Application.changed_at + timedelta(days=DRAFT_DAYS)), Date
)
HERS, DRAFTED = (Status.CORRECTION_REQUESTED,), (Status.DRAFT,)


class Occasion(NamedTuple):
    """Of cases in these statuses, this day of theirs is spoken of when it lies within the span.

    `span` gives, for a working day on which we remind, the first day and the day after the last.
    A kind is told once for each day; two kinds may be one event.
    """

    kind: str
    event: str
    statuses: tuple[Status, ...]
    for_on: SQLColumnExpression[Any]
    span: Callable[[date], tuple[date, date]]


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


def passed(today: date) -> tuple[date, date]:
    """Return the span of all days before today."""
    return date.min, today


# Told on its morning or, when that was missed, on the next working day: hence two days each. On
# the day itself and afterwards there is nothing to make up for.
OCCASIONS = (
    Occasion("due_soon", "due_soon", OFFICE, Application.due_on, workdays_ahead(1, 3)),
    Occasion("due_today", "due_today", OFFICE, Application.due_on, workdays_ahead(0, 1)),
    Occasion("overdue", "overdue", OFFICE, Application.due_on, passed),
    Occasion(
        "legal_limit_near",
        "legal_limit_near",
        OFFICE,
        Application.legal_due_on,
        workdays_ahead(2, 4),
    ),
    Occasion("answer_soon", "answer_soon", HERS, Application.due_on, workdays_ahead(2, 4)),
    Occasion("draft_expiring_14", "draft_expiring", DRAFTED, LAPSES_ON, days_ahead(14)),
    Occasion("draft_expiring_3", "draft_expiring", DRAFTED, LAPSES_ON, days_ahead(3)),
)


def sweep() -> None:
    """Remind of all that is due; a case that cannot be told of does not hold up the others."""
    local = clock.local(clock.now())
    if not (is_workday(local.date()) and FROM <= local.time() < UNTIL):
        return
    for occasion in OCCASIONS:
        for application_id in _found(occasion):
            try:
                remind(application_id, occasion)
            except Exception:
                log.exception("application %s: cannot tell %s", application_id, occasion.kind)


@action
def remind(application_id: int, occasion: Occasion) -> None:
    """Write down that it was said, and say it, if it is still so and nobody has said it."""
    found = session.execute(
        select(Application, occasion.for_on)
        .where(Application.id == application_id, _due(occasion))
        .with_for_update(skip_locked=True)
    ).first()
    if found is None:
        return
    application, for_on = found
    first = session.scalar(
        insert(Reminder)
        .values(application_id=application_id, kind=occasion.kind, for_on=for_on, at=clock.now())
        .on_conflict_do_nothing()
        .returning(Reminder.application_id)
    )
    if first is not None:
        noted(occasion.event, application, None, for_on=for_on.isoformat())


def _found(occasion: Occasion) -> Iterator[int]:
    asked = select(Application.id).where(_due(occasion)).order_by(Application.id).limit(AT_ONCE)
    return (each["id"] for each in rows(asked))


def _due(occasion: Occasion) -> ColumnElement[bool]:
    first, end = occasion.span(clock.today())
    said = exists().where(
        Reminder.application_id == Application.id,
        Reminder.kind == occasion.kind,
        Reminder.for_on == occasion.for_on,
    )
    return and_(
        Application.status.in_(occasion.statuses),
        occasion.for_on >= first,
        occasion.for_on < end,
        ~said,
    )
