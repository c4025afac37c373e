"""What do we keep of what happens while somebody has a place, and of how it ends?

Nothing here is ever overwritten by another episode: a correction is a row of its own.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered, term
from backend.tenancies.grounds import Duty, Eviction, Fee, Outcome, Pause, Refusal
from backend.tenancies.workflow import Status


def _one_open(table: str, column: str) -> Index:
    """Let a tenancy have one such episode at a time."""
    return Index(
        f"uq_{table}_one_open",
        "tenancy_id",
        unique=True,
        postgresql_where=text(f"{column} IS NULL"),
    )


class Relief(Model):
    """What the agreement waives of a fee, in per cent, from a day until (exclusive) another.

    A fee without a row is one of which nothing was agreed: not known, which is not "in full".
    """

    __tablename__ = "relief"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("starts_on < until_on", name="period"),
    )

    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), primary_key=True)
    fee: Mapped[Fee] = mapped_column(term(Fee), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date]
    percent: Mapped[int]


class Renewal(Model):
    """That a tenant asked for more time, and what the park said; `granted_until` is exclusive."""

    __tablename__ = "renewal"
    __table_args__ = (
        _one_open("renewal", "closed_at"),
        CheckConstraint("months BETWEEN 1 AND 12", name="months"),
        CheckConstraint("granted_until IS NULL OR refused_for IS NULL", name="one_answer"),
        CheckConstraint("term_until < granted_until", name="longer"),
        Index("ix_renewal_due_on", "due_on", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), index=True)
    months: Mapped[int]
    why: Mapped[str]
    term_until: Mapped[date]
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    granted_until: Mapped[date | None]
    refused_for: Mapped[Refusal | None] = mapped_column(term(Refusal))
    words: Mapped[str] = mapped_column(default="")


class Suspension(Model):
    """That a unit may stand idle, for what, and until when (exclusive) at the latest."""

    __tablename__ = "suspension"
    __table_args__ = (
        _one_open("suspension", "ended_on"),
        CheckConstraint("starts_on < until_on", name="period"),
        CheckConstraint("ended_on BETWEEN starts_on AND until_on", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), index=True)
    ground: Mapped[Pause] = mapped_column(term(Pause))
    words: Mapped[str]
    starts_on: Mapped[date]
    until_on: Mapped[date]
    ended_on: Mapped[date | None]
    set_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Proceeding(Model):
    """An eviction from its announcement on: what she says, how she was heard, what was decided.

    She may be heard until `hear_until`, that day included. Whoever announced it does not decide.
    """

    __tablename__ = "proceeding"
    __table_args__ = (
        _one_open("proceeding", "closed_at"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint(
            "(hearing IS NULL) = (heard_at IS NULL) AND (hearing IS NULL) = (attended IS NULL)",
            name="heard",
        ),
        CheckConstraint("(closed_at IS NULL) = (evicted IS NULL)", name="closed"),
        # What no program gets round: nobody is evicted unheard.
        CheckConstraint("NOT evicted OR heard_at IS NOT NULL", name="nobody_unheard"),
        CheckConstraint("NOT evicted OR closed_by <> announced_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), index=True)
    ground: Mapped[Eviction] = mapped_column(term(Eviction))
    words: Mapped[str]
    announced_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    announced_at: Mapped[datetime]
    hear_until: Mapped[date]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    hearing: Mapped[str | None]
    attended: Mapped[bool | None]
    heard_at: Mapped[datetime | None]
    heard_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    evicted: Mapped[bool | None]
    why: Mapped[str | None]


class Graduation(Model):
    """That a venture was registered and has moved out: one household of clause 五（八）.

    A firm graduates once in the league. `was` says how the tenancy stood before: whether she went
    early, on time or from within her term.
    """

    __tablename__ = "graduation"
    __table_args__ = (CheckConstraint("registered_on <= recorded_on", name="registered"),)

    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), primary_key=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), index=True)
    credit_code: Mapped[str] = mapped_column(unique=True)
    registered_on: Mapped[date]
    moved_out_on: Mapped[date]
    moved_to: Mapped[str]
    was: Mapped[Status] = mapped_column(term(Status))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_on: Mapped[date]


class CheckOut(Model):
    """One duty of somebody who has left; the outcome is null while it is open."""

    __tablename__ = "check_out"
    __table_args__ = (
        CheckConstraint(
            "(outcome IS NULL) = (at IS NULL) AND (outcome IS NULL) = (by IS NULL)", name="settled"
        ),
        Index("ix_check_out_open", "tenancy_id", postgresql_where=text("outcome IS NULL")),
    )

    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), primary_key=True)
    duty: Mapped[Duty] = mapped_column(term(Duty), primary_key=True)
    outcome: Mapped[Outcome | None] = mapped_column(term(Outcome))
    words: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime | None]


class Headcount(Numbered, Model):
    """Who worked at a tenant's in a month, as somebody said it at one time.

    `month` is its first day. What the tenant declares counts once the park has confirmed it. A
    later one replaces the one before, says why, and leaves it standing.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        Index(
            "uq_headcount_one_pending",
            "tenancy_id",
            "month",
            unique=True,
            postgresql_where=text("confirmed_at IS NULL AND replaced_at IS NULL"),
        ),
        Index(
            "uq_headcount_one_current",
            "tenancy_id",
            "month",
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL AND replaced_at IS NULL"),
        ),
        Index("ix_headcount_park", "park_id", "month"),
        CheckConstraint("EXTRACT(day FROM month) = 1", name="month"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
    )

    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), index=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    month: Mapped[date]
    declared: Mapped[bool]
    told_at: Mapped[datetime]
    why: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    replaced_at: Mapped[datetime | None]


class Head(Numbered, Model):
    """One person of a head count: a sealed name, and a keyed hash of a number that is not kept.

    `counted` says that the park counts her here: once in a month, whoever else names her.
    """

    __tablename__ = "head"
    __table_args__ = (
        Index("uq_head_in_one_count", "headcount_id", "who", unique=True),
        Index(
            "uq_head_once_a_month",
            "park_id",
            "month",
            "who",
            unique=True,
            postgresql_where=text("counted"),
        ),
        Index("ix_head_again", "park_id", "month", "who"),
    )

    headcount_id: Mapped[int] = mapped_column(ForeignKey("headcount.id"))
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    month: Mapped[date]
    who: Mapped[str]
    name: Mapped[str]
    counted: Mapped[bool]
