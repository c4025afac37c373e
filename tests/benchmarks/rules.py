"""How fast is one person's answer? Against a function by hand, and against OpenFisca-core.

The same three rules, with the readings in use, on the same made-up people.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from backend.policies.queries import current
from eligibility import engine
from eligibility.dates import add_months
from eligibility.facts import Facts, read
from tests.benchmarks import openfisca_peer

AS_OF, A_YEAR_AGO = date(2026, 11, 23), date(2025, 11, 23)
ROUNDS, TIMES = 7, 2_000
POLICY = current()
SNAPSHOT = POLICY.readings.at(AS_OF, AS_OF)
SHE: dict[str, Any] = {
    "in_park": True,
    "is_first_startup": True,
    "registered_unemployed_at_start": False,
    "employment_difficulty_at_start": False,
    "student_at_start": False,
    "is_hei_graduate": True,
    "left_school_date": date(2024, 6, 30),
    "unemployed_at_start": True,
    "is_veteran": False,
    "returning_migrant_entrepreneur": False,
    "registered_with_authority": True,
    "reg_date": date(2025, 3, 1),
    "normal_operation": True,
    "other_workers_employed": 2,
    "startup_subsidy_received": False,
    "applicant_is_individual": True,
    "loan_amount": 9_000_000,
    "honour_level": "none",
    "bank_credit_good": False,
    "is_incubating": True,
    "job_quality_good": True,
    "retention_high": True,
    "new_employees": 3,
}
RULES = ("startup_subsidy", "guarantee_waiver", "job_creation")


def by_hand(told: dict[str, Any]) -> bool:
    """The startup subsidy as somebody would write it down, with two values."""
    get = told.get
    reg_date, left = get("reg_date"), get("left_school_date")
    return bool(
        get("in_park")
        and get("is_first_startup")
        and (
            get("registered_unemployed_at_start")
            or get("employment_difficulty_at_start")
            or get("student_at_start")
            or (
                get("is_hei_graduate")
                and left
                and reg_date
                and reg_date <= add_months(left, 24)
                and get("unemployed_at_start")
            )
            or get("is_veteran")
            or get("returning_migrant_entrepreneur")
            or get("other_category_approved")
        )
        and get("registered_with_authority")
        and reg_date
        and reg_date <= A_YEAR_AGO
        and get("normal_operation")
        and (get("other_workers_employed") or 0) >= 1
        and get("startup_subsidy_received") is False
    )


def report() -> None:
    """Print what one person's answers take, and the ratios."""
    facts = read(POLICY.dictionary, {n: v for n, v in SHE.items() if n != "loan_amount"}, AS_OF)
    facts = facts.with_values({"loan_amount": SHE["loan_amount"]})
    verdicts = [engine.compiled(POLICY, rule, SNAPSHOT, AS_OF) for rule in RULES]
    values, peer = facts.values, openfisca_peer.one_person(SHE, AS_OF)
    assert [verdict(values) for verdict in verdicts] == peer() == [True, True, True]
    assert by_hand(SHE)
    # Each with the number of times that makes a round long enough to be measured.
    timed = _interleaved(
        [
            ("one rule by hand", lambda: by_hand(SHE), TIMES),
            ("one rule, generated", lambda: verdicts[0](values), TIMES),
            ("three rules, generated", lambda: [each(values) for each in verdicts], TIMES),
            ("three rules, OpenFisca-core", peer, 20),
            ("all rules, tree and JSON", lambda: _told(facts), 5),
        ]
    )
    hand, one = timed["one rule by hand"], timed["one rule, generated"]
    ratio = timed["three rules, OpenFisca-core"] / timed["three rules, generated"]
    for name, seconds in timed.items():
        print(f"  {name:<30}{seconds * 1e6:>10.2f} µs")
    print(f"  one rule ≤ 2 × by hand:            {one / hand:.2f}")
    print(f"  OpenFisca-core ≥ 100 × as long:    {ratio:.0f}")
    print(f"  all rules, tree and JSON ≤ 5 ms:   {timed['all rules, tree and JSON'] * 1e3:.2f}")


def _told(facts: Facts) -> str:
    found = engine.assess_all(POLICY, facts, SNAPSHOT, AS_OF)
    return json.dumps([each.as_json() for each in found], ensure_ascii=False)


def _interleaved(asked: Sequence[tuple[str, Callable[[], Any], int]]) -> dict[str, float]:
    rounds: dict[str, list[float]] = {name: [] for name, _, _ in asked}
    for _ in range(ROUNDS):
        for name, call, times in asked:
            started = time.perf_counter()
            for _ in range(times):
                call()
            rounds[name].append((time.perf_counter() - started) / times)
    return {name: statistics.median(each) for name, each in rounds.items()}


if __name__ == "__main__":
    report()
