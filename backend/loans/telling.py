"""In which words is a loan told to each party?"""

from collections.abc import Mapping
from typing import Any

from backend.access import Principal, Relation, can, relations
from backend.accounts import names
from backend.audit import queries as audit
from backend.loans import workflow
from backend.steps import open_to
from eligibility.values import yuan

Found = Mapping[str, Any]


def knows_the_case(by: Principal, found: Found) -> bool:
    """Tell whether somebody may read the case as well; an institution sees the loan alone."""
    return can(by, "getApplication", found)


def seen_by(by: Principal, found: Found) -> dict[str, Any]:
    """Shape a row for one party; an institution sees nothing else of the case, and no full name."""
    status, refused = found["status"], found["why_refused"]
    applicant, inside = found["sections"]["applicant"]["name"], knows_the_case(by, found)
    steps = open_to(workflow.STEPS, status, relations(by, found))
    return {
        "id": found["public_id"],
        "application_id": found["application_public_id"] if inside else None,
        "number": found["number"],
        "status": status,
        "actions": [*steps, *(["open_contact"] if is_reachable(by, found) else [])],
        "applicant": applicant if inside else names.masked(applicant),
        "amount_asked": found["sections"]["loan"]["amount"] if inside else None,
        "bank": _institution(found, "bank"),
        "guarantor": _institution(found, "guarantor"),
        **standing(found),
        "expected": workflow.NEXT.get(status),
        "state_on": found["state_on"],
        "amount": found["amount"] and yuan(found["amount"]),
        "disbursed_on": found["disbursed_on"],
        "refused": refused and {"by": found["refused_by"], "reason": refused},
        "routes": None,
        "created_at": found["created_at"],
        "version": found["version"],
        "row": found["id"],
    }


def is_reachable(by: Principal, found: Found) -> bool:
    """Tell whether an institution may ask for her name and phone: once referred, until the end."""
    return can(by, "openContact", found) and found["status"] in workflow.REACHABLE


def standing(found: Found) -> dict[str, Any]:
    """Tell who has to act, since when and until when; nobody has where nothing is to be done."""
    holder = workflow.HELD_BY.get(found["status"])
    return {
        "held_by": holder
        and {"party": holder.name.lower(), "label": party(holder, found), "phone": None},
        "held_since": found["held_since"] if holder else None,
        "due_on": found["due_on"],
    }


def happened(found: Found) -> list[dict[str, Any]]:
    """Tell what happened to a loan, oldest first, as the timeline of its case does."""
    events = ((each, each["name"].removeprefix("loan.")) for each in audit.of("loan", found["id"]))
    return [
        {
            "at": event["at"],
            "event": event["name"],
            "label": workflow.EVENT_LABELS[name],
            "by": party(Relation[event["particulars"]["party"].upper()], found),
            "decision": None,
            "row": event["id"],
        }
        for event, name in events
        if name in workflow.EVENT_LABELS
    ]


def party(relation: Relation, found: Found) -> str:
    """Name whoever stands in a relation to a loan."""
    named = {
        Relation.DECIDER: f"{found['county_name']}人社局",
        Relation.GUARANTOR: found["guarantor_name"],
        Relation.BANK: found["bank_name"],
    }
    return named.get(relation) or relation.value


def _institution(found: Found, which: str) -> dict[str, Any] | None:
    public_id = found[f"{which}_public_id"]
    return public_id and {"id": public_id, "name": found[f"{which}_name"]}
