"""How do both sides say, in two taps, that a month was one, and who decides where they differ?"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Principal
from backend.db import action, session
from backend.errors import Invalid, NotFound, TooSoon, WrongStatus
from backend.internships.kinds import ANSWERING, PARTIES
from backend.internships.models import Answer, Month
from backend.internships.taking import Taken, View, moved, noted, seen_now, taken
from backend.texts.keeping import keep
from backend.texts.kinds import Looked
from eligibility.dates import A_DAY

SAY_WHY = "有异议时请说明情况"
CERTAIN = "该月出勤已经确定"


@action
def confirm(
    public_id: UUID,
    month: str,
    *,
    by: Principal,
    present: bool,
    days: int | None,
    words: str,
    looked: Looked | None = None,
) -> View:
    """Answer for one's own side, or answer anew; both being present makes the month count.

    Needs no version: the other side may answer in the same moment. Raise NotFound for a month that
    it has not, TooSoon before its last day is over, WrongStatus once it is certain, Invalid for a
    dispute without words.
    """
    case = taken("confirmAttendance", "attend", public_id, None, by)
    its = _month(case, month)
    if not present and not words:
        raise Invalid(errors=[{"pointer": "#/words", "detail": SAY_WHY}])
    said = {"present": present, "days": days, "words": words, "at": clock.now()}
    key = {"internship_id": its.internship_id, "month": month, "party": PARTIES[case.step.by]}
    session.execute(
        insert(Answer)
        .values(**key, **said)
        .on_conflict_do_update(index_elements=list(key), set_=said)
    )
    its.counts = True if _both_present(its) else None
    moved(case, month=month, present=present)
    under = f"#/months/{month}"
    keep(looked, public_id, by, under=under, application_id=case.application.id)
    if not present:
        party = case.step.by.name.lower()
        noted("month_disputed", case.internship, by, month=month, party=party)
    return seen_now(case)


@action
def settle(
    public_id: UUID, month: str, *, seen: int, by: Principal, counts: bool, why: str
) -> View:
    """Decide on a month that both do not confirm, with a reason that both read.

    Raise NotFound, TooSoon and WrongStatus like `confirm`.
    """
    case = taken("settleMonth", "settle", public_id, seen, by)
    its = _month(case, month)
    its.counts, its.settled_by, its.why = counts, by.id, why
    moved(case, month=month, counts=counts, why=why)
    return seen_now(case)


def _month(case: Taken, name: str) -> Month:
    """Return a month that is over and not yet certain."""
    its = session.get(Month, (case.internship.id, name))
    if its is None:
        raise NotFound
    if its.last_on >= clock.today():
        again_on = its.last_on + A_DAY
        raise TooSoon(f"{again_on} 起可以确认", again_on=str(again_on))
    if its.counts is not None:
        raise WrongStatus(CERTAIN, current_status=case.internship.status.name.lower(), actions=[])
    return its


def _both_present(its: Month) -> bool:
    there = select(Answer.party).where(
        Answer.internship_id == its.internship_id, Answer.month == its.name, Answer.present
    )
    return set(session.scalars(there)) == set(ANSWERING)
