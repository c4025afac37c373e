"""A decision is read by anybody for five working days, objected to, and ends by itself.

Published on Monday 23 November 2026: Tue 24, Wed 25, Thu 26, Fri 27 and Mon 30 are its five days.
"""

from datetime import date

import pytest
import time_machine

from backend.applications import queries
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import publicity, published
from backend.cases.sweeping import sweep
from backend.errors import (
    AlreadyObjected,
    Invalid,
    NotAllowed,
    NotFound,
    WrongStatus,
)
from backend.tenancies import sweeping as tenancies
from tests.filing import approved, events, status_of, submitted
from tests.records import at_once, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")

WORDS = "该项目并未在园区经营"
FOUND = "经现场核查，经营正常"


def on(moment: str) -> time_machine.travel:
    return time_machine.travel(f"2026-{moment}T02:00:00Z", tick=False)


def publicised(by=None, **more) -> dict:
    case = approved(by)
    return publicity.publicise(case["id"], seen=case["version"], by=staff(), **more)


def board() -> list[dict]:
    return [dict(each) for each in published.board(after=None, limit=10)]


def objected(name: str = "a neighbour", words: str = WORDS) -> dict:
    (listed,) = board()
    return publicity.object_to(listed["id"], words=words, by=person(name))


def answered(objection: dict, *, upheld: bool = False, words: str = FOUND) -> dict:
    above = staff("demo-bureau")
    return publicity.answer(objection["id"], upheld=upheld, answer=words, by=above)


class TestTheBoard:
    def test_the_name_is_masked_and_nothing_else_of_her_is_told(self):
        with on("11-23"):
            case = publicised()
            (listed,) = board()

        assert Status.PUBLICISED is case["status"]
        assert ("其**", "恒隆创业广场", case["number"]) == (
            listed["name"],
            listed["park_name"],
            listed["number"],
        )
        assert (date(2026, 11, 23), date(2026, 11, 30)) == (listed["starts_on"], listed["ends_on"])
        whole = str(look("SELECT publicity::text AS row FROM publicity"))
        assert "13800138000" not in whole
        assert "其其格" not in whole

    @pytest.mark.parametrize(
        ("day", "status", "shown"), [("11-30", "PUBLICISED", 1), ("12-01", "APPROVED", 0)]
    )
    def test_it_ends_by_itself_on_the_day_after_the_last(self, day, status, shown):
        with on("11-23"):
            case = publicised()

        with on(day):
            sweep()
            sweep()

        assert (status, shown) == (status_of(case), len(board()))
        assert (1 - shown) == events().count("publicity_ended")

    def test_days_on_the_board_do_not_cost_her_those_for_the_signatures(self):
        # Published for fifteen working days, until Monday 14 December: those for the signatures
        # were over on the 8th. Wednesday 16, Thursday 17 and Friday 18 are left for them.
        with on("11-23"):
            case = publicised(workdays=15)
        with on("12-15"):
            tenancies.sweep()
            sweep()
            tenancies.sweep()
        with on("12-18"):
            tenancies.sweep()
            assert "APPROVED" == status_of(case)
        with on("12-19"):
            tenancies.sweep()

        assert "LAPSED" == status_of(case)

    def test_three_days_are_enough_where_the_office_says_so(self):
        with on("11-23"):
            publicised(workdays=3)
            (listed,) = board()

        assert date(2026, 11, 26) == listed["ends_on"]

    def test_a_decision_is_published_once(self):
        with on("11-23"):
            case = publicised()
        with on("12-01"):
            sweep()
            version = one("SELECT version FROM application")
            assert "publicise" not in queries.get(case["id"], staff())["actions"]
            with pytest.raises(WrongStatus):
                publicity.publicise(case["id"], seen=version, by=staff())

    def test_what_is_not_approved_is_not_published(self):
        case = submitted()

        with pytest.raises(WrongStatus):
            publicity.publicise(case["id"], seen=case["version"], by=staff())

    def test_an_application_taken_back_is_off_the_board_and_its_place_free(self):
        her = person()
        case = publicised(her)

        cases.withdraw(case["id"], seen=case["version"], by=her)

        assert [] == board()
        assert 0 == one("SELECT count(*) FROM holding")


class TestObjecting:
    def test_the_period_stands_still_and_the_supervisor_holds_the_case(self):
        her = person()
        with on("11-23"):
            case = publicised(her)
        with on("11-25"):
            objected()
            (listed,) = board()

        assert "OBJECTION_HOLD" == status_of(case)
        assert listed["ends_on"] is None
        assert "supervisor" == queries.get(case["id"], her)["held_by"]["party"]

    def test_an_objection_that_fails_lets_the_period_go_on_by_the_days_it_stood_still(self):
        # Objected on Wed 25, answered on Fri 27: Thu and Fri stood still. Tue 24, Wed 25, then
        # Mon 30, Tue 1 and Wed 2 December.
        with on("11-23"):
            case = publicised()
        with on("11-25"):
            objection = objected()
        with on("11-27"):
            answered(objection)
            (listed,) = board()

        assert (date(2026, 12, 2), "PUBLICISED") == (listed["ends_on"], status_of(case))

    def test_it_goes_on_only_when_the_last_of_them_is_answered(self):
        case = publicised()
        first, second = objected("one"), objected("two")

        answered(second)
        assert "OBJECTION_HOLD" == status_of(case)
        answered(first)
        assert "PUBLICISED" == status_of(case)

    def test_an_objection_that_is_right_sends_the_case_back_and_frees_the_place(self):
        case = publicised()

        told = answered(objected(), upheld=True, words="现场无人经营")

        assert (True, "现场无人经营", []) == (told["upheld"], told["answer"], told["actions"])
        assert "SUBMITTED" == status_of(case)
        assert [] == board()
        assert 0 == one("SELECT count(*) FROM holding")
        assert one("SELECT decided_at IS NULL AND handler_id IS NULL FROM application")

    def test_a_person_objects_once(self):
        publicised()
        objected("one")

        with pytest.raises(AlreadyObjected):
            objected("one", words="还有一点")
        assert 1 == one("SELECT count(*) FROM objection")

    def test_the_applicant_does_not_object_to_herself(self):
        her = person()
        publicised(her)
        (listed,) = board()

        with pytest.raises(NotAllowed):
            publicity.object_to(listed["id"], words=WORDS, by=her)

    def test_what_is_over_cannot_be_objected_to(self):
        with on("11-23"):
            publicised()
            (listed,) = board()
        with on("12-01"):
            sweep()
            with pytest.raises(NotFound):
                publicity.object_to(listed["id"], words=WORDS, by=person("late"))

    def test_the_words_are_sealed_and_opened_to_whoever_may_read_them(self):
        case = publicised()
        raised = objected("a neighbour")

        kept = one("SELECT words FROM objection")
        assert WORDS not in kept
        for by in (person("a neighbour"), staff(), staff("demo-bureau")):
            assert WORDS == published.objection(raised["id"], by)["words"]
        for by in (person("somebody"), staff("demo-manager-p01")):
            with pytest.raises(NotFound):
                published.objection(raised["id"], by)
        assert [raised["id"]] == [
            each["id"] for each in published.objections_to(case["id"], staff())
        ]
        with pytest.raises(NotFound):
            published.objections_to(case["id"], person("a neighbour"))


class TestAnswering:
    def test_only_whoever_stands_above_the_office_answers(self):
        publicised()
        raised = objected("a neighbour")

        for by in (staff(), person("a neighbour")):
            with pytest.raises(NotAllowed):
                publicity.answer(raised["id"], upheld=False, answer=FOUND, by=by)

    def test_an_answer_needs_words_and_is_given_once(self):
        publicised()
        one_, _ = objected("one"), objected("two")

        with pytest.raises(Invalid):
            answered(one_, words=" ")
        answered(one_)
        with pytest.raises(WrongStatus):
            answered(one_)

    def test_an_objection_at_the_last_moment_and_the_end_of_the_period_do_not_both_win(self):
        with on("11-23"):
            case = publicised()
            (listed,) = board()
        (key,) = [each["id"] for each in look("SELECT id FROM publicity")]

        def act(number: int) -> str:
            try:
                if number % 2:
                    publicity.end(key)
                else:
                    name = f"neighbour {number}"
                    publicity.object_to(listed["id"], words=WORDS, by=person(name))
            except (NotFound, WrongStatus):
                return "late"
            return "done"

        with on("12-01"):
            at_once(8, act)

        held = one("SELECT count(*) FROM objection WHERE answered_at IS NULL")
        ended = events().count("publicity_ended")
        assert (status_of(case), ended) == (("OBJECTION_HOLD", 0) if held else ("APPROVED", 1))
