"""What do we keep of a look at a text? What was found, and never the text."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered, term
from backend.texts.kinds import Place, Settled, Source, Verdict


class TextCheck(Numbered, Model):
    """What was made of one free text when it was handed in.

    It belongs to a case, a claim or a post. `subject` is the public id of the thing in which the
    words stand, `pointer` their field. A text that was written anew replaces its check.
    """

    __tablename__ = "text_check"
    __table_args__ = (
        CheckConstraint("num_nonnulls(application_id, subsidy_id, post_id) = 1", name="of_one"),
        CheckConstraint(
            "(settled IS NULL) = (settled_at IS NULL) AND (settled IS NULL) = (settled_by IS NULL)",
            name="by_whom",
        ),
        CheckConstraint("settled IS NULL OR verdict <> 'PASS'", name="passed"),
        CheckConstraint("settled IS DISTINCT FROM 'REWRITE' OR why <> ''", name="why"),
        Index(
            "uq_text_check_one_present",
            "subject",
            "place",
            "pointer",
            "person_id",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_text_check_application_id", "application_id"),
        Index("ix_text_check_subsidy_id", "subsidy_id"),
        Index("ix_text_check_post_id", "post_id"),
    )

    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    subsidy_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    subject: Mapped[UUID]
    place: Mapped[Place] = mapped_column(term(Place))
    pointer: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[Verdict] = mapped_column(term(Verdict))
    source: Mapped[Source] = mapped_column(term(Source))
    label: Mapped[str | None]
    trace_id: Mapped[str | None]
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    settled: Mapped[Settled | None] = mapped_column(term(Settled))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[str] = mapped_column(default="")
