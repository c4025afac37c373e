"""What do we keep of codes: what they lead to, their pictures, and how often they were opened?"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from backend.codes.kinds import CodeKind, Errand
from backend.db import Model, Numbered, term


class Code(Numbered, Model):
    """A code that is printed or sent out; once revoked it leads nowhere.

    A poster may belong to no park; then it is its county's, or the league's.
    """

    __tablename__ = "code"
    __table_args__ = (
        CheckConstraint("token ~ '^[0-9A-Za-z]{12}$'", name="token"),
        CheckConstraint("kind <> 'PARK' OR park_id IS NOT NULL", name="park"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        CheckConstraint("(link IS NULL) = (link_expires_at IS NULL)", name="link"),
        Index("ix_code_park_id", "park_id"),
        Index("ix_code_jurisdiction_code", "jurisdiction_code"),
    )

    token: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[CodeKind] = mapped_column(term(CodeKind))
    park_id: Mapped[int | None] = mapped_column(ForeignKey("park.id"))
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    label: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]
    link: Mapped[str | None]
    link_expires_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class CodePicture(Model):
    """The picture that WeChat drew of a code; it never changes."""

    __tablename__ = "code_picture"

    code_id: Mapped[int] = mapped_column(ForeignKey("code.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]


class CodeErrand(Model):
    """Somebody is asking WeChat for something; nobody else does before `until`."""

    __tablename__ = "code_errand"

    code_id: Mapped[int] = mapped_column(ForeignKey("code.id"), primary_key=True)
    errand: Mapped[Errand] = mapped_column(term(Errand), primary_key=True)
    until: Mapped[datetime]


class CodeOpenings(Model):
    """How often a code was opened on a day; by whom is kept nowhere."""

    __tablename__ = "code_openings"
    __table_args__ = (CheckConstraint("opens > 0", name="opens"),)

    code_id: Mapped[int] = mapped_column(ForeignKey("code.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[int]
