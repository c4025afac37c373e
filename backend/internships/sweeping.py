"""What happens to internships by itself?

Agreements that were not signed and windows that were not used run out after their last day, and an
internship ends with its term. Each is a transaction of its own; doing it twice does nothing.
"""

import logging
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, select

from backend import clock
from backend.applications import gaps
from backend.applications.following import still
from backend.applications.models import Application
from backend.applications.workflow import Status as Asking
from backend.db import action, rows
from backend.internships import endings
from backend.internships.models import Internship
from backend.internships.taking import taken_by_itself
from backend.internships.workflow import TIMED, Status
from eligibility.dates import A_DAY

log = logging.getLogger(__name__)
AT_ONCE = 500


def sweep() -> None:
    """Do all that has become due; what cannot be done does not hold up the rest."""
    for due, do in ((_has_run_out(), expire), (_is_over(), complete)):
        for key in _found(due):
            try:
                do(key)
            except Exception:
                log.exception("internship %s: cannot %s", key, do.__name__)


@action
def expire(internship_id: int) -> None:
    """End an agreement or a window whose last day is over, unless somebody is at it right now."""
    found = still(Internship, internship_id, _has_run_out())
    if found is not None:
        endings.expired(taken_by_itself(*found, "expire"))


@action
def complete(internship_id: int) -> None:
    """End an internship whose last day is over; the window opens."""
    found = still(Internship, internship_id, _is_over())
    if found is not None:
        last_on = found[0].until_on - A_DAY
        endings.ended(taken_by_itself(*found, "complete"), last_on, endings.FULL_TERM)


def _has_run_out() -> ColumnElement[bool]:
    """Say that the time is over; while she could not sign nobody loses anything."""
    settled = and_(
        exists().where(
            Application.id == Internship.application_id, Application.status == Asking.APPROVED
        ),
        ~gaps.is_unsettled(Internship.application_id),
    )
    return and_(Internship.status.in_(TIMED), Internship.expires_on < clock.today(), settled)


def _is_over() -> ColumnElement[bool]:
    return and_(Internship.status == Status.IN_PROGRESS, Internship.until_on <= clock.today())


def _found(due: ColumnElement[bool]) -> Iterator[int]:
    asked = select(Internship.id).where(due).order_by(Internship.id).limit(AT_ONCE)
    return (each["id"] for each in rows(asked))
