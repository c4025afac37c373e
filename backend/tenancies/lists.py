"""How are places on waiting lists given up, and when do they rest?  For use inside an action."""

from datetime import datetime

from sqlalchemy import select

from backend import clock
from backend.access import Principal
from backend.applications.models import Application
from backend.audit.actions import record
from backend.db import session
from backend.tenancies.kinds import SILENT_OFFERS, Left
from backend.tenancies.models import WaitingEntry


def leave_all(application: Application, why: Left, by: Principal | None) -> None:
    """Give up every place of a locked application."""
    for entry in session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.application_id == application.id, WaitingEntry.left_at.is_(None))
        .order_by(WaitingEntry.id)
    ).all():
        leave(entry, why, by)


def leave(entry: WaitingEntry, why: Left, by: Principal | None) -> None:
    """Give up one place."""
    entry.left_at, entry.why_left = clock.now(), why
    told("left", entry, by, why=why.name.lower())


def back_on(application: Application, since: datetime, by: Principal) -> None:
    """Give back the places that a locked application has given up since a moment."""
    for entry in session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.application_id == application.id, WaitingEntry.left_at >= since)
        .order_by(WaitingEntry.id)
    ).all():
        entry.left_at = entry.why_left = None
        told("resumed", entry, by)


def was_silent(entry_id: int) -> None:
    """Count an offer that nobody answered; after the second one the place rests."""
    entry = session.scalars(select(WaitingEntry).where(WaitingEntry.id == entry_id)).one()
    entry.silent += 1
    if entry.silent >= SILENT_OFFERS and entry.left_at is None:
        entry.paused_at = clock.now()
        told("paused", entry, None)


def spoke(entry_id: int | None) -> None:
    """Begin to count anew, for she has answered."""
    if entry_id is not None:
        session.scalars(select(WaitingEntry).where(WaitingEntry.id == entry_id)).one().silent = 0


def told(event: str, entry: WaitingEntry, by: Principal | None, **particulars: str) -> None:
    """Write down what happened to a place on a list."""
    session.flush()
    record(f"waiting.{event}", "waiting", entry.id, by, **particulars)
