"""How is a case handed to a colleague?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.access import Principal, can
from backend.applications import queries as applications
from backend.applications import staffing
from backend.applications.taking import View, moved, seen_now, taken
from backend.db import Row, action
from backend.errors import Invalid, NotAllowed, NotFound
from backend.parties import is_decider

NO_COLLEAGUE = "请选择本单位可以办理此件的同事"
HER_AGREEMENT = (
    "转到其他园区须由申请人同意：申请人填报了其他志愿的，请转下一志愿；没有填报的，"
    "请申请人填报、加入该园区的候补名单，或撤回后向该园区申请"
)


@action
def transfer(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    why: str,
    to_staff: UUID | None = None,
    to_park: UUID | None = None,
) -> View:
    """Put the case into the hands of a colleague of its office.

    Raise Invalid without a colleague who may decide it, and for another park.
    """
    case = taken("transferCase", "transfer", public_id, seen, by)
    faults = [{"pointer": "#/to_park", "detail": HER_AGREEMENT}] if to_park else []
    next_one = next((e for e in _others(case.before, by) if e.public_id == to_staff), None)
    if next_one is None:
        faults.append({"pointer": "#/to_staff", "detail": NO_COLLEAGUE})
    if faults or next_one is None:
        raise Invalid(errors=faults)
    before = case.application.handler_id
    case.application.handler_id = next_one.id
    moved(case, from_staff=before, to_staff=next_one.id, why=why.strip())
    return seen_now(case)


def colleagues(public_id: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return to whom the case may be handed, whoever has least in hand first.

    Raise NotFound for what the principal may not see, NotAllowed for what is not hers to hand on.
    """
    found = applications.find(public_id)
    if found is None or not can(by, "getApplication", found):
        raise NotFound
    if not can(by, "listColleagues", found):
        raise NotAllowed
    others = _others(found, by)
    in_hand = staffing.in_hand(others)
    told = [
        {"id": each.public_id, "name": each.name, "cases": in_hand.get(each.id, 0)}
        for each in others
    ]
    return sorted(told, key=lambda each: each["cases"])


def _others(found: Row, by: Principal) -> Sequence[Principal]:
    here = (found["handler_id"], by.id)
    return [each for each in staffing.of(found, is_decider) if each.id not in here]
