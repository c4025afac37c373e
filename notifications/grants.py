"""How often may we still push, by each person's own leave?

A ledger (订阅次数): each "yes" to a one-time template adds one, each card that WeChat took uses one
up, and its error 43101 says that none is left, whatever we had counted. It tells the client when to
ask; nothing about somebody's own case, and no service, ever waits for it. A notice to many is
pushed to those alone who by our count have one left. What WeChat itself tells of a tap may come
later, or in another order: then everything is counted anew (`counting`).
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import text

from backend import clock
from backend.access import Principal
from backend.db import Row, action, row, rows, session
from notifications import counting
from notifications.models import Why
from notifications.templates import AT_ONCE, TEMPLATES, Moment

log = logging.getLogger(__name__)
NOT_SUBSCRIBED = 43101
# What the pushes `settled` have used up, or shown to be gone: part of the statement that settles
# them. They are of people who are all different, since nobody has two pushes under way.
USED_UP = f"""
    used AS (
        SELECT settled.*, CASE status WHEN 'ACCEPTED' THEN 'SPENT' ELSE 'GONE' END AS why,
               CASE status WHEN 'ACCEPTED' THEN 1 ELSE coalesce(credit.remaining, 0) END AS by
        FROM settled LEFT JOIN credit USING (person_id, template)
        WHERE status = 'ACCEPTED' OR errcode = {NOT_SUBSCRIBED}
    ), kept AS (
        INSERT INTO credit (person_id, template, remaining, changed_at)
        SELECT person_id, template, 0, :at FROM used ORDER BY person_id
        ON CONFLICT (person_id, template) DO UPDATE
        SET changed_at = :at, remaining = greatest(0, credit.remaining - (
            SELECT by FROM used WHERE used.person_id = excluded.person_id))
        RETURNING person_id, template, remaining
    ), noted AS (
        INSERT INTO credit_entry
            (person_id, template, why, change, remaining, delivery_id, claim_epoch, at)
        SELECT person_id, template, why, -by, remaining, id, claim_epoch, :at
        FROM used JOIN kept USING (person_id, template)
    )
"""
_KNOWN = text("SELECT why, at FROM credit_entry WHERE person_id = :id AND template = :template")
_CHANGE = text("""
    INSERT INTO credit (person_id, template, remaining, changed_at)
    VALUES (:person, :template, greatest(0, CAST(:change AS bigint)), :now)
    ON CONFLICT (person_id, template) DO UPDATE
    SET remaining = greatest(0, credit.remaining + CAST(:change AS bigint)), changed_at = :now
    RETURNING remaining
""")
_NOTE = text("""
    INSERT INTO credit_entry
        (person_id, template, why, change, remaining, delivery_id, claim_epoch, at)
    VALUES (:person, :template, :why, :change, :remaining, :id, :claim_epoch, :at)
""")


class Answer(Enum):
    """What WeChat's dialog gave back for one template."""

    ACCEPT = "同意"
    REJECT = "拒绝"
    BAN = "模板被封禁"
    FILTER = "模板标题重复"


@action
def record(given: Mapping[str, Answer], *, by: Principal) -> dict[str, Any]:
    """Write down what she answered to one dialog; return what is left of each template."""
    for template, answer in sorted(given.items()):
        if answer is Answer.ACCEPT:
            _count(by.id, template, Why.GRANTED, clock.now())
        elif answer is not Answer.REJECT:
            log.error("WeChat needs a person: template %s: %s", template, answer.name)
    left = _left(by.id)
    return {"items": [{"template": name, "left": left.get(name, 0)} for name in sorted(given)]}


def told(person_id: int, template: str, at: datetime) -> None:
    """Count, inside an action, a tap of which WeChat tells; not if the client has told of it."""
    _count(person_id, template, Why.TOLD, at)


def withdrawn(person_id: int, template: str, at: datetime) -> None:
    """Count, inside an action, that she wants no more of these since that moment."""
    _count(person_id, template, Why.WITHDRAWN, at)


def used(push: Row, at: datetime) -> None:
    """Count, inside an action, a push that was taken to be in doubt until WeChat told of it."""
    _count(push["person_id"], push["template"], Why.SPENT, at, push)


def forget(person_id: int) -> None:
    """Remove, inside an action, what a person has granted who cannot be reached any more."""
    for table in ("credit_entry", "credit"):
        session.execute(text(f"DELETE FROM {table} WHERE person_id = :id"), {"id": person_id})


def moments(by: Principal, numbers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Say after which taps to ask for which templates, those first of which least is left.

    `numbers` are the templates' numbers at WeChat; one that has none is not asked for.
    """
    left = _left(by.id)
    known = sorted(numbers.keys() & TEMPLATES.keys(), key=lambda name: (left.get(name, 0), name))
    return [
        {
            "moment": moment,
            "templates": [
                {
                    "name": name,
                    "template_id": numbers[name],
                    "title": TEMPLATES[name].title,
                    "left": left.get(name, 0),
                }
                for name in known
                if moment in TEMPLATES[name].moments
            ][:AT_ONCE],
        }
        for moment in Moment
    ]


def _left(person_id: int) -> dict[str, int]:
    asked = text("SELECT template, remaining FROM credit WHERE person_id = :id")
    return {each["template"]: each["remaining"] for each in rows(asked, id=person_id)}


def _count(person_id: int, template: str, why: Why, at: datetime, push: Row | None = None) -> None:
    """Add something that happened at a moment, and count anew what that leaves."""
    before = _changed(person_id, template, 0, clock.now())
    known = [
        counting.Fact(Why[each["why"]], each["at"])
        for each in rows(_KNOWN, id=person_id, template=template)
    ]
    change = counting.left([*known, counting.Fact(why, at)]) - before
    remaining = _changed(person_id, template, change, clock.now())
    _note(person_id, template, why, change, remaining, at, push)


def _changed(person_id: int, template: str, change: int, now: datetime) -> int:
    """Change what is left and return it; nobody else can meanwhile."""
    found = row(
        _CHANGE,
        person=person_id,
        template=template,
        change=change,
        now=now,
    )
    assert found is not None
    remaining: int = found["remaining"]
    return remaining


def _note(
    person_id: int,
    template: str,
    why: Why,
    change: int,
    remaining: int,
    at: datetime,
    push: Row | None,
) -> None:
    session.execute(
        _NOTE,
        {"id": None, "claim_epoch": None}
        | {"person": person_id, "template": template, "why": why.name}
        | {"change": change, "remaining": remaining, "at": at}
        | dict(push or {}),
    )
