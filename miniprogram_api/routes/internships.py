"""Internships: from the agreement of three to the paid stipend."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.internships import actions, attendance, queries, venture
from backend.internships.workflow import STEPS
from backend.texts.kinds import Looked
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import internships as shapes
from miniprogram_api.schemas.tenancies import Signature

routes = Routes("internships", __name__, description="见习与孵化")
ONE = "/internships/<uuid:internship_id>"
MONTH = f"{ONE}/months/<month>"
# What every step of the workflow promises.
A_STEP: dict[str, Any] = {
    "gives": shapes.WholeInternshipSchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
    "steps": STEPS,
}


@routes.operation(
    "GET",
    "/internships",
    "listInternships",
    query=shapes.InternshipQuery,
    gives=shapes.INTERNSHIP_PAGE,
)
def list_internships(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The intern's own, a host's or a county's, newest first."""
    asked = {"status": query["status"]}
    return cursors.page(
        "listInternships", asked, by, query, lambda **at: queries.listed(by, **asked, **at)
    )


@routes.operation("GET", ONE, "getInternship", gives=shapes.WholeInternshipSchema, versioned=True)
def get_internship(by: Principal, internship_id: UUID) -> dict[str, Any]:
    """One internship with its months, its window, and what the caller may do now."""
    return queries.get(internship_id, by)


@routes.operation(
    "GET",
    f"{ONE}/agreement",
    "getInternshipAgreement",
    gives=shapes.InternshipAgreementSchema,
    versioned=True,
)
def get_internship_agreement(by: Principal, internship_id: UUID) -> dict[str, Any]:
    """The text of the agreement, its SHA-256, and who has signed it."""
    return queries.agreement(internship_id, by)


@routes.operation(
    "POST",
    f"{ONE}/agreement",
    "amendInternshipAgreement",
    verbs=("amend",),
    body=shapes.AmendedInternship,
    **A_STEP,
)
def amend_internship_agreement(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Change the first day or what was agreed besides; signatures on the text before are gone."""
    return actions.amend(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/sign", "signInternshipAgreement", verbs=("sign",), body=Signature, **A_STEP
)
def sign_internship_agreement(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Sign the text with this SHA-256; the third signature lets the internship begin."""
    return actions.sign(internship_id, seen=seen, by=by, sha256=body["sha256"])


@routes.operation(
    "PUT",
    MONTH,
    "confirmAttendance",
    verbs=("attend",),
    body=shapes.Attendance,
    gives=shapes.WholeInternshipSchema,
    key="natural",
    versioned=True,
    steps=STEPS,
    may_refuse=(403, 409),
)
def confirm_attendance(
    by: Principal, internship_id: UUID, month: str, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Answer for one's own side; the month counts once both say that she was there."""
    return attendance.confirm(internship_id, month, by=by, looked=looked, **body)


@routes.operation(
    "POST", f"{MONTH}/settle", "settleMonth", verbs=("settle",), body=shapes.Settlement, **A_STEP
)
def settle_month(
    by: Principal, internship_id: UUID, month: str, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Decide on a month that both do not confirm."""
    return attendance.settle(internship_id, month, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/complete",
    "completeInternship",
    verbs=("end_early",),
    body=shapes.EarlyEnd,
    **A_STEP,
)
def complete_internship(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """End an internship before its day, with a reason; on its day it ends by itself."""
    return actions.end_early(internship_id, seen=seen, by=by, looked=looked, **body)


@routes.operation(
    "POST",
    f"{ONE}/venture",
    "confirmVenture",
    verbs=("confirm_venture",),
    body=shapes.ToldVenture,
    **A_STEP,
)
def confirm_venture(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Say within the window that the business is registered."""
    return venture.confirm(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/venture/accept", "acceptVenture", verbs=("accept_venture",), **A_STEP
)
def accept_venture(by: Principal, internship_id: UUID, seen: int) -> dict[str, Any]:
    """Accept the licence and put the stipend forward, month by month."""
    return venture.accept(internship_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/venture/return",
    "returnVenture",
    verbs=("return_venture",),
    body=shapes.StipendReason,
    **A_STEP,
)
def return_venture(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Have the licence put right, with a reason and a last day."""
    return venture.give_back(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/stipend/approve", "approveStipend", verbs=("approve_stipend",), **A_STEP
)
def approve_stipend(by: Principal, internship_id: UUID, seen: int) -> dict[str, Any]:
    """Approve, as another person, what a colleague has put forward."""
    return venture.approve(internship_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/stipend/return",
    "returnStipend",
    verbs=("return_stipend",),
    body=shapes.StipendReason,
    **A_STEP,
)
def return_stipend(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Have the stipend looked at again."""
    return venture.send_back(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/stipend/payment",
    "recordStipendPayment",
    verbs=("pay",),
    body=shapes.NewStipendPayment,
    **A_STEP,
)
def record_stipend_payment(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Record what was paid, when and under which number; the application is completed."""
    return venture.pay(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/stipend/recover",
    "recoverStipend",
    verbs=("recover",),
    body=shapes.StipendReason,
    **A_STEP,
)
def recover_stipend(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Record that a stipend had to be given back, and why."""
    return venture.recover(internship_id, seen=seen, by=by, **body)
