"""What do we keep of published decisions, objections, notes, and decisions in bulk?"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.cases.kinds import Decision, Outcome
from backend.db import Json, Model, Numbered, term


class Publicity(Numbered, Model):
    """A decision that anybody may read for some working days, without the name in full.

    It is that on a case, or on what a park claims. `ends_on` is the last day of the period; null
    while an objection makes it stand still.
    """

    __tablename__ = "publicity"
    __table_args__ = (
        Index(
            "uq_publicity_one_running",
            "application_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_publicity_one_of_a_claim",
            "subsidy_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("(application_id IS NULL) <> (subsidy_id IS NULL)", name="of_one"),
        Index("ix_publicity_ends_on", "ends_on", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("workdays >= 3", name="workdays"),
    )

    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    subsidy_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy.id"))
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


class Note(Numbered, Model):
    """What staff write down about a case for each other; sealed to the row, never changed."""

    __tablename__ = "note"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    words: Mapped[str]
    at: Mapped[datetime]


class Batch(Numbered, Model):
    """Many cases that somebody decided together; it may be undone before `undo_until`."""

    __tablename__ = "batch"
    __table_args__ = (CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),)

    decision: Mapped[Decision] = mapped_column(term(Decision))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class BatchRow(Model):
    """What became of one case of a batch.

    `problem` says why it could not be decided. `was` says where it stood before, at which versions
    case and tenancy came to stand, and which events are held back for it.
    """

    __tablename__ = "batch_row"
    __table_args__ = (
        CheckConstraint("(outcome = 'REFUSED') = (problem IS NOT NULL)", name="problem"),
        CheckConstraint("(outcome = 'REFUSED') = (was IS NULL)", name="was"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    application: Mapped[UUID]
    outcome: Mapped[Outcome] = mapped_column(term(Outcome))
    problem: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    was: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
