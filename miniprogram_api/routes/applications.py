"""Applications: drafting, submitting, deciding, and always knowing where the case stands."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.applications import actions, queries, suggestions
from backend.applications.kinds import CORRECTIONS, REFUSALS
from backend.applications.workflow import STEPS
from backend.cases import submitting
from backend.cases.timeline import timeline
from backend.texts.kinds import Looked
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import applications as shapes

routes = Routes("applications", __name__, description="申请与办理")
ONE = "/applications/<uuid:application_id>"
# What every step of the workflow promises.
A_STEP: dict[str, Any] = {
    "gives": shapes.ApplicationSchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
    "steps": STEPS,
}


@routes.operation(
    "POST",
    "/applications",
    "createApplication",
    body=shapes.NewApplication,
    gives=shapes.ApplicationSchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(409,),
)
def create_application(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Begin a draft for a park, or for the bureau of a county."""
    return actions.create(by=by, **_named(body))


@routes.operation(
    "GET",
    "/applications",
    "listApplications",
    query=shapes.ApplicationQuery,
    gives=shapes.APPLICATION_PAGE,
)
def list_applications(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The applicant's own, newest first; a manager's or the bureau's queue, most urgent first."""
    asked, limit = {"status": str(query["status"])}, query["limit"]
    after = cursors.unpack(query["cursor"], "listApplications", asked, by)
    found = queries.listed(by, status=query["status"], after=after, limit=limit + 1)
    more = len(found) > limit
    last = cursors.pack(found[limit - 1]["row"], "listApplications", asked, by) if more else None
    return {"items": found[:limit], "next_cursor": last}


@routes.operation("GET", ONE, "getApplication", gives=shapes.ApplicationSchema, versioned=True)
def get_application(by: Principal, application_id: UUID) -> dict[str, Any]:
    """One application, with what the caller may do to it now."""
    return queries.get(application_id, by)


@routes.operation("GET", f"{ONE}/timeline", "getTimeline", gives=shapes.TimelineSchema)
def get_timeline(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What happened so far, who holds the case, since when and until when."""
    return timeline(application_id, by)


@routes.operation("GET", f"{ONE}/suggestions", "suggestAnswers", gives=shapes.SUGGESTIONS)
def suggest_answers(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What is known already of the questions of a draft, each with its origin and its day."""
    return suggestions.suggested(application_id, by)


@routes.operation(
    "PUT",
    ONE,
    "updateApplication",
    body=shapes.ChangedApplication,
    gives=shapes.ApplicationSchema,
    key="natural",
    if_match=True,
    versioned=True,
    steps=STEPS,
)
def update_application(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Replace the named sections of a draft."""
    return actions.update(application_id, seen=seen, by=by, **_named(body))


@routes.operation("POST", f"{ONE}/submit", "submitApplication", body=shapes.Submission, **A_STEP)
def submit_application(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Hand the draft to its office; everything missing is named at once, papers included.

    Where all of it may follow, the refusal shows what would have to be promised.
    """
    promise = body["promise"]
    return submitting.submit(application_id, seen=seen, by=by, promise=promise, looked=looked)


@routes.operation("POST", f"{ONE}/restore", "restoreApplication", **A_STEP)
def restore_application(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Take up a lapsed draft again, within fourteen days and while there is no other."""
    return actions.restore(application_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/nudge",
    "nudgeApplication",
    gives=shapes.ApplicationSchema,
    key="key",
    versioned=True,
    may_refuse=(409,),
)
def nudge_application(by: Principal, application_id: UUID) -> dict[str, Any]:
    """Ask the office to get on with it, once in three working days."""
    return actions.nudge(application_id, by=by)


@routes.operation("GET", "/reasons", "listReasons", gives=shapes.ReasonListSchema)
def list_reasons() -> dict[str, Any]:
    """The coded reasons for a refusal and for a correction, each with suggested words."""
    return {
        "items": [queries.worded(*each) for each in REFUSALS.items()],
        "corrections": [queries.worded(*each) for each in CORRECTIONS.items()],
    }


def _named(body: dict[str, Any]) -> dict[str, Any]:
    office = {"park": body.pop("park_id"), "county": body.pop("jurisdiction_code")}
    return {**body, **office}
