"""What do we keep of subsidies, the lines of a claim, what was paid and what came back?"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, Numbered, term
from backend.subsidies.kinds import Ground, Outcome, SubsidyKind
from backend.subsidies.workflow import APPROVED, HAD, PRICED, WITHIN, Status


def _in(statuses: Iterable[Status]) -> str:
    return "status IN (" + ", ".join(f"'{status.name}'" for status in statuses) + ")"


_ONE_HAD = text(f"kind = 'STARTUP' AND {_in(HAD)}")


class Subsidy(Numbered, Model):
    """Money that a person, or by a claim a park or a firm of it, is to have, and what became of it.

    `amount` is what was granted, in fen, and `basis` the bounds and dated numbers that it rests on;
    `proposed_by` has granted it, another one approves it. `due_on` is until when its holder should
    act. `tenancy_id` is the firm whose new jobs are claimed for.
    """

    __tablename__ = "subsidy"
    __table_args__ = (
        Index("uq_subsidy_one_person", "person_id", unique=True, postgresql_where=_ONE_HAD),
        Index("uq_subsidy_one_venture", "credit_code", unique=True, postgresql_where=_ONE_HAD),
        Index("ix_subsidy_due_on", "due_on", postgresql_where=text("due_on IS NOT NULL")),
        CheckConstraint("(kind = 'STARTUP') = (application_id IS NOT NULL)", name="of_a_case"),
        CheckConstraint("(kind = 'STARTUP') = (person_id IS NOT NULL)", name="of_a_person"),
        CheckConstraint("(kind = 'STARTUP') = (park_id IS NULL)", name="of_a_park"),
        CheckConstraint("(kind = 'STARTUP') = (number IS NULL)", name="numbered"),
        CheckConstraint("(kind = 'JOB_CREATION') = (tenancy_id IS NOT NULL)", name="of_a_firm"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "(amount IS NULL) = (basis IS NULL) AND (amount IS NULL) = (proposed_by IS NULL)",
            name="rests_on",
        ),
        CheckConstraint(f"({_in(PRICED)}) <= (amount IS NOT NULL)", name="amount"),
        CheckConstraint(f"({_in(APPROVED)}) <= (approved_by IS NOT NULL)", name="approved"),
        CheckConstraint("approved_by <> proposed_by", name="two_people"),
        CheckConstraint(f"({_in(WITHIN)}) = (due_on IS NOT NULL)", name="due_on"),
        CheckConstraint(
            "(status = 'REFUSED') <= (jsonb_array_length(reasons) > 0)", name="reasons"
        ),
    )

    kind: Mapped[SubsidyKind] = mapped_column(term(SubsidyKind))
    status: Mapped[Status] = mapped_column(term(Status))
    number: Mapped[str | None] = mapped_column(unique=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("park.id"), index=True)
    tenancy_id: Mapped[int | None] = mapped_column(ForeignKey("tenancy.id"), index=True)
    venture: Mapped[str | None]
    credit_code: Mapped[str | None]
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    submitted_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    held_since: Mapped[datetime]
    due_on: Mapped[date | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    amount: Mapped[int | None]
    basis: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_on: Mapped[date | None]
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SubsidyLine(Numbered, Model):
    """One household that graduated, or one new job, for which a park claims.

    It `counts` from its claim's being submitted until it is refused or the claim is over without
    money; of what counts there is one in the league (two partial unique indexes). Of a worker the
    name and number are sealed to the row, and the number is found by its keyed hash.
    """

    __tablename__ = "subsidy_line"
    __table_args__ = (
        UniqueConstraint("subsidy_id", "place"),
        Index(
            "uq_subsidy_line_household",
            "credit_code",
            unique=True,
            postgresql_where=text("kind = 'INCUBATION' AND counts"),
        ),
        Index(
            "uq_subsidy_line_tenancy",
            "tenancy_id",
            unique=True,
            postgresql_where=text("kind = 'INCUBATION' AND counts"),
        ),
        Index(
            "uq_subsidy_line_job",
            "credit_code",
            "worker_hash",
            unique=True,
            postgresql_where=text("kind = 'JOB_CREATION' AND counts"),
        ),
        CheckConstraint("counts <= (credit_code IS NOT NULL)", name="household"),
        CheckConstraint(
            "(kind = 'JOB_CREATION' AND counts) <= (worker_hash IS NOT NULL)", name="job"
        ),
        CheckConstraint("(worker_number IS NULL) = (worker_hash IS NULL)", name="worker"),
        CheckConstraint(
            "coalesce(outcome = 'REFUSED', false) <= (jsonb_array_length(reasons) > 0)",
            name="reasons",
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "(amount IS NOT NULL) <= coalesce(outcome = 'ACCEPTED', false)", name="amount"
        ),
    )

    subsidy_id: Mapped[int] = mapped_column(ForeignKey("subsidy.id"))
    kind: Mapped[SubsidyKind] = mapped_column(term(SubsidyKind))
    place: Mapped[int]
    tenancy_id: Mapped[int | None] = mapped_column(ForeignKey("tenancy.id"))
    name: Mapped[str | None]
    credit_code: Mapped[str | None]
    registered_on: Mapped[date | None]
    moved_out_on: Mapped[date | None]
    worker_name: Mapped[str | None]
    worker_number: Mapped[str | None]
    worker_hash: Mapped[str | None]
    hired_on: Mapped[date | None]
    evidence: Mapped[str]
    counts: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome | None] = mapped_column(term(Outcome))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(default="")
    amount: Mapped[int | None]


class SubsidyReturn(Model):
    """One round of putting a claim right, with every item; meanwhile the bureau's clock rests."""

    __tablename__ = "subsidy_return"
    __table_args__ = (
        Index(
            "uq_subsidy_return_one_open",
            "subsidy_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("jsonb_array_length(items) > 0", name="items"),
    )

    subsidy_id: Mapped[int] = mapped_column(ForeignKey("subsidy.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SubsidyPayment(Model):
    """What was paid, in fen, when and under which voucher; of the account we keep nothing."""

    __tablename__ = "subsidy_payment"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    subsidy_id: Mapped[int] = mapped_column(ForeignKey("subsidy.id"), primary_key=True)
    amount: Mapped[int]
    paid_on: Mapped[date]
    voucher: Mapped[str]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]


class SubsidyRecovery(Model):
    """What of a payment came back, in fen, when and why."""

    __tablename__ = "subsidy_recovery"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    subsidy_id: Mapped[int] = mapped_column(
        ForeignKey("subsidy_payment.subsidy_id"), primary_key=True
    )
    amount: Mapped[int]
    recovered_on: Mapped[date]
    ground: Mapped[Ground] = mapped_column(term(Ground))
    why: Mapped[str]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]


class SubsidyReminder(Model):
    """That whoever holds a subsidy was told of a day: once for each day and each way of saying."""

    __tablename__ = "subsidy_reminder"

    subsidy_id: Mapped[int] = mapped_column(ForeignKey("subsidy.id"), primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    for_on: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
