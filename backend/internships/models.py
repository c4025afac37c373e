"""What do we keep of hosts, posts, internships and their months?"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, Numbered, term
from backend.internships.kinds import HostKind, Party
from backend.internships.workflow import LIVE, TIMED, Status


def _in(statuses: Iterable[Status]) -> str:
    return "status IN (" + ", ".join(f"'{status.name}'" for status in statuses) + ")"


class Host(Numbered, Model):
    """A carrier that offers internships, and the person who speaks for it here."""

    __tablename__ = "host"

    kind: Mapped[HostKind] = mapped_column(term(HostKind))
    name: Mapped[str]
    credit_code: Mapped[str] = mapped_column(unique=True)
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class Invitation(Model):
    """A code, of which we know the hash alone, that lets one person speak for a host."""

    __tablename__ = "host_invitation"
    __table_args__ = (
        Index(
            "uq_host_invitation_one_open",
            "host_id",
            unique=True,
            postgresql_where=text("used_at IS NULL"),
        ),
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    sha256: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Post(Numbered, Model):
    """What a host offers, how many places, and how many of them somebody has."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("filled BETWEEN 0 AND places", name="places"),
        CheckConstraint("months BETWEEN 1 AND 24", name="months"),
        Index(
            "ix_post_open", "jurisdiction_code", "id", postgresql_where=text("closed_at IS NULL")
        ),
    )

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"), index=True)
    title: Mapped[str]
    duties: Mapped[str]
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    starts_on: Mapped[date]
    months: Mapped[int]
    places: Mapped[int]
    filled: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Choice(Model):
    """Which post an application is for."""

    __tablename__ = "post_choice"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    chosen_at: Mapped[datetime]


class Internship(Numbered, Model):
    """A place of a post that somebody was granted, and what became of it.

    It runs over [`starts_on`, `until_on`); `ended_on` is its last day once it is over, and
    `window_ends_on` the last day for a licence. After `expires_on` an unsigned agreement or an
    unused window is over. `proposed_by` has accepted the licence; another approves the stipend.
    """

    __tablename__ = "internship"
    __table_args__ = (
        Index(
            "uq_internship_one_live",
            "application_id",
            unique=True,
            postgresql_where=text(_in(LIVE)),
        ),
        Index("ix_internship_expires_on", "expires_on", postgresql_where=text(_in(TIMED))),
        CheckConstraint("starts_on < until_on", name="period"),
        CheckConstraint(f"({_in(TIMED)}) = (expires_on IS NOT NULL)", name="expires_on"),
        CheckConstraint("(ended_on IS NULL) = (ended_why IS NULL)", name="ended"),
        CheckConstraint("(credit_code IS NULL) = (registered_on IS NULL)", name="licence"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    status: Mapped[Status] = mapped_column(term(Status))
    starts_on: Mapped[date]
    months: Mapped[int]
    until_on: Mapped[date]
    expires_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_why: Mapped[str | None]
    window_ends_on: Mapped[date | None]
    credit_code: Mapped[str | None]
    registered_on: Mapped[date | None]
    returned_why: Mapped[str] = mapped_column(default="")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stipend: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class InternshipAgreement(Model):
    """The text that all three have before them, word for word."""

    __tablename__ = "internship_agreement"

    internship_id: Mapped[int] = mapped_column(ForeignKey("internship.id"), primary_key=True)
    edition: Mapped[str]
    special_terms: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]
    drawn_up_at: Mapped[datetime]


class Signature(Model):
    """That a party signed the text with this SHA-256; whoever changes the text removes them all."""

    __tablename__ = "internship_signature"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (staff_id IS NULL)", name="one_signatory"),
    )

    internship_id: Mapped[int] = mapped_column(ForeignKey("internship.id"), primary_key=True)
    party: Mapped[Party] = mapped_column(term(Party), primary_key=True)
    sha256: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class Month(Model):
    """One month of an internship; `counts` once it is certain, `why` where the bureau said so."""

    __tablename__ = "internship_month"
    __table_args__ = (
        CheckConstraint("(settled_by IS NULL) = (why IS NULL)", name="settled"),
        Index("ix_internship_month_open", "last_on", postgresql_where=text("counts IS NULL")),
    )

    internship_id: Mapped[int] = mapped_column(ForeignKey("internship.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    counts: Mapped[bool | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[str | None]


class Answer(Model):
    """What one side says of a month: she was there, on so many days, or why not."""

    __tablename__ = "internship_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["internship_id", "month"],
            ["internship_month.internship_id", "internship_month.name"],
            ondelete="CASCADE",
        ),
        CheckConstraint("present OR words <> ''", name="words"),
    )

    internship_id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[Party] = mapped_column(term(Party), primary_key=True)
    present: Mapped[bool]
    days: Mapped[int | None]
    words: Mapped[str]
    at: Mapped[datetime]


class Payment(Model):
    """What was paid, in fen, and whether it had to be given back."""

    __tablename__ = "internship_payment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(recovered_at IS NULL) = (recovered_why IS NULL)", name="recovered"),
    )

    internship_id: Mapped[int] = mapped_column(ForeignKey("internship.id"), primary_key=True)
    amount: Mapped[int]
    paid_on: Mapped[date]
    reference: Mapped[str]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
    recovered_why: Mapped[str | None]
    recovered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
