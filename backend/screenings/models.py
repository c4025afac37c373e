"""What do we keep of a screening that nobody has signed in for?"""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered


class Screening(Numbered, Model):
    """Facts told without a name, for seven days, under a token of which we keep the hash.

    `content` is sealed: what was told may be sensitive even without a name.
    """

    __tablename__ = "screening"

    token_hash: Mapped[str] = mapped_column(unique=True)
    content: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
