"""What did everybody do in a case, for which reason, and what had they seen?

The other reading of the same events as the applicant's timeline: every row, each member of staff
by name, with the version that she saw and the one that came of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from backend.access import Principal, Role, can
from backend.accounts.models import Staff
from backend.applications import queries
from backend.applications.kinds import Reason
from backend.applications.workflow import EVENT_LABELS
from backend.audit.models import Event
from backend.db import rows
from backend.errors import NotFound

LABELS: Mapping[str, str] = {
    **{f"application.{name}": label for name, label in EVENT_LABELS.items()},
    "application.updated": "修改填写内容",
    "application.gap_ended": "容缺事项终止",
    "application.note_added": "添加内部备注",
    "application.opinion_asked": "征求其他单位意见",
    "application.opinion_due": "提醒答复意见",
    "application.opinion_given": "其他单位答复意见",
    "application.due_soon": "提醒办理期限",
    "application.due_today": "提醒当日到期",
    "application.overdue": "提醒已逾期",
    "application.legal_limit_near": "提醒最长期限",
    "document.attached": "更换材料",
}
OTHERWISE = "其他"


def history(public_id: UUID, by: Principal, *, after: int | None, limit: int) -> Sequence[Any]:
    """Return a page of everything that happened, oldest first; raise NotFound for a foreign case.

    It is for whoever decides the case or oversees it, never for the applicant.
    """
    found = queries.find(public_id)
    if found is None or not can(by, "listHistory", found):
        raise NotFound
    asked = (
        select(*Event.__table__.columns, Staff.name.label("staff_name"), Staff.role)
        .outerjoin(Staff, and_(Event.actor_kind == "staff", Staff.id == Event.actor_id))
        .where(Event.subject_kind == "application", Event.subject_id == found["id"])
        .order_by(Event.id)
    )
    if after is not None:
        asked = asked.where(Event.id > after)
    return [_told(each) for each in rows(asked.limit(limit))]


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    told = event["particulars"]
    reasons = [Reason[name].value for name in told.get("reasons", ())]
    return {
        "at": event["at"],
        "event": event["name"],
        "label": LABELS.get(event["name"], OTHERWISE),
        "by": event["staff_name"],
        "role": event["role"] or (Role.ENTREPRENEUR if event["actor_kind"] == "person" else None),
        "party": told.get("party"),
        "reason": "；".join([*reasons, *filter(None, [told.get("why")])]) or None,
        "seen": told.get("seen"),
        "version": told.get("version"),
        "taken_back_at": event["taken_back_at"],
        "row": event["id"],
    }
