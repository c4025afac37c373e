"""Which parks are there, which of them fit, and what is free?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from backend import clock
from backend.db import Row, row, rows
from backend.parks import pinyin
from backend.parks.kinds import Tier
from backend.parks.models import Division, Holding, Park, ParkManager, ParkTier, Unit

EARTH_RADIUS_M = 6_371_008.8
# Parks without coordinates come after every distance that is possible on this planet.
NOWHERE_M = 100_000_000.0


@dataclass(frozen=True)
class Wanted:
    """What a list of parks is narrowed to; None leaves it open. `near` is (longitude, latitude)."""

    words: tuple[str, ...] = ()
    county: str | None = None
    tier: Tier | None = None
    type: str | None = None
    has_free_unit: bool | None = None
    near: tuple[float, float] | None = None


def divisions() -> Sequence[Row]:
    """Return the league and its counties in the order of their codes."""
    return rows(select(*Division.__table__.columns).order_by(Division.code))


def listed(wanted: Wanted, *, after: Sequence[Any] | None, limit: int) -> Sequence[Row]:
    """Return a page of parks, nearest first where a place is given, else by pinyin."""
    distance = _distance(wanted.near)
    order = (distance, Park.pinyin, Park.id)
    statement = _parks(clock.today(), distance).where(*_conditions(wanted)).order_by(*order)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple(after))
    return rows(statement.limit(limit))


def get(public_id: UUID) -> Row | None:
    """Return one park with its tiers and the count of what is free today."""
    nowhere = _distance(None)
    return row(_parks(clock.today(), nowhere).where(Park.public_id == public_id))


def find(public_id: UUID) -> Row | None:
    """Return the keys of a park."""
    return row(select(Park.id, Park.public_id, Park.name).where(Park.public_id == public_id))


def units_of(park_id: int) -> Sequence[Row]:
    """Return the units of a park by code, each with the first day on which it is free.

    `held_until` is exclusive and null for a unit that is free today.
    """
    held, today = aliased(Holding), clock.today()
    return rows(
        select(
            Unit.public_id,
            Unit.code,
            Unit.kind,
            Unit.floor_area_m2,
            Unit.is_demo,
            held.kind.label("held_kind"),
            func.upper(held.during).label("held_until"),
        )
        .outerjoin(held, and_(held.unit_id == Unit.id, held.during.contains(today)))
        .where(Unit.park_id == park_id, _is_open(today))
        .order_by(Unit.code)
    )


def free_units(park_id: int, first: date, end: date) -> Sequence[Row]:
    """Return the units of a park that nobody holds on any day of [first, end)."""
    period = func.daterange(first, end, "[)")
    taken = exists().where(Holding.unit_id == Unit.id, Holding.during.op("&&")(period))
    return rows(
        select(Unit.public_id, Unit.code)
        .where(Unit.park_id == park_id, _is_open(first), ~taken)
        .order_by(Unit.code)
    )


def managed_by(staff_id: int) -> frozenset[int]:
    """Return the keys of the parks that a manager runs today."""
    today = clock.today()
    found = rows(
        select(ParkManager.park_id).where(
            ParkManager.staff_id == staff_id,
            ParkManager.since_on <= today,
            or_(ParkManager.until_on.is_(None), ParkManager.until_on > today),
        )
    )
    return frozenset(each["park_id"] for each in found)


def _parks(today: date, distance: ColumnElement[float]) -> Select[Any]:
    """Select parks with tiers and unit counts; the counts are null where no unit is known."""
    tiers = (
        select(
            func.json_agg(
                func.json_build_object(
                    "tier",
                    func.lower(ParkTier.tier.cast(Park.key.type)),
                    "list",
                    ParkTier.list_number,
                    "item",
                    ParkTier.item_number,
                    "on",
                    ParkTier.listed_on,
                )
            )
        )
        .where(ParkTier.park_id == Park.id)
        .scalar_subquery()
    )
    held = exists().where(Holding.unit_id == Unit.id, Holding.during.contains(today))
    counts = (
        select(
            func.count().label("total"),
            func.count().filter(~held).label("free"),
        )
        .select_from(Unit)
        .where(Unit.park_id == Park.id, _is_open(today))
        .lateral("counts")
    )
    known = counts.c.total > 0
    return select(
        *Park.__table__.columns,
        tiers.label("tiers"),
        case((known, counts.c.total)).label("units_total"),
        case((known, counts.c.free)).label("units_free"),
        distance.label("distance_m"),
        (distance < NOWHERE_M).label("is_placed"),
        literal(today).label("as_of"),
    ).join(counts, literal(True))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Park.search_text.contains(pinyin.searchable(word), autoescape=True) for word in wanted.words
    ]
    if wanted.county is not None:
        conditions.append(
            or_(
                Park.jurisdiction_code == wanted.county,
                Park.located_county_code == wanted.county,
            )
        )
    if wanted.tier is not None:
        conditions.append(exists().where(ParkTier.park_id == Park.id, ParkTier.tier == wanted.tier))
    if wanted.type is not None:
        conditions.append(Park.types.contains([wanted.type]))
    if wanted.has_free_unit is not None:
        today = clock.today()
        held = exists().where(Holding.unit_id == Unit.id, Holding.during.contains(today))
        of_park = exists().where(Unit.park_id == Park.id, _is_open(today))
        free = exists().where(Unit.park_id == Park.id, _is_open(today), ~held)
        conditions.append(free if wanted.has_free_unit else and_(of_park, ~free))
    return conditions


def _is_open(today: date) -> ColumnElement[bool]:
    return or_(Unit.closed_on.is_(None), Unit.closed_on > today)


def _distance(near: tuple[float, float] | None) -> ColumnElement[float]:
    """Return the great-circle distance in metres; both places are in GCJ-02."""
    if near is None:
        return literal(NOWHERE_M, Float)
    longitude, latitude = (cast(literal(degrees), Float) for degrees in near)
    half_chord = func.pow(func.sin(func.radians(Park.latitude - latitude) / 2), 2) + func.cos(
        func.radians(latitude)
    ) * func.cos(func.radians(Park.latitude)) * func.pow(
        func.sin(func.radians(Park.longitude - longitude) / 2), 2
    )
    metres = 2 * EARTH_RADIUS_M * func.asin(func.least(1.0, func.sqrt(half_chord)))
    return func.coalesce(metres, NOWHERE_M)


def named(park_ids: frozenset[int]) -> Sequence[Row]:
    """Return the public ids and names of parks."""
    return rows(
        select(Park.public_id.label("id"), Park.name)
        .where(Park.id.in_(park_ids))
        .order_by(Park.pinyin)
    )
