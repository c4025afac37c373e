"""What happened, to what, by whom and when?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, Numbered


class Event(Numbered, Model):
    """One thing that happened. Rows are only ever added; messages grow out of them.

    `subject_kind` and `subject_id` name what it happened to, `actor_kind` and `actor_id` who did
    it (the system itself when both are null). `particulars` never holds personal data.
    `announced_at` is set once every reader has a message. What is held back is told not before
    `not_before`, and never once it was taken back.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_kind", "subject_id", "id"),
        Index(
            "ix_event_unannounced",
            "id",
            postgresql_where=text("announced_at IS NULL AND taken_back_at IS NULL"),
        ),
    )

    name: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    actor_kind: Mapped[str | None]
    actor_id: Mapped[int | None]
    session_id: Mapped[UUID | None]
    request_id: Mapped[str | None]
    at: Mapped[datetime]
    particulars: Mapped[dict[str, Any]] = mapped_column(Json)
    announced_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
