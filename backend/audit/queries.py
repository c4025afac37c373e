"""What has happened to a thing?"""

from collections.abc import Sequence

from sqlalchemy import select

from backend.audit.models import Event
from backend.db import Row, rows


def of(subject_kind: str, subject_id: int) -> Sequence[Row]:
    """Return the events of one thing, oldest first."""
    return rows(
        select(Event.id, Event.name, Event.at, Event.actor_kind, Event.actor_id, Event.particulars)
        .where(Event.subject_kind == subject_kind, Event.subject_id == subject_id)
        .order_by(Event.id)
    )
