"""What does a park look like, and what may be asked of the list?"""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields, validate

from backend.parks.kinds import DIVISION_CODES, HoldingKind, ParkType, Tier, UnitKind
from miniprogram_api.schemas.shared import Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf, Point, Text, YesNo

# What may be unknown of a park; the answer names those that are.
MAY_BE_UNKNOWN = (
    "located_county_code",
    "types",
    "address",
    "floor_area_m2",
    "operator",
    "phone",
    "location",
    "free_units",
)


class ParkQuery(Paging):
    """Narrows the list of parks; what is left out leaves it open."""

    q = Text(most=50, load_default=None, metadata={"example": "xam"})
    county = fields.String(
        load_default=None, validate=validate.OneOf(DIVISION_CODES, error="没有这个旗县市代码")
    )
    tier = OneOf(Tier, load_default=None)
    type = OneOf(ParkType, raw=True, load_default=None)
    has_free_unit = YesNo(load_default=None, metadata={"in_query": True})
    near = Point(load_default=None, metadata={"example": "122.05,46.08"})


class TierSchema(Shown):
    """One tier with the list and item of the document that says so."""

    tier = fields.String(required=True, metadata={"enum": [tier.name.lower() for tier in Tier]})
    tier_label = fields.String(required=True, metadata={"example": "盟级标准化"})
    list = fields.Integer(required=True, metadata={"example": 2})
    item = fields.Integer(required=True, metadata={"example": 4})
    on = fields.Date(required=True, metadata={"example": "2022-03-30"})


class TypeSchema(Shown):
    """One type of a park."""

    type = fields.String(required=True, metadata={"enum": [kind.name.lower() for kind in ParkType]})
    type_label = fields.String(required=True, metadata={"example": "返乡创业园"})


class LocationSchema(Shown):
    """Where a park stands, in GCJ-02 degrees."""

    longitude = fields.Float(required=True, metadata={"example": 122.05})
    latitude = fields.Float(required=True, metadata={"example": 46.08})
    datum = fields.String(required=True, metadata={"example": "GCJ-02"})


class UnitsSchema(Shown):
    """How many units there are and how many are free on the day."""

    total = fields.Integer(required=True, metadata={"example": 5})
    free = fields.Integer(required=True, metadata={"example": 3})
    as_of = fields.Date(required=True, metadata={"example": "2026-11-23"})


class ParkSchema(Shown):
    """A park. Null means not known and is listed in `unknown`; it never means none."""

    id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    aliases = fields.List(fields.String(), required=True)
    jurisdiction_code = fields.String(required=True, metadata={"example": "152201"})
    jurisdiction_source = fields.String(required=True, metadata={"example": "count_line"})
    located_county_code = fields.String(required=True, allow_none=True)
    tiers = fields.List(fields.Nested(TierSchema), required=True)
    types = fields.List(fields.Nested(TypeSchema), required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    floor_area_m2 = fields.Integer(required=True, allow_none=True)
    operator = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    location = fields.Nested(LocationSchema, required=True, allow_none=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    free_units = fields.Integer(required=True, allow_none=True, metadata={"example": 3})
    units = fields.Nested(UnitsSchema, required=True, allow_none=True)
    not_known = fields.List(fields.String(), required=True, data_key="unknown")
    is_demo = fields.Boolean(required=True)


class UnitSchema(Shown):
    """A unit; `free_from` is the first day on which nobody holds it, null when that is open."""

    id = PublicId(required=True, attribute="public_id")
    code = fields.String(required=True, metadata={"example": "A101"})
    kind = OneOf(UnitKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "办公用房"})
    floor_area_m2 = fields.Integer(required=True, allow_none=True)
    is_free = fields.Boolean(required=True)
    free_from = fields.Date(required=True, allow_none=True)
    held_kind = OneOf(HoldingKind, required=True, allow_none=True)
    held_kind_label = Label(required=True, allow_none=True, attribute="held_kind")
    is_demo = fields.Boolean(required=True)


class DivisionSchema(Shown):
    """The league or one of its counties."""

    code = fields.String(required=True, metadata={"example": "152201"})
    name = fields.String(required=True, metadata={"example": "乌兰浩特市"})
    short_name = fields.String(required=True, metadata={"example": "乌市"})
    english_name = fields.String(required=True, metadata={"example": "Ulanhot City"})
    is_county = fields.Boolean(required=True)


PARK_PAGE = page_of(ParkSchema)
UNIT_PAGE = page_of(UnitSchema)
DIVISION_PAGE = page_of(DivisionSchema)


TIER_LABELS, TYPE_LABELS = (
    {term.name.lower(): term.value for term in terms} for terms in (Tier, ParkType)
)


def park_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a park by hand, for the list that everybody reads; a test holds it to ParkSchema."""
    located = row["longitude"] is not None
    whole = {
        "id": row["public_id"],
        "name": row["name"],
        "aliases": row["aliases"],
        "jurisdiction_code": row["jurisdiction_code"],
        "jurisdiction_source": row["jurisdiction_source"],
        "located_county_code": row["located_county_code"],
        "tiers": [{**tier, "tier_label": TIER_LABELS[tier["tier"]]} for tier in row["tiers"] or ()],
        "types": _types(row["types"]),
        "address": row["address"],
        "floor_area_m2": row["floor_area_m2"],
        "operator": row["operator"],
        "phone": row["phone"],
        "location": {
            "longitude": row["longitude"],
            "latitude": row["latitude"],
            "datum": "GCJ-02",
        }
        if located
        else None,
        "distance_m": round(row["distance_m"]) if row["is_placed"] else None,
        "free_units": row["units_free"],
        "units": None
        if row["units_total"] is None
        else {"total": row["units_total"], "free": row["units_free"], "as_of": str(row["as_of"])},
        "is_demo": row["is_demo"],
    }
    whole["unknown"] = [name for name in MAY_BE_UNKNOWN if whole[name] is None]
    return whole


def _types(names: Sequence[str] | None) -> list[dict[str, str]] | None:
    if names is None:
        return None
    return [{"type": name, "type_label": TYPE_LABELS[name]} for name in names]
