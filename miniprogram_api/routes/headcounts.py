"""Head counts: who worked where in a month, and where nobody did."""

from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.tenancies import counting, figures
from backend.texts.kinds import Looked
from eligibility.dates import add_months
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.tenancies import A_STEP, ONE
from miniprogram_api.schemas import headcounts as shapes
from miniprogram_api.schemas.shared import Paging

routes = Routes("headcounts", __name__, description="在园人数")


@routes.operation(
    "POST",
    f"{ONE}/headcounts",
    "recordHeadcount",
    verbs=("count",),
    body=shapes.NewHeadcount,
    **A_STEP,
)
def record_headcount(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Say who worked there in a month; what a tenant says waits for her park to confirm it."""
    people = [counting.Named(**each) for each in body.pop("people")]
    return counting.record(tenancy_id, seen=seen, by=by, people=people, looked=looked, **body)


@routes.operation(
    "POST",
    f"{ONE}/headcounts/confirm",
    "confirmHeadcount",
    verbs=("confirm_count",),
    body=shapes.CountedMonth,
    **A_STEP,
)
def confirm_headcount(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Confirm what a tenant has declared for a month."""
    return counting.confirm(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "GET",
    f"{ONE}/headcounts",
    "listHeadcounts",
    query=Paging,
    gives=shapes.HEADCOUNT_PAGE,
)
def list_headcounts(by: Principal, tenancy_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """Every count of a tenancy, corrected ones included, newest first."""
    return cursors.page(
        "listHeadcounts",
        {"tenancy": tenancy_id},
        by,
        query,
        lambda **at: figures.of_tenancy(tenancy_id, by, **at),
    )


@routes.operation(
    "GET", "/headcounts", "countHeads", query=shapes.HeadsQuery, gives=shapes.HeadsSchema
)
def count_heads(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """How many different people worked in each park within reach, as of when."""
    month = query["month"] or add_months(clock.today().replace(day=1), -1)
    return {"items": figures.of_parks(by, month)}


@routes.operation(
    "GET",
    "/nameplates",
    "listNameplates",
    query=shapes.NameplateQuery,
    gives=shapes.NAMEPLATE_PAGE,
)
def list_nameplates(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Tenants at whom nobody was counted for so long; nothing follows from standing here."""
    asked = {"months": query["months"]}
    return cursors.page(
        "listNameplates", asked, by, query, lambda **at: figures.nameplates(by, **asked, **at)
    )
