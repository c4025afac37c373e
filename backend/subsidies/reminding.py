"""Who is told that a subsidy has to be seen to today, or has lain longer than it should?

Whoever holds it, on its day; she and whoever stands above the bureau, once the day has passed. Each
is said once for each day: the reminder and its event are one transaction, and its key lets there be
one, however many workers look. While the case is published nobody is late.
"""

import logging
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.applications import occasions
from backend.applications.models import Application
from backend.applications.workflow import Status as Asking
from backend.db import action, rows, session
from backend.subsidies.models import Subsidy, SubsidyReminder
from backend.subsidies.taking import noted
from backend.subsidies.workflow import HELD_BY, Status

log = logging.getLogger(__name__)
TODAY, LATE = "due", "late"


def sweep() -> None:
    """Remind of all that is due; what cannot be told of does not hold up the others."""
    if not occasions.may_speak():
        return
    for how in (TODAY, LATE):
        for subsidy_id in _found(how):
            try:
                remind(subsidy_id, how)
            except Exception:
                log.exception("subsidy %s: cannot say that it is %s", subsidy_id, how)


@action
def remind(subsidy_id: int, how: str) -> None:
    """Write down that it was said, and say it, if it is still so and nobody has said it."""
    subsidy = session.scalar(
        select(Subsidy).where(Subsidy.id == subsidy_id, _is(how)).with_for_update(skip_locked=True)
    )
    if subsidy is None or subsidy.due_on is None:
        return
    first = session.scalar(
        insert(SubsidyReminder)
        .values(subsidy_id=subsidy.id, event=how, for_on=subsidy.due_on, at=clock.now())
        .on_conflict_do_nothing()
        .returning(SubsidyReminder.subsidy_id)
    )
    if first is not None:
        holder = HELD_BY[subsidy.status].name.lower()
        noted(f"{holder}_{how}", subsidy, None, for_on=subsidy.due_on.isoformat())


def _found(how: str) -> Iterator[int]:
    asked = select(Subsidy.id).where(_is(how)).order_by(Subsidy.id).limit(occasions.AT_ONCE)
    return (each["id"] for each in rows(asked))


def _is(how: str) -> ColumnElement[bool]:
    """Say that the day has come, or has passed, and nobody has said so."""
    day = Subsidy.due_on == clock.today() if how == TODAY else Subsidy.due_on < clock.today()
    said = exists().where(
        SubsidyReminder.subsidy_id == Subsidy.id,
        SubsidyReminder.event == literal(how),
        SubsidyReminder.for_on == Subsidy.due_on,
    )
    rests = and_(
        Subsidy.status == Status.QUALIFIED,
        exists().where(
            Application.id == Subsidy.application_id,
            Application.status.in_((Asking.PUBLICISED, Asking.OBJECTION_HOLD)),
        ),
    )
    return and_(day, ~said, ~rests)
