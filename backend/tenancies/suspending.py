"""How may a unit stand idle for a while, and when does it stand idle no longer?"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal
from backend.db import action, session
from backend.errors import Invalid
from backend.tenancies.episodes import Suspension
from backend.tenancies.grounds import Pause
from backend.tenancies.kinds import MONTHS_IDLE
from backend.tenancies.taking import Taken, View, moved, seen_now, taken
from eligibility.dates import A_DAY, add_months

NOT_WITHIN = "应在今天与 {} 之间"
WORDS = "请说明具体情况"


@action
def suspend(
    public_id: UUID, *, seen: int, by: Principal, ground: Pause, ends_on: date, words: str
) -> View:
    """Let a unit stand idle until a day, for a coded ground; `OTHER` needs words.

    Raise Invalid, with every fault, for a day beyond three months or the term.
    """
    case = taken("suspendTenancy", "suspend", public_id, seen, by)
    today = clock.today()
    latest = min(add_months(today, MONTHS_IDLE), case.tenancy.until_on) - A_DAY
    faults = []
    if not today <= ends_on <= latest:
        faults.append({"pointer": "#/ends_on", "detail": NOT_WITHIN.format(latest)})
    if ground is Pause.OTHER and not words:
        faults.append({"pointer": "#/words", "detail": WORDS})
    if faults:
        raise Invalid(errors=faults)
    session.add(
        Suspension(
            tenancy_id=case.tenancy.id,
            ground=ground,
            words=words,
            starts_on=today,
            until_on=ends_on + A_DAY,
            set_by=by.id,
        )
    )
    why = f"{ground.value}，{words}" if words else ground.value
    moved(case, ground=ground.name.lower(), until=str(ends_on), why=why)
    return seen_now(case)


@action
def resume(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Let business go on before the day that was set."""
    case = taken("resumeTenancy", "resume", public_id, seen, by)
    resumed(case)
    return seen_now(case)


def resumed(case: Taken) -> None:
    """End the time of idleness, inside an action; nobody rests for longer than was set."""
    idle = session.scalars(
        select(Suspension).where(
            Suspension.tenancy_id == case.tenancy.id, Suspension.ended_on.is_(None)
        )
    ).one()
    idle.ended_on = min(clock.today(), idle.until_on)
    moved(case)
