"""Which codes are there, what does each lead to, and how often was it opened?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, select, true

from backend import clock
from backend.access import THE_BUREAU, Principal, Role, can
from backend.accounts.models import Staff
from backend.codes.models import Code, CodeOpenings, CodePicture
from backend.db import Row, row, rows
from backend.errors import CodeRevoked, NotFound
from backend.parks.models import Park

_OPENS = select(func.coalesce(func.sum(CodeOpenings.opens), 0)).where(
    CodeOpenings.code_id == Code.id
)
_WHOLE = (
    select(
        *Code.__table__.columns,
        Code.created_at.label("submitted_at"),
        Park.public_id.label("park_public_id"),
        Park.name.label("park_name"),
        Staff.name.label("created_by_name"),
        exists().where(CodePicture.code_id == Code.id).label("is_drawn"),
        _OPENS.scalar_subquery().label("opens"),
    )
    .join(Staff, Staff.id == Code.created_by)
    .outerjoin(Park, Park.id == Code.park_id)
)


def thing(park_id: int | None, county: str, since: datetime) -> dict[str, Any]:
    """Return what decides who may do something with a code: its park and its county."""
    office = {"office": THE_BUREAU} if park_id is None else {}
    return {"park_id": park_id, "jurisdiction_code": county, "submitted_at": since, **office}


def find(public_id: UUID) -> Row | None:
    """Return the row of a code, whoever asks."""
    found = row(_WHOLE.where(Code.public_id == public_id))
    return found and {**found, **thing(*_of(found))}


def opened(operation: str, public_id: UUID, by: Principal) -> Row:
    """Return the row of a code for an operation; raise NotFound for a foreign one."""
    found = find(public_id)
    if found is None or not can(by, operation, found):
        raise NotFound
    return found


def live(operation: str, public_id: UUID, by: Principal) -> Row:
    """Return the row of a code like `opened`; raise CodeRevoked for one that leads nowhere."""
    found = opened(operation, public_id, by)
    if found["revoked_at"] is not None:
        raise CodeRevoked
    return found


def of_token(token: str) -> Row | None:
    """Return the row of the code that bears a token."""
    return row(_WHOLE.where(Code.token == token))


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return a code with how often it was opened on each day, the last day first."""
    found = opened("getCode", public_id, by)
    asked = select(CodeOpenings.day, CodeOpenings.opens).where(CodeOpenings.code_id == found["id"])
    return {**_told(found), "days": list(rows(asked.order_by(CodeOpenings.day.desc())))}


def listed(by: Principal, *, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of the codes of a manager's parks or of a clerk's county, newest first."""
    asked = _WHOLE.where(_within_reach(by))
    if after is not None:
        asked = asked.where(Code.id < after)
    return [_told(each) for each in rows(asked.order_by(Code.id.desc()).limit(limit))]


def picture(public_id: UUID, by: Principal) -> Row:
    """Return the picture of a code; raise NotFound before it was drawn, CodeRevoked after."""
    code = live("getCodeImage", public_id, by)
    found = row(
        select(CodePicture.content, CodePicture.media_type).where(CodePicture.code_id == code["id"])
    )
    if found is None:
        raise NotFound("尚未生成图片，请先生成")
    return found


def is_drawn(code_id: int) -> bool:
    """Tell whether there is a picture of a code."""
    return row(select(CodePicture.code_id).where(CodePicture.code_id == code_id)) is not None


def is_linked(code_id: int, until: datetime) -> bool:
    """Tell whether the link of a code is good until a moment."""
    asked = select(Code.id).where(Code.id == code_id, Code.link_expires_at > until)
    return row(asked) is not None


def _within_reach(by: Principal) -> ColumnElement[bool]:
    if by.role is Role.PARK_MANAGER:
        return Code.park_id.in_(by.parks)
    if by.role is Role.BUREAU_STAFF:
        return Code.jurisdiction_code == by.county if by.county else true()
    return false()


def _of(found: Row) -> tuple[int | None, str, datetime]:
    return found["park_id"], found["jurisdiction_code"], found["created_at"]


def _told(found: Row) -> dict[str, Any]:
    shown = ("token", "kind", "label", "park_name", "created_at", "revoked_at", "is_drawn")
    expires_at = found["link_expires_at"]
    good = found["revoked_at"] is None and expires_at is not None and expires_at > clock.now()
    return {
        "id": found["public_id"],
        **{name: found[name] for name in (*shown, "opens", "version")},
        "park_id": found["park_public_id"],
        "created_by": found["created_by_name"],
        "link": found["link"] if good else None,
        "link_expires_at": expires_at if good else None,
        "actions": [] if found["revoked_at"] else ["revoke", "draw", "link"],
        "row": found["id"],
    }
