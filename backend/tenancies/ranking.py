"""In which order do people wait, and who is next for a unit?

The order is asked of the records each time: first the class by the dated rule and by what is known
today, then the place in a draw, if there was one, then the moment of joining.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from backend import clock
from backend.applications.models import Application
from backend.applications.workflow import Status as Asking
from backend.db import Row, row, rows
from backend.parks.kinds import UnitKind
from backend.parks.models import Unit
from backend.profiles.queries import facts_of_all
from backend.tenancies import priority
from backend.tenancies.models import Admission, StoppedList, Tenancy, WaitingEntry
from backend.tenancies.workflow import HOUSED, LIVE

# Where an application may stand while it waits for a place.
WAITING = (
    Asking.SUBMITTED,
    Asking.UNDER_REVIEW,
    Asking.CORRECTION_REQUESTED,
    Asking.APPROVED,
    Asking.PUBLICISED,
    Asking.OBJECTION_HOLD,
)
CREDIT_CODE: ColumnElement[Any] = Application.sections["venture"]["credit_code"].astext
# An approval counts in the park that gave it; any other one has to say yes for itself.
ADMITTED: ColumnElement[bool] = or_(
    WaitingEntry.park_id == Application.park_id,
    exists()
    .where(Admission.entry_id == WaitingEntry.id, Admission.admitted.is_(True))
    .correlate(WaitingEntry),
)


def line(park_id: int, unit_kind: UnitKind) -> Sequence[Row]:
    """Return who waits in a park for a kind of unit, in order; whoever rests is left out."""
    return [each for each in entrants(park_id, unit_kind) if each["paused_at"] is None]


def entrants(park_id: int, unit_kind: UnitKind) -> Sequence[Row]:
    """Return everybody who has a place on a list, in order, whoever rests included."""
    its = (WaitingEntry.park_id == park_id, WaitingEntry.unit_kind == unit_kind)
    return _ranked(rows(_listed().where(*its)))


def next_for(unit: Unit) -> Sequence[Row]:
    """Return those to whom a unit may be offered, the next one first."""
    return _ranked(rows(_offerable(unit)))


def still_next_for(unit: Unit, entry_id: int) -> bool:
    """Tell, once her application is locked, whether the unit may be offered to her still."""
    return row(_offerable(unit).where(WaitingEntry.id == entry_id)) is not None


def of_application(application_id: int) -> Sequence[Row]:
    """Return the places of an application on lists, by her own choice."""
    return rows(
        select(*WaitingEntry.__table__.columns)
        .where(WaitingEntry.application_id == application_id, WaitingEntry.left_at.is_(None))
        .order_by(WaitingEntry.choice)
    )


def _ranked(found: Iterable[Row]) -> list[Row]:
    """Put whoever came in the order within a class into the order of the classes."""
    classed = [{**each, **place} for each, place in _classed(tuple(found))]
    return sorted(classed, key=lambda each: each["rank"])


def _classed(found: Sequence[Row]) -> Iterable[tuple[Row, Mapping[str, Any]]]:
    day = clock.today()
    wanted = priority.facts(day)
    known = facts_of_all([each["applicant_id"] for each in found], day)
    for each in found:
        told = known[each["applicant_id"]]
        yield each, priority.placed({fact: told.value(fact) for fact in wanted}, day)


def _listed() -> Select[*tuple[Any, ...]]:
    return (
        select(
            WaitingEntry.id,
            WaitingEntry.public_id,
            WaitingEntry.application_id,
            WaitingEntry.choice,
            WaitingEntry.joined_at,
            WaitingEntry.paused_at,
            Application.applicant_id,
        )
        .join(Application, Application.id == WaitingEntry.application_id)
        .where(WaitingEntry.left_at.is_(None), Application.status.in_(WAITING))
        .order_by(WaitingEntry.drawn.nulls_last(), WaitingEntry.joined_at, WaitingEntry.id)
    )


def is_stopped(park_id: Any, unit_kind: Any) -> ColumnElement[bool]:
    """Say in SQL that no unit of a list is given away while its order is about to be drawn."""
    return exists().where(StoppedList.park_id == park_id, StoppedList.unit_kind == unit_kind)


def _offerable(unit: Unit) -> Select[*tuple[Any, ...]]:
    """Say who is approved, admitted, without a unit, and was not offered this one before."""
    has_one = exists().where(Tenancy.application_id == Application.id, Tenancy.status.in_(LIVE))
    is_housed = exists().where(
        Tenancy.status.in_(HOUSED),
        or_(Tenancy.person_id == Application.applicant_id, Tenancy.credit_code == CREDIT_CODE),
    )
    since = func.coalesce(WaitingEntry.resumed_at, WaitingEntry.joined_at)
    knows_it = exists().where(
        Tenancy.entry_id == WaitingEntry.id,
        Tenancy.unit_id == unit.id,
        Tenancy.created_at >= since,
    )
    return _listed().where(
        and_(
            WaitingEntry.paused_at.is_(None),
            WaitingEntry.park_id == unit.park_id,
            WaitingEntry.unit_kind == unit.kind,
            Application.status == Asking.APPROVED,
            ADMITTED,
            ~is_stopped(unit.park_id, unit.kind),
            ~has_one,
            ~is_housed,
            ~knows_it,
        )
    )
