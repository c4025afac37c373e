"""Who is on the waiting lists of a park, and what does the park get to see of them?

A park sees its own lists alone: not which other parks somebody named, nor in which order.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, select, true

from backend import clock
from backend.access import Audience, Principal, Role, can
from backend.applications import nearness
from backend.applications.models import Application
from backend.db import Row, row, rows
from backend.parks.models import Park
from backend.tenancies import priority, ranking
from backend.tenancies.models import Admission, WaitingEntry

# The park has been asked, has not answered, and has not got to decide the case itself since.
TO_ANSWER = (
    Admission.asked_at.is_not(None),
    Admission.answered_at.is_(None),
    Application.park_id != WaitingEntry.park_id,
)
_WHOLE = (
    select(
        *WaitingEntry.__table__.columns,
        Application.number,
        Application.applicant_id,
        Application.submitted_at,
        Application.sections,
        Application.park_id.label("decided_by_park"),
        Park.public_id.label("park_public_id"),
        Park.name.label("park_name"),
        Park.jurisdiction_code,
        Admission.asked_at,
        Admission.due_on,
        Admission.answered_at,
        Admission.admitted,
        nearness.RECUSED,
    )
    .join(Application, Application.id == WaitingEntry.application_id)
    .join(Park, Park.id == WaitingEntry.park_id)
    .outerjoin(Admission, Admission.entry_id == WaitingEntry.id)
)


def find(entry_id: UUID) -> Row | None:
    """Return the row of a place on a list as its park stands to it, whoever asks."""
    return row(_WHOLE.where(WaitingEntry.public_id == entry_id))


def listed(
    by: Principal, *, to_answer: bool, after: int | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page of the places on lists within reach, newest first.

    With `to_answer`, only those of which the park's word is still waited for.
    """
    asked = _WHOLE.where(WaitingEntry.left_at.is_(None), _within_reach(by))
    if to_answer:
        asked = asked.where(*TO_ANSWER)
    if after is not None:
        asked = asked.where(WaitingEntry.id < after)
    found = rows(asked.order_by(WaitingEntry.id.desc()).limit(limit))
    kinds = {(each["park_id"], each["unit_kind"]) for each in found}
    lines = {each: ranking.line(*each) for each in sorted(kinds, key=str)}
    return [_seen(by, each, lines[each["park_id"], each["unit_kind"]]) for each in found]


def seen_now(entry_id: UUID, by: Principal) -> dict[str, Any]:
    """Return a place on a list that is known to be there."""
    found = find(entry_id)
    assert found is not None
    return _seen(by, found, ranking.line(found["park_id"], found["unit_kind"]))


def stands(found: Mapping[str, Any]) -> str:
    """Name how the park has answered: asked, admitted, not_admitted, or by itself."""
    if found["decided_by_park"] == found["park_id"] or found["asked_at"] is None:
        return "by_itself"
    if found["answered_at"] is None:
        return "asked"
    return "admitted" if found["admitted"] else "not_admitted"


def _seen(by: Principal, found: Row, line: Sequence[Row]) -> dict[str, Any]:
    at = next((n for n, each in enumerate(line) if each["id"] == found["id"]), None)
    project, venture = (found["sections"].get(name, {}) for name in ("project", "venture"))
    answers = stands(found) == "asked" and can(by, "answerAdmission", found)
    return {
        "id": found["public_id"],
        "number": found["number"],
        "park_id": found["park_public_id"],
        "park_name": found["park_name"],
        "unit_kind": found["unit_kind"],
        "joined_at": found["joined_at"],
        "rests_since": found["paused_at"],
        "drawn": found["drawn"],
        "rank": None if at is None else at + 1,
        "group": None if at is None else priority.in_force(clock.today()).label(line[at]["rank"]),
        "project": {name: project.get(name) for name in ("title", "industry", "summary")},
        "venture": venture.get("name"),
        "standing": stands(found),
        "due_on": found["due_on"] if stands(found) == "asked" else None,
        "actions": ["answer"] if answers else [],
        "row": found["id"],
    }


def _within_reach(by: Principal) -> ColumnElement[bool]:
    """Say in SQL what the party relations of `access` say of one row."""
    if by.audience is not Audience.STAFF:
        return false()
    within = and_(Application.submitted_at.is_not(None), ~nearness.keeps_away(by.id))
    if by.role is Role.PARK_MANAGER:
        return and_(within, WaitingEntry.park_id.in_(by.parks))
    if by.role is Role.BUREAU_STAFF:
        return and_(within, Park.jurisdiction_code == by.county if by.county else true())
    return false()
