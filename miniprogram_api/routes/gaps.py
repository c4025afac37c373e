"""Gaps: a case is taken in although something is missing, because it is promised for a day."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.applications.promises import STEPS
from backend.cases import promising
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import A_STEP, ONE
from miniprogram_api.schemas import gaps as shapes
from miniprogram_api.schemas.applications import GapAnswers

routes = Routes("gaps", __name__, description="容缺受理")
GAP = f"{ONE}/gap"
# What every step on a gap promises; the version is that of its application.
A_GAP_STEP: dict[str, Any] = A_STEP | {"steps": STEPS}


@routes.operation("POST", GAP, "allowGap", verbs=("allow_gap",), body=shapes.NewGap, **A_STEP)
def allow_gap(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Let what is missing follow, if the applicant promises it; the case goes on meanwhile."""
    return promising.allow(application_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{GAP}/promise",
    "promiseGap",
    verbs=("promise",),
    body=shapes.GapPromise,
    **A_GAP_STEP,
)
def promise_gap(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Promise, in the words shown, that what is missing will be there by its day."""
    return promising.promise(application_id, seen=seen, by=by, sha256=body["sha256"])


@routes.operation("POST", f"{GAP}/decline", "declineGap", verbs=("decline",), **A_GAP_STEP)
def decline_gap(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Promise nothing."""
    return promising.decline(application_id, seen=seen, by=by)


@routes.operation("POST", f"{GAP}/fill", "fillGap", verbs=("fill",), body=GapAnswers, **A_GAP_STEP)
def fill_gap(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Hand in what was promised: papers are attached before, answers come with it."""
    return promising.fill(application_id, seen=seen, by=by, sections=body["sections"])


@routes.operation("POST", f"{GAP}/confirm", "confirmGap", verbs=("confirm",), **A_GAP_STEP)
def confirm_gap(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Say that what came is what was promised; a decision takes effect from now on."""
    return promising.confirm(application_id, seen=seen, by=by)


@routes.operation(
    "POST", f"{GAP}/refuse", "refuseGap", verbs=("refuse",), body=shapes.GapRefusal, **A_GAP_STEP
)
def refuse_gap(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Say what is wrong with what came; it may come again."""
    return promising.refuse(application_id, seen=seen, by=by, why=body["why"])
