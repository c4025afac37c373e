"""What do we keep of people, staff and their sessions?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.access import Audience, Role
from backend.accounts.identity import DocumentType, DuplicateKind, IdentitySource
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


class CivilIdentity(Numbered, Model):
    """The name and number on a person's identity document, both sealed.

    `relied_on_at` is when something was first submitted on the strength of it; until then she may
    correct a slip of the pen herself.
    """

    __tablename__ = "civil_identity"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    document: Mapped[DocumentType] = mapped_column(term(DocumentType))
    name: Mapped[str]
    number: Mapped[str]
    source: Mapped[IdentitySource] = mapped_column(term(IdentitySource))
    bound_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    relied_on_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class CivilNumber(Model):
    """The keyed hash of a bound number, one row for each index key that was in the ring.

    Whoever binds writes a row for every key of her process, so that the primary key refuses a
    second account even while processes with older and newer rings run side by side.
    """

    __tablename__ = "civil_number"

    hash: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("civil_identity.id"), index=True)


class Phone(Numbered, Model):
    """A mobile number that WeChat has vouched for, and when it was a person's.

    Two people may share one: families do. `code_hash` names the code it was obtained with.
    """

    __tablename__ = "phone"
    __table_args__ = (
        Index(
            "uq_phone_current",
            "person_id",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_phone_hash_current", "hash", postgresql_where=text("replaced_at IS NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str]
    hash: Mapped[str]
    code_hash: Mapped[str]
    bound_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Duplicate(Numbered, Model):
    """Two accounts with the same document or phone, for staff to look into.

    `shown` is the masked number, sealed; the number itself is not kept here.
    """

    __tablename__ = "duplicate"
    __table_args__ = (
        UniqueConstraint("kind", "claimant_id", "holder_id"),
        CheckConstraint("claimant_id <> holder_id", name="two_accounts"),
    )

    kind: Mapped[DuplicateKind] = mapped_column(term(DuplicateKind))
    claimant_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    shown: Mapped[str]
    noted_at: Mapped[datetime]
