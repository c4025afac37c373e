"""What she need not type again, where it comes from, and what is never filled in for her."""

from datetime import date

import pytest
import time_machine

from backend.accounts import bindings
from backend.accounts import identity as numbers
from backend.applications import suggestions
from backend.applications.kinds import Kind
from backend.applications.suggestions import Origin
from backend.cases import actions as cases
from backend.errors import NotFound
from backend.profiles import actions as profiles
from eligibility.facts import Known
from tests.filing import draft, draft_for_the_bureau, submitted
from tests.records import person, record_facts, staff

NOON = "2026-11-24T04:00:00Z"


def offered(by, kind: Kind = Kind.GUARANTEE_LOAN) -> dict[str, tuple]:
    """What is suggested for an empty form: value, origin and day, by section and field."""
    made = draft_for_the_bureau(by, kind, **dict.fromkeys(("applicant", "declaration"), {}))
    return {
        each["pointer"].removeprefix("#/sections/"): (each["value"], each["origin"], each["on"])
        for each in suggestions.suggested(made["id"], by)["items"]
    }


@time_machine.travel(NOON)
def test_whoever_is_new_has_nothing_suggested(in_app):
    assert {} == offered(person())


@time_machine.travel(NOON)
def test_a_withdrawn_tenancy_fills_in_what_a_loan_asks_as_well(in_app):
    her = person()
    with time_machine.travel("2026-11-20T04:00:00Z"):
        case = submitted(her)
        cases.withdraw(case["id"], seen=case["version"], by=her)

    day = date(2026, 11, 20)
    assert {
        "applicant/name": ("其其格", Origin.EARLIER_CASE, day),
        "applicant/phone": ("13800138000", Origin.EARLIER_CASE, day),
        "venture/stage": ("planned", Origin.EARLIER_CASE, day),
    } == offered(her)


@time_machine.travel(NOON)
def test_the_newest_case_counts_and_says_its_number(in_app):
    her = person()
    with time_machine.travel("2026-11-20T04:00:00Z"):
        draft(her)
    with time_machine.travel("2026-11-21T04:00:00Z"):
        newer = draft_for_the_bureau(
            her, Kind.STARTUP_SUBSIDY, applicant={"name": "其木格", "phone": "13900139000"}
        )
    made = draft_for_the_bureau(her, Kind.GUARANTEE_LOAN)

    name = suggestions.suggested(made["id"], her)["items"][0]

    assert ("其木格", newer["number"]) == (name["value"], name["number"])


@time_machine.travel(NOON)
def test_the_name_of_her_document_comes_before_what_she_typed(in_app):
    her = person()
    draft(her)
    number = numbers.read("152201199001010001", date(2026, 11, 24))
    with time_machine.travel("2026-11-01T04:00:00Z"):
        bindings.bind_identity("斯琴·高娃", number, by=her)

    assert ("斯琴·高娃", Origin.ACCOUNT, date(2026, 11, 1)) == offered(her)["applicant/name"]


@time_machine.travel(NOON)
def test_what_she_told_of_her_business_is_there_with_its_day_and_a_proof_outweighs_it(in_app):
    her = person()
    told = {"loan_amount": "80000.00", "reg_date": "2025-09-01"}
    profiles.declare(told, on=date(2026, 11, 2), by=her)
    proof = {"reg_date": Known(date(2025, 8, 31), "reg", date(2026, 10, 1))}
    record_facts(her.id, proof, by=staff("demo-bureau"), evidence="营业执照")

    assert ("80000.00", Origin.PROFILE, date(2026, 11, 2)) == offered(her)["loan/amount"]
    subsidy = offered(her, Kind.STARTUP_SUBSIDY)
    assert ("2025-08-31", Origin.PROFILE, date(2026, 10, 1)) == subsidy["business/registered_on"]


@pytest.mark.parametrize(("today", "is_there"), [("2027-01-01", True), ("2027-01-02", False)])
def test_a_day_that_is_past_is_no_wish_any_more_and_no_promise_is_made_for_her(
    in_app, today, is_there
):
    # She had asked to move in on 1 January 2027.
    her = person()
    case = submitted(her)
    cases.withdraw(case["id"], seen=case["version"], by=her)
    with time_machine.travel(f"{today}T04:00:00Z"):
        again = draft(her, sections={})
        pointers = {e["pointer"] for e in suggestions.suggested(again["id"], her)["items"]}

    assert is_there == ("#/sections/space/starts_on" in pointers)
    assert "#/sections/space/term_months" in pointers
    assert "#/sections/declaration/truthful" not in pointers


def test_what_is_in_the_offices_hands_has_no_suggestions_and_others_see_none(in_app):
    her = person()
    draft_for_the_bureau(her, Kind.GUARANTEE_LOAN)
    case = submitted(her)

    assert [] == suggestions.suggested(case["id"], her)["items"]
    for by in (person("another"), staff()):
        with pytest.raises(NotFound):
            suggestions.suggested(case["id"], by)
