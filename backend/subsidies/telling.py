"""In which words is a subsidy told to each party?"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from backend.access import Principal, Relation, relations
from backend.applications.workflow import Status as Asking
from backend.audit import queries as audit
from backend.db import row, rows
from backend.steps import open_to
from backend.subsidies import lines, workflow
from backend.subsidies.kinds import WhyNot
from backend.subsidies.models import SubsidyPayment, SubsidyRecovery, SubsidyReturn
from backend.subsidies.workflow import Status
from eligibility.values import yuan

Found = Mapping[str, Any]


def seen_by(by: Principal, found: Found) -> dict[str, Any]:
    """Shape a row for one party."""
    kind, status = found["kind"], found["status"]
    return {
        "id": found["public_id"],
        "kind": kind,
        "number": found["number"],
        "status": status,
        "actions": open_to(workflow.WAYS[kind], status, relations(by, found)),
        "application_id": found["application_public_id"],
        "park_id": found["park_public_id"],
        "park_name": found["park_name"],
        "applicant": found["applicant"],
        "venture": found["venture"],
        "office": f"{found['county_name']}人社局",
        **standing(found),
        "expected": workflow.NEXT.get(status),
        "amount": found["amount"] and yuan(found["amount"]),
        "created_at": found["created_at"],
        "version": found["version"],
        "row": found["id"],
    }


def in_full(by: Principal, found: Found) -> dict[str, Any]:
    """Shape a row with its lines, its bounds, and what was paid and came back."""
    reasons = [WhyNot[each] for each in found["reasons"]]
    return seen_by(by, found) | {
        "credit_code": found["credit_code"],
        "basis": found["basis"],
        "lines": [_line(each) for each in lines.of(found["id"])],
        "returned": [dict(each) for each in _rounds(found["id"])],
        "refused": {
            "reasons": [{"code": each, "label": each.value} for each in reasons],
            "note": found["note"],
        }
        if reasons
        else None,
        "payment": _money(SubsidyPayment, found["id"]),
        "recovery": _money(SubsidyRecovery, found["id"]),
    }


def standing(found: Found) -> dict[str, Any]:
    """Tell who has to act, since when and until when.

    Nobody has while nothing is to be done; while the case is published, nothing is.
    """
    holder = workflow.HELD_BY.get(found["status"])
    if rests(found):
        holder = None
    return {
        "held_by": holder
        and {"party": holder.name.lower(), "label": party(holder, found), "phone": None},
        "held_since": found["held_since"] if holder else None,
        "due_on": found["due_on"] if holder else None,
    }


def rests(found: Found) -> bool:
    """Tell whether the case of a subsidy is published these days, so that no clock runs."""
    on_the_board = (Asking.PUBLICISED, Asking.OBJECTION_HOLD)
    return found["status"] is Status.QUALIFIED and found["case_status"] in on_the_board


def happened(found: Found) -> list[dict[str, Any]]:
    """Tell what happened to a subsidy, oldest first, as the timeline of its case does."""
    events = (
        (each, each["name"].removeprefix("subsidy.")) for each in audit.of("subsidy", found["id"])
    )
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
    """Name whoever stands in a relation to a subsidy."""
    office = f"{found['county_name']}人社局"
    named = {
        Relation.DECIDER: office,
        Relation.APPROVER: f"{office}（复核）",
        Relation.CLAIMANT: found["park_name"],
        Relation.ENTREPRENEUR: "公众",
        Relation.SUPERVISOR: "上级人社局",
    }
    return named.get(relation) or relation.value


def _line(found: Any) -> dict[str, Any]:
    whole = lines.told(found)
    return whole | {"amount": whole["amount"] and yuan(whole["amount"])}


def _rounds(subsidy_id: int) -> Any:
    columns = SubsidyReturn.__table__.c
    asked = select(columns.round, columns["items"], columns.asked_at, columns.ended_at)
    return rows(asked.where(columns.subsidy_id == subsidy_id).order_by(columns.round))


def _money(model: type[SubsidyPayment] | type[SubsidyRecovery], key: int) -> dict[str, Any] | None:
    found = row(select(*model.__table__.columns).where(model.subsidy_id == key))
    return {**found, "amount": yuan(found["amount"])} if found else None
