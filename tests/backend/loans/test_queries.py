"""What each party gets to see of loans and of the register."""

from dataclasses import replace
from datetime import date

import pytest

from backend import clock
from backend.access import Principal, Role, can
from backend.errors import NotFound
from backend.loans import institutions, queries
from backend.loans.kinds import InstitutionKind
from backend.loans.workflow import Status
from eligibility.facts import Known
from tests.backend.loans.stage import BANK, BUREAU, GUARANTOR, at, loan_of
from tests.filing import submitted
from tests.records import change, new_id, person, record_facts, staff

pytestmark = pytest.mark.usefixtures("simulator")
S = Status
HIDDEN = ("application_id", "amount_asked", "routes")


def listed(by: Principal, status: Status | None = None, after=None, limit: int = 100):
    return queries.listed(by, status=status, after=after, limit=limit)


def test_she_and_the_bureau_see_the_case_institutions_only_the_loan(in_app):
    her, case, loan = at(S.REFERRED)

    for by in (her, staff(BUREAU)):
        seen = loan_of(case, by)
        assert ("其其格", "100000.00") == (seen["applicant"], seen["amount_asked"])
        assert case["id"] == seen["application_id"]
    for by in (staff(BANK), staff(GUARANTOR)):
        seen = loan_of(case, by)
        assert "其**" == seen["applicant"]
        assert [None] * 3 == [seen[name] for name in HIDDEN]
        assert "13800138000" not in str(seen)
        assert "open_contact" in seen["actions"]
    assert [] == loan["actions"]


def test_the_routes_stand_beside_the_case_with_what_the_form_says(in_app):
    her, case, loan = at(S.PUBLISHED)
    record_facts(her.id, {"applicant_is_individual": Known(True)}, by=her)

    seen = loan_of(case, staff(BUREAU))["routes"]

    # 100,000 yuan are asked for in the form: at the threshold, and by herself.
    assert [True, None, None] == [each["value"] for each in seen["routes"]]


def test_before_anything_is_typed_the_routes_go_by_what_is_known_on_a_day(in_app):
    her = person()
    record_facts(her.id, {"bank_credit_good": Known(True, "bank", clock.today())}, by=staff(BUREAU))
    today = clock.today()

    def credit(as_of: date | None):
        return queries.routes_of(her, as_of)["routes"][2]["value"]

    assert (True, True, None) == (credit(None), credit(today), credit(date(2026, 1, 1)))


@pytest.mark.parametrize("who", ["somebody", "manager", "another partner", "administrator"])
def test_a_loan_is_not_there_for_others(in_app, who):
    _, _, loan = at(S.REFERRED)
    others = {
        "somebody": lambda: person("somebody"),
        "manager": lambda: staff("demo-manager"),
        "another partner": partner_elsewhere,
        "administrator": lambda: replace(staff(BUREAU), role=Role.BUREAU_ADMIN),
    }
    by = others[who]()

    with pytest.raises(NotFound):
        queries.get(loan["id"], by)
    assert [] == listed(by)
    with pytest.raises(NotFound):
        queries.get(new_id(), by)


def partner_elsewhere() -> Principal:
    institutions.appoint(BANK, name="另一家银行", kind=InstitutionKind.BANK)
    return staff(BANK)


def test_the_list_and_the_relations_say_the_same(in_app):
    """SQL narrows what `can` decides row by row; both have to agree for everybody."""
    her, _, _ = at(S.REFERRED)
    other, _, _ = at(S.PUBLISHED, "another")
    bureau = staff(BUREAU)
    askers = [
        her,
        other,
        person("somebody"),
        bureau,
        replace(bureau, county="152201"),
        replace(bureau, county="152224"),
        replace(bureau, role=Role.AUDITOR),
        staff(BANK),
        staff(GUARANTOR),
        replace(staff(BANK), institution=None),
        staff("demo-manager"),
    ]
    keys = [each["id"] for each in listed(bureau)]
    assert 2 == len(keys)
    for by in askers:
        found = queries.find
        expected = [key for key in keys if can(by, "getLoan", found(key))]
        assert expected == [each["id"] for each in listed(by)], by


def test_the_list_is_paged_and_narrowed(in_app):
    her, _, first = at(S.DISBURSED)
    change("UPDATE loan SET status = 'REPAID'")
    _, _, second = at(S.PUBLISHED)

    (newest,) = listed(her, limit=1)
    (oldest,) = listed(her, after=newest["row"])
    assert [second["id"], first["id"]] == [newest["id"], oldest["id"]]
    assert [first["id"]] == [each["id"] for each in listed(her, S.REPAID)]


def test_the_register_is_listed_by_kind(in_app):
    for name, kind in (("乙银行", "BANK"), ("甲担保", "GUARANTOR")):
        institutions.create(name, kind=InstitutionKind[kind], by=staff(BUREAU))

    assert ["乙银行", "甲担保"] == [
        each["name"] for each in queries.institutions(staff(BUREAU), None)
    ]
    (guarantor,) = queries.institutions(staff(BUREAU), InstitutionKind.GUARANTOR)
    assert ("甲担保", None) == (guarantor["name"], guarantor["jurisdiction_code"])


def test_a_case_without_a_loan_has_no_sequel(in_app):
    assert None is queries.sequel(submitted()["id"])
