"""What do we keep of a notice, and of whom it is for?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.applications.kinds import Kind
from backend.db import Json, Model, Numbered, term
from backend.notices.kinds import Topic
from backend.notices.workflow import APPROVED, Status

_TOPICS = ", ".join(f"'{each.name}'" for each in Topic)
_APPROVED = ", ".join(f"'{each.name}'" for each in APPROVED)


class Notice(Numbered, Model):
    """What the bureau tells many people at once, and how far it has come.

    `scope` is the league or the county that it is for. With its submission its words stay as they
    are, `people` says how many it is for, and `figures` what its second person saw. `event_id` is
    its publication, from which the messages grow. Those up to `expanded_to`, by the keys of people,
    have been told; until `released_at` that ends with the first hundred pushes, at `canary_to`.
    `acts_on` is the kind of application that it invites to.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="second_person"),
        CheckConstraint(f"status NOT IN ({_APPROVED}) OR approved_by IS NOT NULL", name="approved"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_at"),
        CheckConstraint("(people IS NULL) = (submitted_at IS NULL)", name="frozen"),
        CheckConstraint("(people IS NULL) = (figures IS NULL)", name="figures"),
        CheckConstraint("(event_id IS NULL) = (published_at IS NULL)", name="published"),
        CheckConstraint(
            "status NOT IN ('SENDING', 'PAUSED', 'SENT') OR published_at IS NOT NULL",
            name="started",
        ),
        CheckConstraint(
            f"cardinality(topics) BETWEEN 1 AND 3 AND topics <@ ARRAY[{_TOPICS}]", name="topics"
        ),
        CheckConstraint("in_force_until >= in_force_from", name="in_force"),
        Index("ix_notice_scope", "scope", "id"),
        Index(
            "ix_notice_under_way",
            "id",
            postgresql_where=text("status IN ('SCHEDULED', 'SENDING')"),
        ),
    )

    scope: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    clause: Mapped[str]
    attachments: Mapped[list[dict[str, str]]] = mapped_column(Json)
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    in_force_from: Mapped[date | None]
    in_force_until: Mapped[date | None]
    acts_on: Mapped[Kind | None] = mapped_column(term(Kind))
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    urgent_why: Mapped[str]
    status: Mapped[Status] = mapped_column(term(Status))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    people: Mapped[int | None]
    figures: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    send_at: Mapped[datetime | None]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), unique=True)
    published_at: Mapped[datetime | None]
    expanded_to: Mapped[int] = mapped_column(BigInteger, default=0)
    expanded_at: Mapped[datetime | None]
    canary_to: Mapped[int | None] = mapped_column(BigInteger)
    released_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]
    alarm_at: Mapped[datetime | None]
    alarmed_at: Mapped[datetime | None]
    why: Mapped[str]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class NoticeReader(Model):
    """Somebody for whom a notice is, as she was counted when it was submitted.

    `opted_out` is set when her turn came and she did not want to hear of its topics.
    """

    __tablename__ = "notice_reader"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    county: Mapped[str | None]
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    opted_out: Mapped[bool] = mapped_column(default=False)


class Muted(Model):
    """A topic of which somebody does not want to hear."""

    __tablename__ = "muted"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Weekly(Model):
    """A topic of which somebody wants to hear once a week, and not each time."""

    __tablename__ = "weekly"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
