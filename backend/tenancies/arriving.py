"""How does a tenant move in?"""

from datetime import date
from uuid import UUID

from backend import clock, workdays
from backend.access import Principal
from backend.db import action
from backend.errors import Invalid
from backend.tenancies.kinds import TO_ARRIVE_LATER
from backend.tenancies.taking import View, moved, seen_now, taken

NOT_WITHIN = "应在入驻开始之日与今天之间"
NO_LATER = "应晚于原期限，最晚 {}"


@action
def confirm(public_id: UUID, *, seen: int, by: Principal, arrived_on: date) -> View:
    """Confirm that somebody has moved in; raise Invalid for a day that is not hers or to come."""
    case = taken("confirmArrival", "arrive", public_id, seen, by)
    if not case.tenancy.starts_on <= arrived_on <= clock.today():
        raise Invalid(errors=[{"pointer": "#/arrived_on", "detail": NOT_WITHIN}])
    case.tenancy.arrived_on, case.tenancy.arrive_by = arrived_on, None
    moved(case, on=str(arrived_on))
    return seen_now(case)


@action
def postpone(public_id: UUID, *, seen: int, by: Principal, arrive_by: date, why: str) -> View:
    """Give somebody more days to move in, once; raise Invalid for more than may be given."""
    case = taken("postponeArrival", "postpone", public_id, seen, by)
    before = case.tenancy.arrive_by
    assert before is not None  # Whoever has not moved in has a day.
    latest = workdays.after(before, TO_ARRIVE_LATER)
    if not before < arrive_by <= latest:
        detail = NO_LATER.format(latest)
        raise Invalid(errors=[{"pointer": "#/arrive_by", "detail": detail}])
    case.tenancy.arrive_by, case.tenancy.postponed_why = arrive_by, why
    moved(case, before=str(before), until=str(arrive_by), why=why)
    return seen_now(case)
