"""Whom do tests of screenings ask for? Facts as a client sends them, and what comes back."""

from typing import Any

from tests.factories import World

# Clause 五（三）: in a park, a first venture, a veteran, a licence, one employee, never paid.
VETERAN: dict[str, Any] = {
    "in_park": True,
    "is_first_startup": True,
    "is_veteran": True,
    "registered_with_authority": True,
    "reg_date": "2022-05-10",
    "normal_operation": True,
    "other_workers_employed": 1,
    "startup_subsidy_received": False,
}
# Clause 五（四）: twelve months of internship in 2022, a licence on the first of March after.
INTERN: dict[str, Any] = {
    "is_young_student_or_grad": True,
    "joined_internship_incubation": True,
    "internship_start": "2022-01-01",
    "internship_end": "2022-12-31",
    "internship_months": 12,
    "startup_success_date": "2023-03-01",
}
# Clause 五（二）: in a park, borrowing in her own name, without an honour or a good credit.
BORROWER: dict[str, Any] = {
    "in_park": True,
    "applicant_is_individual": True,
    "loan_amount": "100000.00",
    "honour_level": "none",
    "bank_credit_good": False,
}


def screened(world: World, facts: dict[str, Any], as_of: str) -> dict[str, dict[str, Any]]:
    """Return every result by its benefit."""
    answer = world.anybody.post("/screen", {"as_of": as_of, "facts": facts})
    assert 200 == answer.status_code, answer.text
    return {each["benefit"]: each for each in answer.json["results"]}


def said(world: World, benefit: str, facts: dict[str, Any], as_of: str) -> dict[str, Any]:
    """Return one result."""
    return screened(world, facts, as_of)[benefit]


def worth(result: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return the kind of an amount and its two figures."""
    amount = result["amount"]
    return amount["kind"], amount["lower"], amount["upper"]
