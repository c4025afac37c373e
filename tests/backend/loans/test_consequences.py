"""What becomes of a loan when its case is withdrawn, reopened, objected to, or approved anew?"""

import pytest

from backend.applications import queries as applications
from backend.applications.kinds import Kind
from backend.cases import actions as cases
from backend.cases import publicity
from backend.cases.granting import Wish
from backend.errors import AlreadyBorrowing, Invalid, WrongStatus
from backend.loans.workflow import PENDING, Status
from tests.backend.loans.stage import (
    BUREAU,
    approve,
    approved,
    at,
    events,
    loan_of,
    publish,
    published,
    refer,
    seen,
    status_of,
    statuses,
    told,
)
from tests.filing import submitted
from tests.records import change, one, person, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")
S = Status


def reopen(case: dict) -> dict:
    """The second person of the league sets the decision aside."""
    return cases.reopen(case["id"], seen=seen(case), by=staff("demo-bureau-2"), why="核查有误")


class TestQualification:
    def test_an_approval_begins_a_loan_that_waits_for_publication(self, in_app):
        her, case = approved()

        loan = loan_of(case, her)
        assert (S.QUALIFIED, "人社局公示审核结果") == (loan["status"], loan["expected"])
        assert "乌兰浩特市人社局" == loan["held_by"]["label"]
        assert None is loan["due_on"]
        assert ["qualified"] == events()

    def test_a_loan_takes_no_unit(self, in_app):
        case = submitted(kind=Kind.GUARANTEE_LOAN)

        with pytest.raises(Invalid):
            cases.approve(case["id"], seen=seen(case), by=staff(BUREAU), wish=Wish(unit("B201")))

        assert [] == statuses()

    def test_a_person_has_one_running_loan(self, in_app):
        her, _, _ = at(S.DISBURSED)
        again = submitted(her, kind=Kind.GUARANTEE_LOAN)

        with pytest.raises(AlreadyBorrowing):
            approve(again)

        assert ("SUBMITTED", ["DISBURSED"]) == (status_of(again), statuses())

    def test_a_venture_has_one_running_loan(self, in_app):
        approve(submitted(kind=Kind.GUARANTEE_LOAN))
        partner_s = submitted(person("another"), kind=Kind.GUARANTEE_LOAN)

        with pytest.raises(AlreadyBorrowing):
            approve(partner_s)

    def test_what_was_repaid_or_refused_stands_in_nobodys_way(self, in_app):
        her, _, _ = at(S.DISBURSED)
        change("UPDATE loan SET status = 'REPAID'")

        approve(submitted(her, kind=Kind.GUARANTEE_LOAN))

        assert ["REPAID", "QUALIFIED"] == statuses()


class TestPublication:
    def test_the_end_of_the_days_hands_the_loan_to_the_bureau(self, in_app):
        her, case, loan = published()

        assert (S.PUBLISHED, "APPROVED") == (loan["status"], status_of(case))
        assert "人社局推荐给担保机构和经办银行" == loan["expected"]
        assert BUREAU in told("published")

    def test_an_objection_that_is_upheld_cancels_it_and_a_new_decision_is_published_anew(
        self, in_app
    ):
        her, case = approved()
        publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))
        objected = publicity.object_to(
            one("SELECT public_id FROM publicity"), words="已停业", by=person("neighbour")
        )
        supervisor = staff("demo-bureau-2")
        publicity.answer(objected["id"], upheld=True, answer="属实", by=supervisor)

        assert (["CANCELLED"], "SUBMITTED") == (statuses(), status_of(case))

        approve(case)
        publish(case)
        assert (["CANCELLED", "PUBLISHED"], "APPROVED") == (statuses(), status_of(case))
        with pytest.raises(WrongStatus):
            publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))


class TestSettingAside:
    def test_before_the_referral_it_is_cancelled_quietly(self, in_app):
        _, case, _ = at(S.PUBLISHED)

        reopen(case)

        assert (["CANCELLED"], "SUBMITTED") == (statuses(), status_of(case))
        assert ["qualified", "cancelled"] == events()

    def test_after_the_referral_the_institutions_are_told(self, in_app):
        _, case, _ = at(S.REFERRED)

        reopen(case)

        assert ["CANCELLED"] == statuses()
        assert ["demo-bank", "demo-guarantor"] == told("recalled")


class TestWithdrawal:
    @pytest.mark.parametrize("status", PENDING, ids=lambda each: each.name)
    def test_she_may_withdraw_until_the_money_is_paid(self, in_app, status):
        her, case = approved() if status is S.QUALIFIED else at(status)[:2]

        cases.withdraw(case["id"], seen=seen(case), by=her)

        assert (["WITHDRAWN"], "WITHDRAWN") == (statuses(), status_of(case))
        untold = (S.QUALIFIED, S.PUBLISHED)
        expected = [] if status in untold else ["demo-bank", "demo-guarantor"]
        assert expected == told("withdrawn")

    def test_what_is_paid_cannot_be_withdrawn(self, in_app):
        her, case, _ = at(S.DISBURSED)

        with pytest.raises(WrongStatus):
            cases.withdraw(case["id"], seen=seen(case), by=her)

        assert [] == applications.get(case["id"], her)["actions"]
        assert ["DISBURSED"] == statuses()

    def test_an_application_that_was_never_approved_has_no_loan(self, in_app):
        case = submitted(kind=Kind.GUARANTEE_LOAN)
        cases.withdraw(case["id"], seen=seen(case), by=person())

        assert [] == statuses() == events()


def test_a_withdrawn_loan_is_not_referred(in_app):
    her, case, loan = at(S.PUBLISHED)
    cases.withdraw(case["id"], seen=seen(case), by=her)

    with pytest.raises(WrongStatus):
        refer(loan)
