"""How is a tenant evicted? It is announced, she is heard, and somebody else decides.

The park is a party to the agreement: it announces with a coded ground and hears her. Whoever stands
above the park decides, once the days for an answer are over.
"""

from uuid import UUID

from sqlalchemy import select

from backend import clock, workdays
from backend.access import Principal
from backend.db import action, session
from backend.errors import TooLate, TooSoon
from backend.tenancies import departing
from backend.tenancies.episodes import Proceeding
from backend.tenancies.grounds import Ending, Eviction
from backend.tenancies.kinds import TO_BE_HEARD
from backend.tenancies.taking import Taken, View, moved, seen_now, taken
from backend.texts.keeping import keep
from backend.texts.kinds import Looked
from eligibility.dates import A_DAY


@action
def announce(public_id: UUID, *, seen: int, by: Principal, ground: Eviction, words: str) -> View:
    """Tell a tenant that she is to leave, for what, and until when she may answer."""
    case = taken("announceEviction", "announce", public_id, seen, by)
    hear_until = workdays.after(clock.today(), TO_BE_HEARD)
    session.add(
        Proceeding(
            tenancy_id=case.tenancy.id,
            ground=ground,
            words=words,
            announced_by=by.id,
            announced_at=clock.now(),
            hear_until=hear_until,
        )
    )
    why = f"{ground.value}，{words}"
    moved(case, ground=ground.name.lower(), until=str(hear_until), why=why)
    return seen_now(case)


@action
def answer(
    public_id: UUID, *, seen: int, by: Principal, words: str, looked: Looked | None = None
) -> View:
    """Say what one has to say against it, or say it anew; raise TooLate after the last day."""
    case = taken("answerEviction", "answer", public_id, seen, by)
    its = _open(case)
    if its.hear_until < clock.today():
        raise TooLate(ended_at=str(its.hear_until))
    its.answer, its.answered_at = words, clock.now()
    moved(case)
    keep(looked, public_id, by, application_id=case.application.id)
    return seen_now(case)


@action
def hear(public_id: UUID, *, seen: int, by: Principal, attended: bool, note: str) -> View:
    """Write down how she was heard, or that she did not come.

    Raise TooSoon for her staying away while she may still answer.
    """
    case = taken("recordHearing", "hear", public_id, seen, by)
    its = _open(case)
    if not attended and clock.today() <= its.hear_until:
        again_on = its.hear_until + A_DAY
        raise TooSoon(f"陈述意见的期限到 {its.hear_until} 为止", again_on=str(again_on))
    its.hearing, its.attended, its.heard_at, its.heard_by = note, attended, clock.now(), by.id
    moved(case, attended=attended)
    return seen_now(case)


@action
def drop(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Let it be, with a reason that she reads."""
    case = taken("dropEviction", "drop", public_id, seen, by)
    departing.close(_open(case), evicted=False, why=why, by=by)
    moved(case, why=why)
    return seen_now(case)


@action
def evict(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Decide that she has to leave, with reasons; the tenancy has ended.

    Raise WrongStatus before she was heard and her days to answer are over.
    """
    case = taken("evictTenant", "evict", public_id, seen, by)
    departing.close(_open(case), evicted=True, why=why, by=by)
    departing.departed(case, clock.today(), Ending.EVICTED, why=why)
    return seen_now(case)


def _open(case: Taken) -> Proceeding:
    return session.scalars(
        select(Proceeding).where(
            Proceeding.tenancy_id == case.tenancy.id, Proceeding.closed_at.is_(None)
        )
    ).one()
