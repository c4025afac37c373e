"""How does a case end, and whose is it until then?"""

from datetime import date
from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.applications.kinds import Reason
from backend.applications.models import Application
from backend.applications.taking import View, moved, seen_now, taken
from backend.applications.workflow import Status
from backend.cases import publicity
from backend.cases.correcting import close
from backend.db import action
from backend.errors import Invalid
from backend.parks.actions import free, hold
from eligibility.dates import add_months

WHY = "请说明原因"


@action
def claim(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take the case on; colleagues see who has it and leave it alone."""
    case = taken("claimCase", "claim", public_id, seen, by)
    case.application.handler_id = by.id
    moved(case)
    return seen_now(case)


@action
def release(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Put the case back into the queue of the office."""
    case = taken("releaseCase", "release", public_id, seen, by)
    case.application.handler_id = None
    moved(case)
    return seen_now(case)


@action
def withdraw(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take the application back, for good; a place that was granted is free in the same moment."""
    case = taken("withdrawApplication", "withdraw", public_id, seen, by)
    if case.application.status is Status.CORRECTION_REQUESTED:
        close(case.application, answered=False)
    publicity.stop(case.application.id)
    free(public_id)
    moved(case)
    return seen_now(case)


@action
def approve(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    unit: UUID,
    starts_on: date | None = None,
    term_months: int | None = None,
    note: str = "",
) -> View:
    """Grant a unit for a period: the one asked for unless the manager names another.

    Raise UnitTaken, with the period of the other holding and the units that are free, when the
    unit is held on any of these days.
    """
    case = taken("approveApplication", "approve", public_id, seen, by)
    application = case.application
    space = application.sections["space"]
    first = starts_on or date.fromisoformat(space["starts_on"])
    end = add_months(first, term_months or space["term_months"])
    hold(application.park_id, unit, first, end, application_id=application.public_id)
    _decided(application, by, note)
    moved(case)
    return seen_now(case)


@action
def reject(
    public_id: UUID, *, seen: int, by: Principal, reasons: list[Reason], note: str = ""
) -> View:
    """Refuse for coded reasons; raise Invalid when 'other' comes without words."""
    case = taken("rejectApplication", "reject", public_id, seen, by)
    if Reason.OTHER in reasons and not note.strip():
        raise Invalid(errors=[{"pointer": "#/note", "detail": "选择“其他”时请说明原因"}])
    _decided(case.application, by, note)
    case.application.reasons = [reason.name for reason in reasons]
    moved(case)
    return seen_now(case)


@action
def reopen(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Set a decision aside: the office has to decide anew, and what was granted is free again.

    Its clock goes on from where it stood. Raise Invalid without a reason.
    """
    case = taken("reopenCase", "reopen", public_id, seen, by)
    if not why.strip():
        raise Invalid(errors=[{"pointer": "#/why", "detail": WHY}])
    application = case.application
    was = {"decided_by": application.decided_by, "reasons": application.reasons}
    free(public_id)
    application.decided_at = application.decided_by = application.office_days = None
    application.reasons, application.note = [], ""
    application.handler_id = None
    moved(case, why=why.strip(), was=was)
    return seen_now(case)


def _decided(application: Application, by: Principal, note: str) -> None:
    application.decided_at, application.decided_by = clock.now(), by.id
    application.handler_id = by.id
    application.note = note
