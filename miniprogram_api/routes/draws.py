"""Draws: the order of a waiting list by lot, for anybody to rerun."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.draws import actions, queries
from backend.draws.workflow import STEPS
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import draws as shapes

routes = Routes("draws", __name__, description="摇号")
ONE = "/draws/<uuid:draw_id>"


@routes.operation(
    "POST",
    "/parks/<uuid:park_id>/draws",
    "announceDraw",
    body=shapes.NewDraw,
    gives=shapes.WholeDrawSchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(403,),
)
def announce_draw(by: Principal, park_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Announce that the order of a list will be drawn; nothing of it is given away meanwhile."""
    return actions.announce(park_id, by=by, **body)


@routes.operation("GET", "/draws", "listDraws", query=shapes.DrawQuery, gives=shapes.DRAW_PAGE)
def list_draws(by: Principal | None, query: dict[str, Any]) -> dict[str, Any]:
    """The draws of a park or of all parks, newest first."""
    asked = {"park_id": query["park_id"]}
    return cursors.page(
        "listDraws", asked, by, query, lambda **at: queries.listed(by, **asked, **at)
    )


@routes.operation("GET", ONE, "getDraw", gives=shapes.WholeDrawSchema, versioned=True)
def get_draw(by: Principal | None, draw_id: UUID) -> dict[str, Any]:
    """Everything that it takes to rerun a draw, and nothing that names anybody."""
    return queries.get(draw_id, by)


@routes.operation(
    "POST",
    f"{ONE}/cancel",
    "cancelDraw",
    verbs=("cancel",),
    body=shapes.CallingOff,
    gives=shapes.WholeDrawSchema,
    key="key",
    if_match=True,
    versioned=True,
    steps=STEPS,
)
def cancel_draw(by: Principal, draw_id: UUID, seen: int, body: dict[str, Any]) -> dict[str, Any]:
    """Call a draw off before its list is closed."""
    return actions.cancel(draw_id, seen=seen, by=by, why=body["why"])


@routes.operation("GET", f"{ONE}/ticket", "getTicket", gives=shapes.OwnDrawTicketSchema)
def get_ticket(by: Principal, draw_id: UUID) -> dict[str, Any]:
    """The caller's own ticket, and her place once it is drawn."""
    return queries.ticket(draw_id, by)
