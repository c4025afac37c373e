"""What may be asked about applications, and what does each party get to see?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select, true, tuple_

from backend import vault
from backend.access import Audience, Principal, Relation, Role, can, relations
from backend.applications import forms, workflow
from backend.applications.models import Application
from backend.applications.workflow import Kind, Reason, Status
from backend.audit import queries as audit
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.parks.models import Holding, Park, Unit
from backend.steps import open_to

FAR = date(9999, 12, 31)
_WHOLE = (
    select(
        *Application.__table__.columns,
        Park.public_id.label("park_public_id"),
        Park.name.label("park_name"),
        Park.phone.label("park_phone"),
        Park.jurisdiction_code,
        Unit.public_id.label("unit_public_id"),
        Unit.code.label("unit_code"),
        func.lower(Holding.during).label("starts_on"),
        (func.upper(Holding.during) - 1).label("ends_on"),
    )
    .join(Park, Park.id == Application.park_id)
    .outerjoin(Holding, Holding.application_id == Application.public_id)
    .outerjoin(Unit, Unit.id == Holding.unit_id)
)


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one application as the principal may see it; raise NotFound for everybody else."""
    found = find(public_id)
    if found is None or not can(by, "getApplication", found):
        raise NotFound
    return seen_by(by, found)


def find(public_id: UUID) -> Row | None:
    """Return the row of an application with its park, whoever asks."""
    return row(_WHOLE.where(Application.public_id == public_id))


def listed(
    by: Principal, *, status: Status | None, after: tuple[str, int] | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page: the applicant's own, newest first; a decider's queue, most urgent first."""
    statement = _WHOLE.where(_within_reach(by))
    if status is not None:
        statement = statement.where(Application.status == status)
    if by.audience is Audience.CITIZEN:
        if after is not None:
            statement = statement.where(Application.id < after[1])
        statement = statement.order_by(Application.id.desc())
    else:
        due = func.coalesce(Application.due_on, FAR)
        if after is not None:
            statement = statement.where(
                tuple_(due, Application.id) > (date.fromisoformat(after[0]), after[1])
            )
        statement = statement.order_by(due, Application.id)
    return [seen_by(by, found) for found in rows(statement.limit(limit))]


def seen_by(by: Principal, found: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a row for one party: her own answers in full, personal ones masked for others."""
    held = relations(by, found)
    kind, status = found["kind"], found["status"]
    sections = _opened(found, in_full=Relation.APPLICANT in held)
    holder = workflow.HELD_BY.get(status)
    return {
        "id": found["public_id"],
        "number": found["number"],
        "kind": kind,
        "status": status,
        "park_id": found["park_public_id"],
        "park_name": found["park_name"],
        "actions": open_to(workflow.STEPS, status, held),
        "sections": sections,
        "missing": forms.missing(kind, sections) if status is Status.DRAFT else [],
        "held_by": holder
        and {
            "party": holder.name.lower(),
            "label": _party(holder, found),
            "phone": found["park_phone"] if holder is Relation.DECIDER else None,
        },
        "held_since": found["held_since"] if holder else None,
        "due_on": found["due_on"],
        "created_at": found["created_at"],
        "submitted_at": found["submitted_at"],
        "decision": _decision(found),
        "unit": _unit(found),
        "verdict": None,
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
            "by": _actor(event, found),
            "decision": decision if event["name"].endswith(("approved", "rejected")) else None,
        }
        for event in audit.of("application", found["id"])
        if event["name"].removeprefix("application.") in workflow.EVENT_LABELS
    ]
    kept = ("id", "number", "status", "held_by", "held_since", "due_on")
    return {**{name: whole[name] for name in kept}, "items": events}


def open_of(applicant_id: int, kind: Kind) -> Row | None:
    """Return the open application of a person, which a second one would collide with."""
    return row(
        select(Application.public_id, Application.number).where(
            Application.applicant_id == applicant_id,
            Application.kind == kind,
            Application.status.in_(workflow.OPEN),
        )
    )


def _within_reach(by: Principal) -> ColumnElement[bool]:
    """Say in SQL what the party relations of `access` say of one row; a test compares the two."""
    if by.audience is Audience.CITIZEN:
        return Application.applicant_id == by.id
    submitted = Application.submitted_at.is_not(None)
    if by.role is Role.PARK_MANAGER:
        mine = Application.applicant_id == by.person if by.person else false()
        return and_(submitted, Application.park_id.in_(by.parks), ~mine)
    if by.role is Role.BUREAU_STAFF:
        return and_(submitted, true() if by.county is None else Park.jurisdiction_code == by.county)
    return false()


def _opened(found: Mapping[str, Any], *, in_full: bool) -> dict[str, dict[str, Any]]:
    """Copy the sections with their sealed answers opened, or masked."""
    sections = {name: dict(answers) for name, answers in found["sections"].items()}
    for section, field in forms.sensitive(found["kind"]):
        sealed = sections.get(section, {}).get(field)
        if sealed:
            place = sealed_place(found["public_id"], section, field)
            plain = vault.keys().unseal(place, sealed)
            sections[section][field] = plain if in_full else vault.mask_phone(plain)
    return sections


def sealed_place(public_id: UUID, section: str, field: str) -> str:
    """Name the place to which a sealed answer is bound."""
    return f"application|sections.{section}.{field}|{public_id}"


def _party(holder: Relation, found: Mapping[str, Any]) -> str:
    return "申请人" if holder is Relation.APPLICANT else f"{found['park_name']}管理员"


def _actor(event: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    if event["actor_kind"] == "person":
        return _party(Relation.APPLICANT, found)
    return _party(Relation.DECIDER, found) if event["actor_kind"] == "staff" else "系统"


def _decision(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if found["decided_at"] is None:
        return None
    reasons = [Reason[name] for name in found["reasons"]]
    labelled = [{"code": reason, "label": reason.value} for reason in reasons]
    return {"at": found["decided_at"], "reasons": labelled, "note": found["note"]}


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
