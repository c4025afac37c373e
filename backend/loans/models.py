"""What do we keep of institutions, of whoever reports for them, and of a loan?"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered, term
from backend.loans.kinds import InstitutionKind, WhyRefused
from backend.loans.workflow import PAID, RUNNING, WITHIN, Status


def _in(statuses: Iterable[Status]) -> str:
    return "status IN (" + ", ".join(f"'{status.name}'" for status in statuses) + ")"


class Institution(Numbered, Model):
    """A bank or a guarantor to which loans are referred; null: it works for the whole league."""

    __tablename__ = "institution"
    __table_args__ = (UniqueConstraint("name", "kind"),)

    name: Mapped[str]
    kind: Mapped[InstitutionKind] = mapped_column(term(InstitutionKind))
    jurisdiction_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    created_at: Mapped[datetime]


class Partner(Model):
    """For which institution an account of a partner reports; there is one at most."""

    __tablename__ = "partner"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)


class Loan(Numbered, Model):
    """What became of a loan after the bureau's qualification.

    `state_on` is the day of which the last report spoke, `due_on` until when its holder should act.
    `amount` is what was paid out, in fen.
    """

    __tablename__ = "loan"
    __table_args__ = (
        Index("uq_loan_one_person", "person_id", unique=True, postgresql_where=text(_in(RUNNING))),
        Index(
            "uq_loan_one_venture", "credit_code", unique=True, postgresql_where=text(_in(RUNNING))
        ),
        Index("ix_loan_due_on", "due_on", postgresql_where=text("due_on IS NOT NULL")),
        CheckConstraint("(bank_id IS NULL) = (guarantor_id IS NULL)", name="referred"),
        CheckConstraint(
            "status IN ('QUALIFIED', 'PUBLISHED', 'WITHDRAWN', 'CANCELLED') OR bank_id IS NOT NULL",
            name="referred_before",
        ),
        CheckConstraint(
            f"(status IN ('REPAID') OR {_in(PAID)}) = (amount IS NOT NULL)", name="amount"
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(amount IS NULL) = (disbursed_on IS NULL)", name="disbursed_on"),
        CheckConstraint("(status = 'REFUSED') = (why_refused IS NOT NULL)", name="why_refused"),
        CheckConstraint("(why_refused IS NULL) = (refused_by IS NULL)", name="refused_by"),
        CheckConstraint(f"({_in(WITHIN)}) = (due_on IS NOT NULL)", name="due_on"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credit_code: Mapped[str | None]
    status: Mapped[Status] = mapped_column(term(Status))
    bank_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    guarantor_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    held_since: Mapped[datetime]
    state_on: Mapped[date]
    due_on: Mapped[date | None]
    amount: Mapped[int | None]
    disbursed_on: Mapped[date | None]
    refused_by: Mapped[InstitutionKind | None] = mapped_column(term(InstitutionKind))
    why_refused: Mapped[WhyRefused | None] = mapped_column(term(WhyRefused))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
