"""Whoever is too near keeps away, by herself or by her supervisor's word."""

from uuid import uuid4

import pytest

from backend.access import Role
from backend.applications import queries
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import conflicts, correcting
from backend.cases.granting import Wish
from backend.errors import Invalid, NotAllowed, NotFound, WrongStatus
from tests import records
from tests.filing import approved, claimed, events, returned, status_of, submitted
from tests.records import look, new_staff, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
WHY = "申请人是本人亲属"


def declare(case: dict, who: str = "demo-manager", **more) -> None:
    conflicts.declare(case["id"], why=WHY, by=staff(who), **more)


@pytest.mark.parametrize("who", ["demo-manager", "demo-bureau"])
def test_she_sees_it_no_more_and_it_is_written_down_why(in_app, who):
    case = submitted()

    declare(case, who)

    with pytest.raises(NotFound):
        queries.get(case["id"], staff(who))
    assert [] == queries.listed(staff(who), status=None, after=None, limit=9)
    assert [{"staff_id": staff(who).id, "why": WHY}] == look("SELECT staff_id, why FROM recusal")
    assert "conflict_declared" == events()[-1]
    # Why somebody is near to somebody stays out of the events.
    assert WHY not in str(look("SELECT particulars FROM event"))


def test_a_case_that_was_hers_goes_back_into_the_queue(in_app):
    case = claimed()

    declare(case)

    again = queries.get(case["id"], staff("demo-manager-2"))
    assert (Status.SUBMITTED, None) == (again["status"], again["handler"])
    assert case["due_on"] == again["due_on"]
    cases.claim(case["id"], seen=again["version"], by=staff("demo-manager-2"))


def test_a_colleagues_case_stays_where_it_is(in_app):
    case = claimed()

    declare(case, "demo-manager-2")

    assert "演示园区管理员" == queries.get(case["id"], staff())["handler"]


def test_what_she_wants_put_right_is_no_longer_asked_for(in_app):
    her = person()
    case = returned(her)

    declare(case)

    seen = queries.get(case["id"], her)
    assert Status.SUBMITTED is seen["status"]
    assert ["recalled", "released", "conflict_declared"] == events()[-3:]
    assert [{"answered": False}] == look("SELECT answered FROM correction")
    with pytest.raises(WrongStatus):
        correcting.resolve(case["id"], seen=seen["version"], by=her)


def test_a_decided_case_is_no_longer_in_her_hands(in_app):
    case = approved()

    declare(case)

    assert ("APPROVED", None) == (status_of(case), one("SELECT handler_id FROM application"))


def test_nothing_happens_twice(in_app):
    case = submitted()
    declare(case)

    with pytest.raises(NotFound):
        declare(case)
    assert 1 == one("SELECT count(*) FROM recusal")


class TestForAColleague:
    def test_a_supervisor_keeps_her_away(self, in_app):
        case = claimed()

        declare(case, "demo-bureau", staff=staff().public_id)

        assert [staff().id] == [e["staff_id"] for e in look("SELECT staff_id FROM recusal")]
        assert "SUBMITTED" == status_of(case)
        queries.get(case["id"], staff("demo-bureau"))

    def test_a_colleague_of_the_same_office_does_not(self, in_app):
        case = submitted()

        with pytest.raises(NotAllowed):
            declare(case, staff=staff("demo-manager-2").public_id)
        assert [] == look("SELECT 1 FROM recusal")

    @pytest.mark.parametrize("who", ["elsewhere", "nobody", "kept away already"])
    def test_only_somebody_who_has_to_do_with_the_case(self, in_app, who):
        case = submitted()
        named = {
            "elsewhere": staff("demo-manager-p01").public_id,
            "nobody": uuid4(),
            "kept away already": staff("demo-manager-2").public_id,
        }
        declare(case, "demo-manager-2")

        with pytest.raises(Invalid) as refused:
            declare(case, "demo-bureau", staff=named[who])

        assert ["#/staff_id"] == [e["pointer"] for e in refused.value.more["errors"]]
        assert 1 == one("SELECT count(*) FROM recusal")


def test_with_the_last_manager_the_case_is_the_countys(in_mended_app):
    clerk = new_staff("clerk", Role.BUREAU_STAFF, county="152201")
    case = submitted()

    declare(case)
    assert [] == [a for a in queries.get(case["id"], clerk)["actions"] if a == "approve"]
    declare(case, "demo-manager-2")

    seen = queries.get(case["id"], clerk)
    decided = cases.approve(case["id"], seen=seen["version"], by=clerk, wish=Wish(records.unit()))
    assert Status.APPROVED is decided["status"]
