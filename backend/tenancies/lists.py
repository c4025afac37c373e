"""How are places on lists given up, when do they rest, and when is a list stopped?

For use inside an action.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Principal
from backend.applications.models import Application
from backend.audit.actions import record
from backend.db import session
from backend.parks.kinds import UnitKind
from backend.tenancies.kinds import SILENT_OFFERS, Left
from backend.tenancies.models import StoppedList, WaitingEntry


def leave_all(application: Application, why: Left, by: Principal | None) -> None:
    """Give up every place of a locked application."""
    for entry in session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.application_id == application.id, WaitingEntry.left_at.is_(None))
        .order_by(WaitingEntry.id)
    ).all():
        leave(entry, why, by)


def leave_park(application: Application, park_id: int, why: Left, by: Principal) -> None:
    """Give up the place of a locked application on the list of one park, if it has one there."""
    entry = session.scalar(
        select(WaitingEntry).where(
            WaitingEntry.application_id == application.id,
            WaitingEntry.park_id == park_id,
            WaitingEntry.left_at.is_(None),
        )
    )
    if entry is not None:
        leave(entry, why, by)


def leave(entry: WaitingEntry, why: Left, by: Principal | None) -> None:
    """Give up one place."""
    entry.left_at, entry.why_left = clock.now(), why
    told("left", entry, by, why=why.name.lower())


def back_on(application: Application, since: datetime, by: Principal) -> None:
    """Give back the places that a locked application has given up since a moment."""
    for entry in session.scalars(
        select(WaitingEntry)
        .where(
            WaitingEntry.application_id == application.id,
            WaitingEntry.left_at >= since,
            WaitingEntry.why_left != Left.NOT_ADMITTED,
        )
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


def stop(park_id: int, unit_kind: UnitKind) -> bool:
    """Give nothing of a list away until it goes on; tell whether it was not stopped already."""
    values = {"park_id": park_id, "unit_kind": unit_kind, "since": clock.now()}
    stopped = insert(StoppedList).values(values).on_conflict_do_nothing()
    return session.scalar(stopped.returning(StoppedList.park_id)) is not None


def go_on(park_id: int, unit_kind: UnitKind) -> None:
    """Let a list go on that was stopped."""
    its = (StoppedList.park_id == park_id, StoppedList.unit_kind == unit_kind)
    session.execute(delete(StoppedList).where(*its))


def drawn(park_id: int, unit_kind: UnitKind, places: Mapping[int, int]) -> None:
    """Put a list into the order of a draw; places that an earlier draw gave are gone."""
    its = (WaitingEntry.park_id == park_id, WaitingEntry.unit_kind == unit_kind)
    session.execute(update(WaitingEntry).where(*its).values(drawn=None))
    for entry_id in sorted(places):
        one = update(WaitingEntry).where(WaitingEntry.id == entry_id)
        session.execute(one.values(drawn=places[entry_id]))


def told(event: str, entry: WaitingEntry, by: Principal | None, **particulars: Any) -> None:
    """Write down what happened to a place on a list."""
    session.flush()
    record(f"waiting.{event}", "waiting", entry.id, by, **particulars)


def told_all(
    event: str, park_id: int, unit_kind: UnitKind, by: Principal | None, **particulars: Any
) -> None:
    """Write down what happened to a list, for everybody who has a place on it."""
    its = (WaitingEntry.park_id == park_id, WaitingEntry.unit_kind == unit_kind)
    for entry in session.scalars(
        select(WaitingEntry).where(*its, WaitingEntry.left_at.is_(None)).order_by(WaitingEntry.id)
    ).all():
        told(event, entry, by, **particulars)
