"""Which parks does an application name, in her order, and where has the case been?"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from backend.access import Principal, Role
from backend.applications.models import Application, ParkChoice
from backend.db import Row, row, rows, session
from backend.parks.models import Park

# What a park calls another one with which the case lay before.
ANOTHER_PARK = "其他园区"
_reached = aliased(ParkChoice)
# How far down her list the case has come; the first park has no row.
_as_far = (
    select(func.coalesce(func.max(_reached.choice), 1))
    .where(_reached.application_id == Application.id, _reached.came_at.is_not(None))
    .correlate(Application)
    .scalar_subquery()
)
_lies_ahead = (
    ParkChoice.application_id == Application.id,
    ParkChoice.choice > _as_far,
    ParkChoice.park_id != Application.park_id,
)
# Whether she named another park that the case has not come to yet.
HAS_NEXT: ColumnElement[bool] = (
    exists().where(*_lies_ahead).correlate(Application).label("has_next")
)


def next_of(application: Application) -> ParkChoice | None:
    """Return the choice to which a locked application would go from where it is."""
    return session.scalar(
        select(ParkChoice)
        .join(Application, ParkChoice.application_id == Application.id)
        .where(Application.id == application.id, *_lies_ahead)
        .order_by(ParkChoice.choice)
        .limit(1)
    )


def parks_of(found: Row) -> list[Row]:
    """Return the parks in her order, the first one included, each once.

    `came_at`, `reasons` and `note` say when and why the case came there from the one before.
    """
    further = _further(found["id"])
    first = _park(next((e["from_park_id"] for e in further if e["came_at"]), found["park_id"]))
    named = [first, *(each for each in further if each["park_id"] != first["park_id"])]
    return [{**each, "choice": place} for place, each in enumerate(named, 1)]


def been(found: Row) -> list[Row]:
    """Return the parks with which the case has been, the present one last."""
    if found["park_id"] is None:
        return []
    parks = parks_of(found)
    return [parks[0], *(each for each in parks[1:] if each["came_at"])]


def told_of(events: Iterable[Row], found: Row, by: Principal) -> Iterator[tuple[Row, Row]]:
    """Give each event with the case under the name of the park with which it lay at the time.

    A park is not told which others she has named.
    """
    names = [each["park_name"] for each in been(found)]
    if by.role is Role.PARK_MANAGER:
        names = [ANOTHER_PARK] * (len(names) - 1) + names[-1:]
    for event in events:
        yield event, {**found, "office_name": names[0]} if len(names) > 1 else found
        if event["name"] == "application.passed_on":
            names = names[1:]


def _further(application_id: int) -> list[Row]:
    asked = (
        select(
            *ParkChoice.__table__.columns,
            Park.public_id.label("park_public_id"),
            Park.name.label("park_name"),
        )
        .join(Park, Park.id == ParkChoice.park_id)
        .where(ParkChoice.application_id == application_id)
        .order_by(ParkChoice.choice)
    )
    return list(rows(asked))


def _park(park_id: int) -> dict[str, Any]:
    found = row(
        select(
            Park.id.label("park_id"),
            Park.public_id.label("park_public_id"),
            Park.name.label("park_name"),
        ).where(Park.id == park_id)
    )
    assert found is not None
    return {**found, "came_at": None, "reasons": [], "note": ""}
