"""How an application begins, changes and ends: the five verbs and everything that refuses them."""

import copy
import re
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
import time_machine

from backend.access import Principal, Role
from backend.applications import actions
from backend.applications.workflow import Kind, Reason, Status
from backend.errors import (
    AlreadyOpen,
    Incomplete,
    Invalid,
    NotAllowed,
    NotFound,
    Outdated,
    UnitTaken,
    WrongStatus,
)
from tests import records
from tests.factories import SECTIONS
from tests.records import look, one, person, staff

PHONE = "13800138000"
pytestmark = pytest.mark.usefixtures("simulator")


def whole() -> dict:
    """The whole form as the API hands it on: choices by name, days as days."""
    sections = copy.deepcopy(SECTIONS)
    sections["space"]["starts_on"] = date(2027, 1, 1)
    return sections


def draft(by: Principal, park: str = "P05", sections: dict | None = None) -> dict:
    return actions.create(
        Kind.TENANCY,
        park=records.park(park)["public_id"],
        sections=whole() if sections is None else sections,
        by=by,
    )


def submitted(by: Principal | None = None, park: str = "P05") -> dict:
    by = by or person()
    begun = draft(by, park)
    return actions.submit(begun["id"], seen=begun["version"], by=by)


def approved(by: Principal | None = None, **wish) -> dict:
    case = submitted(by)
    wish.setdefault("unit", records.unit("B201"))
    return actions.approve(case["id"], seen=case["version"], by=staff(), **wish)


def events() -> list[str]:
    """What was recorded of applications, oldest first."""
    found = look("SELECT name FROM event WHERE subject_kind = 'application' ORDER BY id")
    return [each["name"].removeprefix("application.") for each in found]


def status_of(case: dict) -> str:
    return one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


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

    @pytest.mark.parametrize("end", ["withdrawn as a draft", "withdrawn", "approved", "rejected"])
    def test_after_the_first_has_ended_a_second_may_begin(self, in_app, end):
        her = person()
        first = draft(her) if end == "withdrawn as a draft" else submitted(her)
        if end == "approved":
            unit = records.unit()
            actions.approve(first["id"], seen=first["version"], by=staff(), unit=unit)
        elif end == "rejected":
            why = [Reason.NO_SPACE]
            actions.reject(first["id"], seen=first["version"], by=staff(), reasons=why)
        else:
            actions.withdraw(first["id"], seen=first["version"], by=her)

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
        hers, his = draft(person("one")), draft(person("two"))
        records.change(
            "UPDATE application SET sections ="
            " (SELECT sections FROM application WHERE public_id = :hers) WHERE public_id = :his",
            hers=hers["id"],
            his=his["id"],
        )

        with pytest.raises(actions.vault.Unreadable):
            actions.queries.get(his["id"], person("two"))

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


class TestSubmitting:
    def test_everything_missing_is_named_at_once_and_nothing_happens(self, in_app):
        her = person()
        begun = draft(her, sections={})

        with pytest.raises(Incomplete) as refused:
            actions.submit(begun["id"], seen=begun["version"], by=her)

        # The form asks eleven things of everybody (test_forms types them out).
        assert 11 == len(refused.value.more["missing"])
        assert "DRAFT" == status_of(begun)
        assert ["created"] == events()

    @time_machine.travel("2026-11-23T02:00:00Z", tick=False)
    def test_a_submitted_application_is_held_by_the_park_from_this_moment_on(self, in_app):
        case = submitted()

        now = datetime(2026, 11, 23, 2, tzinfo=UTC)
        assert Status.SUBMITTED is case["status"]
        assert (now, now) == (case["submitted_at"], case["held_since"])
        assert {
            "party": "decider",
            "label": "恒隆创业广场管理员",
            "phone": "0482-0000005",
        } == case["held_by"]
        assert ["withdraw"] == case["actions"]
        assert ["created", "submitted"] == events()

    # Five working days, the day itself not counted; see test_workdays for the calendar.
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            # Monday 23 November: Tue 24, Wed 25, Thu 26, Fri 27, Mon 30.
            ("2026-11-23T02:00:00Z", date(2026, 11, 30)),
            # One second before and at midnight in Shanghai (16:00 in UTC).
            ("2026-11-23T15:59:59Z", date(2026, 11, 30)),
            ("2026-11-23T16:00:00Z", date(2026, 12, 1)),
            # Tue 29 September: Wed 30, then National Day; Thu 8, Fri 9, make-up Sat 10, Mon 12.
            ("2026-09-29T02:00:00Z", date(2026, 10, 12)),
            # In the holiday itself: Thu 8, Fri 9, Sat 10, Mon 12, Tue 13.
            ("2026-10-03T02:00:00Z", date(2026, 10, 13)),
        ],
    )
    def test_the_park_has_five_working_days(self, in_app, moment, expected):
        with time_machine.travel(moment, tick=False):
            assert expected == submitted()["due_on"]

    def test_a_second_submission_of_the_same_version_is_outdated(self, in_app):
        her = person()
        begun = draft(her)
        actions.submit(begun["id"], seen=begun["version"], by=her)

        with pytest.raises(Outdated):
            actions.submit(begun["id"], seen=begun["version"], by=her)


class TestWithdrawing:
    @pytest.mark.parametrize("make", [draft, submitted])
    def test_she_may_take_it_back_until_it_is_decided(self, in_app, make):
        her = person()
        case = make(her)

        ended = actions.withdraw(case["id"], seen=case["version"], by=her)

        assert Status.WITHDRAWN is ended["status"]
        assert (None, None, []) == (ended["held_by"], ended["due_on"], ended["actions"])
        assert ended["held_since"] is None
        assert "withdrawn" == events()[-1]

    def test_what_was_decided_cannot_be_taken_back(self, in_app):
        her = person()
        case = approved(her)

        with pytest.raises(WrongStatus) as refused:
            actions.withdraw(case["id"], seen=case["version"], by=her)

        assert {"current_status": "approved", "actions": []} == refused.value.more


class TestApproving:
    def test_the_unit_is_hers_for_the_period_she_asked_for(self, in_app):
        # From 1 January 2027 for twelve months: the last day is 31 December.
        case = approved(unit=records.unit("B202"), note="欢迎入驻")

        assert Status.APPROVED is case["status"]
        assert {
            "id": records.unit("B202"),
            "code": "B202",
            "starts_on": date(2027, 1, 1),
            "ends_on": date(2027, 12, 31),
        } == case["unit"]
        assert "欢迎入驻" == case["decision"]["note"]
        assert [] == case["decision"]["reasons"]
        assert "approved" == events()[-1]

    @pytest.mark.parametrize(
        ("starts_on", "months", "last"),
        [
            (date(2027, 3, 1), 1, date(2027, 3, 31)),
            (date(2027, 3, 15), 36, date(2030, 3, 14)),
            # The corresponding day of 31 August after six months is 29 February 2028, which is
            # the first day that is not hers any more.
            (date(2027, 8, 31), 6, date(2028, 2, 28)),
        ],
    )
    def test_the_manager_may_name_another_period(self, in_app, starts_on, months, last):
        case = approved(starts_on=starts_on, term_months=months)

        assert (starts_on, last) == (case["unit"]["starts_on"], case["unit"]["ends_on"])

    @time_machine.travel("2026-11-24T03:04:05Z", tick=False)
    def test_who_decided_and_when_is_kept(self, in_app):
        case = approved()

        kept = look("SELECT decided_at, decided_by FROM application")
        moment = datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC)
        assert [{"decided_at": moment, "decided_by": staff().id}] == kept
        assert moment == case["decision"]["at"]

    @pytest.mark.parametrize("code", ["A101", "C301", None])
    def test_a_unit_of_another_park_or_of_none_is_refused(self, in_app, code):
        case = submitted()
        unit = records.unit(code) if code else uuid4()

        with pytest.raises(Invalid) as refused:
            actions.approve(case["id"], seen=case["version"], by=staff(), unit=unit)

        assert ["#/unit_id"] == [each["pointer"] for each in refused.value.more["errors"]]
        assert "SUBMITTED" == status_of(case)

    def test_a_unit_that_is_held_is_refused_and_nothing_of_the_decision_stays(self, in_app):
        approved(person("first"))
        case = submitted(person("second"))

        with pytest.raises(UnitTaken) as refused:
            actions.approve(case["id"], seen=case["version"], by=staff(), unit=records.unit())

        more = refused.value.more
        assert ("2027-01-01", "2028-01-01") == (more["held_from"], more["held_until"])
        assert ["B202", "B203"] == [each["code"] for each in more["free_units"]]
        assert "SUBMITTED" == status_of(case)
        assert "submitted" == events()[-1]
        assert 1 == one("SELECT count(*) FROM holding")

    def test_the_day_after_the_last_one_is_free_again(self, in_app):
        approved(person("first"))
        case = submitted(person("second"))

        follows = actions.approve(
            case["id"],
            seen=case["version"],
            by=staff(),
            unit=records.unit(),
            starts_on=date(2028, 1, 1),
        )

        assert date(2028, 1, 1) == follows["unit"]["starts_on"]

    def test_a_closed_unit_is_refused(self, in_mended_app):
        closed = records.new_unit("P05", "B299", closed_on=date(2027, 12, 31))
        case = submitted()

        with pytest.raises(Invalid):
            actions.approve(case["id"], seen=case["version"], by=staff(), unit=closed)

    def test_a_unit_that_closes_on_the_day_after_the_last_one_is_granted(self, in_mended_app):
        closing = records.new_unit("P05", "B299", closed_on=date(2028, 1, 1))
        case = submitted()

        actions.approve(case["id"], seen=case["version"], by=staff(), unit=closing)

        assert "APPROVED" == status_of(case)


class TestRejecting:
    def test_the_reasons_are_kept_with_their_labels(self, in_app):
        case = submitted()

        ended = actions.reject(
            case["id"],
            seen=case["version"],
            by=staff(),
            reasons=[Reason.NO_SPACE, Reason.PLAN_INCOMPLETE],
            note="请补充预算",
        )

        assert Status.REJECTED is ended["status"]
        assert ["暂无合适场地", "创业计划不完整"] == [
            each["label"] for each in ended["decision"]["reasons"]
        ]
        assert "请补充预算" == ended["decision"]["note"]
        assert ["NO_SPACE", "PLAN_INCOMPLETE"] == one("SELECT reasons FROM application")
        assert "rejected" == events()[-1]

    @pytest.mark.parametrize("note", ["", " ", "\n\t　"])
    @pytest.mark.parametrize("reasons", [[Reason.OTHER], [Reason.NO_SPACE, Reason.OTHER]])
    def test_other_needs_words(self, in_app, reasons, note):
        case = submitted()

        with pytest.raises(Invalid) as refused:
            actions.reject(case["id"], seen=case["version"], by=staff(), reasons=reasons, note=note)

        assert ["#/note"] == [each["pointer"] for each in refused.value.more["errors"]]
        assert "SUBMITTED" == status_of(case)

    def test_other_with_words_is_enough(self, in_app):
        case = submitted()

        actions.reject(
            case["id"], seen=case["version"], by=staff(), reasons=[Reason.OTHER], note="已电话沟通"
        )

        assert "REJECTED" == status_of(case)

    def test_what_was_rejected_cannot_be_approved_any_more(self, in_app):
        case = submitted()
        ended = actions.reject(
            case["id"], seen=case["version"], by=staff(), reasons=[Reason.NO_SPACE]
        )

        with pytest.raises(WrongStatus):
            actions.approve(case["id"], seen=ended["version"], by=staff(), unit=records.unit())

        assert 0 == one("SELECT count(*) FROM holding")


VERBS = {
    "update": lambda case, by: actions.update(case["id"], seen=case["version"], by=by, sections={}),
    "submit": lambda case, by: actions.submit(case["id"], seen=case["version"], by=by),
    "withdraw": lambda case, by: actions.withdraw(case["id"], seen=case["version"], by=by),
    "approve": lambda case, by: actions.approve(
        case["id"], seen=case["version"], by=by, unit=records.unit()
    ),
    "reject": lambda case, by: actions.reject(
        case["id"], seen=case["version"], by=by, reasons=[Reason.NO_SPACE]
    ),
}
HERS, THEIRS = ("update", "submit", "withdraw"), ("approve", "reject")


class TestWhoMay:
    """What `test_access` says of the table, once more through every action."""

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_what_does_not_exist_is_not_found(self, in_app, verb):
        nothing = {"id": UUID(int=7), "version": 1}

        for by in (person(), staff()):
            with pytest.raises(NotFound):
                VERBS[verb](nothing, by)

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_another_persons_application_is_not_found(self, in_app, verb):
        case = submitted(person("one"))

        with pytest.raises(NotFound):
            VERBS[verb](case, person("two"))

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_a_draft_is_nobodys_business_but_the_applicants(self, in_app, verb):
        begun = draft(person())

        for username in ("demo-manager", "demo-bureau"):
            with pytest.raises(NotFound):
                VERBS[verb](begun, staff(username))

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_a_manager_of_another_park_finds_nothing(self, in_app, verb):
        case = submitted(park="P05")

        with pytest.raises(NotFound):
            VERBS[verb](case, staff("demo-manager-p01"))

    @pytest.mark.parametrize("verb", HERS)
    def test_the_manager_does_not_take_the_applicants_steps(self, in_app, verb):
        case = submitted()

        with pytest.raises(NotAllowed):
            VERBS[verb](case, staff())

    @pytest.mark.parametrize("verb", THEIRS)
    def test_the_applicant_does_not_decide(self, in_app, verb):
        her = person()
        case = submitted(her)

        with pytest.raises(NotAllowed):
            VERBS[verb](case, her)

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_the_bureau_looks_and_does_not_touch(self, in_app, verb):
        case = submitted()

        with pytest.raises(NotAllowed):
            VERBS[verb](case, staff("demo-bureau"))

    def test_every_manager_of_the_park_may_decide(self, in_app):
        case = submitted()

        VERBS["approve"](case, staff("demo-manager-2"))

        assert "APPROVED" == status_of(case)

    @pytest.mark.parametrize("verb", THEIRS)
    def test_a_manager_who_is_the_applicant_does_not_decide(self, in_mended_app, verb):
        her = person()
        case = submitted(her)
        records.change(
            "UPDATE staff SET person_id = :her WHERE username = 'demo-manager'", her=her.id
        )

        with pytest.raises(NotFound):
            VERBS[verb](case, staff("demo-manager"))
        VERBS[verb](case, staff("demo-manager-2"))

    @pytest.mark.parametrize("verb", THEIRS)
    def test_a_manager_who_left_the_park_today_finds_nothing_any_more(self, in_mended_app, verb):
        case = submitted()
        records.change("UPDATE park_manager SET until_on = :today", today=actions.clock.today())

        with pytest.raises(NotFound):
            VERBS[verb](case, staff())

    @pytest.mark.parametrize("role", [Role.BUREAU_ADMIN, Role.AUDITOR])
    @pytest.mark.parametrize("verb", list(VERBS))
    def test_administrators_and_auditors_see_no_citizens_data(self, in_mended_app, role, verb):
        case = submitted()

        with pytest.raises(NotFound):
            VERBS[verb](case, records.new_staff("somebody", role))

    @pytest.mark.parametrize("verb", THEIRS)
    def test_whoever_saw_an_older_version_is_told_which_one_is_current(self, in_app, verb):
        case = submitted()
        stale = {**case, "version": case["version"] - 1}

        with pytest.raises(Outdated) as refused:
            VERBS[verb](stale, staff())

        assert (stale["version"], case["version"]) == (
            refused.value.more["seen"],
            refused.value.more["current"],
        )
        assert "SUBMITTED" == status_of(case)

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_nothing_happens_to_an_application_that_has_ended(self, in_app, verb):
        her = person()
        case = submitted(her)
        ended = VERBS["withdraw"](case, her)
        told = events()

        with pytest.raises(WrongStatus) as refused:
            VERBS[verb](ended, her if verb in HERS else staff())

        assert [] == refused.value.more["actions"]
        assert "WITHDRAWN" == status_of(case)
        assert told == events()
