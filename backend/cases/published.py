"""What may the public read of decisions, and who may read an objection to one?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from backend import clock, vault
from backend.access import Principal, can
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.cases.models import Objection, Publicity
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.parks.models import Division, Park
from backend.subsidies import queries as subsidies
from backend.subsidies.models import Subsidy

_LISTED = (
    select(
        Publicity.id.label("row"),
        Publicity.public_id.label("id"),
        Publicity.name,
        Publicity.entity,
        Publicity.starts_on,
        Publicity.ends_on,
        Application.kind,
        Subsidy.kind.label("claimed"),
        func.coalesce(Subsidy.number, Application.number).label("number"),
        Application.status,
        Subsidy.status.label("claim_status"),
        Park.name.label("park_name"),
        Division.name.label("county_name"),
    )
    .outerjoin(Application, Application.id == Publicity.application_id)
    .outerjoin(Subsidy, Subsidy.id == Publicity.subsidy_id)
    .join(
        Division,
        Division.code == func.coalesce(Subsidy.jurisdiction_code, Application.jurisdiction_code),
    )
    .outerjoin(Park, Park.id == func.coalesce(Subsidy.park_id, Application.park_id))
    .where(Publicity.ended_at.is_(None))
)
_OBJECTIONS = (
    select(
        *Objection.__table__.columns,
        Publicity.public_id.label("publicity"),
        Application.public_id.label("application"),
        Subsidy.public_id.label("claim"),
    )
    .join(Publicity, Publicity.id == Objection.publicity_id)
    .outerjoin(Application, Application.id == Publicity.application_id)
    .outerjoin(Subsidy, Subsidy.id == Publicity.subsidy_id)
    .order_by(Objection.id)
)


def board(*, after: int | None, limit: int) -> Sequence[Row]:
    """Return what is published today, newest first; what is over is gone."""
    asked = _LISTED if after is None else _LISTED.where(Publicity.id < after)
    found = rows(asked.order_by(Publicity.id.desc()).limit(limit))
    return [
        {
            **each,
            "kind": each["claimed"] or each["kind"],
            "status": each["claim_status"] or each["status"],
        }
        for each in found
    ]


def was(application: Application) -> bool:
    """Tell whether the present decision on an application has been published.

    What was published of a decision that was set aside ended before this one was taken.
    """
    asked = select(Publicity.id).where(
        Publicity.application_id == application.id, Publicity.ended_at > application.decided_at
    )
    return row(asked) is not None


def is_over() -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which periods are over and not yet ended."""
    return Publicity.ended_at.is_(None), Publicity.ends_on < clock.today()


def open_objections(publicity_id: int) -> int:
    """Count the objections that nobody has answered yet."""
    asked = select(func.count().label("open")).where(
        Objection.publicity_id == publicity_id, Objection.answered_at.is_(None)
    )
    found = row(asked)
    return int(found["open"]) if found else 0


def objection(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return an objection to whoever raised it or may answer it; raise NotFound to others."""
    found = row(_OBJECTIONS.where(Objection.public_id == public_id))
    if found is None:
        raise NotFound
    case = _decided(found)
    if not can(by, "getObjection", {**case, "person_id": found["person_id"], "staff_id": None}):
        raise NotFound
    return _told(found, by, case)


def objections_to(application: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return the objections to the decision on a case; raise NotFound for a foreign one."""
    case = applications.find(application)
    if case is None or not can(by, "listObjections", case):
        raise NotFound
    found = rows(_OBJECTIONS.where(Application.public_id == application))
    return [_told(each, by, case) for each in found]


def objections_to_claim(claim: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return the objections to what was accepted of a claim; raise NotFound for a foreign one."""
    case = subsidies.find(claim)
    if case is None or not can(by, "listClaimObjections", case):
        raise NotFound
    found = rows(_OBJECTIONS.where(Subsidy.public_id == claim))
    return [_told(each, by, case) for each in found]


def place(public_id: UUID) -> str:
    """Name the place to which the words of an objection are bound."""
    return f"objection|words|{public_id}"


def _decided(found: Row) -> Row:
    """Return the case, or the claim, to the decision on which somebody objects."""
    is_claim = found["claim"] is not None
    case = subsidies.find(found["claim"]) if is_claim else applications.find(found["application"])
    assert case is not None
    return case


def _told(found: Row, by: Principal, case: Row) -> dict[str, Any]:
    hers = can(by, "answerObjection", case)
    return {
        "id": found["public_id"],
        "publicity_id": found["publicity"],
        "words": vault.keys().unseal(place(found["public_id"]), found["words"]),
        "raised_at": found["raised_at"],
        "answered_at": found["answered_at"],
        "upheld": found["upheld"],
        "answer": found["answer"],
        "is_hers_to_answer": hers,
        "actions": ["answer"] if hers and found["answered_at"] is None else [],
    }
