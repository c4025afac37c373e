"""How does a tenancy end that never began?  For use inside an action, once the case is locked."""

from sqlalchemy import update

from backend.access import Principal, Relation
from backend.applications import taking as applications
from backend.applications.models import Application
from backend.db import session
from backend.parks.actions import free
from backend.parks.kinds import HoldingKind
from backend.parks.models import Holding
from backend.tenancies.kinds import Left
from backend.tenancies.lists import leave_all, was_silent
from backend.tenancies.placing import pass_on
from backend.tenancies.taking import Taken, live_of, moved, taken_by_itself
from backend.tenancies.workflow import Status


def given_up(application: Application, by: Principal | None) -> None:
    """Let go of whatever a locked application has of units, and offer it to the next.

    The application must no longer stand at approved, or the unit would come back to it.
    """
    tenancy = live_of(application)
    free(application.public_id)
    if tenancy is not None:
        moved(taken_by_itself(tenancy, application, "cancel", by))
        pass_on(tenancy.unit_id)


def closed(application: Application, by: Principal | None) -> None:
    """Let go of units and of every place on a list: the application has ended."""
    leave_all(application, Left.CLOSED, by)
    given_up(application, by)


def passed_on(case: Taken) -> None:
    """End an offer that was declined or not answered; the next one has it in the same moment."""
    offer = case.tenancy
    free(case.application.public_id)
    moved(case)
    if case.by is None and offer.entry_id is not None:
        was_silent(offer.entry_id)
    pass_on(offer.unit_id)


def unsigned(case: Taken) -> None:
    """End an agreement that was not signed in time, and the application with it."""
    application = case.application
    free(application.public_id)
    moved(case)
    applications.moved(applications.taken_as(Relation.SYSTEM, "lapse", application))
    leave_all(application, Left.CLOSED, None)
    pass_on(case.tenancy.unit_id)


def kept(application: Application) -> None:
    """Turn what was held for an offer into what is held for a tenancy."""
    session.execute(
        update(Holding)
        .where(Holding.application_id == application.public_id)
        .values(kind=HoldingKind.TENANCY)
    )


# What lapses, and how.
LAPSES = {Status.OFFERED: passed_on, Status.AGREEMENT_PENDING: unsigned}
