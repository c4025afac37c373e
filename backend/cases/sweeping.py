"""What happens to a case by itself?

Unanswered corrections, forgotten drafts and promises that were not kept lapse, and a case that lies
with one officer without a move goes back into the queue. Each case is a transaction of its own;
doing it twice does nothing.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, select

from backend import clock, workdays
from backend.access import Relation
from backend.applications.kinds import DRAFT_DAYS
from backend.applications.models import Application
from backend.applications.taking import moved, taken_as
from backend.applications.workflow import Status
from backend.cases import promising, publicity
from backend.cases.correcting import close
from backend.cases.lives import LIVES
from backend.db import action, rows, session

log = logging.getLogger(__name__)
# Working days after which a claimed case without a move is anybody's again.
IDLE = 2
AT_ONCE = 500


def sweep() -> None:
    """Do all that has become due; a case that cannot be moved does not hold up the others."""
    for due, take in (
        (_unanswered(), lapse),
        (_forgotten(), lapse),
        (_idle(), let_go),
    ):
        for application_id in _found(due):
            try:
                take(application_id)
            except Exception:
                log.exception("application %s cannot be swept", application_id)
    for each in promising.unkept():
        try:
            promising.lapse(each)
        except Exception:
            log.exception("gap %s cannot be swept", each)
    for each in publicity.over():
        try:
            publicity.end(each)
        except Exception:
            log.exception("publicity %s cannot be ended", each)


@action
def lapse(application_id: int) -> None:
    """End a draft that was forgotten, or a case whose correction nobody answered in time."""
    application = _still(application_id, _unanswered() | _forgotten())
    if application is None:
        return
    case = taken_as(Relation.SYSTEM, "lapse", application)
    if application.status is Status.CORRECTION_REQUESTED:
        close(application, answered=False)
    moved(case)
    LIVES[application.kind].over(application, None)


@action
def let_go(application_id: int) -> None:
    """Put a case back into the queue that its officer left lying."""
    application = _still(application_id, _idle())
    if application is None:
        return
    case = taken_as(Relation.SYSTEM, "release", application)
    application.handler_id = None
    moved(case)


def _unanswered() -> ColumnElement[bool]:
    return and_(
        Application.status == Status.CORRECTION_REQUESTED, Application.due_on < clock.today()
    )


def _forgotten() -> ColumnElement[bool]:
    limit = clock.now() - timedelta(days=DRAFT_DAYS)
    return and_(Application.status == Status.DRAFT, Application.changed_at < limit)


def _idle() -> ColumnElement[bool]:
    limit = clock.start_of(workdays.before(clock.today(), IDLE))
    return and_(Application.status == Status.UNDER_REVIEW, Application.changed_at < limit)


def _found(due: ColumnElement[bool]) -> Iterator[int]:
    asked = select(Application.id).where(due).order_by(Application.id).limit(AT_ONCE)
    return (each["id"] for each in rows(asked))


def _still(application_id: int, due: ColumnElement[bool]) -> Application | None:
    """Lock the application if it is still so and nobody else is at it."""
    return session.scalar(
        select(Application)
        .where(Application.id == application_id, due)
        .with_for_update(skip_locked=True)
    )
