"""How is one step of the workflow taken?

Every verb on a case begins and ends here: the row is locked, the caller's relations and the version
she saw are checked against the table, and what becomes of it is written down with the event.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, Relation, can, relations
from backend.applications import clocks, corrections, gaps, promises, queries, workflow
from backend.applications.kinds import TERMS, TO_CORRECT
from backend.applications.models import Application
from backend.applications.workflow import Status
from backend.audit.actions import record
from backend.db import Row, session
from backend.errors import Handled, NotAllowed, NotFound, Outdated
from backend.steps import Step, step
from backend.workdays import after

View = dict[str, Any]
OFFICE = (Status.SUBMITTED, Status.UNDER_REVIEW)
DECIDED = (Status.APPROVED, Status.REJECTED)


class Taken(NamedTuple):
    """A locked application, the row of the workflow, the case as it was, and who acts."""

    application: Application
    step: Step
    before: Row
    by: Principal | None


def nothing_more(current: Mapping[str, Any]) -> dict[str, Any]:
    """Add nothing to what an outdated caller is told."""
    return {}


def taken(
    operation: str,
    verb: str,
    public_id: UUID,
    seen: int,
    by: Principal,
    both: Callable[[Mapping[str, Any]], dict[str, Any]] = nothing_more,
) -> Taken:
    """Lock the application for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table
    says, Outdated when the version is not the one seen, Handled when a colleague has the case,
    GapOpen when something promised has to be there first.
    """
    application, found = locked(operation, public_id, by)
    if application.version != seen:
        raise Outdated(seen=seen, current=application.version, **both(queries.seen_by(by, found)))
    row = step(workflow.STEPS, application.status, verb, relations(by, found))
    leave_to_colleague(row, found, by)
    return _effective(Taken(application, row, found, by))


def leave_to_colleague(row: Step, found: Row, by: Principal) -> None:
    """Raise Handled for a step of the office when a colleague has the case."""
    if row.by is Relation.DECIDER and found["handler_id"] not in (None, by.id):
        raise Handled(f"{found['handler_name']}正在办理此件", handler=found["handler_name"])


def locked(operation: str, public_id: UUID, by: Principal) -> tuple[Application, Row]:
    """Lock an application for an operation, and return its row as it stands.

    Raise NotFound for what the principal may not see, NotAllowed for what she may not do to it.
    """
    application = session.scalar(
        select(Application).where(Application.public_id == public_id).with_for_update()
    )
    found = queries.find(public_id)
    if application is None or found is None or not can(by, "getApplication", found):
        raise NotFound
    if not can(by, operation, found):
        raise NotAllowed
    return application, found


def taken_as(
    party: Relation, verb: str, application: Application, by: Principal | None = None
) -> Taken:
    """Take a step on a locked application as a party that the caller is known to be.

    The system is one, and whoever objects to a decision that she may otherwise not see. Raise
    WrongStatus and GapOpen like `taken`.
    """
    found = queries.find(application.public_id)
    assert found is not None
    row = step(workflow.STEPS, application.status, verb, {party})
    return _effective(Taken(application, row, found, by))


def moved(case: Taken, **particulars: Any) -> None:
    """Set the new status, pass the case to whoever holds it now, and write it down."""
    application, now = case.application, clock.now()
    application.status = Status[case.step.to.name]
    application.held_since = application.changed_at = now
    _set_the_clocks(application)
    if application.status in workflow.OVER:
        gaps.end_with(application, *promises.LIVE)
    stepped(case, **particulars)


def stepped(case: Taken, **particulars: Any) -> None:
    """Write down a step with its party and the version that whoever took it had seen."""
    party, seen = case.step.by.name.lower(), case.before["version"]
    noted(case.step.event, case.application, case.by, party=party, seen=seen, **particulars)


def seen_now(case: Taken) -> View:
    """Return the case as whoever acted sees it now."""
    assert case.by is not None
    return queries.get(case.application.public_id, case.by)


def noted(event: str, application: Application, by: Principal | None, **particulars: Any) -> None:
    """Write down what happened to the application, and the version that came of it."""
    session.flush()
    record(
        f"application.{event}",
        "application",
        application.id,
        by,
        kind=application.kind.name.lower(),
        version=application.version,
        due_on=application.due_on and application.due_on.isoformat(),
        **particulars,
    )


def _effective(case: Taken) -> Taken:
    """Let nothing that was granted take effect while something promised is not there."""
    if case.step.action in promises.EFFECTIVE:
        gaps.refuse_while_unsettled(case.application)
    return case


def _set_the_clocks(application: Application) -> None:
    """Say until when whoever holds the case has to act, and what the office has used.

    A park to which the case was passed on has its own days, counted from when the case came; the
    longest limit counts from when it was handed in, for all parks together.
    """
    terms, today = TERMS[application.kind], clock.today()
    received, pauses = application.received_on, corrections.pauses_of(application.id)
    due: date | None = None
    if application.status in OFFICE and received is not None:
        assert application.submitted_at is not None  # What was received was handed in.
        handed_in = clocks.received_on(application.submitted_at)
        due = clocks.due_on(received, terms.promised, pauses)
        application.legal_due_on = clocks.due_on(handed_in, terms.legal, pauses)
    elif application.status is Status.CORRECTION_REQUESTED:
        due = after(today, TO_CORRECT)
        application.legal_due_on = None
    elif application.status in DECIDED and received is not None:
        application.office_days = clocks.used(received, today, pauses)
    application.due_on = due
