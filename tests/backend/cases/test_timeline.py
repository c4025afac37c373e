"""Is one story told of a case and of the loan that came of it?"""

import pytest

from backend.cases.timeline import timeline
from backend.errors import NotFound
from backend.loans.workflow import Status
from backend.tenancies import renewing
from tests.backend.loans.stage import WAY, approved, at, referred, report
from tests.backend.tenancies.stage import did, moved_in, on
from tests.filing import submitted
from tests.records import person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def test_what_happened_to_the_loan_is_told_in_its_place_with_who_did_it(in_app):
    her, case, loan = referred()
    for by, state, _ in WAY:
        report(loan, state, by)

    told = timeline(case["id"], her)

    assert [
        ("created", "申请人"),
        ("submitted", "申请人"),
        ("approved", "乌兰浩特市人社局"),
        ("publicised", "乌兰浩特市人社局"),
        ("publicity_ended", "系统"),
        ("loan.published", "系统"),
        ("loan.referred", "乌兰浩特市人社局"),
        ("loan.due_diligence", "演示担保中心"),
        ("loan.guarantee_given", "演示担保中心"),
        ("loan.bank_approved", "演示经办银行"),
        ("loan.disbursed", "演示经办银行"),
        ("completed", "系统"),
    ] == [(each["event"], each["by"]) for each in told["items"]]
    assert None is told["held_by"]


def test_the_case_names_whoever_holds_the_loan_and_until_when(in_app):
    her, case, loan = at(Status.REFERRED)

    told = timeline(case["id"], her)

    assert ("guarantor", "演示担保中心") == (told["held_by"]["party"], told["held_by"]["label"])
    assert (loan["due_on"], loan["held_since"]) == (told["due_on"], told["held_since"])


def test_the_holder_of_the_case_comes_first(in_app):
    her, case = approved()
    assert "乌兰浩特市人社局" == timeline(case["id"], her)["held_by"]["label"]
    other = submitted(person("another"))

    assert "decider" == timeline(other["id"], staff())["held_by"]["party"]
    with pytest.raises(NotFound):
        timeline(case["id"], person("another"))


def test_what_happened_to_a_place_is_told_too_and_who_has_to_answer(in_app):
    her, tenancy = moved_in()
    with on("2027-11-02"):
        did(renewing.ask, tenancy, her, months=6, why="继续经营")
        told = timeline(tenancy["application_id"], her)

    assert [("tenancy.renewal_asked", "入驻人")] == [
        (each["event"], each["by"]) for each in told["items"]
    ]
    assert ("decider", "2027-11-09") == (told["held_by"]["party"], str(told["due_on"]))
