"""How is one step of an internship taken?"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, Relation, relations
from backend.applications import following
from backend.applications.models import Application
from backend.audit.actions import record
from backend.db import session
from backend.internships import queries, workflow
from backend.internships.models import Internship
from backend.internships.workflow import TIMED, Status
from backend.steps import Step, step

View = dict[str, Any]


class Taken(NamedTuple):
    """A locked internship with its application, the row of the workflow, and who acts."""

    internship: Internship
    application: Application
    step: Step
    by: Principal | None


def taken(operation: str, verb: str, public_id: UUID, seen: int | None, by: Principal) -> Taken:
    """Lock an internship for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table
    says, Outdated when the version is not the one seen.
    """
    internship, application, found = following.opened(
        Internship, queries.find, "getInternship", operation, public_id, seen, by
    )
    row = step(workflow.STEPS, internship.status, verb, relations(by, found))
    return Taken(internship, application, row, by)


def taken_by_itself(
    internship: Internship, application: Application, verb: str, by: Principal | None = None
) -> Taken:
    """Take a step of the system's own on a locked internship; `by` is whose act brought it on."""
    row = step(workflow.STEPS, internship.status, verb, {Relation.SYSTEM})
    return Taken(internship, application, row, by)


def live_of(application: Application) -> Internship | None:
    """Lock the internship that a locked application has now."""
    return session.scalar(
        select(Internship)
        .where(Internship.application_id == application.id, Internship.status.in_(workflow.LIVE))
        .with_for_update()
    )


def moved(case: Taken, **particulars: Any) -> None:
    """Set the new status and write it down."""
    internship = case.internship
    internship.status, internship.changed_at = Status[case.step.to.name], clock.now()
    if internship.status not in TIMED:
        internship.expires_on = None
    noted(case.step.event, internship, case.by, party=case.step.by.name.lower(), **particulars)


def noted(event: str, internship: Internship, by: Principal | None, **particulars: Any) -> None:
    """Write down what happened to an internship."""
    session.add(internship)
    session.flush()
    record(
        f"internship.{event}",
        "internship",
        internship.id,
        by,
        version=internship.version,
        **particulars,
    )


def seen_now(case: Taken) -> View:
    """Return the internship as whoever acted sees it now."""
    assert case.by is not None
    return queries.get(case.internship.public_id, case.by)
