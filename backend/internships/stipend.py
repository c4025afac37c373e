"""What is to be paid, month by month, and until when does a licence count?

Both are asked of the rules of clause 五（四） as they stand on the day: a month is worth what the
rule pays for an internship of that one month, so that every number and every reading is the rule's.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from backend import clock
from backend.errors import NotMet
from backend.policies.queries import current, snapshot
from backend.profiles.queries import facts_of
from eligibility.dates import add_months
from eligibility.engine import assess
from eligibility.facts import Facts
from eligibility.parameters import Snapshot
from eligibility.values import yuan

BENEFIT, WAGE, CAP, WINDOW = (
    "internship_subsidy",
    "min_wage_class1_monthly",
    "internship_cap_months",
    "internship_window",
)
Spans = Iterable[Mapping[str, Any]]


def window_end(starts_on: date, ended_on: date) -> date:
    """Return the last day for a licence, as ruling `internship_window` reads the clause."""
    known = snapshot(clock.today())
    ruling = known.ruling(WINDOW)
    first = starts_on if ruling is not None and ruling.reading == "from_start" else ended_on
    return add_months(first, _number(known, WINDOW))


def window(ends_on: date | None) -> dict[str, Any] | None:
    """Return the countdown, for whoever has one; the last day counts."""
    if ends_on is None:
        return None
    left = max((ends_on - clock.today()) // timedelta(days=1), -1)
    words = {0: "今天是最后一天", -1: "窗口期已过"}
    label = words.get(left, f"还剩 {left} 天，{ends_on} 当天有效")
    return {"ends_on": ends_on, "days_left": max(left, 0), "label": label}


def computed(
    person_id: int, starts_on: date, ended_on: date, licensed_on: date, months: Spans
) -> dict[str, Any]:
    """Return what the months that count come to, as JSON, with what the rules say of the case.

    What is above the greatest number of months is not paid for. Raise NotMet where the rules say
    no, or know no wage for one of the months.
    """
    day, counted = clock.today(), list(months)
    known = snapshot(day)
    facts = facts_of(person_id, day).with_values(
        {
            "joined_internship_incubation": True,
            "internship_start": starts_on,
            "internship_end": ended_on,
            "internship_months": len(counted),
            "startup_success_date": licensed_on,
        }
    )
    whole = assess(current(), BENEFIT, facts, known, day)
    verdict = {"value": whole.value, "flags": list(whole.flags), "policy": whole.policy}
    if whole.value is False:
        raise NotMet(verdict=verdict)
    lines = [_line(each, facts, known) for each in counted[: _number(known, CAP)]]
    if None in [each["fen"] for each in lines]:
        raise NotMet(verdict=verdict)
    total = sum(each.pop("fen") for each in lines)
    return {
        **verdict,
        "flag_labels": [current().label("flag", each) for each in whole.flags],
        "as_of": day.isoformat(),
        "fen": total,
        "total": yuan(total),
        "months": lines,
    }


def _line(month: Mapping[str, Any], facts: Facts, known: Snapshot) -> dict[str, Any]:
    first, day = month["first_on"], clock.today()
    # Whether the licence came in time is asked of the whole; here it must not deny one month.
    alone = facts.with_values(
        {"internship_start": first, "internship_months": 1, "startup_success_date": None}
    )
    amount = assess(current(), BENEFIT, alone, known, day).amount
    wage = known.value(WAGE, on=first)
    return {
        "month": month["name"],
        "wage": None if wage is None else yuan(wage),
        "amount": None if amount is None or amount.lower is None else yuan(amount.lower),
        "fen": amount and amount.lower,
    }


def _number(known: Snapshot, name: str) -> int:
    value = known.value(name)
    assert value is not None  # Declared by the policy, for every day since.
    return value
