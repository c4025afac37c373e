"""What do we keep of a tenancy, its agreement, and of who waits for a place?"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, Numbered, term
from backend.parks.kinds import UnitKind
from backend.tenancies.grounds import Ending
from backend.tenancies.kinds import Left
from backend.tenancies.workflow import HOUSED, LIVE, OVER, STAYING, TIMED, Status


def _in(statuses: Iterable[Enum]) -> str:
    return "status IN (" + ", ".join(f"'{status.name}'" for status in statuses) + ")"


class Tenancy(Numbered, Model):
    """A unit that somebody was offered or granted, and what became of it.

    While it is live there is exactly one holding of the same application, unit and days in the
    ledger of `parks`. It runs over [`starts_on`, `until_on`). `expires_at` is the moment at which
    an offer or an unsigned agreement is over; `entry_id` the place on the list it came from.

    Who does not move in until `arrive_by` loses it. Whoever has moved in keeps her days in the
    ledger when she leaves, up to the day on which the unit was handed over: `until_on` becomes that
    day where it was before the end of the term. `ended_on` is her last day as a tenant.
    """

    __tablename__ = "tenancy"
    __table_args__ = (
        Index(
            "uq_tenancy_one_live", "application_id", unique=True, postgresql_where=text(_in(LIVE))
        ),
        Index(
            "uq_tenancy_one_person", "person_id", unique=True, postgresql_where=text(_in(HOUSED))
        ),
        Index(
            "uq_tenancy_one_venture",
            "credit_code",
            unique=True,
            postgresql_where=text(_in(HOUSED)),
        ),
        Index("ix_tenancy_expires_at", "expires_at", postgresql_where=text(_in(TIMED))),
        Index("ix_tenancy_park", "park_id", "status", "id"),
        CheckConstraint("starts_on < until_on", name="period"),
        CheckConstraint(f"({_in(TIMED)}) = (expires_at IS NOT NULL)", name="expires_at"),
        CheckConstraint(f"NOT ({_in(OVER)}) OR ended_on IS NOT NULL", name="over"),
        CheckConstraint(f"NOT ({_in(STAYING)}) OR ended_on IS NULL", name="staying"),
        CheckConstraint("(ended_on IS NULL) = (ended_why IS NULL)", name="ended"),
        CheckConstraint("handed_over_on IS NULL OR ended_on IS NOT NULL", name="handed_over"),
        Index(
            "ix_tenancy_arrive_by",
            "arrive_by",
            postgresql_where=text("status = 'ACTIVE' AND arrived_on IS NULL"),
        ),
        Index("ix_tenancy_until_on", "until_on", postgresql_where=text(_in(STAYING))),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credit_code: Mapped[str | None]
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("waiting_entry.id"), index=True)
    status: Mapped[Status] = mapped_column(term(Status))
    starts_on: Mapped[date]
    until_on: Mapped[date]
    expires_at: Mapped[datetime | None]
    arrive_by: Mapped[date | None]
    postponed_why: Mapped[str | None]
    arrived_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_why: Mapped[Ending | None] = mapped_column(term(Ending))
    handed_over_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Agreement(Model):
    """The text that both sides have before them, word for word, and who has signed it.

    A signature is for the text with this SHA-256 and no other: whoever changes the text clears
    both.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("(park_signed_at IS NULL) = (park_signed_by IS NULL)", name="park_signed"),
    )

    tenancy_id: Mapped[int] = mapped_column(ForeignKey("tenancy.id"), primary_key=True)
    edition: Mapped[str]
    special_terms: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]
    drawn_up_at: Mapped[datetime]
    applicant_signed_at: Mapped[datetime | None]
    park_signed_at: Mapped[datetime | None]
    park_signed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class WaitingEntry(Numbered, Model):
    """A place on the waiting list of a park for a kind of unit.

    `choice` says which of her parks this is to the applicant. `drawn` is her place in the last draw
    for this list; whoever was in none stands behind, by when she joined. `silent` counts the offers
    that she left unanswered; `resumed_at` is when she asked anew after a rest, and what was offered
    before that no longer counts.
    """

    __tablename__ = "waiting_entry"
    __table_args__ = (
        Index(
            "uq_waiting_entry_park",
            "application_id",
            "park_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        Index(
            "uq_waiting_entry_choice",
            "application_id",
            "choice",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        Index(
            "ix_waiting_entry_list",
            "park_id",
            "unit_kind",
            "joined_at",
            postgresql_where=text("left_at IS NULL"),
        ),
        CheckConstraint("choice BETWEEN 1 AND 3", name="choice"),
        CheckConstraint("(left_at IS NULL) = (why_left IS NULL)", name="why_left"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    unit_kind: Mapped[UnitKind] = mapped_column(term(UnitKind))
    choice: Mapped[int]
    joined_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    silent: Mapped[int] = mapped_column(default=0)
    left_at: Mapped[datetime | None]
    why_left: Mapped[Left | None] = mapped_column(term(Left))
    drawn: Mapped[int | None]


class Admission(Model):
    """What a park says of somebody on its list whom another park has approved.

    Asked once for a place on a list. Until the park has said yes nothing of it is offered to her.
    """

    __tablename__ = "admission"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (admitted IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="answered",
        ),
        CheckConstraint(
            "(admitted IS NOT DISTINCT FROM false) = (jsonb_array_length(reasons) > 0)",
            name="reasons",
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("waiting_entry.id"), primary_key=True)
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    admitted: Mapped[bool | None]
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(default="")


class StoppedList(Model):
    """A list of which no unit is given away while its order is about to be drawn."""

    __tablename__ = "stopped_list"

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), primary_key=True)
    unit_kind: Mapped[UnitKind] = mapped_column(term(UnitKind), primary_key=True)
    since: Mapped[datetime]
