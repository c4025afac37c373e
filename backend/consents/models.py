"""What do we keep of a consent?"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.consents.kinds import Purpose
from backend.db import Model, Numbered, term


class Consent(Numbered, Model):
    """One consent to one version of a purpose's words, from when until when.

    Rows are added and, once, ended; a trigger holds that. Who consents to new words ends the old.
    """

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_in_force",
            "person_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_consent_person", "person_id", "id"),
        CheckConstraint("withdrawn_at >= granted_at", name="in_order"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Purpose] = mapped_column(term(Purpose))
    version: Mapped[str]
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
