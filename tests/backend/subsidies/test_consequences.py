"""What becomes of a subsidy when its case is published, withdrawn, reopened or approved anew?"""

import pytest

from backend.applications import queries as applications
from backend.applications.kinds import Kind
from backend.cases import actions as cases
from backend.cases import publicity, timeline
from backend.cases.granting import Wish
from backend.errors import AlreadySubsidised, Invalid, WrongStatus
from backend.subsidies import actions
from backend.subsidies.kinds import Ground, WhyNot
from tests.backend.subsidies.stage import (
    BUREAU,
    MONDAY,
    SECOND,
    S,
    approve_case,
    asked,
    at,
    events,
    grant,
    on,
    pay,
    payable,
    publish,
    published,
    qualified,
    seen,
    status_of,
    statuses,
    step,
    subsidy_of,
    told,
)
from tests.filing import draft_for_the_bureau, handed_in, submitted
from tests.records import one, person, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")


def reopen(case: dict) -> dict:
    return cases.reopen(case["id"], seen=seen(case), by=staff(SECOND), why="核查有误")


def brought_to(status: str) -> tuple:
    """Somebody whose subsidy stands there."""
    found = qualified() if status == "QUALIFIED" else at(S[status])
    assert [status] == statuses()
    return found


UNPAID = pytest.mark.parametrize("status", ["QUALIFIED", "PUBLISHED", "GRANTED", "PAYABLE"])


class TestQualification:
    def test_an_approval_begins_a_subsidy_that_waits_for_publication(self, in_app):
        with on(MONDAY):
            her, case, its = qualified()

        assert (S.QUALIFIED, "人社局公示审核结果", None) == (
            its["status"],
            its["expected"],
            its["amount"],
        )
        # Three working days: Tue 24, Wed 25, Thu 26.
        assert ("乌兰浩特市人社局", "2026-11-26") == (its["held_by"]["label"], str(its["due_on"]))
        # The bounds are shown before anything is granted; no figure is promised.
        assert ("at_least", "10000.00", None) == tuple(
            its["basis"][name] for name in ("kind", "lower", "upper")
        )
        assert ["qualified"] == events()

    def test_it_takes_no_unit(self, in_app):
        case = submitted(kind=Kind.STARTUP_SUBSIDY)

        with pytest.raises(Invalid):
            cases.approve(case["id"], seen=seen(case), by=staff(BUREAU), wish=Wish(unit("B201")))

        assert [] == statuses()

    def test_without_a_code_nobody_could_tell_whether_the_venture_had_one(self, in_app):
        her = person()
        planned = {"stage": "planned"}
        draft = draft_for_the_bureau(her, Kind.STARTUP_SUBSIDY, venture=planned)
        case = handed_in(draft, her)

        with pytest.raises(Invalid) as refused:
            approve_case(case)

        (fault,) = refused.value.more["errors"]
        assert "#/sections/venture/credit_code" == fault["pointer"]


class TestOnce:
    def paid(self, name: str = "qiqige", number: int | None = None):
        with on(MONDAY):
            her, case, its = payable(name, number)
            pay(its)
        return her, its

    def test_a_person_has_one_whatever_her_venture(self, in_app):
        her, _ = self.paid(number=7)

        again = asked(her, number=8)
        with pytest.raises(AlreadySubsidised) as refused:
            approve_case(again)

        assert ("SUBMITTED", ["PAID"]) == (status_of(again), statuses())
        assert "BT-" not in refused.value.detail and {} == refused.value.more

    def test_a_venture_has_one_whoever_asks(self, in_app):
        self.paid(number=7)

        partner_s = asked(person("partner"), number=7)
        with pytest.raises(AlreadySubsidised):
            approve_case(partner_s)

    def test_what_had_to_be_given_back_was_had(self, in_app):
        her, its = self.paid()
        with on("2026-12-01"):
            said = {"amount": "10000.00", "recovered_on": MONDAY, "why": ""}
            step(actions.recover, its, ground=Ground.FALSE_MATERIAL, **said)
            with pytest.raises(AlreadySubsidised):
                approve_case(asked(her, number=9))

    def test_what_was_refused_or_withdrawn_stands_in_nobodys_way(self, in_app):
        her, _, its = published()
        step(actions.refuse, its, reasons=[WhyNot.NOT_OPERATING], note="")

        second = asked(her)
        approve_case(second)
        cases.withdraw(second["id"], seen=seen(second), by=her)
        approve_case(asked(her))

        assert ["REFUSED", "WITHDRAWN", "QUALIFIED"] == statuses()


class TestPublication:
    def test_the_end_of_the_days_hands_it_to_the_bureau_for_its_amount(self, in_app):
        with on(MONDAY):
            her, case, _ = qualified()
            publish(case)
        its = subsidy_of(case, her)

        assert (S.PUBLISHED, "APPROVED") == (its["status"], status_of(case))
        assert "人社局核定金额" == its["expected"]
        assert [BUREAU] == told("published")

    def test_while_the_case_is_on_the_board_nobody_has_to_act(self, in_app):
        her, case, _ = qualified()
        publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))

        its = subsidy_of(case, her)

        assert (None, None) == (its["held_by"], its["due_on"])

    def test_an_objection_that_is_upheld_cancels_it_and_a_new_decision_begins_anew(self, in_app):
        her, case, _ = qualified()
        publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))
        objected = publicity.object_to(
            one("SELECT public_id FROM publicity"), words="已停业", by=person("neighbour")
        )
        publicity.answer(objected["id"], upheld=True, answer="属实", by=staff(SECOND))
        assert (["CANCELLED"], "SUBMITTED") == (statuses(), status_of(case))

        approve_case(case)
        publish(case)

        assert ["CANCELLED", "PUBLISHED"] == statuses()


class TestSettingAside:
    @UNPAID
    def test_a_decision_that_is_set_aside_takes_it_along_until_it_is_paid(self, in_app, status):
        _, case, its = brought_to(status)

        reopen(case)

        assert (["CANCELLED"], "SUBMITTED") == (statuses(), status_of(case))
        with pytest.raises(WrongStatus):
            pay(its)

    def test_what_is_paid_stays_and_so_does_its_decision(self, in_app):
        _, case, its = brought_to("PAYABLE")
        pay(its)

        with pytest.raises(WrongStatus):
            reopen(case)


class TestWithdrawal:
    @UNPAID
    def test_she_may_withdraw_until_the_money_is_paid(self, in_app, status):
        her, case, _ = brought_to(status)

        cases.withdraw(case["id"], seen=seen(case), by=her)

        assert (["WITHDRAWN"], "WITHDRAWN") == (statuses(), status_of(case))


def test_the_timeline_of_the_case_tells_what_followed_and_who_has_to_act(in_app):
    with on(MONDAY):
        her, case, _ = qualified()
        publish(case)
        grant(subsidy_of(case, her))

        told_ = timeline.timeline(case["id"], her)

        assert [
            ("公示结束", "系统"),
            ("公示期满，待核定金额", "系统"),
            ("金额已核定，待复核", "乌兰浩特市人社局"),
        ] == [(each["label"], each["by"]) for each in told_["items"]][-3:]
        # Three working days again, for the second person.
        assert ("乌兰浩特市人社局（复核）", "2026-11-26") == (
            told_["held_by"]["label"],
            str(told_["due_on"]),
        )
    assert [] != applications.get(case["id"], her)["actions"]
