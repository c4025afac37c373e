"""Whom do policies find in these tests, what is known about them, and what were they told?"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from backend.access import Principal
from backend.consents import actions as consents
from backend.consents.kinds import TERMS, Purpose
from backend.matches import sweeping
from backend.profiles.columns import POLICY
from eligibility.facts import read
from tests.records import look, person, record_facts

# Monday, 30 November 2026, ten o'clock in Shanghai.
MORNING = datetime(2026, 11, 30, 2, tzinfo=UTC)
TODAY = date(2026, 11, 30)
# A veteran who has run her first business in a park for twelve months on that day.
OWNER: dict[str, Any] = {
    "is_veteran": True,
    "is_first_startup": True,
    "in_park": True,
    "registered_with_authority": True,
    "reg_date": "2025-11-30",
    "normal_operation": True,
    "other_workers_employed": 1,
    "startup_subsidy_received": False,
}
# What fits her whatever day it is.
ALWAYS = {"loan_priority", "fee_relief", "priority_service"}


def tell(her: Principal, raw: dict[str, Any]) -> None:
    """Write down what she says of herself, as it stands in JSON; null takes it back."""
    given = {name: value for name, value in raw.items() if value is not None}
    known = dict(read(POLICY.dictionary, given, date.max).everything)
    said = {name: known[name] for name in given}
    record_facts(
        her.id,
        {n: replace(each, source="self", observed_on=None) for n, each in said.items()},
        by=her,
    )


def consent(her: Principal, purpose: Purpose = Purpose.POLICY_MATCHING) -> None:
    consents.grant(purpose, TERMS[purpose].version, by=her)


def consenting(name: str = "bayar", *, losses: bool = False, **changed: Any) -> Principal:
    """The owner, with some facts changed or left out, who consents."""
    her = person(name)
    raw = {key: value for key, value in (OWNER | changed).items() if value is not None}
    tell(her, raw)
    consent(her)
    if losses:
        consent(her, Purpose.POLICY_LOSSES)
    return her


def sweep() -> None:
    """Look at everybody, twice: what was told is not told again."""
    assert sweeping.sweep()
    assert sweeping.sweep()


def told(her: Principal) -> list[set[tuple[str, str, str]]]:
    """What she was told, message by message: benefits, what became of them, and for which cause."""
    found: dict[int, set[tuple[str, str, str]]] = {}
    for each in look(
        "SELECT match_id, benefit, what, cause FROM policy_match_item WHERE person_id = :id"
        " ORDER BY match_id",
        id=her.id,
    ):
        item = (each["benefit"], each["what"].lower(), each["cause"].lower())
        found.setdefault(each["match_id"], set()).add(item)
    return list(found.values())


def first(*benefits: str) -> set[tuple[str, str, str]]:
    return {(each, "eligible", "first") for each in benefits}
