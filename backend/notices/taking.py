"""How is one step of a notice taken?"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, Relation, can, relations
from backend.audit.actions import record
from backend.audit.models import Event
from backend.db import Row, session
from backend.errors import NotAllowed, NotFound, Outdated
from backend.notices import queries, workflow
from backend.notices.models import Notice
from backend.notices.workflow import Status
from backend.steps import Step, step

View = dict[str, Any]


class Taken(NamedTuple):
    """A locked notice, the row of the workflow, and who acts."""

    notice: Notice
    step: Step
    by: Principal | None


def taken(operation: str, verb: str, public_id: UUID, seen: int, by: Principal) -> Taken:
    """Lock a notice for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table
    says, Outdated when the version is not the one seen.
    """
    notice = session.scalar(select(Notice).where(Notice.public_id == public_id).with_for_update())
    found: Row | None = queries.find(public_id)
    if notice is None or found is None or not can(by, "getNotice", found):
        raise NotFound
    if not can(by, operation, found):
        raise NotAllowed
    if notice.version != seen:
        raise Outdated(seen=seen, current=notice.version)
    return Taken(notice, step(workflow.STEPS, notice.status, verb, relations(by, found)), by)


def taken_by_itself(notice: Notice, verb: str) -> Taken:
    """Take a step of the system's own on a locked notice."""
    return Taken(notice, step(workflow.STEPS, notice.status, verb, {Relation.SYSTEM}), None)


def moved(case: Taken, **particulars: Any) -> Event:
    """Set the new status and write it down."""
    case.notice.status = Status[case.step.to.name]
    return noted(case.step.event, case.notice, case.by, **particulars)


def published(case: Taken) -> None:
    """Set the new status; the event of it is the publication, from which the messages grow."""
    notice, now = case.notice, clock.now()
    event = record(
        f"notice.{case.step.event}",
        "notice",
        notice.id,
        case.by,
        version=notice.version + 1,
        people=notice.people,
    )
    notice.event_id, notice.published_at, notice.changed_at = event.id, now, now
    notice.status = Status[case.step.to.name]
    session.flush()


def noted(event: str, notice: Notice, by: Principal | None, **particulars: Any) -> Event:
    """Write down what happened to a notice."""
    notice.changed_at = clock.now()
    session.add(notice)
    session.flush()
    version = notice.version
    return record(f"notice.{event}", "notice", notice.id, by, version=version, **particulars)


def seen_now(case: Taken) -> View:
    """Return the notice as whoever acted sees it now."""
    assert case.by is not None
    return queries.get(case.notice.public_id, case.by)
