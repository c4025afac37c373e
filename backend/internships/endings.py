"""How does an internship end, and what begins then?  For use inside an action."""

from datetime import date

from sqlalchemy import delete

from backend.access import Relation
from backend.applications import gaps
from backend.applications import taking as applications
from backend.applications.models import Application
from backend.db import session
from backend.internships import placing, stipend
from backend.internships.kinds import spans
from backend.internships.models import Month
from backend.internships.taking import Taken, moved, taken_by_itself
from backend.internships.workflow import Status

FULL_TERM = "见习期满"


def begun(case: Taken) -> None:
    """Begin an internship that all have signed, with all its months to be answered for.

    Raise GapOpen while something that was promised has to be there first.
    """
    internship = case.internship
    gaps.refuse_while_unsettled(case.application)
    moved(taken_by_itself(internship, case.application, "begin", case.by))
    for name, first, last in spans(internship.starts_on, internship.months):
        session.add(
            Month(internship_id=internship.id, name=name, first_on=first, last_on=last, counts=None)
        )
    session.flush()


def ended(case: Taken, last_on: date, why: str) -> None:
    """End an internship with a day; months that are not whole by then are none.

    The window opens if one month is; otherwise the application is over.
    """
    internship = case.internship
    internship.ended_on, internship.ended_why = last_on, why
    session.execute(
        delete(Month).where(Month.internship_id == internship.id, Month.last_on > last_on)
    )
    moved(case, why=why)
    if last_on >= spans(internship.starts_on, 1)[0].last_on:
        _opened(case, last_on)
    else:
        over(case.application, "lapse")


def expired(case: Taken) -> None:
    """End an agreement that was not signed or a window that was not used, and the application."""
    if case.internship.status is Status.AGREEMENT_PENDING:
        placing.free_place(case.internship.post_id)
    moved(case)
    over(case.application, "lapse")


def over(application: Application, verb: str) -> None:
    """Let the application that led to an internship end with it."""
    applications.moved(applications.taken_as(Relation.SYSTEM, verb, application))


def _opened(case: Taken, last_on: date) -> None:
    internship = case.internship
    internship.window_ends_on = stipend.window_end(internship.starts_on, last_on)
    opened = taken_by_itself(internship, case.application, "open_window", case.by)
    internship.expires_on = internship.window_ends_on
    moved(opened, until=str(internship.window_ends_on))
