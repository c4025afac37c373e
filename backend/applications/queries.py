"""What may be asked about applications, and what does each party get to see?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from backend import workdays
from backend.access import THE_BUREAU, Principal, Relation, can, relations
from backend.applications import (
    corrections,
    experience,
    forms,
    gaps,
    lapsed,
    offered,
    promises,
    queue,
    ranked,
    workflow,
)
from backend.applications.kinds import REFUSALS, Fault, Kind, Reason
from backend.applications.models import Application
from backend.applications.workflow import Status
from backend.audit import queries as audit
from backend.db import Row, row, rows
from backend.errors import NotFound

PARTY_LABELS = {
    Relation.APPLICANT: "申请人",
    Relation.SUPERVISOR: "上级人社局",
    Relation.SYSTEM: "系统",
    Relation.ENTREPRENEUR: "公众",
}
# Who may do something to a case or to its gap.
ACTING = frozenset(step.by for step in (*workflow.STEPS, *promises.STEPS))
FAR = date.max
DAYS = ("due_on", "legal_due_on", "days_note")


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one application as the principal may see it; raise NotFound for everybody else."""
    found = find(public_id)
    if found is None or not can(by, "getApplication", found):
        raise NotFound
    return seen_by(by, found)


def find(public_id: UUID) -> Row | None:
    """Return the row of an application with its park and its office, whoever asks."""
    found = row(queue.ONE, public_id=public_id)
    return found and _named(found)


def listed(
    by: Principal, *, status: Status | None, after: tuple[str, int] | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page: the applicant's own, newest first; a decider's queue, most urgent first."""
    reach = queue.reach(by)
    if reach is None:
        return []
    values = {**queue.values(by), "status": status}
    if after is not None:
        values |= {"last_due": date.fromisoformat(after[0]), "last_id": after[1]}
    shape = queue.Shape(reach, limit, status is not None, after is not None)
    return [seen_by(by, _named(each)) for each in rows(queue.page(shape), **values)]


def worded(code: Reason | Fault, text: str) -> dict[str, Any]:
    """Tell a coded reason with the words that explain it."""
    return {"code": code, "label": code.value, "text": text}


def seen_by(by: Principal, found: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a row for one party: her own answers in full, personal ones masked for others."""
    held = relations(by, found, ACTING)
    kind, status = found["kind"], found["status"]
    sections = corrections.opened(found, found["sections"])
    if Relation.APPLICANT not in held:
        sections = corrections.masked(found, sections)
    holder = workflow.HELD_BY.get(status)
    return {
        "id": found["public_id"],
        "number": found["number"],
        "kind": kind,
        "status": status,
        "park_id": found["park_public_id"],
        "park_name": found["park_name"],
        "jurisdiction_code": found["jurisdiction_code"],
        "office": found["office_name"],
        "actions": offered.steps(found, held),
        "restorable_until": lapsed.restorable_until(found),
        "sections": sections,
        "missing": forms.missing(kind, sections) if status in workflow.IN_HER_HANDS else [],
        "held_by": holder
        and {
            "party": holder.name.lower(),
            "label": _party(holder, found),
            "phone": found["park_phone"] if _of_the_park(holder, found) else None,
        },
        "held_since": found["held_since"] if holder else None,
        "due_on": found["due_on"],
        "legal_due_on": found["legal_due_on"],
        "days_note": workdays.note_on(found["due_on"], found["legal_due_on"], found["gap_due_on"]),
        "handler": found["handler_name"] if Relation.APPLICANT not in held else None,
        "created_at": found["created_at"],
        "submitted_at": found["submitted_at"],
        "decision": _decision(found),
        "unit": _unit(found),
        "gap": gaps.of_row(found, held),
        "verdict": found["verdict"],
        "version": found["version"],
        "row": (str(found["due_on"] or FAR), found["id"]),
    }


def timeline(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return what happened so far, and who has to act next until when."""
    found = find(public_id)
    if found is None or not can(by, "getTimeline", found):
        raise NotFound
    whole = seen_by(by, found)
    decision = whole["decision"]
    events = [
        {
            "at": event["at"],
            "event": event["name"].removeprefix("application."),
            "label": workflow.EVENT_LABELS[event["name"].removeprefix("application.")],
            "by": _actor(event, case),
            "decision": decision if event["name"].endswith(("approved", "rejected")) else None,
            "row": event["id"],
        }
        for event, case in ranked.told_of(audit.of("application", found["id"]), found, by)
        if event["name"].removeprefix("application.") in workflow.EVENT_LABELS
    ]
    kept = ("id", "number", "kind", "status", "held_by", "held_since", *DAYS)
    return {
        **{name: whole[name] for name in kept},
        "usual_workdays": experience.usual_workdays(found),
        "corrections": corrections.told(found, in_full=Relation.APPLICANT in relations(by, found)),
        "gaps": gaps.told(found["id"]),
        "items": events,
    }


def others_of(by: Principal, besides: UUID, *, limit: int) -> Sequence[Row]:
    """Return the applicant's other applications, the one that she changed last first."""
    asked = queue.WHOLE.where(Application.applicant_id == by.id, Application.public_id != besides)
    found = rows(asked.order_by(Application.changed_at.desc()).limit(limit))
    return [_named(each) for each in found]


def open_of(applicant_id: int, kind: Kind) -> Row | None:
    """Return the open application of a person, which a second one would collide with."""
    return row(_of_kind(applicant_id, kind).where(Application.status.in_(workflow.OPEN)))


def latest_of(applicant_id: int, kind: Kind) -> Row | None:
    """Return the application of a person that was changed last, wherever it stands."""
    return row(_of_kind(applicant_id, kind).order_by(Application.changed_at.desc()).limit(1))


def _of_kind(applicant_id: int, kind: Kind) -> Select[UUID, str]:
    return select(Application.public_id, Application.number).where(
        Application.applicant_id == applicant_id, Application.kind == kind
    )


def _named(found: Row) -> Row:
    """Add what the office is called that decides, or is left to decide."""
    at_the_park = found["office"] != THE_BUREAU
    name = found["park_name"] if at_the_park else f"{found['county_name']}人社局"
    return {**found, "office_name": name}


def is_with_the_park(found: Mapping[str, Any]) -> bool:
    """Tell whether the park decides a case, and no bureau."""
    return bool(found["office"] != THE_BUREAU)


def _of_the_park(holder: Relation, found: Mapping[str, Any]) -> bool:
    return holder is Relation.DECIDER and is_with_the_park(found)


def _party(holder: Relation, found: Mapping[str, Any]) -> str:
    if holder is not Relation.DECIDER:
        return PARTY_LABELS[holder]
    name: str = found["office_name"]
    return f"{name}管理员" if _of_the_park(holder, found) else name


def _actor(event: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    by_default = {"person": "applicant", "staff": "decider", None: "system"}
    party = event["particulars"].get("party") or by_default[event["actor_kind"]]
    return _party(Relation[party.upper()], found)


def _decision(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if found["decided_at"] is None:
        return None
    reasons = [Reason[name] for name in found["reasons"]]
    told = [worded(reason, REFUSALS[reason]) for reason in reasons]
    waits = found["status"] is not Status.REJECTED and found["gap_status"] in promises.UNSETTLED
    return {
        "at": found["decided_at"],
        "reasons": told,
        "note": found["note"],
        "effective": not waits,
    }


def _unit(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if found["unit_public_id"] is None:
        return None
    return {
        "id": found["unit_public_id"],
        "code": found["unit_code"],
        "starts_on": found["starts_on"],
        "ends_on": found["ends_on"],
    }


def public_id_of(application_id: int) -> UUID:
    """Return the public id of an application that an event speaks of."""
    found = row(select(Application.public_id).where(Application.id == application_id))
    assert found is not None
    public: UUID = found["public_id"]
    return public
