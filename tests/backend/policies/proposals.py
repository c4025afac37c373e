"""What do tests of the policy's numbers propose, and who are the two people?"""

from datetime import date
from typing import Any

from backend.access import Principal, Role
from backend.policies import actions
from tests.records import look, new_staff, staff

COUNTY = "152201"
FLOOR: dict[str, Any] = {
    "name": "startup_floor",
    "value": 1_500_000,
    "unit": "fen",
    "valid_from": "2027-01-01",
    "review_by": "2027-12-31",
    "source": "盟人社局会议纪要",
    "verified": True,
    "reason": "提高一次性创业补贴标准",
}
COUNTY_STANDARD = FLOOR | {"name": "startup_subsidy_county", "scope": COUNTY, "value": 1_200_000}
READING: dict[str, Any] = {
    "name": "waiver_scope",
    "in_use": "anyone",
    "kind": "decided",
    "valid_from": "2022-03-30",
    "decided_by": "盟人社局会议纪要第3号",
    "decided_on": "2026-11-20",
    "source": "会议纪要第3号",
    "reason": "会议明确适用范围",
}


def clerk(name: str = "demo-bureau", *, county: str | None = None) -> Principal:
    """A clerk of the bureau; each name is an account of its own."""
    known = look("SELECT 1 FROM staff WHERE username = :name", name=name)
    return staff(name) if known else new_staff(name, Role.BUREAU_STAFF, county=county)


def proposed(content: dict[str, Any] = FLOOR, *, by: Principal | None = None) -> dict[str, Any]:
    """A proposal of the first clerk."""
    propose = actions.decide_ruling if "in_use" in content else actions.set_parameter
    return propose(content, by=by or clerk())


def confirmed(content: dict[str, Any] = FLOOR, **more: Any) -> dict[str, Any]:
    """A change that the second clerk has confirmed."""
    change = proposed(content | more)
    return actions.confirm_change(change["id"], seen=change["version"], by=clerk("second"))


DAY = date(2027, 3, 1)
