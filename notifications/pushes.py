"""When does a message go to somebody's telephone, and does it at all?

What concerns her own case leaves at once. What tells of policies keeps to the manners of notices:
not in the night, not too often, and only with leave to push that she has given.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from backend import clock
from backend.db import row
from notifications.models import Lane, Status
from notifications.reach import ALONE, Reach, rings
from notifications.templates import TEMPLATES

# A decision that has not been pushed within a day, and news within three, are found in the inbox.
DECISION_WITHIN, NEWS_WITHIN = timedelta(hours=24), timedelta(days=3)


def planned(template: str, person_id: int) -> dict[str, Any]:
    """Return lane, status and moments of a push, for use inside the action that writes it."""
    now = clock.now()
    if not TEMPLATES[template].of_policy:
        return _waiting(Lane.DECISION, now, now + DECISION_WITHIN)
    found = row(text(ALONE), person=person_id, template=template)
    assert found is not None
    reach = Reach[found["reach"]]
    if reach is Reach.REACHABLE:
        return _waiting(Lane.BROADCAST, rings(now, person_id), now + NEWS_WITHIN)
    return {
        **_waiting(Lane.BROADCAST, now, now + NEWS_WITHIN),
        "status": Status.SKIPPED,
        "settled_at": now,
        "detail": reach.name.lower(),
    }


def _waiting(lane: Lane, due: Any, expires: Any) -> dict[str, Any]:
    return {
        "lane": lane,
        "polite": lane is Lane.BROADCAST,
        "status": Status.PENDING,
        "next_try_at": due,
        "expires_at": expires,
    }
