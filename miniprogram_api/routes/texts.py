"""Texts: what was made of what people typed, and what a person says of it."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.cases import reviewing
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE
from miniprogram_api.schemas import texts as shapes

routes = Routes("texts", __name__, description="文字复核")


@routes.operation("GET", f"{ONE}/texts", "listTexts", gives=shapes.TEXT_CHECKS)
def list_texts(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What was made of the free texts of a case, oldest first; never the texts themselves."""
    return {"items": reviewing.of_case(application_id, by), "next_cursor": None}


@routes.operation(
    "GET", "/subsidies/<uuid:subsidy_id>/texts", "listClaimTexts", gives=shapes.TEXT_CHECKS
)
def list_claim_texts(by: Principal, subsidy_id: UUID) -> dict[str, Any]:
    """What was made of objections to a claim."""
    return {"items": reviewing.of_claim(subsidy_id, by), "next_cursor": None}


@routes.operation("GET", "/posts/<uuid:post_id>/texts", "listPostTexts", gives=shapes.TEXT_CHECKS)
def list_post_texts(by: Principal, post_id: UUID) -> dict[str, Any]:
    """What was made of the words of a post, which is not shown before they are cleared."""
    return {"items": reviewing.of_post(post_id, by), "next_cursor": None}


@routes.operation(
    "POST",
    "/texts/<uuid:check_id>/review",
    "reviewText",
    body=shapes.TextReview,
    gives=shapes.TextCheckSchema,
    key="key",
    may_refuse=(409,),
)
def review_text(by: Principal, check_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say that a text is harmless, or what has to be written anew; whoever typed it is told."""
    return reviewing.review(check_id, by=by, **body)
