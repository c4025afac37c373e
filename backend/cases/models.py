"""What do we keep of a decision that is published, and of objections to it?"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered


class Publicity(Numbered, Model):
    """A decision that anybody may read for some working days, without the name in full.

    `ends_on` is the last day of the period; null while an objection makes it stand still.
    """

    __tablename__ = "publicity"
    __table_args__ = (
        Index(
            "uq_publicity_one_running",
            "application_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_publicity_ends_on", "ends_on", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("workdays >= 3", name="workdays"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    name: Mapped[str]
    entity: Mapped[str]
    workdays: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]


class Objection(Numbered, Model):
    """What somebody has against a published decision; the words are sealed to the row."""

    __tablename__ = "objection"
    __table_args__ = (
        UniqueConstraint("publicity_id", "person_id"),
        CheckConstraint(
            "(answered_at IS NULL) = (upheld IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered",
        ),
    )

    publicity_id: Mapped[int] = mapped_column(ForeignKey("publicity.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str]
    raised_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    upheld: Mapped[bool | None]
    answer: Mapped[str | None]
