"""Opinions: what other offices are asked about a case, and what they say."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.cases import consulted, opinions
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE
from miniprogram_api.schemas import opinions as shapes

routes = Routes("opinions", __name__, description="征求意见")


@routes.operation(
    "POST",
    f"{ONE}/opinions",
    "askOpinion",
    body=shapes.NewOpinion,
    gives=shapes.OpinionSchema,
    status=201,
    key="key",
    may_refuse=(403, 409),
)
def ask_opinion(by: Principal, application_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Ask another office; the clock of the case runs on, and silence is no agreement."""
    park = body.pop("park_id")
    return opinions.ask(application_id, by=by, park=park, **body)


@routes.operation("GET", f"{ONE}/opinions", "listOpinions", gives=shapes.OPINIONS)
def list_opinions(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What was asked about a case; an office that is asked reads its own question only."""
    return {"items": consulted.listed(application_id, by), "next_cursor": None}


@routes.operation(
    "POST",
    "/opinions/<uuid:opinion_id>/answer",
    "giveOpinion",
    body=shapes.GivenOpinion,
    gives=shapes.OpinionSchema,
    key="key",
    may_refuse=(409,),
)
def give_opinion(by: Principal, opinion_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say what one's office thinks; once, and while the case is undecided."""
    return opinions.give(opinion_id, by=by, **body)
