"""What is there to see of a stay: relief, renewal, idleness, eviction, its end, what happened?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select

from backend import clock
from backend.access import Relation
from backend.applications.models import Application
from backend.audit import queries as audit
from backend.db import Row, row, rows
from backend.tenancies import relief
from backend.tenancies.episodes import (
    CheckOut,
    Graduation,
    Headcount,
    Proceeding,
    Renewal,
    Suspension,
)
from backend.tenancies.grounds import Duty
from backend.tenancies.models import Tenancy, WaitingEntry
from backend.tenancies.workflow import EVENT_LABELS, HELD_BY
from eligibility.dates import A_DAY

# What the conditions of steps and the relations ask of the row of a tenancy. An open eviction is
# joined by whoever selects this; whoever announced it counts as having had a part in it.
CONCERNED = (
    Proceeding.hear_until,
    Proceeding.heard_at,
    Proceeding.announced_by.label("decided_by"),
    select(func.count(Renewal.id))
    .where(Renewal.tenancy_id == Tenancy.id, Renewal.granted_until.is_not(None))
    .correlate(Tenancy)
    .scalar_subquery()
    .label("renewals"),
    exists()
    .where(
        Headcount.tenancy_id == Tenancy.id,
        Headcount.confirmed_at.is_(None),
        Headcount.replaced_at.is_(None),
    )
    .correlate(Tenancy)
    .label("counts_pending"),
)
PARTY_LABELS = {
    Relation.APPLICANT: "入驻人",
    Relation.DECIDER: "园区",
    Relation.SUPERVISOR: "人社局",
    Relation.SYSTEM: "系统",
}
BY_DEFAULT = {"person": "applicant", "staff": "decider", None: "system"}


def of(found: Row) -> dict[str, Any]:
    """Return the episodes of a tenancy; those that never came to be are null or empty."""
    key = found["id"]
    return {
        "relief": relief.told(key),
        "renewal": _renewal(found),
        "suspension": _suspension(key),
        "eviction": _eviction(key),
        "exit": _exit(found),
        "graduation": _graduation(key),
    }


def sequel(application: UUID) -> dict[str, Any] | None:
    """Tell what became of a case in its tenancies, and who has to act; None where there is none.

    For whoever may read the case.
    """
    due_on = (
        select(Renewal.due_on)
        .where(Renewal.tenancy_id == Tenancy.id, Renewal.closed_at.is_(None))
        .correlate(Tenancy)
        .scalar_subquery()
        .label("due_on")
    )
    shown = (Tenancy.id, Tenancy.status, Tenancy.expires_at, Tenancy.changed_at, due_on)
    found = rows(
        select(*shown)
        .join(Application, Application.id == Tenancy.application_id)
        .where(Application.public_id == application)
        .order_by(Tenancy.id)
    )
    if not found:
        return None
    items = [line for each in found for line in _told(each["id"])]
    return {"items": items, **_standing(found[-1])}


def people_waiting(found: Mapping[str, Any]) -> int:
    """Count who stands on the list for such a unit in this park, whoever rests left out."""
    counted = row(
        select(func.count(WaitingEntry.id).label("people")).where(
            WaitingEntry.park_id == found["park_id"],
            WaitingEntry.unit_kind == found["unit_kind"],
            WaitingEntry.left_at.is_(None),
            WaitingEntry.paused_at.is_(None),
        )
    )
    return counted["people"] if counted else 0


def duties_of(tenancy_id: int) -> list[dict[str, Any]]:
    """Return what has to be settled after a tenancy, in the order of the list."""
    asked = select(*CheckOut.__table__.columns).where(CheckOut.tenancy_id == tenancy_id)
    known = {each["duty"]: each for each in rows(asked)}
    shown = ("duty", "outcome", "words", "at")
    return [{name: known[duty][name] for name in shown} for duty in Duty if duty in known]


def _renewal(found: Row) -> dict[str, Any] | None:
    newest = _newest(select(*Renewal.__table__.columns), Renewal, found["id"])
    if newest is None:
        return None
    shown = ("months", "why", "asked_at", "due_on", "closed_at", "refused_for", "words")
    until = newest["granted_until"]
    return {name: newest[name] for name in shown} | {
        "granted_to": until and until - A_DAY,
        "people_waiting": people_waiting(found),
    }


def _suspension(key: int) -> dict[str, Any] | None:
    newest = _newest(select(*Suspension.__table__.columns), Suspension, key)
    shown = ("ground", "words", "starts_on", "ended_on")
    if newest is None:
        return None
    return {name: newest[name] for name in shown} | {"ends_on": newest["until_on"] - A_DAY}


def _eviction(key: int) -> dict[str, Any] | None:
    newest = _newest(select(*Proceeding.__table__.columns), Proceeding, key)
    shown = (
        *("ground", "words", "announced_at", "hear_until", "answer", "answered_at"),
        *("hearing", "attended", "heard_at", "closed_at", "evicted", "why"),
    )
    return {name: newest[name] for name in shown} if newest else None


def _exit(found: Row) -> dict[str, Any] | None:
    if found["ended_on"] is None or found["arrived_on"] is None:
        return None
    duties = duties_of(found["id"])
    return {
        "ended_on": found["ended_on"],
        "why": found["ended_why"],
        "handed_over_on": found["handed_over_on"],
        "open": sum(each["outcome"] is None for each in duties),
        "duties": duties,
    }


def _graduation(key: int) -> Row | None:
    asked = select(*Graduation.__table__.columns).where(Graduation.tenancy_id == key)
    return row(asked)


def _newest(asked: Select[Any], model: Any, key: int) -> Row | None:
    return row(asked.where(model.tenancy_id == key).order_by(model.id.desc()).limit(1))


def _told(key: int) -> list[dict[str, Any]]:
    """Tell what happened to a tenancy, oldest first, as the timeline of its case does."""
    events = ((each, each["name"].removeprefix("tenancy.")) for each in audit.of("tenancy", key))
    return [
        {
            "at": event["at"],
            "event": event["name"],
            "label": EVENT_LABELS[name],
            "by": PARTY_LABELS[Relation[_party(event).upper()]],
            "decision": None,
            "row": event["id"],
        }
        for event, name in events
        if name in EVENT_LABELS
    ]


def _party(event: Row) -> str:
    """Return as which party somebody acted; who offers a unit or reminds is the system."""
    told: str = event["particulars"].get("party") or BY_DEFAULT[event["actor_kind"]]
    return told


def _standing(newest: Row) -> dict[str, Any]:
    """Tell who has to act, since when and until when; nobody has where nothing is to be done."""
    holder, ends = HELD_BY.get(newest["status"]), newest["expires_at"]
    return {
        "held_by": holder
        and {"party": holder.name.lower(), "label": PARTY_LABELS[holder], "phone": None},
        "held_since": newest["changed_at"] if holder else None,
        "due_on": clock.day_of(ends) if ends else newest["due_on"],
    }
