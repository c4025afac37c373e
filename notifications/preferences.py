"""Of which topics does somebody want to hear?

What concerns her own case she is always told; notices she can switch off, topic by topic, and then
has neither a message nor a push of those that are about nothing else.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select, text

from backend import clock
from backend.access import Principal
from backend.db import action, rows, session
from backend.notices.kinds import Topic
from backend.notices.models import Muted
from notifications.reach import MUTED, UNSENT

SKIP = f"""
UPDATE delivery SET status = 'SKIPPED', detail = 'opted_out', lease_until = NULL,
       settled_at = clock_timestamp()
FROM notice
WHERE notice.id = delivery.notice_id AND delivery.person_id = :her
  AND delivery.status IN ({UNSENT}) AND notice.topics <@ {MUTED.format(person=":her")}
"""


def of(by: Principal) -> dict[str, Any]:
    """Return every topic, and whether she wants to hear of it."""
    muted = {each["topic"] for each in rows(select(Muted.topic).where(Muted.person_id == by.id))}
    return {"items": [{"topic": each, "wanted": each.name not in muted} for each in Topic]}


@action
def set_muted(topics: Collection[Topic], *, by: Principal) -> dict[str, Any]:
    """Say of which topics she does not want to hear; what waits to be pushed is left out now."""
    session.execute(delete(Muted).where(Muted.person_id == by.id))
    now = clock.now()
    session.add_all(Muted(person_id=by.id, topic=each.name, at=now) for each in set(topics))
    session.flush()
    session.execute(text(SKIP), {"her": by.id})
    return of(by)
