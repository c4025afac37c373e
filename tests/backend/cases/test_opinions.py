"""Another office is asked: what it sees, until when, and what its silence means.

Asked on Monday 23 November 2026; Tue 24, Wed 25 and Thu 26 are three working days.
"""

from datetime import date

import pytest
import time_machine

from backend.access import Role
from backend.applications import queries
from backend.cases import actions as cases
from backend.cases import conflicts, consulted, opinions, reminding
from backend.cases.granting import Wish
from backend.cases.kinds import Heard
from backend.errors import Invalid, NotFound, WrongStatus
from tests import records
from tests.filing import approved, claimed, draft, handed_in, submitted
from tests.records import change, look, new_staff, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
QUESTION, WORDS = "是否符合产业方向？", "符合，建议入驻"
ASKED = "demo-manager-p01"


def at(moment: str) -> time_machine.travel:
    """A moment of November 2026 in UTC: nine in the morning in Shanghai is 01."""
    return time_machine.travel(f"2026-11-{moment}:30:00Z", tick=False)


def ask(case: dict, by: str = "demo-manager", due_in: int = 3, **office) -> dict:
    office = office or {"park": records.park("P01")["public_id"]}
    return opinions.ask(case["id"], question=QUESTION, due_in=due_in, by=staff(by), **office)


def give(opinion: dict, by: str = ASKED, in_favour: bool | None = True) -> dict:
    return opinions.give(opinion["id"], words=WORDS, in_favour=in_favour, by=staff(by))


def pointers(refused) -> list[str]:
    return [each["pointer"] for each in refused.value.more["errors"]]


class TestAsking:
    def test_the_office_has_three_working_days_and_the_clock_of_the_case_runs_on(self, in_app):
        with at("23T01"):
            case = submitted()
            asked = ask(case)

        assert (date(2026, 11, 26), Heard.ASKED) == (asked["due_on"], asked["status"])
        assert "兴安盟全产业链双创孵化基地" == asked["office"]
        assert case["due_on"] == queries.get(case["id"], staff())["due_on"]

    def test_a_supervisor_may_ask_the_bureau_of_a_county(self, in_mended_app):
        clerk = new_staff("clerk", Role.BUREAU_STAFF, county="152224")
        case = submitted()

        asked = ask(case, "demo-bureau", county="152224")

        assert "突泉县人社局" == asked["office"]
        assert [QUESTION] == [each["question"] for each in consulted.listed(case["id"], clerk)]

    @pytest.mark.parametrize(
        ("office", "pointer"),
        [
            ({"park": None}, "#/park_id"),
            ({"park": "P01", "county": "152222"}, "#/park_id"),
            ({"park": "P05"}, "#/park_id"),
            ({"park": "nowhere"}, "#/park_id"),
            ({"county": "999999"}, "#/county"),
            ({"county": "152200"}, "#/county"),
        ],
    )
    def test_it_is_one_office_that_there_is_and_not_ones_own(self, in_app, office, pointer):
        case = submitted()
        key = office.get("park")
        unknown = case["id"]
        if key:
            office["park"] = unknown if key == "nowhere" else records.park(key)["public_id"]

        with pytest.raises(Invalid) as refused:
            ask(case, **office)

        assert [pointer] == pointers(refused)

    def test_one_question_at_a_time(self, in_app):
        case = submitted()
        first = ask(case)

        with pytest.raises(Invalid) as refused:
            ask(case)
        assert ["#/park_id"] == pointers(refused)

        give(first)
        ask(case)

    def test_of_a_decided_case_nobody_is_asked(self, in_app):
        with pytest.raises(WrongStatus):
            ask(approved())

    def test_of_a_draft_nobody_knows(self, in_app):
        with pytest.raises(NotFound):
            ask(draft(person()))


class TestSeeing:
    def test_the_office_sees_the_masked_case_only_while_it_is_asked(self, in_app):
        case, adviser = submitted(), staff(ASKED)
        with pytest.raises(NotFound):
            queries.get(case["id"], adviser)

        opinion = ask(case)

        seen = queries.get(case["id"], adviser)
        assert "138****8000" == seen["sections"]["applicant"]["phone"]
        assert [] == seen["actions"]
        with pytest.raises(NotFound):
            queries.timeline(case["id"], adviser)
        give(opinion)
        with pytest.raises(NotFound):
            queries.get(case["id"], adviser)

    def test_it_is_over_with_the_decision_too(self, in_app):
        case = submitted()
        opinion = ask(case)
        cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(records.unit()))

        with pytest.raises(NotFound):
            queries.get(case["id"], staff(ASKED))
        with pytest.raises(WrongStatus):
            give(opinion)
        (left,) = consulted.listed(case["id"], staff())
        assert Heard.SILENT is left["status"]

    def test_each_office_reads_its_own_question(self, in_mended_app):
        clerk = new_staff("clerk", Role.BUREAU_STAFF, county="152224")
        case = submitted()
        ask(case)
        ask(case, county="152224")

        read = {
            name: [each["office"] for each in consulted.listed(case["id"], by)]
            for name, by in (("park", staff(ASKED)), ("clerk", clerk), ("own", staff()))
        }

        assert ["兴安盟全产业链双创孵化基地"] == read["park"]
        assert ["突泉县人社局"] == read["clerk"]
        assert read["park"] + read["clerk"] == read["own"]
        with pytest.raises(NotFound):
            consulted.listed(case["id"], person())

    def test_texts_are_sealed_and_in_no_event(self, in_app):
        give(ask(submitted()))

        (kept,) = look("SELECT question, words FROM opinion")
        assert all(each.startswith("v1.") for each in kept.values())
        assert QUESTION not in str(look("SELECT particulars FROM event"))


class TestAnswering:
    @pytest.mark.parametrize("side", [True, False, None])
    def test_the_office_of_the_case_hears_of_it_and_reads_it(self, in_app, side):
        case = claimed()
        give(ask(case), in_favour=side)

        (heard,) = consulted.listed(case["id"], staff())
        assert (Heard.GIVEN, side, WORDS) == (heard["status"], heard["in_favour"], heard["words"])
        assert [staff().id] == [
            each["staff_id"]
            for each in look(
                "SELECT staff_id FROM message WHERE event = 'application.opinion_given'"
            )
        ]

    @pytest.mark.parametrize("who", ["demo-manager", "demo-bureau"])
    def test_it_is_nobody_elses_to_answer(self, in_app, who):
        with pytest.raises(NotFound):
            give(ask(submitted()), by=who)

    def test_whoever_is_too_near_does_not_answer(self, in_app):
        her = person()
        opinion = ask(submitted(her))
        change("UPDATE staff SET person_id = :her WHERE username = :name", her=her.id, name=ASKED)

        with pytest.raises(NotFound):
            give(opinion)

    def test_it_is_given_once(self, in_app):
        opinion = ask(submitted())
        give(opinion)

        with pytest.raises(WrongStatus) as refused:
            give(opinion)
        assert "given" == refused.value.more["current_status"]


class TestSilence:
    @pytest.mark.parametrize(("day", "expected"), [("26", Heard.ASKED), ("27", Heard.SILENT)])
    def test_after_its_day_there_is_no_opinion_which_is_no_agreement(self, in_app, day, expected):
        with at("23T01"):
            case = submitted()
            ask(case)

        with at(f"{day}T01"):
            (heard,) = consulted.listed(case["id"], staff())
        assert (expected, None) == (heard["status"], heard["in_favour"])

    def test_it_may_still_answer_as_long_as_the_case_is_undecided(self, in_app):
        with at("23T01"):
            opinion = ask(submitted())
        with at("30T01"):
            assert Heard.GIVEN is give(opinion)["status"]

    @pytest.mark.parametrize(("day", "expected"), [("24", 0), ("25", 1), ("26", 1), ("27", 0)])
    def test_it_is_reminded_on_the_working_day_before_or_on_its_day(self, in_app, day, expected):
        with at("23T01"):
            ask(submitted())
        with at(f"{day}T01"):
            reminding.sweep()
            reminding.sweep()

        told = "SELECT staff_id FROM message WHERE event = 'application.opinion_due'"
        assert [staff(ASKED).id] * expected == [each["staff_id"] for each in look(told)]

    def test_whoever_has_answered_or_need_not_any_more_is_left_alone(self, in_app):
        her = person("one")
        with at("23T01"):
            give(ask(submitted()))
            case = submitted(her)
            ask(case)
            now = queries.get(case["id"], her)
            cases.withdraw(case["id"], seen=now["version"], by=her)
        with at("25T01"):
            reminding.sweep()

        assert 0 == one("SELECT count(*) FROM event WHERE name = 'application.opinion_due'")


def test_only_the_office_that_is_asked_is_told(in_mended_app):
    new_staff("clerk", Role.BUREAU_STAFF, county="152224")
    case = submitted()
    ask(case)
    change("DELETE FROM message")

    ask(case, county="152224")

    assert ["clerk"] == [
        each["username"]
        for each in look("SELECT username FROM message JOIN staff ON staff.id = staff_id")
    ]


def test_a_question_does_not_move_the_case(in_app):
    her = person()
    case = draft(her)
    case = handed_in(case, her)

    ask(case)
    conflicts.declare(case["id"], why="亲属", by=staff("demo-manager-2"))

    assert case["status"] is queries.get(case["id"], her)["status"]
