"""What do we keep of a draw and of its tickets?"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered, term
from backend.draws.workflow import OPEN, Status
from backend.parks.kinds import UnitKind

_OPEN = "status IN (" + ", ".join(f"'{each.name}'" for each in OPEN) + ")"


class Draw(Numbered, Model):
    """The order of one waiting list, by lot.

    `sealed` is the secret, which nobody is shown before `secret` publishes it. `commitment` is
    public from the announcement on, `list_sha256` from when the list is closed. None of them ever
    changes (a trigger sees to it).
    """

    __tablename__ = "draw"
    __table_args__ = (
        Index(
            "uq_draw_one_open", "park_id", "unit_kind", unique=True, postgresql_where=text(_OPEN)
        ),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("announced_at < freezes_at AND freezes_at < draws_at", name="days"),
        CheckConstraint(
            "(status IN ('FROZEN', 'REVEALED')) = (list_sha256 IS NOT NULL)"
            " AND (list_sha256 IS NULL) = (frozen_at IS NULL)",
            name="frozen",
        ),
        CheckConstraint(
            "(status = 'REVEALED') = (secret IS NOT NULL)"
            " AND (secret IS NULL) = (revealed_at IS NULL)",
            name="revealed",
        ),
        CheckConstraint(
            "(status = 'CANCELLED') = (why IS NOT NULL) AND (why IS NULL) = (cancelled_at IS NULL)",
            name="cancelled",
        ),
    )

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"))
    unit_kind: Mapped[UnitKind] = mapped_column(term(UnitKind))
    places: Mapped[int]
    status: Mapped[Status] = mapped_column(term(Status))
    commitment: Mapped[str]
    sealed: Mapped[str]
    announced_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    announced_at: Mapped[datetime]
    freezes_at: Mapped[datetime]
    draws_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    list_sha256: Mapped[str | None]
    revealed_at: Mapped[datetime | None]
    secret: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    why: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Ticket(Numbered, Model):
    """Somebody's part in a draw: a code that says nothing of her, her class, and her place."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("draw_id", "code", name="uq_ticket_code"),
        UniqueConstraint("draw_id", "entry_id", name="uq_ticket_entry"),
        UniqueConstraint("draw_id", "place", name="uq_ticket_place"),
        CheckConstraint("place > 0", name="place"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("waiting_entry.id"), index=True)
    code: Mapped[str]
    class_rank: Mapped[int]
    place: Mapped[int | None]
