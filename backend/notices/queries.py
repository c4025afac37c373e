"""Which notices are there, what may be done with each, and what is published?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, true
from sqlalchemy.orm import aliased

from backend.access import Principal, relations
from backend.accounts.models import Staff
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.notices.kinds import Topic
from backend.notices.models import Notice
from backend.notices.workflow import SEEN_BY, STEPS, Status
from backend.steps import open_to
from eligibility.parameters import LEAGUE

_APPROVER = aliased(Staff)
STAFF = (
    Staff.name.label("proposed_by_name"),
    Staff.person_id.label("proposed_by_person"),
    _APPROVER.name.label("approved_by_name"),
)
IN_SHORT = (
    "title",
    "summary",
    "clause",
    "topics",
    "scope",
    "in_force_from",
    "in_force_until",
    "acts_on",
    "published_at",
)
PUBLISHED = (*IN_SHORT, "body", "attachments", "why")


def find(public_id: UUID) -> Row | None:
    """Return the row of a notice with the names of those who answer for it."""
    return row(_notices().where(Notice.public_id == public_id))


def numbered(notice_id: int) -> Row:
    """Return the row of the notice with this key, which is there."""
    found = row(_notices().where(Notice.id == notice_id))
    assert found is not None
    return found


def visible(public_id: UUID, by: Principal) -> Row:
    """Return the row of a notice; raise NotFound for what the principal may not see."""
    found = find(public_id)
    if found is None or not SEEN_BY & relations(by, found):
        raise NotFound
    return found


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one notice as staff see it; raise NotFound like `visible`."""
    return seen_by(by, visible(public_id, by))


def listed(by: Principal, *, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of the notices that are the caller's business, newest first."""
    hers = true() if by.county is None else Notice.scope == by.county
    found = _notices().where(or_(hers, Notice.proposed_by == by.id))
    if after is not None:
        found = found.where(Notice.id < after)
    page = rows(found.order_by(Notice.id.desc()).limit(limit))
    return [seen_by(by, each) | {"row": each["id"]} for each in page]


def seen_by(by: Principal, notice: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notice as the API shows it, with what the caller may do now."""
    return {
        **notice,
        "id": notice["public_id"],
        "topics": in_order(notice["topics"]),
        "is_mine": notice["proposed_by"] == by.id,
        "actions": open_to(STEPS, notice["status"], relations(by, notice)),
    }


def published(
    *,
    q: str | None = None,
    topic: Topic | None = None,
    county: str | None = None,
    on: date | None = None,
    after: int | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return a page of what anybody may read, newest first; what was withdrawn is left out.

    `on` is a day on which it has to be in force, `q` are words that all have to be there.
    """
    asked = select(*_columns(("event_id", "public_id", "status", *IN_SHORT))).where(
        Notice.published_at.is_not(None),
        Notice.status != Status.CANCELLED,
        *(_has(word) for word in (q or "").split()),
    )
    if topic is not None:
        asked = asked.where(Notice.topics.contains([topic.name]))
    if county is not None:
        asked = asked.where(Notice.scope.in_((LEAGUE, county)))
    if on is not None:
        asked = asked.where(_in_force(on))
    if after is not None:
        asked = asked.where(Notice.event_id < after)
    page = rows(asked.order_by(Notice.event_id.desc()).limit(limit))
    return [_open(each) | {"row": each["event_id"]} for each in page]


def get_published(public_id: UUID) -> dict[str, Any]:
    """Return one published notice, also one that was withdrawn, which says so.

    Raise NotFound for one that has never been published.
    """
    found = row(
        select(*_columns(("public_id", "status", *PUBLISHED))).where(
            Notice.public_id == public_id, Notice.published_at.is_not(None)
        )
    )
    if found is None:
        raise NotFound
    withdrawn = found["status"] is Status.CANCELLED
    return {
        **_open(found),
        "withdrawn": withdrawn,
        "withdrawn_why": found["why"] if withdrawn else None,
    }


def in_order(topics: Sequence[str]) -> list[Topic]:
    """Return topics in the order in which they are always named."""
    return [each for each in Topic if each.name in topics]


def _open(notice: Row) -> dict[str, Any]:
    """Leave to everybody what everybody may know."""
    shown = {name: value for name, value in notice.items() if name in PUBLISHED and name != "why"}
    return shown | {"id": notice["public_id"], "topics": in_order(notice["topics"])}


def _has(word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return or_(
        *(
            column.ilike(literal(f"%{escaped}%"), escape="\\")
            for column in (Notice.title, Notice.summary, Notice.body)
        )
    )


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(
        or_(Notice.in_force_from.is_(None), Notice.in_force_from <= on),
        or_(Notice.in_force_until.is_(None), Notice.in_force_until >= on),
    )


def _columns(names: Sequence[str]) -> list[ColumnElement[Any]]:
    return [Notice.__table__.c[name] for name in names]


def _notices() -> Select[Any]:
    return (
        select(*Notice.__table__.columns, *STAFF)
        .join(Staff, Staff.id == Notice.proposed_by)
        .join(_APPROVER, _APPROVER.id == Notice.approved_by, isouter=True)
    )
