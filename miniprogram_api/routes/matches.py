"""Matches: what the caller was told of policies that concern her, and what she can do about it."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.matches import queries
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import matches as shapes
from miniprogram_api.schemas.shared import Paging

routes = Routes("matches", __name__, description="政策找人")


@routes.operation("GET", "/me/matches", "listMatches", query=Paging, gives=shapes.MATCH_PAGE)
def list_matches(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """What the caller was told, newest first."""
    return cursors.page("listMatches", {}, by, query, lambda **at: queries.listed(by, **at))


@routes.operation("GET", "/me/matches/<uuid:match_id>", "getMatch", gives=shapes.MatchSchema)
def get_match(by: Principal, match_id: UUID) -> dict[str, Any]:
    """Everything that one message tells of, as it was then, with the buttons of today."""
    return queries.get(match_id, by)
