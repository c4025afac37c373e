"""What her form says counts in the verdict as her own word, and no further."""

from datetime import date

import pytest
import time_machine

from backend.access import Principal
from backend.applications.kinds import Kind
from backend.profiles import actions as profiles
from eligibility.facts import Known
from tests.filing import draft_for_the_bureau, handed_in, submitted
from tests.records import person, record_facts, staff

LOAN = {"term_months": 24, "purpose": "购置奶食品加工设备"}
AN_INDIVIDUAL = {"in_park": True, "applicant_is_individual": True}
TODAY = "2026-11-24T02:00:00Z"


def verdict(by: Principal, amount: str) -> bool | None:
    """The verdict on a loan of so many yuan, for somebody of whom it is known what she said."""
    begun = draft_for_the_bureau(by, Kind.GUARANTEE_LOAN, loan=LOAN | {"amount": amount})
    case = handed_in(begun, by)
    value: bool | None = case["verdict"]["value"]
    return value


@pytest.mark.parametrize(
    ("kind", "benefit"),
    [
        (Kind.GUARANTEE_LOAN, "guarantee_waiver"),
        (Kind.STARTUP_SUBSIDY, "startup_subsidy"),
        (Kind.INTERNSHIP, "internship_subsidy"),
    ],
)
def test_each_kind_is_weighed_by_the_rule_of_its_benefit(in_app, kind, benefit):
    assert benefit == submitted(kind=kind)["verdict"]["benefit"]


@pytest.mark.parametrize(("amount", "value"), [("100000.00", True), ("100000.01", None)])
@time_machine.travel(TODAY)
def test_the_amount_on_the_form_opens_the_route_of_small_loans_up_to_its_bound(
    in_app, amount, value
):
    # Clause 五（二）: 100,000 yuan and less; above it honours or credit would have to be known.
    # Whether the rule is for tenants of parks alone is not settled, so she says that she is one.
    her = person()
    profiles.declare(AN_INDIVIDUAL, on=None, by=her)

    assert value is verdict(her, amount)


@time_machine.travel(TODAY)
def test_what_she_writes_now_follows_what_she_said_before(in_app):
    her = person()
    profiles.declare(AN_INDIVIDUAL | {"loan_amount": "300000.00"}, on=None, by=her)

    assert verdict(her, "80000.00") is True


@time_machine.travel(TODAY)
def test_what_she_writes_never_stands_against_what_staff_found(in_app):
    her, today = person(), date(2026, 11, 24)
    nobody = {"other_workers_employed": Known(0, "staff", today)}
    record_facts(her.id, nobody, by=staff("demo-bureau"), evidence="窗口核查")

    case = submitted(her, kind=Kind.STARTUP_SUBSIDY)

    assert case["verdict"]["value"] is False
