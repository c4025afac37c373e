"""What do we keep of people, staff and their sessions?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.access import Audience, Role
from backend.db import Model, Numbered, new_id, term


class Person(Numbered, Model):
    """Somebody who signed in with the mini-program. The phone number is never the key."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    credential_version: Mapped[int] = mapped_column(default=1, server_default="1")


class Identity(Model):
    """One way in which a person proves who she is, such as the openid of the mini-program."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider: Mapped[str]
    subject: Mapped[str]
    unionid: Mapped[str | None]
    created_at: Mapped[datetime]


class Staff(Numbered, Model):
    """An account of the bureau or of a park manager: password and second factor."""

    __tablename__ = "staff"

    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(term(Role))
    county: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    password_hash: Mapped[str]
    totp_secret: Mapped[str]
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    credential_version: Mapped[int] = mapped_column(default=1, server_default="1")


class Session(Model):
    """One signed-in device. A token only names it; ending it here ends the token."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (staff_id IS NULL)", name="one_holder"),
        Index("ix_session_person_open", "person_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_session_staff_open", "staff_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    audience: Mapped[Audience] = mapped_column(term(Audience))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    credential_version: Mapped[int]
    device: Mapped[str] = mapped_column(default="", server_default="")
    confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    refresh_number: Mapped[int] = mapped_column(default=1, server_default="1")
    refreshed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]


class Attempt(Model):
    """One try at a password or a code, noted before it is checked; deleted when it was right."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_account_at", "kind", "account", "at"),
        Index("ix_attempt_network_at", "kind", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    account: Mapped[str]
    network: Mapped[str]
    at: Mapped[datetime]
