"""What do we keep of an application, of what had to be put right, and of who waited for whom?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.applications.kinds import OF_PARKS, Kind
from backend.applications.promises import LIVE, GapStatus
from backend.applications.workflow import OPEN, Status
from backend.db import Json, Model, Numbered, term

# As it stands in the order of a queue: what is due on no day comes last.
DUE_OR_NEVER = "COALESCE(due_on, '9999-12-31'::date)"
_OPEN = ", ".join(f"'{status.name}'" for status in OPEN)
_LIVE_GAPS = ", ".join(f"'{status.name}'" for status in LIVE)
_OF_PARKS = ", ".join(f"'{kind.name}'" for kind in OF_PARKS)


class Application(Numbered, Model):
    """One asking, with its sections, its status and the decision on it.

    Sensitive answers inside `sections` are sealed. `received_on` is the working day from which the
    office's time counts, `due_on` what it has promised (or until when the applicant has to answer),
    `legal_due_on` what it may at most take. `office_days` are the working days that it took,
    without those on which it waited for the applicant. Only what a park decides has a park.
    `version` is what ETag and If-Match carry.
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
        Index("ix_application_queue", "park_id", text(DUE_OR_NEVER), "id"),
        Index("ix_application_county", "jurisdiction_code", text(DUE_OR_NEVER), "id"),
        Index("ix_application_due", "due_on", postgresql_where=text("due_on IS NOT NULL")),
        CheckConstraint("(status = 'DRAFT') <= (submitted_at IS NULL)", name="draft_unsubmitted"),
        CheckConstraint(
            "(status IN ('APPROVED', 'PUBLICISED', 'OBJECTION_HOLD', 'REJECTED'))"
            " <= (decided_at IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint(
            "(status IN ('DRAFT', 'SUBMITTED', 'UNDER_REVIEW', 'CORRECTION_REQUESTED'))"
            " <= (decided_at IS NULL)",
            name="undecided",
        ),
        CheckConstraint("(status = 'UNDER_REVIEW') <= (handler_id IS NOT NULL)", name="handled"),
        CheckConstraint(f"(kind IN ({_OF_PARKS})) = (park_id IS NOT NULL)", name="office"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(term(Kind))
    status: Mapped[Status] = mapped_column(term(Status))
    applicant_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("park.id"))
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    sections: Mapped[dict[str, Any]] = mapped_column(Json)
    verdict: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    held_since: Mapped[datetime]
    received_on: Mapped[date | None]
    due_on: Mapped[date | None]
    legal_due_on: Mapped[date | None]
    office_days: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Correction(Numbered, Model):
    """One round of putting right: every faulty item at once, and the sections as they were.

    It is open until answered by the applicant or recalled by the office; meanwhile the clock of the
    case stands still. A second round carries the supervisor's reason.
    """

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("application_id", "round"),
        Index(
            "uq_correction_one_open",
            "application_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("jsonb_array_length(items) > 0", name="items"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int]
    items: Mapped[list[dict[str, str]]] = mapped_column(Json)
    why: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    ended_at: Mapped[datetime | None]
    answered: Mapped[bool] = mapped_column(default=False)


class Gap(Numbered, Model):
    """What was missing when a case was taken in all the same, and until when it is promised.

    `text` is what the applicant promised, word for word, and `sha256` its hash. Nobody offered what
    she promised on handing the case in: the list of what may follow does. `why` says what was
    wrong with what came.
    """

    __tablename__ = "gap"
    __table_args__ = (
        Index(
            "uq_gap_one_live",
            "application_id",
            unique=True,
            postgresql_where=text(f"status IN ({_LIVE_GAPS})"),
        ),
        Index("ix_gap_due_on", "due_on", postgresql_where=text("status = 'PROMISED'")),
        CheckConstraint("jsonb_array_length(items) > 0", name="items"),
        CheckConstraint("workdays BETWEEN 1 AND 15", name="workdays"),
        CheckConstraint(
            "(status IN ('PROMISED', 'FILLED', 'CLOSED', 'LAPSED'))"
            " <= (promised_at IS NOT NULL AND due_on IS NOT NULL)",
            name="promised",
        ),
        CheckConstraint("(status = 'CLOSED') = (confirmed_by IS NOT NULL)", name="confirmed"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    status: Mapped[GapStatus] = mapped_column(term(GapStatus))
    items: Mapped[list[dict[str, str]]] = mapped_column(Json)
    text: Mapped[str]
    sha256: Mapped[str]
    workdays: Mapped[int]
    offered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    offered_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    filled_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(default="")


class Recusal(Model):
    """A member of staff who is too near to the applicant to decide her case, and why."""

    __tablename__ = "recusal"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    why: Mapped[str]
    at: Mapped[datetime]


class Opinion(Numbered, Model):
    """What another office was asked about a case, until when, and what it said.

    The office is a park or the bureau of a county. Both texts are sealed to the row. `in_favour` is
    null where the office takes no side; an office that says nothing has not agreed.
    """

    __tablename__ = "opinion"
    __table_args__ = (
        CheckConstraint("(park_id IS NULL) <> (division_code IS NULL)", name="one_office"),
        CheckConstraint(
            "(given_at IS NULL) = (words IS NULL) AND (given_at IS NULL) = (given_by IS NULL)",
            name="given",
        ),
        Index(
            "uq_opinion_one_open",
            "application_id",
            text("coalesce(park_id::text, division_code)"),
            unique=True,
            postgresql_where=text("given_at IS NULL"),
        ),
        Index("ix_opinion_due_on", "due_on", postgresql_where=text("given_at IS NULL")),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("park.id"))
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    question: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    reminded_at: Mapped[datetime | None]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[datetime | None]
    in_favour: Mapped[bool | None]
    words: Mapped[str | None]


class ParkChoice(Model):
    """A park that an application names after the one of which it is asked, in her order.

    The first one is the park of the application itself. `came_at` says when the case was passed on
    to this park, with from where, by whom and why; null while it has not got there.
    """

    __tablename__ = "park_choice"
    __table_args__ = (
        UniqueConstraint("application_id", "park_id"),
        CheckConstraint("choice BETWEEN 2 AND 3", name="choice"),
        CheckConstraint(
            "(came_at IS NULL) = (from_park_id IS NULL) AND (came_at IS NULL) = (passed_by IS NULL)"
            " AND (came_at IS NULL) = (jsonb_array_length(reasons) = 0)",
            name="came",
        ),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    choice: Mapped[int] = mapped_column(primary_key=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    came_at: Mapped[datetime | None]
    from_park_id: Mapped[int | None] = mapped_column(ForeignKey("park.id"))
    passed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(default="")


class Reminder(Model):
    """That somebody was reminded of a case, for which day, and when: the key lets it be once."""

    __tablename__ = "reminder"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    for_on: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
