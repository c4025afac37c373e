"""How is one step of a loan taken?"""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from backend import clock, workdays
from backend.access import Principal, Relation, relations
from backend.applications import following
from backend.applications.models import Application
from backend.audit.actions import record
from backend.db import session
from backend.loans import queries, workflow
from backend.loans.models import Loan
from backend.loans.workflow import Status
from backend.steps import Step, step

View = dict[str, Any]


class Taken(NamedTuple):
    """A locked loan with its application, the row of the workflow, and who acts."""

    loan: Loan
    application: Application
    step: Step
    by: Principal | None


def taken(operation: str, verb: str, public_id: UUID, seen: int, by: Principal) -> Taken:
    """Lock a loan for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table
    says, Outdated when the version is not the one seen.
    """
    loan, application, found = following.opened(
        Loan, queries.find, "getLoan", operation, public_id, seen, by
    )
    row = step(workflow.STEPS, loan.status, verb, relations(by, found))
    return Taken(loan, application, row, by)


def follow(verb: str, application: Application, by: Principal | None) -> None:
    """Let the loan of a locked application follow it; one that is paid out or over does not."""
    loan = session.scalar(
        select(Loan)
        .where(Loan.application_id == application.id, Loan.status.in_(workflow.PENDING))
        .with_for_update()
    )
    if loan is not None:
        row = step(workflow.STEPS, loan.status, verb, {Relation.SYSTEM})
        moved(Taken(loan, application, row, by), clock.today())


def moved(case: Taken, on: date, **particulars: Any) -> None:
    """Set the new status as of a day, pass the loan to whoever holds it now, and write it down."""
    loan, now = case.loan, clock.now()
    loan.status = Status[case.step.to.name]
    loan.state_on = on
    loan.held_since = loan.changed_at = now
    limit = workflow.WITHIN.get(loan.status)
    loan.due_on = None if limit is None else workdays.after(clock.day_of(now), limit)
    party = case.step.by.name.lower()
    noted(case.step.event, loan, case.by, party=party, on=on.isoformat(), **particulars)


def noted(event: str, loan: Loan, by: Principal | None, **particulars: Any) -> None:
    """Write down what happened to a loan, and until when its holder has to act now."""
    session.flush()
    due_on = loan.due_on and loan.due_on.isoformat()
    told = {"version": loan.version, "due_on": due_on, **particulars}
    record(f"loan.{event}", "loan", loan.id, by, **told)
