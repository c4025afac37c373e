"""How is one step of a tenancy taken?"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Principal, Relation, relations
from backend.applications import following
from backend.applications.models import Application
from backend.audit.actions import record
from backend.db import constraint_of, session
from backend.errors import AlreadyTenant, WrongStatus
from backend.steps import Step, step
from backend.tenancies import conditions, queries, workflow
from backend.tenancies.models import Tenancy
from backend.tenancies.workflow import TIMED, Status

View = dict[str, Any]
ONCE = {"uq_tenancy_one_person", "uq_tenancy_one_venture"}


class Taken(NamedTuple):
    """A locked tenancy with its application, the row of the workflow, and who acts."""

    tenancy: Tenancy
    application: Application
    step: Step
    by: Principal | None


def taken(operation: str, verb: str, public_id: UUID, seen: int, by: Principal) -> Taken:
    """Lock a tenancy for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table and
    its conditions say, Outdated when the version is not the one seen.
    """
    tenancy, application, found = following.opened(
        Tenancy, queries.find, "getTenancy", operation, public_id, seen, by
    )
    row = step(workflow.STEPS, tenancy.status, verb, relations(by, found))
    if lacking := conditions.missing(verb, found, clock.today()):
        actions = queries.actions_of(by, found)
        raise WrongStatus(lacking, current_status=tenancy.status.name.lower(), actions=actions)
    return Taken(tenancy, application, row, by)


def taken_by_itself(
    tenancy: Tenancy, application: Application, verb: str, by: Principal | None = None
) -> Taken:
    """Take a step of the system's own on a locked tenancy; `by` is whose act brought it about."""
    row = step(workflow.STEPS, tenancy.status, verb, {Relation.SYSTEM})
    return Taken(tenancy, application, row, by)


def live_of(application: Application) -> Tenancy | None:
    """Lock the tenancy that a locked application has now."""
    return session.scalar(
        select(Tenancy)
        .where(Tenancy.application_id == application.id, Tenancy.status.in_(workflow.LIVE))
        .with_for_update()
    )


def moved(case: Taken, **particulars: Any) -> None:
    """Set the new status and write it down.

    Raise AlreadyTenant where the person or the venture has a place already.
    """
    tenancy = case.tenancy
    tenancy.status, tenancy.changed_at = Status[case.step.to.name], clock.now()
    if tenancy.status not in TIMED:
        tenancy.expires_at = None
    noted(case.step.event, tenancy, case.by, party=case.step.by.name.lower(), **particulars)


def noted(event: str, tenancy: Tenancy, by: Principal | None, **particulars: Any) -> None:
    """Write down what happened to a tenancy; raise AlreadyTenant like `moved`."""
    try:
        with session.begin_nested():
            session.add(tenancy)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) not in ONCE:
            raise
        raise AlreadyTenant from None
    record(f"tenancy.{event}", "tenancy", tenancy.id, by, version=tenancy.version, **particulars)


def seen_now(case: Taken) -> View:
    """Return the tenancy as whoever acted sees it now."""
    assert case.by is not None
    return queries.get(case.tenancy.public_id, case.by)
