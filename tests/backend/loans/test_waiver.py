"""Which route spares a counter-guarantee, and what is told where something is not known?"""

from datetime import date

import pytest

from backend.loans.waiver import ROUTES, routes
from backend.policies.queries import current
from eligibility.facts import read

DAY = date(2026, 11, 24)
HERSELF = {"applicant_is_individual": True}
SMALL, LARGE = {"loan_amount": "100000.00"}, {"loan_amount": "100000.01"}


def told(day: date = DAY, **facts):
    return routes(read(current().dictionary, facts, day), day)


def values(answer) -> dict:
    return {each["id"]: each["value"] for each in answer["routes"]}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (None, None, None)),
        (HERSELF, (None, None, None)),
        (SMALL, (None, None, None)),
        (HERSELF | SMALL, (True, None, None)),
        (HERSELF | LARGE, (False, None, None)),
        (LARGE, (False, None, None)),
        ({"applicant_is_individual": False}, (False, None, None)),
        ({"honour_level": "league"}, (None, True, None)),
        ({"honour_level": "county"}, (None, False, None)),
        ({"honour_level": "nation"}, (None, True, None)),
        ({"bank_credit_good": True}, (None, None, True)),
        ({"bank_credit_good": False}, (None, None, False)),
    ],
)
def test_each_route_stands_by_itself_and_unknown_is_never_no(in_app, facts, expected):
    assert expected == tuple(values(told(**facts)).values())


def test_what_a_route_lacks_names_who_could_say_it(in_app):
    small, honour, credit = told(loan_amount="90000.00")["routes"]

    assert [("applicant_is_individual", "self")] == lacking(small)
    assert ["honour_level"] == [name for name, _ in lacking(honour)]
    assert [("bank_credit_good", "bank")] == lacking(credit)


def lacking(route) -> list[tuple[str, str]]:
    return [(each["name"], each["who"]) for each in route["missing"]]


def test_a_route_that_is_decided_lacks_nothing(in_app):
    small, _, _ = told(**LARGE)["routes"]

    assert (False, []) == (small["value"], small["missing"])


def test_every_route_has_a_clause_a_label_and_its_conditions(in_app):
    answer = told()

    assert list(ROUTES) == [each["id"] for each in answer["routes"]]
    assert {"五（二）"} == {each["clause"] for each in answer["routes"]}
    assert ["个人小额贷款", "得过盟市级或更高的荣誉", "银行评定信用良好"] == [
        each["label"] for each in answer["routes"]
    ]
    assert "经办银行决定" == answer["decides"]


def test_both_readings_of_the_scope_are_told_until_somebody_decides(in_app):
    """Whether the waiver is for tenants of a park alone (A33) is open."""
    outside = told(in_park=False, **HERSELF, **SMALL)
    inside = told(in_park=True, **HERSELF, **SMALL)

    assert (None, True) == (outside["value"], inside["value"])
    assert "ruling_pending" in outside["flags"]
    assert {"park_only": False, "anyone": True} == {
        each["reading"]: each["value"] for each in outside["readings"]
    }
    assert {"waiver_scope"} == {each["ruling"] for each in outside["readings"]}
    in_use = {each["id"]: each["in_use"] for each in outside["rulings"]}
    assert (None, "any_of_three") == (in_use["waiver_scope"], in_use["waiver_reading"])


def test_before_the_policy_no_route_is_known(in_app):
    """The threshold holds from 2022-03-30; the day before there is no number to compare with."""
    before = told(date(2022, 3, 29), **HERSELF, **SMALL)

    small = before["routes"][0]
    assert (None, [("waiver_loan_cap", "staff")]) == (small["value"], lacking(small))
    assert True is told(date(2022, 3, 30), **HERSELF, **SMALL)["routes"][0]["value"]
