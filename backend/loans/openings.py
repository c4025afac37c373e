"""How does an institution learn whom to call, and how is that written down?"""

from typing import Any
from uuid import UUID

from backend.access import Principal, relations
from backend.applications import corrections, following
from backend.db import action
from backend.errors import WrongStatus
from backend.loans import queries, workflow
from backend.loans.models import Loan
from backend.loans.taking import noted
from backend.permissions import INSTITUTIONS
from backend.steps import open_to

CLOSED = "贷款已办结或撤回，不能再查看联系方式"


@action
def open_contact(public_id: UUID, *, by: Principal) -> dict[str, Any]:
    """Give name and phone to whoever the loan was referred to, and write that down each time.

    Raise NotFound for a foreign loan, NotAllowed for those who need not call, WrongStatus once
    the loan is over.
    """
    loan, _, found = following.opened(
        Loan, queries.find, "getLoan", "openContact", public_id, None, by
    )
    held = relations(by, found)
    if loan.status not in workflow.REACHABLE:
        steps = open_to(workflow.STEPS, loan.status, held)
        raise WrongStatus(CLOSED, current_status=loan.status.name.lower(), actions=steps)
    party = next(iter(held & INSTITUTIONS))
    noted("contact_opened", loan, by, party=party.name.lower())
    sealed = {**found, "public_id": found["application_public_id"]}
    applicant = corrections.opened(sealed, found["sections"])["applicant"]
    return {"loan_id": public_id, "name": applicant["name"], "phone": applicant["phone"]}
