"""How is something that happened written down?"""

from collections.abc import Callable
from typing import Any

from backend import clock
from backend.access import Audience, Principal
from backend.audit.models import Event
from backend.db import after_commit, session

# Who wants to hear of events: the package above adds itself when the app is put together.
# `deferred` asks for a job in the same transaction; `told` is called once it has committed.
Listener = Callable[[int], None]
deferred: list[Listener] = []
told: list[Listener] = []


def record(
    name: str,
    subject_kind: str,
    subject_id: int,
    by: Principal | None,
    **particulars: Any,
) -> Event:
    """Add an event to the running transaction and see to it that it will be announced."""
    event = Event(
        name=name,
        subject_kind=subject_kind,
        subject_id=subject_id,
        actor_kind=actor_kind(by),
        actor_id=by.id if by else None,
        session_id=by.session_id if by else None,
        at=clock.now(),
        particulars=particulars,
    )
    session.add(event)
    session.flush()
    for listener in deferred:
        listener(event.id)
    for listener in told:
        after_commit(lambda heard=listener: heard(event.id))  # type: ignore[misc]
    return event


def actor_kind(by: Principal | None) -> str | None:
    """Say what sort of account acted: person, staff, or None for the system itself."""
    if by is None:
        return None
    return "person" if by.audience is Audience.CITIZEN else "staff"
