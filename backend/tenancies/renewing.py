"""How is a term renewed?

The tenant asks, the park answers, and the unit is held for the days to come in the same
transaction: where somebody else has it by then, the renewal is refused by the ledger.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal
from backend.db import action, session
from backend.errors import Invalid
from backend.parks.actions import extend
from backend.tenancies.episodes import Renewal
from backend.tenancies.grounds import Refusal
from backend.tenancies.kinds import renewable_until, renewal_due
from backend.tenancies.taking import Taken, View, moved, seen_now, taken
from backend.texts.keeping import keep
from backend.texts.kinds import Looked
from eligibility.dates import A_DAY, add_months

TOO_LONG = "续期后总期限超过三年，最晚到 {}"
NOT_AS_ASKED = "应晚于原期限，且不超过申请的 {}"
WORDS = "请说明具体情况"


@action
def ask(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    months: int,
    why: str,
    looked: Looked | None = None,
) -> View:
    """Ask for more time; raise Invalid for more than may be granted in all."""
    case = taken("renewTenancy", "renew", public_id, seen, by)
    tenancy, now = case.tenancy, clock.now()
    latest = renewable_until(tenancy.starts_on)
    if add_months(tenancy.until_on, months) > latest:
        detail = TOO_LONG.format(latest - A_DAY)
        raise Invalid(errors=[{"pointer": "#/months", "detail": detail}])
    renewal = Renewal(
        tenancy_id=tenancy.id,
        months=months,
        why=why,
        term_until=tenancy.until_on,
        asked_at=now,
        due_on=renewal_due(now, tenancy.until_on),
    )
    session.add(renewal)
    moved(case, months=months, for_on=str(renewal.due_on))
    keep(looked, public_id, by, application_id=case.application.id)
    return seen_now(case)


@action
def grant(public_id: UUID, *, seen: int, by: Principal, ends_on: date | None, words: str) -> View:
    """Grant what was asked for, or less; the unit is held until then.

    Raise UnitTaken where somebody has it on one of these days, Invalid for other days.
    """
    case = taken("grantRenewal", "grant_renewal", public_id, seen, by)
    tenancy, renewal = case.tenancy, _answered(case, by, words)
    asked = add_months(tenancy.until_on, renewal.months)
    end = asked if ends_on is None else ends_on + A_DAY
    if not tenancy.until_on < end <= asked:
        detail = NOT_AS_ASKED.format(asked - A_DAY)
        raise Invalid(errors=[{"pointer": "#/ends_on", "detail": detail}])
    extend(case.application.public_id, end)
    renewal.granted_until = tenancy.until_on = end
    moved(case, until=str(end - A_DAY))
    return seen_now(case)


@action
def refuse(public_id: UUID, *, seen: int, by: Principal, reason: Refusal, words: str) -> View:
    """Refuse for a coded reason; `OTHER` needs words. The term stays what it was."""
    case = taken("refuseRenewal", "refuse_renewal", public_id, seen, by)
    if reason is Refusal.OTHER and not words:
        raise Invalid(errors=[{"pointer": "#/words", "detail": WORDS}])
    _answered(case, by, words).refused_for = reason
    why = f"{reason.value}，{words}" if words else reason.value
    moved(case, reason=reason.name.lower(), why=why)
    return seen_now(case)


def _answered(case: Taken, by: Principal, words: str) -> Renewal:
    renewal = session.scalars(
        select(Renewal).where(Renewal.tenancy_id == case.tenancy.id, Renewal.closed_at.is_(None))
    ).one()
    renewal.closed_at, renewal.closed_by, renewal.words = clock.now(), by.id, words
    return renewal
