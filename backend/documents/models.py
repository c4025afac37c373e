"""What do we keep of documents: the content once, each mention of it, and who looked?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Numbered, term
from backend.documents.kinds import DocumentKind, FileStatus, FileType, Purpose, Unfit


class StoredFile(Numbered, Model):
    """One content of one person. Its bytes lie, sealed, in a file named by `public_id`.

    `digest` is a keyed hash of what was sent, so that the same content is kept once. `wrapped_key`
    is the key of the bytes, sealed with a data key. `scanned` says whether a virus scanner has
    seen it; `unfit` why it was refused afterwards.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        Index(
            "uq_stored_file_content",
            "person_id",
            "digest",
            unique=True,
            postgresql_where=text("status IN ('QUARANTINED', 'CLEAN')"),
        ),
        Index("ix_stored_file_unsettled", "status", postgresql_where=text("status <> 'CLEAN'")),
        CheckConstraint("size_bytes > 0", name="size"),
        CheckConstraint("(status = 'REFUSED') = (unfit IS NOT NULL)", name="refused_for_a_reason"),
        CheckConstraint(
            "(status IN ('QUARANTINED', 'CLEAN')) = (wrapped_key IS NOT NULL)", name="has_its_key"
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str]
    status: Mapped[FileStatus] = mapped_column(term(FileStatus))
    type: Mapped[FileType] = mapped_column(term(FileType))
    size_bytes: Mapped[int]
    pages: Mapped[int]
    wrapped_key: Mapped[str | None]
    scanned: Mapped[bool] = mapped_column(default=False)
    unfit: Mapped[Unfit | None] = mapped_column(term(Unfit))
    created_at: Mapped[datetime]


class Document(Numbered, Model):
    """A content under a name, as something, issued on a day and good until another.

    The name is sealed. Both days are its owner's word until somebody of the staff has read them.
    """

    __tablename__ = "document"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    name: Mapped[str]
    kind: Mapped[DocumentKind] = mapped_column(term(DocumentKind))
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    dated_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class Paper(Model):
    """A document that stands for one paper of one application."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("application_id", "paper", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    paper: Mapped[str]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)


class Opening(Numbered, Model):
    """Somebody of the staff opened a document, for a case and for a purpose.

    The ticket of which we keep the hash is good for one download by the session that asked.
    """

    __tablename__ = "document_opening"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    session_id: Mapped[UUID]
    purpose: Mapped[Purpose] = mapped_column(term(Purpose))
    at: Mapped[datetime]
    ticket_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
