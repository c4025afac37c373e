"""Claims of parks for graduates and new jobs, and who might have a subsidy."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.cases import publicity, published
from backend.subsidies import candidates, claiming, openings, reviewing
from backend.subsidies.workflow import OF_A_CLAIM
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.subsidies import ONE, PROMISES
from miniprogram_api.schemas import claims as shapes
from miniprogram_api.schemas.publicity import OBJECTIONS, NewPublicity
from miniprogram_api.schemas.subsidies import WholeSubsidySchema

routes = Routes("claims", __name__, description="园区补贴申报")
A_STEP = PROMISES | {"steps": OF_A_CLAIM}


@routes.operation(
    "GET",
    "/subsidy-candidates",
    "listSubsidyCandidates",
    query=shapes.CandidateQuery,
    gives=shapes.CANDIDATE_PAGE,
)
def list_subsidy_candidates(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Who might have a subsidy, by the records of a manager's parks or of a county."""
    asked = {"kind": query["kind"], "park": query["park_id"], "standing": query["standing"]}
    return cursors.page(
        "listSubsidyCandidates", asked, by, query, lambda **at: candidates.listed(by, **asked, **at)
    )


@routes.operation(
    "POST",
    "/subsidies",
    "createClaim",
    body=shapes.NewClaim,
    gives=WholeSubsidySchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(404,),
)
def create_claim(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Begin a claim of a park, for households that graduated or for new jobs at a firm of it."""
    named = {"park": body["park_id"], "tenancy": body["tenancy_id"]}
    return claiming.create(body["kind"], **named, given=body["lines"], by=by)


@routes.operation(
    "PUT",
    f"{ONE}/lines",
    "updateClaim",
    verbs=("update",),
    body=shapes.ClaimLines,
    **A_STEP | {"key": "natural"},
)
def update_claim(by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]) -> Any:
    """Write all lines of a claim anew, while it is with the park."""
    return claiming.update(subsidy_id, seen=seen, by=by, given=body["lines"])


@routes.operation("POST", f"{ONE}/submit", "submitClaim", verbs=("submit",), **A_STEP)
def submit_claim(by: Principal, subsidy_id: UUID, seen: int) -> dict[str, Any]:
    """Hand a claim to the bureau; from now on nobody else claims for the same."""
    return claiming.submit(subsidy_id, seen=seen, by=by)


@routes.operation("POST", f"{ONE}/withdraw", "withdrawClaim", verbs=("withdraw",), **A_STEP)
def withdraw_claim(by: Principal, subsidy_id: UUID, seen: int) -> dict[str, Any]:
    """Take a claim back before it is published."""
    return claiming.withdraw(subsidy_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/send-back",
    "returnClaim",
    verbs=("send_back",),
    body=shapes.ReturnedItems,
    **A_STEP,
)
def return_claim(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Have a claim put right, every item at once; the bureau's clock rests meanwhile."""
    return reviewing.send_back(subsidy_id, seen=seen, by=by, items=body["items"])


@routes.operation(
    "POST",
    f"{ONE}/review",
    "reviewClaim",
    verbs=("review", "reject"),
    body=shapes.ClaimReview,
    **A_STEP,
)
def review_claim(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Accept or refuse each line, with coded reasons."""
    said = {"decided": body["lines"], "note": body["note"]}
    return reviewing.review(subsidy_id, seen=seen, by=by, **said)


@routes.operation(
    "POST",
    f"{ONE}/publicise",
    "publiciseClaim",
    verbs=("publicise",),
    body=NewPublicity,
    **A_STEP,
)
def publicise_claim(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Publish what was accepted of a claim, on the board of all decisions."""
    return publicity.publicise_claim(subsidy_id, seen=seen, by=by, **body)


@routes.operation("GET", f"{ONE}/objections", "listClaimObjections", gives=OBJECTIONS)
def list_claim_objections(by: Principal, subsidy_id: UUID) -> dict[str, Any]:
    """The objections to what was accepted of a claim."""
    return {"items": published.objections_to_claim(subsidy_id, by), "next_cursor": None}


@routes.operation(
    "POST",
    f"{ONE}/lines/<uuid:line_id>/worker",
    "openWorker",
    gives=shapes.WorkerSchema,
    key="key",
    may_refuse=(403,),
)
def open_worker(by: Principal, subsidy_id: UUID, line_id: UUID) -> dict[str, Any]:
    """The number of a worker's document in full; each look is written down."""
    return openings.open_worker(subsidy_id, line_id, by=by)
