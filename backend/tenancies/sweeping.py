"""What happens to offers, agreements, terms and free units by itself?

Offers and agreements lapse at their moment, a tenancy ends with its term, and a unit that is free
is offered to whoever waits for it. Each is a transaction of its own; doing it twice does nothing.
"""

import logging
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from backend import clock
from backend.applications.following import still
from backend.applications.models import Application
from backend.applications.workflow import Status as Asking
from backend.db import action, rows
from backend.parks.models import Holding, Unit
from backend.tenancies.endings import LAPSES
from backend.tenancies.models import Tenancy, WaitingEntry
from backend.tenancies.placing import pass_on
from backend.tenancies.taking import moved, taken_by_itself
from backend.tenancies.workflow import LIVE, TIMED, Status

log = logging.getLogger(__name__)
AT_ONCE = 500


def sweep() -> None:
    """Do all that has become due; what cannot be done does not hold up the rest."""
    for due, do in ((_run_out(), lapse), (_over(), end), (_wanted(), hand_out)):
        for key in _found(due):
            try:
                do(key)
            except Exception:
                log.exception("%s %s cannot be swept", do.__name__, key)


@action
def lapse(tenancy_id: int) -> None:
    """End an offer or an agreement whose time is over, unless somebody is at it right now."""
    found = still(Tenancy, tenancy_id, _has_run_out())
    if found is not None:
        tenancy, application = found
        LAPSES[tenancy.status](taken_by_itself(tenancy, application, "lapse"))


@action
def end(tenancy_id: int) -> None:
    """End a tenancy whose last day is over; what the ledger holds of it is history by then."""
    found = still(Tenancy, tenancy_id, _is_over())
    if found is not None:
        moved(taken_by_itself(*found, "end"))


@action
def hand_out(unit_id: int) -> None:
    """Offer a unit that lies free to the next who fits."""
    pass_on(unit_id)


def _run_out() -> Select[int]:
    return select(Tenancy.id).where(_has_run_out()).order_by(Tenancy.expires_at, Tenancy.id)


def _over() -> Select[int]:
    return select(Tenancy.id).where(_is_over()).order_by(Tenancy.id)


def _has_run_out() -> ColumnElement[bool]:
    """Say that the time is over; while a decision is published nobody loses it over a signature."""
    settled = exists().where(
        Application.id == Tenancy.application_id, Application.status == Asking.APPROVED
    )
    return and_(
        Tenancy.status.in_(TIMED),
        Tenancy.expires_at <= clock.now(),
        or_(Tenancy.status == Status.OFFERED, settled),
    )


def _is_over() -> ColumnElement[bool]:
    return and_(Tenancy.status == Status.ACTIVE, Tenancy.until_on <= clock.today())


def _wanted() -> Select[int]:
    """Say which units are free today while somebody approved waits; first choices come first."""
    today = clock.today()
    held = exists().where(Holding.unit_id == Unit.id, Holding.during.contains(today))
    has_one = exists().where(Tenancy.application_id == Application.id, Tenancy.status.in_(LIVE))
    waits = and_(
        WaitingEntry.park_id == Unit.park_id,
        WaitingEntry.unit_kind == Unit.kind,
        WaitingEntry.left_at.is_(None),
        WaitingEntry.paused_at.is_(None),
    )
    return (
        select(Unit.id)
        .join(WaitingEntry, waits)
        .join(Application, Application.id == WaitingEntry.application_id)
        .where(Application.status == Asking.APPROVED, ~has_one, ~held)
        .group_by(Unit.id)
        .order_by(func.min(WaitingEntry.choice), Unit.id)
    )


def _found(due: Select[int]) -> Iterator[int]:
    return (each["id"] for each in rows(due.limit(AT_ONCE)))
