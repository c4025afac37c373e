"""What do we keep of an application?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.applications.workflow import OPEN, Kind, Status
from backend.db import Json, Model, Numbered, term

_OPEN = ", ".join(f"'{status.name}'" for status in OPEN)


class Application(Numbered, Model):
    """One asking, with its sections, its status and the decision on it.

    Sensitive answers inside `sections` are sealed. `version` is what ETag and If-Match carry.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_one_open",
            "applicant_id",
            "kind",
            unique=True,
            postgresql_where=text(f"status IN ({_OPEN})"),
        ),
        Index("ix_application_queue", "park_id", "status", "due_on", "id"),
        CheckConstraint("(status = 'DRAFT') <= (submitted_at IS NULL)", name="draft_unsubmitted"),
        CheckConstraint(
            "(status IN ('APPROVED', 'REJECTED')) = (decided_at IS NOT NULL)", name="decided"
        ),
    )

    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(term(Kind))
    status: Mapped[Status] = mapped_column(term(Status))
    applicant_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    sections: Mapped[dict[str, Any]] = mapped_column(Json)
    held_since: Mapped[datetime]
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
