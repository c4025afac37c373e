"""How is a notice written, and how does a second person decide about it?

What leaves, and what has to know of messages, is `notifications.notices`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal, relations
from backend.db import action
from backend.errors import Invalid, NotAllowed, Outdated
from backend.notices import audience, queries
from backend.notices.kinds import Topic
from backend.notices.models import Notice
from backend.notices.taking import Taken, View, moved, noted, seen_now, taken
from backend.notices.workflow import CREATED, MAY_WRITE, Status
from backend.policies.drafts import COUNTIES
from eligibility.parameters import LEAGUE

LATEST = timedelta(days=30)
NO_SCOPE = "请填写全盟（league）或旗县市代码"
TOO_EARLY = "失效日期早于生效日期"
NOT_WITHIN = f"发送时间应在现在与{LATEST.days}天之内"
OTHER_COUNT = "人数与提交复核时不一致，请核对后再批准"
IS_URGENT = "本通知标为紧急，夜间也会推送，请核对理由并确认后再批准"
NOT_URGENT = "本通知未标为紧急，请核对后再批准"


@action
def create(content: Mapping[str, Any], *, scope: str, by: Principal) -> View:
    """Begin a notice; raise Invalid with everything that is wrong with it."""
    if MAY_WRITE not in relations(by, {"scope": scope}):
        raise NotAllowed
    _refuse_if_faulty(content, scope)
    now = clock.now()
    notice = Notice(
        scope=scope,
        status=Status.DRAFT,
        proposed_by=by.id,
        created_at=now,
        changed_at=now,
        why="",
        **_columns(content),
    )
    noted(CREATED, notice, by, scope=scope)
    return queries.get(notice.public_id, by)


@action
def update(public_id: UUID, content: Mapping[str, Any], *, seen: int, by: Principal) -> View:
    """Write a draft anew; raise Invalid with everything that is wrong with it."""
    case = taken("updateNotice", "update", public_id, seen, by)
    _refuse_if_faulty(content, case.notice.scope)
    for name, value in _columns(content).items():
        setattr(case.notice, name, value)
    moved(case)
    return seen_now(case)


@action
def approve(
    public_id: UUID, *, people: int, urgent: bool = False, seen: int, by: Principal
) -> View:
    """Let a notice be sent, as its second person, who says for how many people it is.

    Whether it is urgent has to be said as well. Raise Outdated where that is not what was counted
    and written.
    """
    case = taken("approveNotice", "approve", public_id, seen, by)
    is_urgent = bool(case.notice.urgent_why)
    if people != case.notice.people:
        raise Outdated(OTHER_COUNT, seen=people, current=case.notice.people)
    if urgent != is_urgent:
        raise Outdated(IS_URGENT if is_urgent else NOT_URGENT, seen=urgent, current=is_urgent)
    case.notice.approved_by, case.notice.approved_at = by.id, clock.now()
    moved(case, people=people, urgent_why=case.notice.urgent_why)
    return seen_now(case)


@action
def refuse(public_id: UUID, *, why: str, seen: int, by: Principal) -> View:
    """Do not let a notice be sent; whoever wrote it may write another one."""
    return _ended(taken("refuseNotice", "refuse", public_id, seen, by), why)


@action
def schedule(public_id: UUID, *, send_at: datetime | None, seen: int, by: Principal) -> View:
    """Say when an approved notice begins to leave; at once where nothing is said."""
    case = taken("scheduleNotice", "schedule", public_id, seen, by)
    now = clock.now()
    if send_at is not None and not now <= send_at <= now + LATEST:
        raise Invalid(errors=[{"pointer": "#/send_at", "detail": NOT_WITHIN}])
    case.notice.send_at = send_at or now
    moved(case, send_at=case.notice.send_at.isoformat())
    return seen_now(case)


def _ended(case: Taken, why: str) -> View:
    case.notice.why = why
    moved(case, why=why)
    return seen_now(case)


def _refuse_if_faulty(content: Mapping[str, Any], scope: str) -> None:
    faults = audience.faults(content["audience"], clock.today())
    if scope not in (LEAGUE, *COUNTIES):
        faults.append({"pointer": "#/scope", "detail": NO_SCOPE})
    first, last = content["in_force_from"], content["in_force_until"]
    if first and last and last < first:
        faults.append({"pointer": "#/in_force_until", "detail": TOO_EARLY})
    if faults:
        raise Invalid(errors=faults)


def _columns(content: Mapping[str, Any]) -> dict[str, Any]:
    topics: list[Topic] = content["topics"]
    return {**content, "topics": [each.name for each in topics]}
