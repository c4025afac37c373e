"""What follows when a stay ends: what is still to be settled, and when is the unit free?

For use inside an action, once the case is locked. Whoever has moved in keeps the unit in the ledger
until it was handed over, or until her term is over; whoever never did has it no longer.
"""

from datetime import date
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access import Principal
from backend.db import session
from backend.parks.actions import free, shorten
from backend.tenancies.episodes import CheckOut, Proceeding, Renewal, Suspension
from backend.tenancies.grounds import Duty, Ending
from backend.tenancies.models import Tenancy
from backend.tenancies.placing import pass_on
from backend.tenancies.taking import Taken, moved, noted
from eligibility.dates import A_DAY

MOOT = "入驻已经结束"


def departed(case: Taken, last_on: date, ending: Ending, **particulars: Any) -> None:
    """End a stay with its last day; nothing that was under way goes on."""
    tenancy, is_first = case.tenancy, case.tenancy.ended_on is None
    has_arrived = tenancy.arrived_on is not None
    if is_first:
        _close_all(tenancy)
    if is_first and has_arrived:
        session.add_all(CheckOut(tenancy_id=tenancy.id, duty=each) for each in Duty)
    if not has_arrived:
        free(case.application.public_id)
    session.flush()
    tenancy.ended_on, tenancy.ended_why, tenancy.arrive_by = last_on, ending, None
    moved(case, **particulars)
    if not has_arrived:
        pass_on(tenancy.unit_id)


def handed_over(case: Taken, on: date) -> None:
    """Free the unit from the day on which it was handed over; the next one has it at once.

    Whoever handed it over after her term has nothing left in the ledger to let go of.
    """
    tenancy = case.tenancy
    tenancy.handed_over_on = on
    free_from = max(on, tenancy.starts_on + A_DAY)
    is_early = free_from < tenancy.until_on and clock.today() < tenancy.until_on
    if is_early:
        shorten(case.application.public_id, free_from)
        tenancy.until_on = free_from
    noted("handed_over", tenancy, case.by, party=case.step.by.name.lower(), on=str(on))
    if is_early:
        pass_on(tenancy.unit_id)


def close(proceeding: Proceeding, *, evicted: bool, why: str, by: Principal | None) -> None:
    """End the proceeding of an eviction one way or the other."""
    proceeding.closed_at, proceeding.closed_by = clock.now(), by.id if by else None
    proceeding.evicted, proceeding.why = evicted, why


def _close_all(tenancy: Tenancy) -> None:
    for its in _open(Proceeding, Proceeding.closed_at, tenancy):
        close(its, evicted=False, why=MOOT, by=None)
    for asked in _open(Renewal, Renewal.closed_at, tenancy):
        asked.closed_at, asked.words = clock.now(), MOOT
    for idle in _open(Suspension, Suspension.ended_on, tenancy):
        idle.ended_on = min(clock.today(), idle.until_on)


def _open(model: Any, closing: Any, tenancy: Tenancy) -> list[Any]:
    open_ = select(model).where(model.tenancy_id == tenancy.id, closing.is_(None))
    return list(session.scalars(open_))
