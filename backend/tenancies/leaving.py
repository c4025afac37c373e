"""How does a tenant leave, graduate, and settle what is left?"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Principal
from backend.db import action, constraint_of, session
from backend.errors import Invalid
from backend.tenancies.departing import departed, handed_over
from backend.tenancies.episodes import CheckOut, Graduation
from backend.tenancies.grounds import Duty, Ending, Leaving, Outcome
from backend.tenancies.models import Tenancy
from backend.tenancies.taking import View, moved, seen_now, taken
from backend.texts.keeping import keep
from backend.texts.kinds import Looked

WORDS = "请说明具体情况"
TO_COME = "不能晚于今天"
NOT_WITHIN = "应在到园之日与今天之间"
ANOTHER_FIRM = "与入驻时登记的统一社会信用代码不一致"
AGAIN = "该实体已登记过孵化毕业"
AFTER_THE_END = "应在退出之日与今天之间"
SURELY_NEEDED = "场地必须交还"
TWICE = "场地已登记交还"


@action
def leave(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    reason: Leaving,
    words: str,
    looked: Looked | None = None,
) -> View:
    """Leave before the term is over, from today on; `OTHER` needs words.

    The unit is the next one's once it was handed over, or at once where she never moved in.
    """
    case = taken("leaveTenancy", "leave", public_id, seen, by)
    if reason is Leaving.OTHER and not words:
        raise Invalid(errors=[{"pointer": "#/words", "detail": WORDS}])
    why = f"{reason.value}，{words}" if words else reason.value
    departed(case, clock.today(), Ending[reason.name], reason=reason.name.lower(), why=why)
    keep(looked, public_id, by, application_id=case.application.id)
    return seen_now(case)


@action
def graduate(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    credit_code: str,
    registered_on: date,
    moved_out_on: date,
    moved_to: str,
) -> View:
    """Write down that the venture is registered and has moved out; the tenancy has ended.

    Raise Invalid, with every fault, for days to come, another firm's code, or one that has
    graduated before.
    """
    case = taken("graduateTenant", "graduate", public_id, seen, by)
    tenancy, was = case.tenancy, case.tenancy.status
    if faults := _faults(tenancy, credit_code, registered_on, moved_out_on):
        raise Invalid(errors=faults)
    graduation = Graduation(
        tenancy_id=tenancy.id,
        park_id=tenancy.park_id,
        credit_code=credit_code,
        registered_on=registered_on,
        moved_out_on=moved_out_on,
        moved_to=moved_to,
        was=was,
        recorded_by=by.id,
        recorded_on=clock.today(),
    )
    try:
        with session.begin_nested():
            session.add(graduation)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "uq_graduation_credit_code":
            raise
        raise Invalid(errors=[{"pointer": "#/credit_code", "detail": AGAIN}]) from None
    departed(case, tenancy.ended_on or moved_out_on, Ending.GRADUATED, was=was.name.lower())
    return seen_now(case)


@action
def check_out(
    public_id: UUID,
    duty: Duty,
    *,
    seen: int,
    by: Principal,
    outcome: Outcome,
    words: str,
    on: date | None,
) -> View:
    """Settle one duty, or correct it, whereby what was said before stays in the history.

    With the unit handed over, on a day, it is free from that day; raise Invalid for another day.
    """
    case = taken("confirmExitItem", "check_out", public_id, seen, by)
    its = session.scalars(
        select(CheckOut).where(CheckOut.tenancy_id == case.tenancy.id, CheckOut.duty == duty)
    ).one()
    handed_on = on or clock.today()
    if duty is Duty.UNIT:
        _refuse_unless_over(case.tenancy, outcome, handed_on)
    before = its.outcome and {"outcome": its.outcome.name.lower(), "words": its.words}
    its.outcome, its.words, its.by, its.at = outcome, words, by.id, clock.now()
    told = {"duty": duty.name.lower(), "outcome": outcome.name.lower(), "before": before}
    moved(case, **told)
    if duty is Duty.UNIT:
        handed_over(case, handed_on)
    return seen_now(case)


def _faults(
    tenancy: Tenancy, credit_code: str, registered_on: date, moved_out_on: date
) -> list[dict[str, str]]:
    today = clock.today()
    assert tenancy.arrived_on is not None  # A condition of the step.
    faults = {
        ("#/credit_code", ANOTHER_FIRM): tenancy.credit_code not in (None, credit_code),
        ("#/registered_on", TO_COME): registered_on > today,
        ("#/moved_out_on", NOT_WITHIN): not tenancy.arrived_on <= moved_out_on <= today,
    }
    return [{"pointer": at, "detail": words} for (at, words), is_so in faults.items() if is_so]


def _refuse_unless_over(tenancy: Tenancy, outcome: Outcome, on: date) -> None:
    assert tenancy.ended_on is not None  # It is over.
    faults = {
        ("#/outcome", SURELY_NEEDED): outcome is not Outcome.DONE,
        ("#/outcome", TWICE): tenancy.handed_over_on is not None,
        ("#/on", AFTER_THE_END): not tenancy.ended_on <= on <= clock.today(),
    }
    if found := [
        {"pointer": at, "detail": words} for (at, words), is_so in faults.items() if is_so
    ]:
        raise Invalid(errors=found)
