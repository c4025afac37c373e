"""What do we keep of divisions, parks, their tiers, units and who holds a unit when?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered, term
from backend.parks.kinds import HoldingKind, Tier, UnitKind


class Division(Model):
    """The league or one of its six county-level divisions (GB/T 2260)."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    short_name: Mapped[str]
    english_name: Mapped[str]
    is_county: Mapped[bool]


class Park(Numbered, Model):
    """A park. Null means not known, which is not the same as none.

    `jurisdiction_code` is who answers for it, `located_county_code` where it stands. Longitude
    and latitude are GCJ-02 degrees.
    """

    __tablename__ = "park"
    __table_args__ = (
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="whole_location"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("floor_area_m2 > 0", name="floor_area"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pinyin: Mapped[str]
    initials: Mapped[str]
    search_text: Mapped[str]
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    jurisdiction_source: Mapped[str]
    located_county_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    types: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    address: Mapped[str | None]
    floor_area_m2: Mapped[int | None]
    operator: Mapped[str | None]
    phone: Mapped[str | None]
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}


class ParkTier(Model):
    """One tier of a park, with the list, the item number and the day that say so."""

    __tablename__ = "park_tier"
    __table_args__ = (UniqueConstraint("list_number", "item_number", "listed_on"),)

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), primary_key=True)
    tier: Mapped[Tier] = mapped_column(term(Tier), primary_key=True)
    list_number: Mapped[int]
    item_number: Mapped[int]
    listed_on: Mapped[date]


class ParkManager(Model):
    """Who runs a park, from which day until which (exclusive; null: still)."""

    __tablename__ = "park_manager"

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
    since_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]


class Unit(Numbered, Model):
    """A room, desk, stall or plant that can be let."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("park_id", "code"),
        CheckConstraint("floor_area_m2 > 0", name="floor_area"),
    )

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), index=True)
    code: Mapped[str]
    kind: Mapped[UnitKind] = mapped_column(term(UnitKind))
    floor_area_m2: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]


class Holding(Numbered, Model):
    """A unit held over a period, half open; the one ledger of what is free.

    The exclusion constraint is the last word on double booking. `application_id` is the case
    that was granted it, null while the unit is only out of service.
    """

    __tablename__ = "holding"
    __table_args__ = (
        ExcludeConstraint(("unit_id", "="), ("during", "&&"), using="gist", name="ex_holding_unit"),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during)", name="during"),
        CheckConstraint(
            "(kind IN ('TENANCY', 'OFFER')) = (application_id IS NOT NULL)", name="kind"
        ),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[HoldingKind] = mapped_column(term(HoldingKind))
    during: Mapped[Range[date]] = mapped_column(DATERANGE)
    application_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
