"""How is something that happened written down?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access import Audience, Principal
from backend.audit.models import Event
from backend.db import after_commit, session

# Who wants to hear of events: the package above adds itself when the app is put together.
# `deferred` asks for a job in the same transaction; `told` is called once it has committed.
Listener = Callable[[int], None]
deferred: list[Listener] = []
told: list[Listener] = []
# Until when the events of the running step are held back, and which they are.
_held: ContextVar[tuple[datetime, list[Event]] | None] = ContextVar("held", default=None)


def record(
    name: str,
    subject_kind: str,
    subject_id: int,
    by: Principal | None,
    **particulars: Any,
) -> Event:
    """Add an event to the running transaction and see to it that it will be announced.

    One that is held back is announced by whoever looks for what was left behind.
    """
    held = _held.get()
    event = Event(
        name=name,
        subject_kind=subject_kind,
        subject_id=subject_id,
        actor_kind=actor_kind(by),
        actor_id=by.id if by else None,
        session_id=by.session_id if by else None,
        at=clock.now(),
        particulars=particulars,
        not_before=held and held[0],
    )
    session.add(event)
    session.flush()
    if held:
        held[1].append(event)
        return event
    for listener in deferred:
        listener(event.id)
    for listener in told:
        after_commit(lambda heard=listener: heard(event.id))  # type: ignore[misc]
    return event


@contextmanager
def held_back(until: datetime) -> Iterator[list[Event]]:
    """Let nobody hear of what is recorded within before a moment; give the events."""
    events: list[Event] = []
    token = _held.set((until, events))
    try:
        yield events
    finally:
        _held.reset(token)


def take_back(event_ids: list[int]) -> bool:
    """See to it that nobody ever hears of these events; False if somebody has heard of one.

    For use inside an action. An announcement that is under way is waited for.
    """
    chosen = select(Event).where(Event.id.in_(event_ids)).order_by(Event.id).with_for_update()
    events = session.scalars(chosen.execution_options(populate_existing=True)).all()
    if any(each.announced_at is not None for each in events):
        return False
    for each in events:
        each.taken_back_at = clock.now()
    session.flush()
    return True


def actor_kind(by: Principal | None) -> str | None:
    """Say what sort of account acted: person, staff, or None for the system itself."""
    if by is None:
        return None
    return "person" if by.audience is Audience.CITIZEN else "staff"
