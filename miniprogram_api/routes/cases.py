"""Cases: who has it, what has to be put right, how it ends, and how an end is set aside."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.cases import actions, conflicts, correcting, notes, transfers
from backend.cases.granting import Wish
from backend.texts.kinds import Looked
from miniprogram_api import cached
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import A_STEP, ONE
from miniprogram_api.schemas import cases as shapes

routes = Routes("cases", __name__, description="案件办理")


@routes.operation("POST", f"{ONE}/claim", "claimCase", verbs=("claim",), **A_STEP)
def claim_case(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Take a case on, so that colleagues leave it alone."""
    return actions.claim(application_id, seen=seen, by=by)


@routes.operation("POST", f"{ONE}/release", "releaseCase", verbs=("release",), **A_STEP)
def release_case(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Put a case back into the queue."""
    return actions.release(application_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/return",
    "returnForCorrection",
    verbs=("return", "return_again"),
    body=shapes.ReturnForCorrection,
    **A_STEP,
)
def return_for_correction(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Name everything that has to be put right, at once; a second time only a supervisor may."""
    return correcting.ask(application_id, seen=seen, by=by, **body)


@routes.operation("POST", f"{ONE}/recall", "recallCorrection", verbs=("recall",), **A_STEP)
def recall_correction(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Take back what was asked for; the history keeps it."""
    return correcting.recall(application_id, seen=seen, by=by)


@routes.operation("POST", f"{ONE}/resolve", "resolveCorrection", verbs=("resolve",), **A_STEP)
def resolve_correction(
    by: Principal, application_id: UUID, seen: int, looked: Looked | None
) -> dict[str, Any]:
    """Hand in what was put right; the case goes back to whoever asked."""
    return correcting.resolve(application_id, seen=seen, by=by, looked=looked)


@routes.operation("POST", f"{ONE}/withdraw", "withdrawApplication", **A_STEP)
def withdraw_application(by: Principal, application_id: UUID, seen: int) -> dict[str, Any]:
    """Take the application back, for good."""
    withdrawn = actions.withdraw(application_id, seen=seen, by=by)
    cached.forget("parks")
    return withdrawn


@routes.operation("POST", f"{ONE}/approve", "approveApplication", body=shapes.Approval, **A_STEP)
def approve_application(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Grant what was asked for; whoever is on a waiting list may wait for the next unit.

    A unit that is held on any of these days is refused with the free ones.
    """
    note, wish = body.pop("note"), Wish(body.pop("unit_id"), **body)
    approved = actions.approve(application_id, seen=seen, by=by, wish=wish, note=note)
    cached.forget("parks")
    return approved


@routes.operation("POST", f"{ONE}/reject", "rejectApplication", body=shapes.Rejection, **A_STEP)
def reject_application(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Refuse for coded reasons."""
    return actions.reject(application_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/reopen", "reopenCase", verbs=("reopen",), body=shapes.Reopening, **A_STEP
)
def reopen_case(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Set a decision aside, with a reason; what it granted is free again."""
    reopened = actions.reopen(application_id, seen=seen, by=by, why=body["why"])
    cached.forget("parks")
    return reopened


@routes.operation(
    "POST",
    f"{ONE}/conflict",
    "declareConflict",
    body=shapes.Conflict,
    gives=None,
    status=204,
    key="key",
    may_refuse=(403,),
)
def declare_conflict(by: Principal, application_id: UUID, body: dict[str, Any]) -> Any:
    """Keep oneself away from a case, or, standing above its office, a colleague."""
    return conflicts.declare(application_id, why=body["why"], staff=body["staff_id"], by=by)


@routes.operation(
    "POST",
    f"{ONE}/transfer",
    "transferCase",
    verbs=("transfer",),
    body=shapes.Transfer,
    **A_STEP,
)
def transfer_case(
    by: Principal, application_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Hand a case to a colleague of its office; both are told."""
    return transfers.transfer(application_id, seen=seen, by=by, **body)


@routes.operation(
    "GET",
    f"{ONE}/colleagues",
    "listColleagues",
    gives=shapes.COLLEAGUES,
    may_refuse=(403,),
)
def list_colleagues(by: Principal, application_id: UUID) -> dict[str, Any]:
    """To whom the case may be handed, whoever has least in hand first."""
    return {"items": transfers.colleagues(application_id, by), "next_cursor": None}


@routes.operation(
    "POST",
    f"{ONE}/notes",
    "addNote",
    body=shapes.NewNote,
    gives=shapes.NoteSchema,
    status=201,
    key="key",
    may_refuse=(403,),
)
def add_note(by: Principal, application_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Write something down for colleagues; the applicant never sees it."""
    return notes.add(application_id, by=by, **body)


@routes.operation("GET", f"{ONE}/notes", "listNotes", gives=shapes.NOTES)
def list_notes(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What colleagues wrote down, oldest first."""
    return {"items": notes.listed(application_id, by), "next_cursor": None}
