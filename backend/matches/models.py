"""What do we keep of how policies and people match?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, Numbered, term
from backend.matches.kinds import Cause, What


class Standing(Model):
    """How somebody stood when we last looked; only of those who consent, and only while they do.

    `met` are the benefits that were surely met the last time anything was sure about them, `unmet`
    those that were surely not met then. It was so at `judged_at`, null before the first look, by
    the profile of that version and by the rules, numbers and readings that `basis` names. We tried
    last on `judged_on`. Whoever has locked this row is the only one who looks at that person.
    """

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_judged_on", "judged_on"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    met: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unmet: Mapped[list[str]] = mapped_column(ARRAY(Text))
    judged_on: Mapped[date | None]
    judged_at: Mapped[datetime | None]
    profile_version: Mapped[int | None]
    basis: Mapped[str | None]
    told_on: Mapped[date | None]


class PolicyMatch(Numbered, Model):
    """Everything that somebody was told at once: one message."""

    __tablename__ = "policy_match"
    __table_args__ = (Index("ix_policy_match_person", "person_id", "id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    policy: Mapped[str]
    as_of: Mapped[date]
    found_at: Mapped[datetime]


class PolicyMatchItem(Model):
    """One policy of those: what has become of it, why, and the whole answer as it was shown.

    `on` is the day since when it is so, `closes_on` the last day on which one may apply, of which
    somebody has heard `ahead` days before.
    """

    __tablename__ = "policy_match_item"
    __table_args__ = (
        UniqueConstraint("match_id", "benefit", "what"),
        # Of each last day somebody hears once at each of the days ahead.
        Index(
            "uq_policy_match_item_closing",
            "person_id",
            "benefit",
            "closes_on",
            "ahead",
            unique=True,
            postgresql_where=text("ahead IS NOT NULL"),
        ),
        CheckConstraint("ahead IS NULL OR closes_on IS NOT NULL", name="closes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("policy_match.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    benefit: Mapped[str]
    what: Mapped[What] = mapped_column(term(What))
    cause: Mapped[Cause] = mapped_column(term(Cause))
    why: Mapped[str]
    on: Mapped[date | None]
    closes_on: Mapped[date | None]
    ahead: Mapped[int | None]
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
