"""Which statement finds the parks that are wanted?

Building a statement costs more than running it, so each shape of question is built once, with its
values left open.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from backend.db import term
from backend.parks import pinyin
from backend.parks.kinds import Tier
from backend.parks.models import Holding, Park, ParkTier, Unit
from backend.plans import built_once

EARTH_RADIUS_M = 6_371_008.8
# Parks without coordinates come after every distance that is possible on this planet.
NOWHERE_M = 100_000_000.0
TODAY: ColumnElement[Any] = bindparam("today", type_=Date)


class Shape(NamedTuple):
    """What a question narrows, without the values."""

    words: int = 0
    county: bool = False
    tier: bool = False
    type: bool = False
    has_free_unit: bool | None = None
    near: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a list of parks is narrowed to; None leaves it open. `near` is (longitude, latitude)."""

    words: tuple[str, ...] = ()
    county: str | None = None
    tier: Tier | None = None
    type: str | None = None
    has_free_unit: bool | None = None
    near: tuple[float, float] | None = None

    def shape(self, *, goes_on: bool) -> Shape:
        """Return the shape of this question, from the start or from a cursor on."""
        return Shape(
            len(self.words),
            self.county is not None,
            self.tier is not None,
            self.type is not None,
            self.has_free_unit,
            self.near is not None,
            goes_on,
        )

    def values(self) -> dict[str, Any]:
        """Return what the statement of the shape leaves open."""
        longitude, latitude = self.near or (None, None)
        words = {f"word_{n}": _escaped(word) for n, word in enumerate(self.words)}
        return {
            "county": self.county,
            "tier": self.tier,
            "type": [self.type],
            "longitude": longitude,
            "latitude": latitude,
            **words,
        }


@built_once(128)
def page(shape: Shape) -> Select[Any]:
    """Return the statement of a page: nearest first where a place is given, else by pinyin."""
    order: tuple[Any, ...] = (literal_column("distance_m"), Park.pinyin, Park.id)
    statement = parks(near=shape.near).where(*_conditions(shape)).limit(bindparam("limit"))
    if shape.goes_on:
        behind: tuple[Any, ...] = (
            bindparam("after_distance", type_=Float),
            bindparam("after_pinyin", type_=Text),
            bindparam("after_id"),
        )
        statement = statement.where(tuple_(_distance(shape.near), *order[1:]) > tuple_(*behind))
    return statement.order_by(*order)


@built_once(2)
def parks(*, near: bool = False) -> Select[Any]:
    """Select parks with tiers and unit counts; the counts are null where no unit is known."""
    held = exists().where(Holding.unit_id == Unit.id, Holding.during.contains(TODAY))
    counts = (
        select(func.count().label("total"), func.count().filter(~held).label("free"))
        .select_from(Unit)
        .where(Unit.park_id == Park.id, is_open(TODAY))
        .lateral("counts")
    )
    known = counts.c.total > 0
    distance = _distance(near)
    return select(
        *Park.__table__.columns,
        _tiers().label("tiers"),
        case((known, counts.c.total)).label("units_total"),
        case((known, counts.c.free)).label("units_free"),
        distance.label("distance_m"),
        (distance < NOWHERE_M).label("is_placed"),
        TODAY.label("as_of"),
    ).join(counts, literal(True))


def is_open(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say in SQL that a unit is not closed on the day."""
    return or_(Unit.closed_on.is_(None), Unit.closed_on > day)


def _tiers() -> ColumnElement[Any]:
    whole = func.json_build_object(
        "tier",
        func.lower(ParkTier.tier.cast(Text)),
        "list",
        ParkTier.list_number,
        "item",
        ParkTier.item_number,
        "on",
        ParkTier.listed_on,
    )
    in_order = func.json_agg(aggregate_order_by(whole, ParkTier.list_number))
    return select(in_order).where(ParkTier.park_id == Park.id).scalar_subquery()


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Park.search_text.like("%" + bindparam(f"word_{n}", type_=Text) + "%", escape="/")
        for n in range(shape.words)
    ]
    county: ColumnElement[str] = bindparam("county", type_=Text)
    of_tier = exists().where(
        ParkTier.park_id == Park.id, ParkTier.tier == bindparam("tier", type_=term(Tier))
    )
    narrowed = (
        (shape.county, or_(Park.jurisdiction_code == county, Park.located_county_code == county)),
        (shape.tier, of_tier),
        (shape.type, Park.types.contains(bindparam("type", type_=ARRAY(Text)))),
        (shape.has_free_unit is not None, _has_free_unit(bool(shape.has_free_unit))),
    )
    return found + [condition for wanted, condition in narrowed if wanted]


def _has_free_unit(free_wanted: bool) -> ColumnElement[bool]:
    """Say whether a unit is free today; a park whose units are unknown is neither."""
    held = exists().where(Holding.unit_id == Unit.id, Holding.during.contains(TODAY))
    known = exists().where(Unit.park_id == Park.id, is_open(TODAY))
    free = exists().where(Unit.park_id == Park.id, is_open(TODAY), ~held)
    return free if free_wanted else and_(known, ~free)


def _distance(near: bool) -> ColumnElement[float]:
    """Return the great-circle distance in metres; both places are in GCJ-02."""
    if not near:
        return literal(NOWHERE_M, Float)
    longitude = bindparam("longitude", type_=Float)
    latitude = bindparam("latitude", type_=Float)
    half_chord = func.pow(func.sin(func.radians(Park.latitude - latitude) / 2), 2) + func.cos(
        func.radians(latitude)
    ) * func.cos(func.radians(Park.latitude)) * func.pow(
        func.sin(func.radians(Park.longitude - longitude) / 2), 2
    )
    metres = 2 * EARTH_RADIUS_M * func.asin(func.least(1.0, func.sqrt(half_chord)))
    # Asked for first: least() would drop the null of an unknown place.
    return case((Park.latitude.is_(None), NOWHERE_M), else_=metres)


def _escaped(word: str) -> str:
    """Normalise a word as the search text is, and take the meaning out of % and _."""
    plain = pinyin.searchable(word)
    return plain.replace("/", "//").replace("%", "/%").replace("_", "/_")
