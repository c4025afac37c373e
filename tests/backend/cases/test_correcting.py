"""Putting things right: all of it named at once, the clock standing still, the difference shown."""

from datetime import date

import pytest
import time_machine

from backend.applications import actions, queries
from backend.applications.kinds import Fault
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import correcting
from backend.cases.granting import Wish
from backend.errors import Handled, Incomplete, Invalid, NotAllowed, NotFound, WrongStatus
from tests.filing import (
    SUMMARY,
    approved,
    claimed,
    draft,
    events,
    faulty,
    returned,
    status_of,
    submitted,
)
from tests.records import look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")

PHONE = "#/sections/applicant/phone"
WHY = "补正后的材料与承诺不符"


def answered(her) -> dict:
    """A case that she has put right once."""
    case = returned(her)
    return correcting.resolve(case["id"], seen=case["version"], by=her)


class TestAsking:
    def test_every_item_is_named_at_once_with_its_label_fault_and_words(self):
        her = person()
        case = submitted(her)
        items = [
            {"pointer": SUMMARY, "fault": Fault.INCOMPLETE, "text": "请写明产品和销路"},
            {"pointer": "#/sections/venture", "fault": Fault.OUTDATED, "text": "执照已变更"},
        ]

        asked = correcting.ask(case["id"], seen=case["version"], by=staff(), items=items)

        assert Status.CORRECTION_REQUESTED is asked["status"]
        (told,) = queries.timeline(case["id"], her)["corrections"]
        assert [
            ("创业项目 · 项目简介", Fault.INCOMPLETE, "内容不完整", "请写明产品和销路"),
            ("创业实体", Fault.OUTDATED, "材料已过期", "执照已变更"),
        ] == [
            (each["label"], each["fault"], each["fault_label"], each["text"])
            for each in told["items"]
        ]
        assert (1, None, False) == (told["round"], told["ended_at"], told["answered"])

    def test_whoever_asks_has_the_case_and_the_applicant_holds_it(self):
        case = returned()

        assert ("applicant", "演示园区管理员") == (case["held_by"]["party"], case["handler"])

    @time_machine.travel("2026-11-24T02:00:00Z", tick=False)
    def test_she_has_fifteen_working_days_and_the_office_none(self):
        # Wed 25 November is the first, Tue 15 December the fifteenth.
        case = returned()

        assert (date(2026, 12, 15), None) == (case["due_on"], case["legal_due_on"])

    def test_everything_that_is_wrong_with_the_items_is_named(self):
        case = submitted()
        items = faulty(SUMMARY, "#/sections/nothing", SUMMARY)

        with pytest.raises(Invalid) as refused:
            correcting.ask(case["id"], seen=case["version"], by=staff(), items=items)

        assert ["#/items/1/pointer", "#/items/2/pointer"] == [
            each["pointer"] for each in refused.value.more["errors"]
        ]
        assert "SUBMITTED" == status_of(case)

    def test_a_colleague_does_not_ask_on_a_case_that_somebody_has(self):
        case = claimed()

        with pytest.raises(Handled):
            correcting.ask(
                case["id"], seen=case["version"], by=staff("demo-manager-2"), items=faulty()
            )

    @pytest.mark.parametrize("make", [draft, returned, approved])
    def test_only_what_the_office_holds_is_sent_back(self, make):
        case = make(person())

        with pytest.raises((WrongStatus, NotFound)):
            correcting.ask(case["id"], seen=case["version"], by=staff(), items=faulty())


class TestAnswering:
    def test_it_goes_back_to_whoever_asked(self):
        case = answered(person())

        assert (Status.UNDER_REVIEW, "decider") == (case["status"], case["held_by"]["party"])
        assert "演示园区管理员" == queries.get(case["id"], staff())["handler"]
        assert ["returned", "resolved"] == events()[-2:]

    def test_the_promised_day_moves_by_the_days_she_took(self):
        # Received Mon 23, due Mon 30. Asked on Tue 24, answered on Thu 26: Wed 25 and Thu 26 do
        # not count, so Fri 27, Mon 30, Tue 1 and Wed 2 December remain of five.
        her = person()
        with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
            case = submitted(her)
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            case = correcting.ask(case["id"], seen=case["version"], by=staff(), items=faulty())
        with time_machine.travel("2026-11-26T02:00:00Z", tick=False):
            case = correcting.resolve(case["id"], seen=case["version"], by=her)

        assert date(2026, 12, 2) == case["due_on"]

    def test_the_days_of_the_office_are_counted_without_hers(self):
        her = person()
        with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
            case = submitted(her)
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            case = correcting.ask(case["id"], seen=case["version"], by=staff(), items=faulty())
        with time_machine.travel("2026-11-26T02:00:00Z", tick=False):
            case = correcting.resolve(case["id"], seen=case["version"], by=her)
        with time_machine.travel("2026-11-27T02:00:00Z", tick=False):
            cases.reject(
                case["id"], seen=case["version"], by=staff(), reasons=[cases.Reason.NO_SPACE]
            )

        # Tue 24 and Fri 27.
        assert 2 == one("SELECT office_days FROM application")

    def test_what_changed_is_shown_field_by_field_and_the_number_masked(self):
        her = person()
        case = returned(her)
        newer = {
            "project": {**case["sections"]["project"], "summary": "奶豆腐，网上销售"},
            "applicant": {"name": "其其格", "phone": "13800138999"},
        }
        case = actions.update(case["id"], seen=case["version"], by=her, sections=newer)
        correcting.resolve(case["id"], seen=case["version"], by=her)

        his, hers = (
            queries.timeline(case["id"], by)["corrections"][0]["changes"] for by in (staff(), her)
        )

        old = "把牧民的奶豆腐卖到全国。"
        assert [(PHONE, "138****8000", "138****8999"), (SUMMARY, old, "奶豆腐，网上销售")] == [
            (each["pointer"], each["before"], each["after"]) for each in his
        ]
        assert ("13800138000", "13800138999") == (hers[0]["before"], hers[0]["after"])

    def test_a_number_whose_mask_stays_the_same_still_counts_as_changed(self):
        her = person()
        case = returned(her)
        newer = {"applicant": {"name": "其其格", "phone": "13855558000"}}
        case = actions.update(case["id"], seen=case["version"], by=her, sections=newer)

        (told,) = queries.timeline(case["id"], staff())["corrections"][0]["changes"]

        assert (PHONE, "138****8000", "138****8000") == (
            told["pointer"],
            told["before"],
            told["after"],
        )

    def test_what_is_missing_by_now_is_named_all_at_once(self):
        her = person()
        case = returned(her)
        case = actions.update(
            case["id"], seen=case["version"], by=her, sections={"declaration": {}, "project": {}}
        )

        with pytest.raises(Incomplete) as refused:
            correcting.resolve(case["id"], seen=case["version"], by=her)

        # Title, industry, summary and size of the team, and her word that all of it is true.
        assert 5 == len(refused.value.more["missing"])
        assert "CORRECTION_REQUESTED" == status_of(case)


class TestASecondRound:
    def test_the_officer_does_not_ask_again(self):
        case = answered(person())

        with pytest.raises(NotAllowed):
            correcting.ask(case["id"], seen=case["version"], by=staff(), items=faulty(), why=WHY)

    def test_the_supervisor_does_with_a_reason(self):
        her = person()
        case = answered(her)
        above = staff("demo-bureau")

        with pytest.raises(Invalid) as refused:
            correcting.ask(case["id"], seen=case["version"], by=above, items=faulty())
        assert ["#/why"] == [each["pointer"] for each in refused.value.more["errors"]]

        correcting.ask(case["id"], seen=case["version"], by=above, items=faulty(), why=WHY)
        first, second = queries.timeline(case["id"], her)["corrections"]
        assert (("", True), (WHY, False)) == (
            (first["why"], first["answered"]),
            (second["why"], second["answered"]),
        )

    def test_the_supervisor_does_not_ask_first(self):
        case = claimed()

        with pytest.raises(NotAllowed):
            correcting.ask(
                case["id"], seen=case["version"], by=staff("demo-bureau"), items=faulty(), why=WHY
            )


class TestRecalling:
    def test_what_was_asked_for_is_taken_back_and_stays_in_the_history(self):
        her = person()
        case = returned(her)

        case = correcting.recall(case["id"], seen=case["version"], by=staff())

        assert (Status.UNDER_REVIEW, True) == (case["status"], case["due_on"] is not None)
        (told,) = queries.timeline(case["id"], her)["corrections"]
        assert (False, True) == (told["answered"], told["ended_at"] is not None)

    def test_a_round_that_was_recalled_was_none(self):
        case = returned()
        case = correcting.recall(case["id"], seen=case["version"], by=staff())

        correcting.ask(case["id"], seen=case["version"], by=staff(), items=faulty())

        assert [1, 2] == [
            each["round"] for each in look("SELECT round FROM correction ORDER BY id")
        ]

    def test_the_reviewer_does_not_move_on_while_she_is_asked(self):
        case = returned()

        for verb in (cases.approve, cases.reject):
            more = {"wish": Wish()} if verb is cases.approve else {"reasons": []}
            with pytest.raises(WrongStatus) as refused:
                verb(case["id"], seen=case["version"], by=staff(), **more)
            assert ["recall"] == refused.value.more["actions"]
