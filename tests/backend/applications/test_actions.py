"""How an application is begun, written, restored and hurried, and everything that refuses it."""

import re
from datetime import date
from uuid import uuid4

import pytest
import time_machine

from backend.applications import actions, queries
from backend.applications.kinds import Kind, Reason
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import sweeping
from backend.errors import (
    AlreadyOpen,
    Invalid,
    NotFound,
    Outdated,
    TooLate,
    TooSoon,
    WrongStatus,
)
from backend.vault import Unreadable
from tests import records
from tests.filing import (
    approved,
    draft,
    draft_for_the_bureau,
    events,
    returned,
    status_of,
    submitted,
    whole,
)
from tests.records import look, one, person, staff

PHONE = "13800138000"
pytestmark = pytest.mark.usefixtures("simulator")


class TestBeginning:
    def test_a_draft_has_a_case_number_a_holder_and_no_due_date(self, in_app):
        begun = draft(person(), sections={})

        assert Status.DRAFT is begun["status"]
        assert re.fullmatch(r"RZ-\d{4}-\d{6}", begun["number"])
        assert "applicant" == begun["held_by"]["party"]
        assert begun["due_on"] is None
        assert begun["submitted_at"] is None
        assert ["created"] == events()

    def test_numbers_count_up_and_carry_the_year_in_shanghai(self, in_app):
        # 16:00 on New Year's Eve in UTC is midnight in Shanghai.
        with time_machine.travel("2026-12-31T15:59:59Z"):
            last = draft(person("one"))["number"]
        with time_machine.travel("2026-12-31T16:00:00Z"):
            first = draft(person("two"))["number"]

        assert ("RZ-2026", "RZ-2027") == (last[:7], first[:7])
        assert 1 == int(first[8:]) - int(last[8:])

    def test_a_park_that_does_not_exist_is_named_as_the_fault(self, in_app):
        with pytest.raises(Invalid) as refused:
            actions.create(Kind.TENANCY, park=uuid4(), sections={}, by=person())

        assert ["#/park_id"] == [each["pointer"] for each in refused.value.more["errors"]]
        assert [] == events()

    @pytest.mark.parametrize("code", ["152200", "152225", "", None])
    def test_what_the_bureau_decides_is_asked_of_one_of_the_counties(self, in_app, code):
        # 152200 is the league itself, which stands above its counties.
        with pytest.raises(Invalid) as refused:
            actions.create(Kind.GUARANTEE_LOAN, county=code, sections={}, by=person())

        assert [{"pointer": "#/jurisdiction_code", "detail": "没有这个旗县市"}] == (
            refused.value.more["errors"]
        )

    def test_one_of_each_kind_may_be_open(self, in_app):
        her = person()
        draft(her)
        begun = draft_for_the_bureau(her, Kind.GUARANTEE_LOAN)

        assert (None, "152201", "乌兰浩特市人社局") == (
            begun["park_id"],
            begun["jurisdiction_code"],
            begun["office"],
        )
        with pytest.raises(AlreadyOpen):
            draft_for_the_bureau(her, Kind.GUARANTEE_LOAN)

    def test_a_draft_for_one_county_may_be_turned_to_another_and_to_no_park(self, in_app):
        her = person()
        begun = draft_for_the_bureau(her, Kind.STARTUP_SUBSIDY)

        moved = actions.update(
            begun["id"], seen=begun["version"], by=her, sections={}, county="152224"
        )
        with pytest.raises(Invalid) as refused:
            actions.update(
                begun["id"],
                seen=moved["version"],
                by=her,
                sections={"space": {}},
                park=records.park()["public_id"],
            )

        assert "突泉县人社局" == moved["office"]
        assert ["#/jurisdiction_code", "#/sections/space", "#/park_id"] == [
            each["pointer"] for each in refused.value.more["errors"]
        ]

    def test_a_second_open_application_is_refused_with_the_number_of_the_first(self, in_app):
        her = person()
        first = draft(her)

        with pytest.raises(AlreadyOpen) as refused:
            draft(her, park="P01")

        assert str(first["id"]) == refused.value.more["existing"]
        assert first["number"] in refused.value.detail
        assert ["created"] == events()

    def test_a_submitted_application_is_still_open(self, in_app):
        her = person()
        submitted(her)

        with pytest.raises(AlreadyOpen):
            draft(her)

    def test_another_person_may_apply_at_the_same_time(self, in_app):
        draft(person("one"))

        draft(person("two"))

        assert 2 == one("SELECT count(*) FROM application")

    @pytest.mark.parametrize("end", ["withdrawn as a draft", "withdrawn", "rejected"])
    def test_after_the_first_has_ended_a_second_may_begin(self, in_app, end):
        her = person()
        first = draft(her) if end == "withdrawn as a draft" else submitted(her)
        if end == "rejected":
            why = [Reason.NO_SPACE]
            cases.reject(first["id"], seen=first["version"], by=staff(), reasons=why)
        else:
            cases.withdraw(first["id"], seen=first["version"], by=her)

        second = draft(her)

        assert Status.DRAFT is second["status"]
        assert first["number"] != second["number"]


class TestDrafting:
    def test_only_the_named_sections_are_replaced(self, in_app):
        her = person()
        begun = draft(her)

        changed = actions.update(
            begun["id"],
            seen=begun["version"],
            by=her,
            sections={"venture": {"stage": "registered", "name": "新公司"}},
        )

        expected = {**begun["sections"], "venture": {"stage": "registered", "name": "新公司"}}
        assert expected == changed["sections"]
        assert begun["version"] + 1 == changed["version"]
        assert ["created", "updated"] == events()

    def test_a_draft_may_move_to_another_park(self, in_app):
        her = person()
        begun = draft(her, "P05")
        there = records.park("P01")

        moved = actions.update(
            begun["id"], seen=begun["version"], by=her, sections={}, park=there["public_id"]
        )

        assert there["public_id"] == moved["park_id"]
        assert "兴安盟全产业链双创孵化基地" == moved["park_name"]

    def test_a_draft_does_not_move_to_a_park_that_does_not_exist(self, in_app):
        her = person()
        begun = draft(her)

        with pytest.raises(Invalid):
            actions.update(begun["id"], seen=begun["version"], by=her, sections={}, park=uuid4())

    def test_the_slower_of_two_devices_is_shown_both_texts(self, in_app):
        her = person()
        begun = draft(her)
        phone, tablet = ({"venture": {"stage": "registered", "name": n}} for n in "甲乙")
        actions.update(begun["id"], seen=begun["version"], by=her, sections=phone)

        with pytest.raises(Outdated) as refused:
            actions.update(begun["id"], seen=begun["version"], by=her, sections=tablet)

        assert {
            "seen": begun["version"],
            "current": begun["version"] + 1,
            "yours": tablet,
            "theirs": phone,
            "differences": [
                {
                    "pointer": "#/sections/venture/name",
                    "label": "创业实体 · 实体名称",
                    "yours": "乙",
                    "theirs": "甲",
                }
            ],
        } == refused.value.more

    def test_the_longest_answers_come_back_as_they_were(self, in_app):
        sections = whole()
        sections["project"]["summary"] = "草原𠮷👩‍🌾" * 100

        begun = draft(person(), sections=sections)

        assert "草原𠮷👩‍🌾" * 100 == begun["sections"]["project"]["summary"]


class TestSealing:
    def test_the_phone_number_is_nowhere_in_the_database(self, in_app):
        approved(note="欢迎")

        for table in ("application", "event", "message", "delivery", "idempotency_key"):
            for row in look(f"SELECT {table}::text AS whole FROM {table}"):
                assert PHONE not in row["whole"], table

    def test_what_is_kept_is_an_envelope(self, in_app):
        draft(person())

        kept = one("SELECT sections->'applicant'->>'phone' FROM application")

        assert "v1.dev1.aes256gcm." == kept[:18]

    def test_the_applicant_sees_it_in_full(self, in_app):
        her = person()

        assert PHONE == submitted(her)["sections"]["applicant"]["phone"]

    @pytest.mark.parametrize("username", ["demo-manager", "demo-manager-2", "demo-bureau"])
    def test_everybody_else_sees_it_masked(self, in_app, username):
        case = submitted()

        seen = actions.queries.get(case["id"], staff(username))

        assert "138****8000" == seen["sections"]["applicant"]["phone"]
        assert "其其格" == seen["sections"]["applicant"]["name"]

    def test_a_ciphertext_copied_into_another_row_does_not_open(self, in_app):
        hers, his = (draft(person(each), papers=False) for each in ("one", "two"))
        records.change(
            "UPDATE application SET sections ="
            " (SELECT sections FROM application WHERE public_id = :hers) WHERE public_id = :his",
            hers=hers["id"],
            his=his["id"],
        )

        with pytest.raises(Unreadable):
            queries.get(his["id"], person("two"))

    def test_an_open_phone_number_stays_open(self, in_app):
        sections = whole()
        sections["applicant"]["phone"] = None

        begun = draft(person(), sections=sections)

        assert begun["sections"]["applicant"]["phone"] is None
        assert "#/sections/applicant/phone" in [each["pointer"] for each in begun["missing"]]

    def test_the_slower_device_sees_her_own_number_in_full(self, in_app):
        """What is shown of the newer version passes the same door as any other answer."""
        her = person()
        begun = draft(her)
        newer = {"applicant": {"name": "其其格", "phone": "13900139000"}}
        actions.update(begun["id"], seen=begun["version"], by=her, sections=newer)

        with pytest.raises(Outdated) as refused:
            actions.update(begun["id"], seen=begun["version"], by=her, sections=newer)

        assert newer == refused.value.more["theirs"]

    def test_the_slower_device_is_shown_both_values_of_each_answer_that_differs(self, in_app):
        her = person()
        begun = draft(her)
        faster = {"space": whole()["space"] | {"term_months": 24}}
        slower = {"space": whole()["space"] | {"starts_on": date(2027, 3, 1)}}
        actions.update(begun["id"], seen=begun["version"], by=her, sections=faster)

        with pytest.raises(Outdated) as refused:
            actions.update(begun["id"], seen=begun["version"], by=her, sections=slower)

        assert [
            {
                "pointer": "#/sections/space/starts_on",
                "label": "场地需求 · 希望入驻日期",
                "yours": "2027-03-01",
                "theirs": "2027-01-01",
            },
            {
                "pointer": "#/sections/space/term_months",
                "label": "场地需求 · 入驻期限（月）",
                "yours": 12,
                "theirs": 24,
            },
        ] == refused.value.more["differences"]


class TestRestoring:
    """Drafted on 24 November, lapsed after sixty days, on 23 January."""

    def lapsed(self, her, name: str = "2026-11-24T02:00:00Z") -> dict:
        with time_machine.travel(name, tick=False):
            begun = draft(her)
        with time_machine.travel("2027-01-23T02:00:01Z", tick=False):
            sweeping.sweep()
        return queries.get(begun["id"], her)

    @pytest.mark.parametrize(
        ("moment", "is_in_time"),
        # The fourteenth day after it lapsed is 6 February; midnight is 16:00 in UTC.
        [("2027-02-06T15:59:59Z", True), ("2027-02-06T16:00:00Z", False)],
    )
    def test_within_fourteen_days_she_takes_it_up_where_she_left_it(
        self, in_app, moment, is_in_time
    ):
        her = person()
        case = self.lapsed(her)
        assert (Status.LAPSED, date(2027, 2, 6)) == (case["status"], case["restorable_until"])

        with time_machine.travel(moment, tick=False):
            assert (["restore"] if is_in_time else []) == queries.get(case["id"], her)["actions"]
            if not is_in_time:
                with pytest.raises(TooLate):
                    actions.restore(case["id"], seen=case["version"], by=her)
                return
            again = actions.restore(case["id"], seen=case["version"], by=her)
            sweeping.sweep()

        assert (Status.DRAFT, None) == (again["status"], again["restorable_until"])
        assert case["sections"] == again["sections"]
        assert "DRAFT" == status_of(case)
        assert "restored" == events()[-1]

    @pytest.mark.parametrize(
        ("moment", "status"),
        # Taken up on 1 February: sixty days more, to 2 April.
        [("2027-04-02T02:00:00Z", "DRAFT"), ("2027-04-02T02:00:01Z", "LAPSED")],
    )
    def test_from_then_on_it_has_sixty_days_again(self, in_app, moment, status):
        her = person()
        case = self.lapsed(her)
        with time_machine.travel("2027-02-01T02:00:00Z", tick=False):
            actions.restore(case["id"], seen=case["version"], by=her)
        with time_machine.travel(moment, tick=False):
            sweeping.sweep()

        assert status == status_of(case)

    def test_another_draft_begun_meanwhile_stands_in_its_way(self, in_app):
        her = person()
        case = self.lapsed(her)
        other = draft(her)

        with (
            time_machine.travel("2027-01-24T02:00:00Z", tick=False),
            pytest.raises(AlreadyOpen) as refused,
        ):
            actions.restore(case["id"], seen=case["version"], by=her)

        assert str(other["id"]) == refused.value.more["existing"]
        assert "LAPSED" == status_of(case)

    def test_what_had_been_submitted_is_over(self, in_app):
        her = person()
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            case = returned(her)
        with time_machine.travel("2026-12-16T02:00:00Z", tick=False):
            sweeping.sweep()
            seen = queries.get(case["id"], her)
            assert ([], None) == (seen["actions"], seen["restorable_until"])
            with pytest.raises(WrongStatus, match="只有未提交过的草稿"):
                actions.restore(case["id"], seen=seen["version"], by=her)

    def test_only_she_takes_it_up(self, in_app):
        case = self.lapsed(person())

        for somebody in (person("another"), staff()):
            with pytest.raises(NotFound):
                actions.restore(case["id"], seen=case["version"], by=somebody)


class TestHurrying:
    """Once in three working days: handed in on Monday the 23rd, so from Thursday the 26th on."""

    def submitted_on_monday(self, her):
        with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
            return submitted(her)

    @pytest.mark.parametrize(("day", "may"), [("25", False), ("26", True)])
    def test_she_may_hurry_the_office_from_the_third_working_day_on(self, in_app, day, may):
        her = person()
        case = self.submitted_on_monday(her)

        with time_machine.travel(f"2026-11-{day}T02:00:00Z", tick=False):
            if may:
                assert case["version"] == actions.nudge(case["id"], by=her)["version"]
                assert "nudged" == events()[-1]
            else:
                with pytest.raises(TooSoon) as refused:
                    actions.nudge(case["id"], by=her)
                assert {"again_on": "2026-11-26"} == refused.value.more

    def test_a_second_time_counts_from_the_first(self, in_app):
        her = person()
        case = self.submitted_on_monday(her)
        with time_machine.travel("2026-11-26T02:00:00Z", tick=False):
            actions.nudge(case["id"], by=her)

        # Fri 27, Mon 30, Tue 1 December.
        with time_machine.travel("2026-11-30T02:00:00Z", tick=False), pytest.raises(TooSoon):
            actions.nudge(case["id"], by=her)
        with time_machine.travel("2026-12-01T02:00:00Z", tick=False):
            actions.nudge(case["id"], by=her)

        assert 2 == events().count("nudged")

    @pytest.mark.parametrize("make", [draft, returned, approved])
    def test_nobody_is_hurried_who_does_not_hold_the_case(self, in_app, make):
        her = person()
        case = make(her)

        with pytest.raises(WrongStatus):
            actions.nudge(case["id"], by=her)

    def test_the_case_of_somebody_else_is_not_there(self, in_app):
        case = submitted(person("one"))

        for by in (person("two"), staff()):
            with pytest.raises(NotFound):
                actions.nudge(case["id"], by=by)
