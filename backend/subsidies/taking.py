"""How is one step of a subsidy taken?

Where it follows a case, the application is locked before it, by everybody: that row is the root of
the case, so that payments, withdrawals and reopenings wait for each other.
"""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from backend import clock, workdays
from backend.access import Principal, Relation, can, relations
from backend.applications import clocks
from backend.applications.clocks import Pause
from backend.applications.models import Application
from backend.audit.actions import record
from backend.db import Row, session
from backend.errors import NotAllowed, NotFound, Outdated
from backend.steps import Step, step
from backend.subsidies import queries, workflow
from backend.subsidies.models import Subsidy, SubsidyReturn
from backend.subsidies.workflow import Status

View = dict[str, Any]


class Taken(NamedTuple):
    """A locked subsidy with its application, if any, the row of the workflow, and who acts."""

    subsidy: Subsidy
    application: Application | None
    step: Step
    by: Principal | None


def locked(public_id: UUID, by: Principal) -> tuple[Application | None, Subsidy, Row]:
    """Lock a subsidy and its application; raise NotFound for what the principal may not see."""
    application = session.scalar(
        select(Application)
        .join(Subsidy, Subsidy.application_id == Application.id)
        .where(Subsidy.public_id == public_id)
        .with_for_update(of=Application)
    )
    subsidy = session.scalar(
        select(Subsidy).where(Subsidy.public_id == public_id).with_for_update()
    )
    found = queries.find(public_id)
    if subsidy is None or found is None or not can(by, "getSubsidy", found):
        raise NotFound
    return application, subsidy, found


def taken(operation: str, verb: str, public_id: UUID, seen: int, by: Principal) -> Taken:
    """Lock a subsidy for one step of the workflow.

    Raise NotFound like `locked`, NotAllowed or WrongStatus as the table says, Outdated when the
    version is not the one seen.
    """
    application, subsidy, found = locked(public_id, by)
    if not can(by, operation, found):
        raise NotAllowed
    if subsidy.version != seen:
        raise Outdated(seen=seen, current=subsidy.version)
    steps = workflow.WAYS[subsidy.kind]
    row = step(steps, subsidy.status, verb, relations(by, found))
    return Taken(subsidy, application, row, by)


def taken_as(party: Relation, verb: str, subsidy: Subsidy, by: Principal | None = None) -> Taken:
    """Take a step on a locked subsidy as a party that the caller is known to be, or the system."""
    row = step(workflow.WAYS[subsidy.kind], subsidy.status, verb, {party})
    return Taken(subsidy, None, row, by)


def follow(verb: str, application: Application, by: Principal | None) -> None:
    """Let the subsidy of a locked application follow it; one that is paid or over does not."""
    subsidy = session.scalar(
        select(Subsidy)
        .where(Subsidy.application_id == application.id, Subsidy.status.in_(workflow.PENDING))
        .with_for_update()
    )
    if subsidy is not None:
        moved(taken_as(Relation.SYSTEM, verb, subsidy, by))


def moved(case: Taken, **particulars: Any) -> None:
    """Set the new status, pass the subsidy to whoever holds it now, and write it down."""
    subsidy, now = case.subsidy, clock.now()
    due_on = _due_on(subsidy, Status[case.step.to.name], clock.day_of(now))
    subsidy.status, subsidy.due_on = Status[case.step.to.name], due_on
    subsidy.held_since = subsidy.changed_at = now
    noted(case.step.event, subsidy, case.by, party=case.step.by.name.lower(), **particulars)


def noted(event: str, subsidy: Subsidy, by: Principal | None, **particulars: Any) -> None:
    """Write down what happened to a subsidy, and until when its holder has to act."""
    session.flush()
    due_on = subsidy.due_on and subsidy.due_on.isoformat()
    told = {"version": subsidy.version, "due_on": due_on, **particulars}
    record(f"subsidy.{event}", "subsidy", subsidy.id, by, **told)


def seen_now(case: Taken) -> View:
    """Return the subsidy as whoever acted sees it now."""
    assert case.by is not None
    return queries.get(case.subsidy.public_id, case.by)


def _due_on(subsidy: Subsidy, status: Status, today: date) -> date | None:
    """Return the last day of whoever holds it; what the park took is none of the bureau's time."""
    limit = workflow.WITHIN.get(status)
    if limit is None:
        return None
    if status is not Status.SUBMITTED or subsidy.received_on is None:
        return workdays.after(today, limit)
    rounds = session.scalars(select(SubsidyReturn).where(SubsidyReturn.subsidy_id == subsidy.id))
    pauses = [
        Pause(clock.day_of(each.asked_at), each.ended_at and clock.day_of(each.ended_at))
        for each in rounds
    ]
    return clocks.due_on(subsidy.received_on, limit, pauses)
