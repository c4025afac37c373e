"""What does an agreement waive of which fee, and from when until when?"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from backend.db import rows, session
from backend.errors import Invalid
from backend.tenancies.episodes import Relief
from backend.tenancies.grounds import Fee
from backend.tenancies.models import Tenancy
from eligibility.dates import A_DAY

BACKWARDS = "起止日期颠倒"
BEYOND = "应在协议期限之内"
OVERLAPS = "同一费用的减免期间重叠"


class Waived(NamedTuple):
    """So many per cent of a fee, over [starts_on, until_on)."""

    fee: Fee
    starts_on: date
    until_on: date
    percent: int

    @classmethod
    def through(cls, *, fee: Fee, starts_on: date, ends_on: date, percent: int) -> "Waived":
        """Return what somebody says by its last day, which is included."""
        return cls(fee, starts_on, ends_on + A_DAY, percent)


def granted(tenancy_id: int) -> list[Waived]:
    """Return what was agreed, fee by fee and in the order of days."""
    asked = select(Relief.fee, Relief.starts_on, Relief.until_on, Relief.percent)
    found = [
        Waived(**each)
        for each in rows(asked.where(Relief.tenancy_id == tenancy_id).order_by(Relief.starts_on))
    ]
    return sorted(found, key=lambda each: list(Fee).index(each.fee))


def told(tenancy_id: int) -> list[dict[str, Any]]:
    """Return every fee with its terms; of one without any nothing was agreed: null, not zero."""
    known = granted(tenancy_id)
    return [
        {"fee": fee, "terms": [_shown(each) for each in known if each.fee is fee] or None}
        for fee in Fee
    ]


def replace(tenancy: Tenancy, wanted: Sequence[Waived]) -> None:
    """Agree on these and on nothing else, inside an action; raise Invalid with every fault."""
    if faults := [fault for at in range(len(wanted)) if (fault := _fault(tenancy, wanted, at))]:
        raise Invalid(errors=faults)
    session.execute(delete(Relief).where(Relief.tenancy_id == tenancy.id))
    session.add_all(Relief(tenancy_id=tenancy.id, **each._asdict()) for each in wanted)
    session.flush()


def _fault(tenancy: Tenancy, wanted: Sequence[Waived], at: int) -> dict[str, str] | None:
    one = wanted[at]
    others = (each for each in wanted[:at] if each.fee is one.fee)
    faults = {
        BACKWARDS: one.until_on <= one.starts_on,
        BEYOND: one.starts_on < tenancy.starts_on or one.until_on > tenancy.until_on,
        OVERLAPS: any(
            each.starts_on < one.until_on and one.starts_on < each.until_on for each in others
        ),
    }
    detail = next((words for words, is_so in faults.items() if is_so), None)
    return {"pointer": f"#/relief/{at}", "detail": detail} if detail else None


def _shown(waived: Waived) -> dict[str, Any]:
    return {
        "percent": waived.percent,
        "starts_on": waived.starts_on,
        "ends_on": waived.until_on - A_DAY,
    }
