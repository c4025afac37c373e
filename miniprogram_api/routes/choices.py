"""Choices: the parks that somebody named in order, and what each of them says of her."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.applications.workflow import STEPS
from backend.cases import passing
from backend.tenancies import admitting, choices, choosing, onlists
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE as APPLICATION
from miniprogram_api.schemas import choices as shapes

routes = Routes("choices", __name__, description="志愿与候补名单")


@routes.operation(
    "PUT",
    f"{APPLICATION}/choices",
    "rankParks",
    body=shapes.OtherParks,
    gives=shapes.ChoicesSchema,
    key="natural",
    if_match=True,
    versioned=True,
    may_refuse=(409,),
)
def rank_parks(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Name the parks to which the case goes, in order, if the first has no place for her."""
    return choosing.rank(application_id, seen=seen, by=by, others=body["other_parks"])


@routes.operation(
    "GET", f"{APPLICATION}/choices", "getChoices", gives=shapes.ChoicesSchema, versioned=True
)
def get_choices(by: Principal, application_id: UUID) -> dict[str, Any]:
    """In which of her parks she stands, and why."""
    return choices.of(application_id, by)


@routes.operation(
    "POST",
    f"{APPLICATION}/pass-on",
    "passOnCase",
    verbs=("pass_on",),
    body=shapes.PassingOn,
    gives=shapes.PassedOnSchema,
    key="key",
    if_match=True,
    steps=STEPS,
)
def pass_on_case(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Leave the case to the next park that the applicant has named."""
    return passing.pass_on(application_id, seen=seen, by=by, **body)


@routes.operation(
    "GET",
    "/waiting",
    "listWaiting",
    query=shapes.ListedQuery,
    gives=shapes.LISTED_PAGE,
)
def list_waiting(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Who is on the waiting lists of the caller's parks, or in her county, newest first."""
    asked = {"to_answer": query["to_answer"]}
    return cursors.page(
        "listWaiting", asked, by, query, lambda **at: onlists.listed(by, **asked, **at)
    )


@routes.operation(
    "POST",
    "/waiting/<uuid:entry_id>/admission",
    "answerAdmission",
    body=shapes.AdmissionAnswer,
    gives=shapes.ListedSchema,
    key="key",
    may_refuse=(409,),
)
def answer_admission(by: Principal, entry_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say whether the park takes somebody whom another park has approved."""
    return admitting.answer(entry_id, by=by, **body)
