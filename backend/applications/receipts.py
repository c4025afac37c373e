"""What does the applicant hold in her hand once her case has been taken in (受理回执)?"""

from typing import Any
from uuid import UUID

from backend import workdays
from backend.access import Principal, can
from backend.applications import clocks, gaps, queries
from backend.applications.kinds import TERMS
from backend.errors import NotFound


def receipt(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the receipt, which says the same however often and whenever it is asked for.

    Raise NotFound for what the principal may not see, and for what was never handed in.
    """
    found = queries.find(public_id)
    if found is None or not can(by, "getReceipt", found) or found["received_on"] is None:
        raise NotFound
    terms, received = TERMS[found["kind"]], found["received_on"]
    due_on = clocks.due_on(received, terms.promised)
    legal_due_on = clocks.due_on(received, terms.legal)
    with_it = [e for e in gaps.told(found["id"]) if e["promised_at"] == found["submitted_at"]]
    return {
        "application_id": found["public_id"],
        "number": found["number"],
        "kind": found["kind"],
        "office": found["office_name"],
        "phone": found["park_phone"] if queries.is_with_the_park(found) else None,
        "issued_at": found["submitted_at"],
        "received_on": received,
        "workdays": terms.promised,
        "due_on": due_on,
        "legal_workdays": terms.legal,
        "legal_due_on": legal_due_on,
        "days_note": workdays.note_on(due_on, legal_due_on),
        "to_follow": [item["label"] for each in with_it for item in each["items"]],
        "to_follow_workdays": with_it[0]["workdays"] if with_it else None,
    }
