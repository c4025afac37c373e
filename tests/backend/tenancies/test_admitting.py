"""What a park says of somebody whom another park has approved, and what it sees of its lists."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine

from backend.applications.kinds import Reason
from backend.cases import actions as cases
from backend.errors import Invalid, NotFound, WrongStatus
from backend.tenancies import actions as tenancies
from backend.tenancies import admitting, onlists, queries, sweeping, waiting
from tests import records
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    join,
    occupy,
    offers,
    seen,
    tenancy_of,
    told,
)
from tests.backend.tenancies.test_choices import faults, pass_on, ranked, standing
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
P01 = "demo-manager-p01"


def waits_in_both(name: str = "qiqige") -> tuple:
    """Somebody whom P05, which has no room, has approved, and who would take P01 as well."""
    if not look("SELECT id FROM holding WHERE kind = 'OUT_OF_SERVICE'"):
        occupy("B201", date(2026, 1, 1), None)
    her, case = ranked(name, "P01")
    approve(case)
    return her, case


def asked(by: str = P01) -> list[dict]:
    """Of whom the parks of an account still have to say something."""
    return list(onlists.listed(staff(by), to_answer=True, after=None, limit=9))


def answer(entry: dict, admitted: bool = True, *reasons: Reason, by: str = P01, note="") -> dict:
    return admitting.answer(
        entry["id"], by=staff(by), admitted=admitted, reasons=list(reasons), note=note
    )


class TestAsking:
    def test_an_approval_counts_in_its_own_park_and_asks_the_other_one(self, in_app):
        with time_machine.travel(NOW, tick=False):
            her, case = waits_in_both()

        sweeping.sweep()
        assert [] == offers()
        assert ["WAITING", "ASKED"] == standing(case, her)
        (entry,) = asked()
        assert ("asked", ["answer"], date(2026, 12, 1)) == (
            entry["standing"],
            entry["actions"],
            entry["due_on"],
        )
        assert [] == asked("demo-manager")

    def test_a_park_sees_the_project_and_no_phone_no_other_park_and_no_order(self, in_app):
        waits_in_both()

        (entry,) = asked()

        assert {"title": "草原奶食品电商", "industry": "ecommerce"} == {
            name: entry["project"][name] for name in ("title", "industry")
        }
        shown = str(entry)
        for secret in ("13800138000", "其其格", "恒隆创业广场", "choice"):
            assert secret not in shown

    def test_whoever_joins_a_list_after_the_approval_is_asked_about_then(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)
        approve(case)
        assert [] == asked()

        join(case, her, park="P01", choice=2)

        assert 1 == len(asked())

    def test_nobody_is_asked_twice_for_one_place(self, in_app):
        her, case = waits_in_both()
        body = one("SELECT body FROM message WHERE event = 'waiting.admission_asked'")
        assert "也在兴安盟全产业链双创孵化基地候补（办公用房）" in body
        answer(asked()[0])
        cases.reopen(case["id"], seen=seen(case), by=staff("demo-bureau"), why="复核")
        approve(case)

        assert ([], 1) == (asked(), told("waiting.admission_asked"))
        assert ["WAITING", "WAITING"] == standing(case, her)


class TestAnswering:
    def test_a_yes_lets_the_offers_come(self, in_app):
        her, case = waits_in_both()

        answered = answer(asked()[0])

        assert ("admitted", []) == (answered["standing"], answered["actions"])
        assert 1 == told("waiting.admitted")
        sweeping.sweep()
        assert [("OFFERED", "A101", "qiqige")] == offers()
        offer = tenancy_of(case, her)
        tenancies.accept(offer["id"], seen=offer["version"], by=her)
        assert ["RELEASED", "PLACED"] == standing(case, her)

    def test_a_no_ends_the_place_on_that_list_and_says_why(self, in_app):
        her, case = waits_in_both()

        answered = answer(asked()[0], False, Reason.NOT_TARGET_GROUP, note="只接收退役军人")

        assert "not_admitted" == answered["standing"]
        assert ["WAITING", "NOT_ADMITTED"] == standing(case, her)
        body = one("SELECT body FROM message WHERE event = 'waiting.not_admitted'")
        assert "原因：不属于本园区服务对象。园区留言：只接收退役军人。" in body
        assert 1 == len(queries.waiting(case["id"], her)["items"])

    def test_silence_is_no_yes(self, in_app):
        waits_in_both()
        with time_machine.travel(NOW.replace(month=12, day=20), tick=False):
            sweeping.sweep()

        assert [] == offers()

    def test_a_no_gives_a_reason_of_the_park_and_a_yes_none(self, in_app):
        waits_in_both()
        (entry,) = asked()

        for given in (
            (False,),
            (False, Reason.OTHER),
            (False, Reason.FALSE_MATERIAL),
            (True, Reason.NO_SPACE),
        ):
            with pytest.raises(Invalid) as refused:
                answer(entry, *given)
            assert ["#/reasons"] == faults(refused)
        assert 1 == len(asked())

    def test_only_the_park_of_the_list_answers_and_only_once(self, in_app):
        her, case = waits_in_both()
        (entry,) = asked()

        for by in ("demo-manager", "demo-bureau"):
            with pytest.raises(NotFound):
                answer(entry, by=by)
        with pytest.raises(NotFound):
            answer({"id": uuid4()})
        answer(entry)
        with pytest.raises(WrongStatus):
            answer(entry, False, Reason.NO_SPACE)

    def test_nothing_is_asked_in_the_park_that_approved(self, in_app):
        her, case = waits_in_both()
        (mine,) = onlists.listed(staff(), to_answer=False, after=None, limit=9)

        assert ("by_itself", 1) == (mine["standing"], mine["rank"])
        with pytest.raises(WrongStatus):
            answer(mine, by="demo-manager")

    def test_nor_of_a_park_that_has_come_to_decide_the_case_itself(self, in_app):
        her, case = waits_in_both()
        (entry,) = asked()
        cases.reopen(case["id"], seen=seen(case), by=staff("demo-bureau"), why="复核")
        pass_on(case)

        assert [] == asked()
        with pytest.raises(WrongStatus):
            answer(entry)

    def test_a_place_given_up_meanwhile_is_not_answered(self, in_app):
        her, case = waits_in_both()
        (entry,) = asked()
        waiting.leave(entry["id"], by=her)

        assert [] == asked()
        with pytest.raises(WrongStatus):
            answer(entry)

    def test_the_database_wants_an_answer_whole(self, in_app):
        waits_in_both()
        for wrong in ("admitted = true", "answered_at = now()", "reasons = '[\"OTHER\"]'"):
            with pytest.raises(Exception, match="ck_admission"):
                change(f"UPDATE admission SET {wrong}")


class TestWaitingInAll:
    def test_a_park_that_passed_for_want_of_room_keeps_her_on_its_list(self, in_app):
        her, case = ranked()
        pass_on(case)
        cases.approve(case["id"], seen=seen(case), by=staff(P01))

        assert ["ASKED", "WAITING", "ASKED"] == standing(case, her)

    def test_and_one_that_is_not_the_right_one_for_her_does_not(self, in_app):
        her, case = ranked()
        pass_on(case, why=Reason.NOT_TARGET_GROUP)
        cases.approve(case["id"], seen=seen(case), by=staff(P01))

        assert ["PASSED_ON", "WAITING", "ASKED"] == standing(case, her)

    def test_a_place_that_she_has_already_stays_as_it_is(self, in_app):
        her, case = ranked()
        join(case, her, park="P20", choice=1)
        approve(case)

        found = look(
            "SELECT choice, key FROM waiting_entry w JOIN park ON park.id = park_id ORDER BY choice"
        )
        assert [(1, "P20"), (2, "P05"), (3, "P01")] == [(e["choice"], e["key"]) for e in found]


class TestTheLists:
    def test_a_park_lists_its_own_and_the_county_those_of_its_parks(self, in_app):
        her, case = waits_in_both()

        def numbers(by):
            return [
                (each["number"], each["park_name"])
                for each in onlists.listed(by, to_answer=False, after=None, limit=9)
            ]

        assert [(case["number"], "恒隆创业广场")] == numbers(staff())
        assert [(case["number"], "兴安盟全产业链双创孵化基地")] == numbers(staff(P01))
        assert [] == numbers(person())
        assert [(case["number"], "恒隆创业广场")] == [
            each for each in numbers(staff("demo-bureau")) if each[1] == "恒隆创业广场"
        ]

    def test_the_applicants_park_reads_of_her_waiting_what_concerns_it(self, in_app):
        her, case = waits_in_both()

        assert 2 == len(queries.waiting(case["id"], her)["items"])
        (mine,) = queries.waiting(case["id"], staff())["items"]
        assert records.park("P05")["public_id"] == mine["park_id"]

    def test_pages_go_on_where_they_stopped(self, in_app):
        for name in ("one", "two", "three"):
            waits_in_both(name)

        newest, *_ = first = onlists.listed(staff(P01), to_answer=True, after=None, limit=2)
        rest = onlists.listed(staff(P01), to_answer=True, after=first[-1]["row"], limit=2)

        assert [3, 2, 1] == [each["rank"] for each in (*first, *rest)]
        assert 1 == len(rest) and newest["row"] > rest[0]["row"]
