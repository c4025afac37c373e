"""What do we keep of the numbers and readings that staff enter, and of the decisions made by them?

Nothing here is ever changed after it counts. The triggers of the migration say so to every
program: a change may be settled once, everything else is only added.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from backend.db import Json, Model, Numbered, term
from backend.policies.workflow import Status

PERIOD = "daterange(valid_from, valid_to, '[]')"


class Change:
    """What every proposed change has: its days, its reason and the two who answer for it.

    `confirmed_at` is the moment from which the row is known. `scope` is the league or the county
    in which it holds. The version is what ETag and If-Match carry.
    """

    name: Mapped[str]
    scope: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    reason: Mapped[str]
    status: Mapped[Status] = mapped_column(term(Status))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]
    dropped_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    dropped_at: Mapped[datetime | None]
    dropped_why: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let the version tell lost races."""
        return {"version_id_col": cls.version}


def rules_of_change(table: str) -> tuple[SchemaItem, ...]:
    """Return what the database itself demands of a change."""
    return (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("btrim(reason) <> '' AND btrim(source) <> ''", name="reasoned"),
        CheckConstraint("confirmed_by <> proposed_by", name="second_person"),
        CheckConstraint(
            "(status = 'CONFIRMED') = (confirmed_at IS NOT NULL)"
            " AND (confirmed_at IS NULL) = (confirmed_by IS NULL)",
            name="confirmed",
        ),
        CheckConstraint(
            "(status = 'DROPPED') = (dropped_at IS NOT NULL)"
            " AND (dropped_at IS NULL) = (dropped_by IS NULL)"
            " AND (dropped_at IS NULL) = (dropped_why IS NULL)",
            name="dropped",
        ),
        ExcludeConstraint(
            ("name", "="),
            ("scope", "="),
            (text(PERIOD), "&&"),
            where=text("status = 'PROPOSED'"),
            using="gist",
            name=f"ex_{table}_one_proposal",
        ),
    )


class ParameterRow(Change, Numbered, Model):
    """A number proposed or confirmed; money is in fen. An open end needs a day of review."""

    __tablename__ = "parameter_row"
    __table_args__ = (
        *rules_of_change("parameter_row"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("valid_to IS NOT NULL OR review_by IS NOT NULL", name="open_end"),
    )

    value: Mapped[int]
    unit: Mapped[str]
    clause: Mapped[str]
    verified: Mapped[bool]
    review_by: Mapped[date | None]


class RulingRow(Change, Numbered, Model):
    """A reading of an unclear clause proposed or confirmed; an open one has none in use."""

    __tablename__ = "ruling_row"
    __table_args__ = (
        *rules_of_change("ruling_row"),
        CheckConstraint("scope = 'league'", name="league"),
        CheckConstraint("kind IN ('decided', 'provisional', 'open')", name="kind"),
        CheckConstraint("(kind = 'open') = (in_use = '')", name="in_use"),
        CheckConstraint(
            "kind <> 'decided' OR (decided_by <> '' AND decided_on IS NOT NULL)", name="decided"
        ),
    )

    in_use: Mapped[str]
    kind: Mapped[str]
    decided_by: Mapped[str]
    decided_on: Mapped[date | None]


class PolicyVersion(Model):
    """The sheets of a policy as they read when a decision was first made by them."""

    __tablename__ = "policy_version"

    hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sheets: Mapped[dict[str, str]] = mapped_column(Json)
    kept_at: Mapped[datetime]


class DecisionRecord(Numbered, Model):
    """One answer with all that it rested on, fit to be evaluated again.

    `scope` is the county whose staff answer for it, or the league.
    """

    __tablename__ = "decision_record"
    __table_args__ = (
        CheckConstraint("rule IS NOT DISTINCT FROM record ->> 'rule'", name="rule"),
        CheckConstraint("policy_hash IS NOT DISTINCT FROM record ->> 'policy'", name="policy"),
        CheckConstraint("tree_hash IS NOT DISTINCT FROM record ->> 'tree_hash'", name="tree"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    scope: Mapped[str]
    rule: Mapped[str]
    policy_hash: Mapped[str] = mapped_column(ForeignKey("policy_version.hash"))
    tree_hash: Mapped[str]
    record: Mapped[dict[str, Any]] = mapped_column(Json)
    officer: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]


class Override(Numbered, Model):
    """A verdict set aside by staff, with the reason; the last one of a decision stands."""

    __tablename__ = "override"
    __table_args__ = (
        UniqueConstraint("decision_id", "number"),
        CheckConstraint("btrim(reason) <> ''", name="reasoned"),
        CheckConstraint("number > 0", name="number"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision_record.id"))
    number: Mapped[int]
    verdict: Mapped[bool]
    reason: Mapped[str]
    overridden_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    overridden_at: Mapped[datetime]
