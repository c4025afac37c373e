"""Which parks are there, which of them fit, and what is free?"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import aliased

from backend import clock
from backend.accounts.models import Staff
from backend.db import Row, row, rows
from backend.parks import listing
from backend.parks.listing import Wanted, is_open
from backend.parks.models import Division, Holding, Park, ParkManager, Unit

_today: Any = bindparam("today", callable_=clock.today, type_=Date)


def _on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(
        ParkManager.since_on <= day,
        or_(ParkManager.until_on.is_(None), ParkManager.until_on > day),
    )


# The keys of the parks that the account of a row runs today.
MANAGED: ColumnElement[Any] = func.array(
    select(ParkManager.park_id)
    .where(ParkManager.staff_id == Staff.id, _on(_today))
    .correlate(Staff)
    .scalar_subquery()
).label("parks")


def divisions() -> Sequence[Row]:
    """Return the league and its counties in the order of their codes."""
    return rows(select(*Division.__table__.columns).order_by(Division.code))


def is_county(code: str | None) -> bool:
    """Tell whether this is the code of one of the league's counties."""
    found = row(select(Division.is_county).where(Division.code == code))
    return found is not None and bool(found["is_county"])


def listed(wanted: Wanted, *, after: Sequence[Any] | None, limit: int) -> Sequence[Row]:
    """Return a page of parks, nearest first where a place is given, else by pinyin."""
    values = {**wanted.values(), "today": clock.today(), "limit": limit}
    if after is not None:
        values |= dict(zip(("after_distance", "after_pinyin", "after_id"), after, strict=True))
    return rows(listing.page(wanted.shape(goes_on=after is not None)), **values)


def get(public_id: UUID) -> Row | None:
    """Return one park with its tiers and the count of what is free today."""
    return row(listing.parks().where(Park.public_id == public_id), today=clock.today())


def find(public_id: UUID) -> Row | None:
    """Return the keys of a park and who answers for it."""
    columns = (Park.id, Park.public_id, Park.name, Park.jurisdiction_code)
    return row(select(*columns).where(Park.public_id == public_id))


def units_of(park_id: int) -> Sequence[Row]:
    """Return the units of a park by code, each with why and until when it is held.

    `held_until` is exclusive, the first day on which nobody holds it however many holdings follow
    each other; it is null for a unit that is free today or held without end.
    """
    held, today = aliased(Holding), clock.today()
    # The holdings of the unit as few long periods: those that touch are one.
    period = func.unnest(func.range_agg(Holding.during)).label("period")
    whole = select(Holding.unit_id, period).group_by(Holding.unit_id).subquery()
    return rows(
        select(
            Unit.public_id,
            Unit.code,
            Unit.kind,
            Unit.floor_area_m2,
            Unit.is_demo,
            held.kind.label("held_kind"),
            func.upper(whole.c.period).label("held_until"),
        )
        .outerjoin(held, and_(held.unit_id == Unit.id, held.during.contains(today)))
        .outerjoin(
            whole,
            and_(whole.c.unit_id == Unit.id, whole.c.period.op("@>", is_comparison=True)(today)),
        )
        .where(Unit.park_id == park_id, is_open(literal(today)))
        .order_by(Unit.code)
    )


def free_units(park_id: int, first: date, end: date) -> Sequence[Row]:
    """Return the units of a park that nobody holds, and that stay open, on all of [first, end)."""
    taken = exists().where(Holding.unit_id == Unit.id, Holding.during.overlaps(Range(first, end)))
    open_until_then = or_(Unit.closed_on.is_(None), Unit.closed_on >= end)
    return rows(
        select(Unit.public_id, Unit.code)
        .where(Unit.park_id == park_id, open_until_then, ~taken)
        .order_by(Unit.code)
    )


def managed_by(staff_id: int) -> frozenset[int]:
    """Return the keys of the parks that a manager runs today."""
    found = rows(select(ParkManager.park_id).where(ParkManager.staff_id == staff_id, _on(_today)))
    return frozenset(each["park_id"] for each in found)


def managers_of(park_id: int) -> frozenset[int]:
    """Return the keys of the staff accounts that run a park today."""
    found = rows(select(ParkManager.staff_id).where(ParkManager.park_id == park_id, _on(_today)))
    return frozenset(each["staff_id"] for each in found)


def named(park_ids: frozenset[int]) -> Sequence[Row]:
    """Return the public ids and names of parks."""
    return rows(
        select(Park.public_id.label("id"), Park.name)
        .where(Park.id.in_(park_ids))
        .order_by(Park.pinyin)
    )


def longest_names() -> dict[str, str]:
    """Return the longest name of a park, of an office of the bureau, and of a unit."""

    def longest(named: Any) -> ColumnElement[str]:
        chosen = select(named).order_by(func.length(named).desc(), named).limit(1)
        return func.coalesce(chosen.scalar_subquery(), "")

    asked = select(
        longest(Park.name).label("park"),
        (longest(Division.name) + "人社局").label("office"),
        longest(Unit.code).label("unit"),
    )
    found = row(asked)
    assert found is not None
    return dict(found)
