"""How does a document leave the house, and who has had it?

Its owner gets what she sent. Staff get a copy that says across every page what for, who and
when, with a ticket that a written reason buys: good once, for five minutes, in that session.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from backend import clock, vault
from backend.access import Audience, Principal, can
from backend.applications import queries as applications
from backend.audit.actions import record
from backend.db import action, changed, row, session
from backend.documents import examination, pages, queries
from backend.documents.kinds import FileStatus, FileType, Purpose
from backend.documents.models import Document, Opening
from backend.documents.shelf import Shelf
from backend.errors import ExaminerBusy, Invalid, NotFound, WrongStatus

log = logging.getLogger(__name__)
GOOD_FOR = timedelta(minutes=5)
TICKET_BYTES = 32


class Copy(NamedTuple):
    """What somebody gets."""

    name: str
    type: FileType
    content: bytes


@action
def open_for(
    public_id: UUID, *, application: UUID, purpose: Purpose, by: Principal
) -> dict[str, Any]:
    """Write down who opens a document of a case and why; return the ticket for one copy.

    Raise NotFound unless the document belongs to a case of the caller's, WrongStatus while it is
    not clean.
    """
    case = queries.case(application, by, "openDocument")
    found = next(
        (
            each
            for there in queries.attached(case["id"]).values()
            for each in there
            if each["public_id"] == public_id
        ),
        None,
    )
    if found is None:
        raise NotFound
    if found["status"] is not FileStatus.CLEAN:
        raise WrongStatus(
            "材料尚未通过安全检查，暂不能打开",
            current_status=found["status"].name.lower(),
            actions=[],
        )
    now, ticket = clock.now(), secrets.token_urlsafe(TICKET_BYTES)
    opening = Opening(
        document_id=found["id"],
        application_id=case["id"],
        staff_id=by.id,
        session_id=by.session_id,
        purpose=purpose,
        at=now,
        ticket_hash=_hashed(ticket),
        expires_at=now + GOOD_FOR,
    )
    session.add(opening)
    record(
        "document.opened",
        "document",
        found["id"],
        by,
        purpose=purpose.name.lower(),
        application=str(application),
    )
    return {"document_id": public_id, "ticket": ticket, "expires_at": opening.expires_at}


def copy_for(
    by: Principal, public_id: UUID, *, ticket: str | None, shelf: Shelf, using: bool = True
) -> Copy:
    """Return the document to its owner, or a marked copy to whoever holds the ticket.

    The ticket is used up once the copy is there, unless it is only asked what there would be.
    Raise NotFound for everybody else, and for a ticket that is used, expired or another's;
    ExaminerBusy when no copy could be made.
    """
    if by.audience is Audience.CITIZEN:
        found = queries.visible(public_id, by, "downloadDocument")
        return Copy(pages.name_of(found), found["type"], content_of(found, shelf))
    opening, words = _held(public_id, ticket or "", by)
    opened = queries.find(public_id)
    assert opened is not None  # A document with which a case was submitted is not removed.
    try:
        copy = examination.mark(content_of(opened, shelf), words)
    except Invalid as refused:
        # It was sound when it came, so this is our failure and none of whoever asks.
        log.error("file %s cannot be marked: %s", opened["file_public_id"], refused.more["reason"])
        raise ExaminerBusy from None
    if using:
        _use_up(opening)
    return Copy(pages.name_of(opened), copy.type, copy.content)


def content_of(found: Mapping[str, Any], shelf: Shelf) -> bytes:
    """Return the bytes of a document; raise NotFound when they were refused and are gone."""
    if found["wrapped_key"] is None:
        raise NotFound
    name = found["file_public_id"]
    place = pages.file_place(name)
    return vault.keys().unseal_file(place, found["wrapped_key"], shelf.take(name))


def _held(public_id: UUID, ticket: str, by: Principal) -> tuple[int, str]:
    """Return the opening of a good ticket, and what is to be written across the copy."""
    now = clock.now()
    opening = row(
        select(Opening.id, Opening.application_id, Opening.purpose)
        .join(Document, Document.id == Opening.document_id)
        .where(
            Document.public_id == public_id,
            Opening.ticket_hash == _hashed(ticket),
            Opening.staff_id == by.id,
            Opening.session_id == by.session_id,
            Opening.used_at.is_(None),
            Opening.expires_at > now,
        )
    )
    if opening is None:
        raise NotFound
    case = applications.find(applications.public_id_of(opening["application_id"]))
    if case is None or not can(by, "downloadDocument", case):
        raise NotFound
    purpose = opening["purpose"].value
    lines = (f"仅限{purpose}使用", f"{by.name} {clock.day_of(now)}", case["number"])
    return opening["id"], "\n".join(lines)


@action
def _use_up(opening: int) -> None:
    """Use a ticket up; raise NotFound when somebody else was quicker."""
    unused = (Opening.id == opening, Opening.used_at.is_(None))
    if not changed(update(Opening).where(*unused).values(used_at=clock.now())):
        raise NotFound


def _hashed(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
