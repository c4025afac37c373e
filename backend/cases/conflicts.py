"""How does somebody say that she is too near to an applicant, or that a colleague is?"""

from uuid import UUID

from backend import clock
from backend.access import Principal, Relation, relations
from backend.applications import staffing
from backend.applications.models import Application, Recusal
from backend.applications.taking import locked, moved, noted, taken_as
from backend.applications.workflow import Status
from backend.cases.correcting import close
from backend.db import Row, action, session
from backend.errors import Invalid, NotAllowed
from backend.parties import is_decider, is_overseer

NOBODY = "没有经办或监督此件的这位工作人员"


@action
def declare(public_id: UUID, *, why: str, by: Principal, staff: UUID | None = None) -> None:
    """Keep a member of staff away from a case, the caller or a colleague whom she names.

    If the case was in those hands it goes back into the queue. Raise NotFound for what the caller
    may not see, NotAllowed where a colleague is not hers to keep away, Invalid for an account that
    has nothing to do with the case.
    """
    application, found = locked("declareConflict", public_id, by)
    near = _named(staff or by.public_id, found, by)
    session.add(
        Recusal(application_id=application.id, staff_id=near.id, why=why.strip(), at=clock.now())
    )
    session.flush()
    if application.handler_id == near.id:
        _let_go(application, by)
    noted("conflict_declared", application, by, staff=near.id)


def _named(staff: UUID, found: Row, by: Principal) -> Principal:
    if staff == by.public_id:
        return by
    if Relation.SUPERVISOR not in relations(by, found):
        raise NotAllowed
    near = (*staffing.of(found, is_decider), *staffing.of(found, is_overseer))
    for each in near:
        if each.public_id == staff:
            return each
    raise Invalid(errors=[{"pointer": "#/staff_id", "detail": NOBODY}])


def _let_go(application: Application, by: Principal) -> None:
    """Take the case out of somebody's hands; what she wants put right is no longer asked for."""
    if application.status is Status.CORRECTION_REQUESTED:
        recalled = taken_as(Relation.DECIDER, "recall", application, by)
        close(application, answered=False)
        moved(recalled)
    if application.status is Status.UNDER_REVIEW:
        released = taken_as(Relation.DECIDER, "release", application, by)
        application.handler_id = None
        moved(released)
    application.handler_id = None
