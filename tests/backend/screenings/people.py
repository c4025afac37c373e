"""Who may come and ask? Made-up people who know everything that can be asked of them."""

from datetime import date, timedelta
from random import Random
from typing import Any

from eligibility.policy import bundled

DICTIONARY = bundled("xingan_2022").dictionary
KINDS = (
    "planner",
    "owner",
    "owner",
    "graduate",
    "intern",
    "veteran",
    "herder",
    "firm",
    "unemployed",
    "borrower",
)


def somebody(number: int, today: date) -> dict[str, Any]:
    """Everything true about one person; the same number is the same person."""
    chance = Random(number)
    kind = chance.choice(KINDS)
    facts = _anybody(chance, today)
    if kind not in ("planner", "unemployed") or chance.random() < 0.2:
        facts |= _in_business(chance, today, firm=kind == "firm")
    if kind in ("graduate", "intern") or chance.random() < 0.2:
        left = today - timedelta(days=chance.randint(60, 1500))
        facts |= {"is_hei_graduate": True, "graduation_date": left, "left_school_date": left}
        facts["unemployed_at_start"] = chance.random() < 0.5
    if kind == "intern":
        end, months = today - timedelta(days=chance.randint(10, 600)), chance.randint(1, 12)
        facts |= {"joined_internship_incubation": True, "internship_months": months}
        facts |= {"internship_end": end, "internship_start": end - timedelta(days=31 * months)}
    facts |= {"is_veteran": kind == "veteran", "farmer_herder": kind == "herder"}
    if kind == "herder" and chance.random() < 0.6:
        facts |= {"returning_farmer_herder": True, "returning_migrant_entrepreneur": True}
    if kind == "unemployed":
        facts |= {"registered_unemployed": True, "registered_unemployed_at_start": True}
    return facts


def _anybody(chance: Random, today: date) -> dict[str, Any]:
    nothing = {n: False for n, s in DICTIONARY.items() if s.type == "bool" and s.who == "self"}
    nobody = dict.fromkeys(("current_staff", "new_qualified_hires", "new_employees"), 0)
    return {
        **nothing,
        **nobody,
        "other_workers_employed": 0,
        "internship_months": 0,
        "person_birth_date": today - timedelta(days=chance.randint(21 * 365, 55 * 365)),
        "gender_female": chance.random() < 0.5,
        "county_code": chance.choice(["152201", "152221", "152223"]),
        "honour_level": "county" if chance.random() < 0.05 else "none",
        "applicant_is_individual": chance.random() < 0.85,
        "loan_amount": chance.choice([0, 50_000_00, 100_000_00, 150_000_00, 200_000_00]),
        "is_first_startup": chance.random() < 0.75,
    }


def _in_business(chance: Random, today: date, *, firm: bool) -> dict[str, Any]:
    licence = today - timedelta(days=chance.randint(30, 1200))
    staff = chance.choice([5, 12, 30, 120]) if firm else chance.choice([1, 1, 2, 3, 4])
    return {
        "registered_with_authority": True,
        "reg_date": licence,
        "startup_success_date": licence,
        "normal_operation": chance.random() < 0.9,
        "in_park": chance.random() < 0.6,
        "is_small_micro": firm,
        "current_staff": staff,
        "other_workers_employed": staff - 1,
        "new_qualified_hires": chance.choice([0, 1, 3, 6]) if firm else 0,
        "new_employees": chance.choice([0, 3, 8]) if firm else 0,
        "startup_subsidy_received": chance.random() < 0.1,
    }
