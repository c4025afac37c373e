"""What do staff write down about a case for each other?  Never for the applicant."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock, vault
from backend.access import Principal, can
from backend.accounts.models import Staff
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.applications.taking import locked, noted
from backend.cases.models import Note
from backend.db import action, new_id, rows, session
from backend.errors import NotFound

_TOLD = (
    select(Note.public_id.label("id"), Note.words, Note.at, Staff.name.label("by_name"), Staff.role)
    .join(Staff, Staff.id == Note.staff_id)
    .order_by(Note.id)
)


@action
def add(public_id: UUID, *, words: str, by: Principal) -> dict[str, Any]:
    """Add a note to a case; raise NotFound for a foreign one, NotAllowed for who only advises."""
    application, _ = locked("addNote", public_id, by)
    key = new_id()
    session.add(
        Note(
            public_id=key,
            application_id=application.id,
            staff_id=by.id,
            words=vault.keys().seal(_place(key), words),
            at=clock.now(),
        )
    )
    noted("note_added", application, by)
    (added,) = rows(_TOLD.where(Note.public_id == key))
    return _told(added)


def listed(public_id: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return the notes on a case, oldest first; raise NotFound for what is not hers to read."""
    found = applications.find(public_id)
    if found is None or not can(by, "listNotes", found):
        raise NotFound
    asked = _TOLD.join(Application, Application.id == Note.application_id)
    return [_told(each) for each in rows(asked.where(Application.public_id == public_id))]


def _told(found: Any) -> dict[str, Any]:
    return {**found, "words": vault.keys().unseal(_place(found["id"]), found["words"])}


def _place(public_id: UUID) -> str:
    """Name the place to which the words of a note are bound."""
    return f"note|words|{public_id}"
