"""How does a case end, and whose is it until then?"""

from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.applications import gaps
from backend.applications.actions import the_only_one
from backend.applications.kinds import OF_ONE_PARK, Reason
from backend.applications.models import Application
from backend.applications.promises import GapStatus
from backend.applications.taking import Taken, View, moved, seen_now, taken
from backend.applications.workflow import Status
from backend.cases import publicity
from backend.cases.correcting import close
from backend.cases.granting import Wish
from backend.cases.lives import LIVES
from backend.db import action
from backend.errors import AlreadyOpen, Invalid

WHY = "请说明原因"
BEGUN_ANEW = "申请人已另有一份同类申请，不能重新审核这一份"
NEXT_PARK = "申请人还填报了其他志愿，仅因本园区的原因不能不予通过，请转下一志愿"
AS_ASKED = Wish()


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
    """Take the application back, for good.

    In the same moment a unit that was granted or offered is free or the next one's, and places on
    waiting lists are given up.
    """
    case = taken("withdrawApplication", "withdraw", public_id, seen, by)
    if case.application.status is Status.CORRECTION_REQUESTED:
        close(case.application, answered=False)
    publicity.stop(case.application.id)
    moved(case)
    LIVES[case.application.kind].over(case.application, by)
    return seen_now(case)


@action
def approve(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    wish: Wish = AS_ASKED,
    note: str = "",
) -> View:
    """Grant what was asked for; a tenancy is granted a unit, for a period.

    Without a unit the application has to be on a waiting list, where it then waits for an offer.
    Raise Invalid if it is not, UnitTaken, with the period of the other holding and the units that
    are free, when the unit is held on any of these days, AlreadyTenant when the applicant or her
    venture has a place. An internship is granted a place of its post: raise Invalid without one,
    PostFull with other posts when it has no place left.
    """
    return seen_now(approved(public_id, seen=seen, by=by, wish=wish, note=note))


def approved(
    public_id: UUID, *, seen: int, by: Principal, wish: Wish = AS_ASKED, note: str = ""
) -> Taken:
    """Approve inside a running action; see `approve`.

    An unanswered offer to let something follow is over; what was promised still has to come, and
    until then nothing of this takes effect.
    """
    case = taken("approveApplication", "approve", public_id, seen, by)
    gaps.end_with(case.application, GapStatus.OFFERED)
    waits = LIVES[case.application.kind].grant(case.application, wish, by)
    _decided(case.application, by, note)
    moved(case, waits=waits)
    return case


@action
def reject(
    public_id: UUID, *, seen: int, by: Principal, reasons: list[Reason], note: str = ""
) -> View:
    """Refuse for coded reasons.

    Raise Invalid when 'other' comes without words, and where the reasons are this park's alone
    while the applicant has named another one.
    """
    return seen_now(rejected(public_id, seen=seen, by=by, reasons=reasons, note=note))


def rejected(
    public_id: UUID, *, seen: int, by: Principal, reasons: list[Reason], note: str = ""
) -> Taken:
    """Refuse inside a running action; see `reject`."""
    case = taken("rejectApplication", "reject", public_id, seen, by)
    if Reason.OTHER in reasons and not note.strip():
        raise Invalid(errors=[{"pointer": "#/note", "detail": "选择“其他”时请说明原因"}])
    if case.before["has_next"] and set(reasons) <= set(OF_ONE_PARK):
        raise Invalid(errors=[{"pointer": "#/reasons", "detail": NEXT_PARK}])
    _decided(case.application, by, note)
    case.application.reasons = [reason.name for reason in reasons]
    moved(case, reasons=case.application.reasons)
    LIVES[case.application.kind].over(case.application, by)
    return case


@action
def reopen(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Set a decision aside: the office decides anew; what was granted is free or the next one's.

    Its clock goes on from where it stood. Raise Invalid without a reason, AlreadyOpen when she has
    begun another application of this kind since; a draft is her business, so it is not named.
    """
    case = taken("reopenCase", "reopen", public_id, seen, by)
    if not why.strip():
        raise Invalid(errors=[{"pointer": "#/why", "detail": WHY}])
    application = case.application
    was = {"decided_by": application.decided_by, "reasons": application.reasons}
    try:
        with the_only_one(application.applicant_id, application.kind):
            application.decided_at = application.decided_by = application.office_days = None
            application.reasons, application.note = [], ""
            application.handler_id = None
            moved(case, why=why.strip(), was=was)
    except AlreadyOpen:
        raise AlreadyOpen(BEGUN_ANEW) from None
    gaps.prolong(application)
    LIVES[application.kind].set_aside(application, by)
    return seen_now(case)


def _decided(application: Application, by: Principal, note: str) -> None:
    application.decided_at, application.decided_by = clock.now(), by.id
    application.handler_id = by.id
    application.note = note
