"""Whose case do tests of decisions decide? Somebody on the day her firm is a year old."""

from datetime import date
from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.db import action
from backend.policies import actions, queries
from eligibility import facts as facts_module
from eligibility.engine import assess
from tests.backend.policies.proposals import clerk

DAY = date(2023, 5, 10)
HERS: dict[str, Any] = {
    "in_park": True,
    "is_first_startup": True,
    "is_veteran": True,
    "registered_with_authority": True,
    "reg_date": "2022-05-10",
    "normal_operation": True,
    "other_workers_employed": 1,
    "startup_subsidy_received": False,
    "county_code": "152201",
}
LOAN: dict[str, Any] = {
    "in_park": False,
    "loan_amount": "100000.00",
    "bank_credit_good": True,
    "applicant_is_individual": True,
    "honour_level": "none",
}

written_down = action(lambda *args, **more: actions.record_decision(*args, **more))


def decided(
    raw: dict[str, Any] = HERS, *, rule: str = "startup_subsidy", day: date = DAY, **more: Any
) -> UUID:
    """The public id of a decision recorded now."""
    policy, snapshot = queries.current(), queries.snapshot(day)
    facts = facts_module.read(policy.dictionary, raw, day)
    answer = assess(policy, rule, facts, snapshot, day)
    by: Principal = more.pop("by", None) or clerk()
    return written_down(answer, facts, snapshot, by=by, **more)
