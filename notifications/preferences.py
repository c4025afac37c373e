"""Of which topics does somebody want to hear, and how?

What concerns her own case she is always told. Notices she has each time, once a week in a digest,
or not at all, topic by topic. Of those that are about nothing else than what she has switched off
she has neither a message nor a push; of those that are for her digest she has the message at once.
"""

from collections.abc import Collection
from enum import Enum
from typing import Any

from sqlalchemy import delete, select, text

from backend import clock
from backend.access import Principal
from backend.db import action, rows, session
from backend.notices.kinds import Topic
from backend.notices.models import Muted, Weekly
from notifications.reach import IN_DIGEST, UNSENT, UNWANTED


class Wish(Enum):
    """How somebody wants to hear of a topic."""

    EACH = "每次推送"
    WEEKLY = "每周汇总"
    NEVER = "不接收"


SKIPS = [
    text(
        f"""
        UPDATE delivery SET status = 'SKIPPED', detail = '{detail}', lease_until = NULL,
               settled_at = clock_timestamp()
        FROM notice
        WHERE notice.id = delivery.notice_id AND delivery.person_id = :her
          AND delivery.status IN ({UNSENT}) AND {why.format(person=":her")}
        """
    )
    for detail, why in (("opted_out", UNWANTED), ("digest", IN_DIGEST))
]


def of(by: Principal) -> dict[str, Any]:
    """Return every topic, and how she wants to hear of it."""
    muted, weekly = (
        {each["topic"] for each in rows(select(table.topic).where(table.person_id == by.id))}
        for table in (Muted, Weekly)
    )
    wishes = {**dict.fromkeys(weekly, Wish.WEEKLY), **dict.fromkeys(muted, Wish.NEVER)}
    found = [(topic, wishes.get(topic.name, Wish.EACH)) for topic in Topic]
    return {
        "items": [
            {"topic": topic, "wish": wish, "wanted": wish is not Wish.NEVER}
            for topic, wish in found
        ]
    }


@action
def choose(
    muted: Collection[Topic], *, weekly: Collection[Topic] = (), by: Principal
) -> dict[str, Any]:
    """Say of which topics she does not want to hear, and of which once a week.

    What waits to be pushed by itself is left out now.
    """
    now = clock.now()
    for table, topics in ((Muted, muted), (Weekly, weekly)):
        session.execute(delete(table).where(table.person_id == by.id))
        session.add_all(table(person_id=by.id, topic=each.name, at=now) for each in set(topics))
    session.flush()
    for skip in SKIPS:
        session.execute(skip, {"her": by.id})
    return of(by)
