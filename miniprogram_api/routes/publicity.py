"""Publicity: which decisions anybody may read these days, and objections to them."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.cases import publicity, published
from backend.texts.kinds import Looked
from miniprogram_api import cached, cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import A_STEP, ONE
from miniprogram_api.schemas import publicity as shapes

routes = Routes("publicity", __name__, description="公示与异议")


@routes.operation(
    "POST",
    f"{ONE}/publicise",
    "publiciseDecision",
    verbs=("publicise",),
    body=shapes.NewPublicity,
    **A_STEP,
)
def publicise_decision(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Publish a decision, with the name masked, for some working days."""
    return publicity.publicise(application_id, seen=seen, by=by, **body)


@routes.operation(
    "GET",
    "/publicity",
    "listPublicity",
    query=shapes.BoardQuery,
    gives=shapes.BOARD,
)
def list_publicity(by: Principal | None, query: dict[str, Any]) -> dict[str, Any]:
    """What is published today, newest first; what is over is gone."""
    limit = query["limit"]
    after = cursors.unpack(query["cursor"], "listPublicity", {}, by)
    found = published.board(after=after and after[0], limit=limit + 1)
    more = len(found) > limit
    last = cursors.pack([found[limit - 1]["row"]], "listPublicity", {}, by) if more else None
    return {"items": found[:limit], "next_cursor": last}


@routes.operation(
    "POST",
    "/publicity/<uuid:publicity_id>/objections",
    "objectToDecision",
    body=shapes.NewObjection,
    gives=shapes.ObjectionSchema,
    status=201,
    key="key",
    may_refuse=(403, 409),
)
def object_to_decision(
    by: Principal, publicity_id: UUID, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Object to a published decision; its period stands still until that is answered."""
    return publicity.object_to(publicity_id, by=by, looked=looked, **body)


@routes.operation("GET", f"{ONE}/objections", "listObjections", gives=shapes.OBJECTIONS)
def list_objections(by: Principal, application_id: UUID) -> dict[str, Any]:
    """The objections to the decision on a case."""
    return {"items": published.objections_to(application_id, by), "next_cursor": None}


@routes.operation(
    "GET", "/objections/<uuid:objection_id>", "getObjection", gives=shapes.ObjectionSchema
)
def get_objection(by: Principal, objection_id: UUID) -> dict[str, Any]:
    """One objection and what came of it."""
    return published.objection(objection_id, by)


@routes.operation(
    "POST",
    "/objections/<uuid:objection_id>/answer",
    "answerObjection",
    body=shapes.ObjectionAnswer,
    gives=shapes.ObjectionSchema,
    key="key",
    may_refuse=(403, 409),
)
def answer_objection(by: Principal, objection_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Answer an objection: the period goes on, or the office has to decide anew."""
    answered = publicity.answer(objection_id, by=by, **body)
    cached.forget("parks")
    return answered
