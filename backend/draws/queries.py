"""What may be asked about draws, by anybody, and by whoever has a ticket?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, true

from backend import clock
from backend.access import Principal, relations
from backend.applications.models import Application
from backend.db import Row, row, rows
from backend.draws import lots, workflow
from backend.draws.models import Draw, Ticket
from backend.errors import NotFound
from backend.parks.kinds import UnitKind
from backend.parks.models import Park, Unit
from backend.steps import open_to
from backend.tenancies import priority
from backend.tenancies.models import WaitingEntry

_entrants = (
    select(func.count())
    .where(Ticket.draw_id == Draw.id)
    .correlate(Draw)
    .scalar_subquery()
    .label("entrants")
)
# What is drawn for lies in a park, and is its managers' from the day of the announcement on.
_WHOLE = select(
    *Draw.__table__.columns,
    Draw.announced_at.label("submitted_at"),
    Park.public_id.label("park_public_id"),
    Park.name.label("park_name"),
    Park.jurisdiction_code,
    _entrants,
).join(Park, Park.id == Draw.park_id)
_TICKET = (
    select(
        *Ticket.__table__.columns,
        WaitingEntry.public_id.label("entry_public_id"),
        WaitingEntry.left_at,
        Application.public_id.label("application_public_id"),
        Application.applicant_id,
        Application.number,
        Park.name.label("park_name"),
        Draw.public_id.label("draw_public_id"),
        Draw.unit_kind,
        Draw.places,
        Draw.status,
        Draw.list_sha256,
        Draw.draws_at,
        Draw.frozen_at,
        _entrants,
    )
    .join(Draw, Draw.id == Ticket.draw_id)
    .join(Park, Park.id == Draw.park_id)
    .join(WaitingEntry, WaitingEntry.id == Ticket.entry_id)
    .join(Application, Application.id == WaitingEntry.application_id)
)


def get(public_id: UUID, by: Principal | None) -> dict[str, Any]:
    """Return a draw with everything that it takes to rerun it; raise NotFound."""
    found = find(public_id)
    if found is None:
        raise NotFound
    tickets = rows(
        select(Ticket.code, Ticket.class_rank, Ticket.place)
        .where(Ticket.draw_id == found["id"])
        .order_by(Ticket.place.nulls_last(), Ticket.code)
    )
    return {**seen_by(by, found), "tickets": [_public(found, each) for each in tickets]}


def find(public_id: UUID) -> Row | None:
    """Return the row of a draw with its park, whoever asks."""
    return row(_WHOLE.where(Draw.public_id == public_id))


def listed(
    by: Principal | None, *, park_id: UUID | None, after: int | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page of the draws of a park or of all parks, newest first."""
    asked = _WHOLE.where(Park.public_id == park_id if park_id else true())
    if after is not None:
        asked = asked.where(Draw.id < after)
    return [seen_by(by, each) for each in rows(asked.order_by(Draw.id.desc()).limit(limit))]


def seen_by(by: Principal | None, found: Mapping[str, Any]) -> dict[str, Any]:
    """Shape the row of a draw; who had which ticket is in none of it."""
    shown = (
        *("unit_kind", "places", "status", "park_name", "entrants", "commitment", "list_sha256"),
        *("announced_at", "freezes_at", "draws_at", "frozen_at", "revealed_at", "cancelled_at"),
        *("secret", "why", "version"),
    )
    return {
        "id": found["public_id"],
        "algorithm": lots.NAME,
        "park_id": found["park_public_id"],
        **{name: found[name] for name in shown},
        "actions": open_to(workflow.STEPS, found["status"], relations(by, found)),
        "row": found["id"],
    }


def ticket(draw_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the caller's own ticket; raise NotFound for whoever has none."""
    found = row(
        _TICKET.where(Draw.public_id == draw_id, Application.applicant_id == by.id)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return {
        **_public(found, found),
        "draw_id": found["draw_public_id"],
        "entry_id": found["entry_public_id"],
        "entrants": found["entrants"],
        "still_waiting": found["left_at"] is None,
    }


def ticket_numbered(ticket_id: int) -> Row:
    """Return the ticket that an event speaks of, with its draw and application."""
    found = row(_TICKET.where(Ticket.id == ticket_id))
    assert found is not None
    return found


def units_of_kind(park_id: int, unit_kind: UnitKind) -> int:
    """Count the units of a kind that a park has and has not closed."""
    asked = select(func.count().label("units")).where(
        Unit.park_id == park_id,
        Unit.kind == unit_kind,
        func.coalesce(Unit.closed_on > clock.today(), true()),
    )
    found = row(asked)
    return int(found["units"]) if found else 0


def _public(found: Row, each: Row) -> dict[str, Any]:
    """Tell of a ticket what everybody may know."""
    day = clock.day_of(found["frozen_at"])
    return {
        "code": each["code"],
        "class_rank": each["class_rank"],
        "class_label": priority.in_force(day).label(each["class_rank"]),
        "place": each["place"],
    }
