"""What happens to offers, agreements, terms and free units by itself?

Offers and agreements lapse at their moment, whoever does not move in loses her place, a time of
idleness and a tenancy end with their days, and a unit that is free is offered to whoever waits for
it. Each is a transaction of its own; doing it twice does nothing.
"""

import logging
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from backend import clock
from backend.applications import gaps
from backend.applications.following import still
from backend.applications.models import Application
from backend.applications.workflow import Status as Asking
from backend.db import action, rows
from backend.parks.models import Holding, Unit
from backend.tenancies.departing import departed
from backend.tenancies.endings import LAPSES
from backend.tenancies.episodes import Suspension
from backend.tenancies.grounds import Ending
from backend.tenancies.models import Tenancy, WaitingEntry
from backend.tenancies.placing import pass_on
from backend.tenancies.ranking import ADMITTED, is_stopped
from backend.tenancies.suspending import resumed
from backend.tenancies.taking import taken_by_itself
from backend.tenancies.workflow import LIVE, STAYING, TIMED, Status
from eligibility.dates import A_DAY

log = logging.getLogger(__name__)
AT_ONCE = 500


def sweep() -> None:
    """Do all that has become due; what cannot be done does not hold up the rest."""
    for due, do in (
        (_run_out(), lapse),
        (_tenancies(_is_missing()), no_show),
        (_tenancies(_is_over()), end),
        (_tenancies(_has_rested()), resume),
        (_wanted(), hand_out),
    ):
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
        last_on = found[0].until_on - A_DAY
        departed(taken_by_itself(*found, "end"), last_on, Ending.TERM_OVER)


@action
def no_show(tenancy_id: int) -> None:
    """Take the place of somebody who did not move in; the next one has it in the same moment."""
    found = still(Tenancy, tenancy_id, _is_missing())
    if found is not None:
        last_on = found[0].arrive_by
        assert last_on is not None
        departed(taken_by_itself(*found, "no_show"), last_on, Ending.NO_SHOW)


@action
def resume(tenancy_id: int) -> None:
    """Let business go on when the time of idleness that was set is over."""
    found = still(Tenancy, tenancy_id, _has_rested())
    if found is not None:
        resumed(taken_by_itself(*found, "resume"))


@action
def hand_out(unit_id: int) -> None:
    """Offer a unit that lies free to the next who fits."""
    pass_on(unit_id)


def _run_out() -> Select[int]:
    return select(Tenancy.id).where(_has_run_out()).order_by(Tenancy.expires_at, Tenancy.id)


def _tenancies(due: ColumnElement[bool]) -> Select[int]:
    return select(Tenancy.id).where(due).order_by(Tenancy.id)


def _has_run_out() -> ColumnElement[bool]:
    """Say that the time is over; while she could not sign nobody loses a place over a signature."""
    settled = and_(
        exists().where(
            Application.id == Tenancy.application_id, Application.status == Asking.APPROVED
        ),
        ~gaps.is_unsettled(Tenancy.application_id),
    )
    return and_(
        Tenancy.status.in_(TIMED),
        Tenancy.expires_at <= clock.now(),
        or_(Tenancy.status == Status.OFFERED, settled),
    )


def _is_over() -> ColumnElement[bool]:
    return and_(Tenancy.status.in_(STAYING), Tenancy.until_on <= clock.today())


def _is_missing() -> ColumnElement[bool]:
    return and_(
        Tenancy.status == Status.ACTIVE,
        Tenancy.arrived_on.is_(None),
        Tenancy.arrive_by < clock.today(),
    )


def _has_rested() -> ColumnElement[bool]:
    is_over = exists().where(
        Suspension.tenancy_id == Tenancy.id,
        Suspension.ended_on.is_(None),
        Suspension.until_on <= clock.today(),
    )
    return and_(Tenancy.status == Status.SUSPENDED, is_over)


def _wanted() -> Select[int]:
    """Say which units are free today while somebody may have them; first choices come first."""
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
        .where(
            Application.status == Asking.APPROVED,
            ADMITTED,
            ~is_stopped(Unit.park_id, Unit.kind),
            ~has_one,
            ~held,
        )
        .group_by(Unit.id)
        .order_by(func.min(WaitingEntry.choice), Unit.id)
    )


def _found(due: Select[int]) -> Iterator[int]:
    return (each["id"] for each in rows(due.limit(AT_ONCE)))
