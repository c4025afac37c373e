"""Parks: open to everybody, nobody signs in to look."""

from typing import Any
from uuid import UUID

from flask import Response

from backend import clock
from backend.errors import NotFound
from backend.parks import queries
from backend.parks.listing import Wanted
from miniprogram_api import cursors, json
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import parks as shapes

routes = Routes("parks", __name__, description="园区与场地")


@routes.operation("GET", "/divisions", "listDivisions", gives=shapes.DIVISION_PAGE)
def list_divisions() -> dict[str, Any]:
    """The league and its six county-level divisions."""
    return {"items": queries.divisions(), "next_cursor": None}


@routes.operation(
    "GET",
    "/parks",
    "listParks",
    query=shapes.ParkQuery,
    gives=shapes.PARK_PAGE,
    keep="parks",
    own="near",
)
def list_parks(query: dict[str, Any]) -> Response:
    """Parks by words, county, tier, type and free unit, nearest first where places are known."""
    after = cursors.unpack(query.pop("cursor"), "listParks", narrowed(query), None)
    found = queries.listed(wanted(query), after=after, limit=query["limit"] + 1)
    return page(found, query)


@routes.operation("GET", "/parks/<uuid:park_id>", "getPark", gives=shapes.ParkSchema)
def get_park(park_id: UUID) -> Response:
    """One park; what is not known is null and named in `unknown`."""
    found = queries.get(park_id)
    if found is None:
        raise NotFound
    return json.answer(shapes.park_json(found))


@routes.operation("GET", "/parks/<uuid:park_id>/units", "listParkUnits", gives=shapes.UNIT_PAGE)
def list_park_units(park_id: UUID) -> dict[str, Any]:
    """The units of a park, each with the first day on which it is free."""
    park = queries.find(park_id)
    if park is None:
        raise NotFound
    return {"items": [unit(row) for row in queries.units_of(park["id"])], "next_cursor": None}


def narrowed(query: dict[str, Any]) -> dict[str, Any]:
    """Return what a cursor has to agree with."""
    return {name: str(value) for name, value in query.items() if name not in ("limit", "cursor")}


def wanted(query: dict[str, Any]) -> Wanted:
    """Say in the words of the records what is looked for."""
    return Wanted(
        words=tuple((query["q"] or "").split()),
        **{name: query[name] for name in ("county", "tier", "type", "has_free_unit", "near")},
    )


def page(found: Any, query: dict[str, Any]) -> Response:
    """Write a page of parks and the cursor behind its last one."""
    limit = query["limit"]
    last = found[limit - 1] if len(found) > limit else None
    position = last and [last["distance_m"], last["pinyin"], last["id"]]
    cursor = cursors.pack(position, "listParks", narrowed(query), None) if position else None
    items = [shapes.park_json(row) for row in found[:limit]]
    return json.answer({"items": items, "next_cursor": cursor})


def unit(row: Any) -> dict[str, Any]:
    """Say of a unit whether and from when it is free."""
    free = row["held_kind"] is None
    return {**row, "is_free": free, "free_from": clock.today() if free else row["held_until"]}
