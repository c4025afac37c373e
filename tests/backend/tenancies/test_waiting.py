"""How one gets onto a waiting list, which rank one has, and why."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from backend.cases import actions as cases
from backend.errors import AlreadyTenant, Invalid, NotFound, WrongStatus
from backend.parks.kinds import UnitKind
from backend.tenancies import queries, waiting
from eligibility.facts import Known
from tests import records
from tests.backend.applications.test_actions import draft
from tests.backend.tenancies.stage import (
    OFFICE,
    applicant,
    approve,
    events,
    granted,
    join,
    seen,
    settled,
    status_of,
    waits,
)
from tests.records import change, one, person, record_facts, staff

pytestmark = pytest.mark.usefixtures("simulator")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def place(case: dict, by) -> dict:
    (found,) = queries.waiting(case["id"], by)["items"]
    return found


def pointers(refused) -> list[str]:
    return [each["pointer"] for each in refused.value.more["errors"]]


def is_veteran(her, value: bool = True) -> None:
    record_facts(her.id, {"is_veteran": Known(value)}, by=her)


class TestJoining:
    def test_she_sees_her_rank_and_for_what_she_waits(self, in_app):
        her, case = applicant("qiqige")

        (mine,) = join(case, her)["items"]

        assert ("恒隆创业广场", OFFICE, 1) == (mine["park_name"], mine["unit_kind"], mine["choice"])
        assert (1, 1, []) == (mine["rank"], mine["waiting"], mine["ahead"])
        assert ["joined"] == events("waiting")

    def test_three_parks_each_a_choice_of_its_own(self, in_app):
        her, case = applicant("qiqige")
        for choice, park in enumerate(("P05", "P01", "P13"), 1):
            join(case, her, park=park, choice=choice)

        assert [1, 2, 3] == [each["choice"] for each in queries.waiting(case["id"], her)["items"]]
        with pytest.raises(Invalid) as refused:
            join(case, her, park="P20", choice=3)
        assert ["#/choice"] == pointers(refused)

    def test_one_park_once(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)

        with pytest.raises(Invalid) as refused:
            join(case, her, kind=UnitKind.DESK, choice=2)

        assert ["#/park_id"] == pointers(refused)

    def test_a_park_that_does_not_exist_is_refused(self, in_app):
        her, case = applicant("qiqige")

        with pytest.raises(Invalid) as refused:
            waiting.join(case["id"], by=her, park=uuid4(), unit_kind=OFFICE, choice=1)

        assert ["#/park_id"] == pointers(refused)

    def test_a_draft_does_not_wait_nor_does_what_has_ended_or_has_a_unit(self, in_app):
        her = person("drafting")
        begun = draft(her)
        with pytest.raises(WrongStatus):
            join(begun, her)

        her, case = applicant("withdrawn")
        cases.withdraw(case["id"], seen=seen(case), by=her)
        with pytest.raises(WrongStatus):
            join(case, her)

        her, tenancy = granted("granted")
        with pytest.raises(WrongStatus):
            join({"id": tenancy["application_id"]}, her)

    def test_whoever_has_a_place_does_not_wait_for_another(self, in_app):
        settled()
        her, case = applicant("qiqige")

        with pytest.raises(AlreadyTenant):
            join(case, her)

    def test_it_is_nobody_elses_to_join_or_leave(self, in_app):
        her, case = applicant("qiqige")
        mine = join(case, her)["items"][0]

        for by in (person("somebody"), staff()):
            with pytest.raises(NotFound):
                join(case, by, park="P01", choice=2)
            with pytest.raises(NotFound):
                waiting.leave(mine["id"], by=by)
        with pytest.raises(NotFound):
            waiting.leave(uuid4(), by=her)
        with pytest.raises(NotFound):
            queries.waiting(case["id"], person("somebody"))
        assert 1 == len(queries.waiting(case["id"], staff())["items"])

    def test_leaving_twice_is_leaving_once_and_whoever_comes_back_stands_behind(self, in_app):
        her, case = applicant("first")
        other, behind = applicant("second")
        mine = join(case, her)["items"][0]
        join(behind, other)

        waiting.leave(mine["id"], by=her)
        assert [] == waiting.leave(mine["id"], by=her)["items"]
        assert 1 == place(behind, other)["rank"]

        join(case, her)
        assert (2, 1) == (place(case, her)["rank"], place(behind, other)["rank"])
        assert ["joined", "joined", "left", "joined"] == events("waiting")


class TestRanking:
    def test_the_class_comes_first_and_then_the_time_of_joining(self, in_app):
        people = {}
        for number, name in enumerate(("one", "two", "three", "four")):
            with time_machine.travel(NOW + timedelta(hours=number), tick=False):
                her, case = applicant(name)
                join(case, her)
                people[name] = (her, case)
        is_veteran(people["three"][0])
        is_veteran(people["four"][0])

        ranks = {name: place(case, her)["rank"] for name, (her, case) in people.items()}

        assert {"three": 1, "four": 2, "one": 3, "two": 4} == ranks
        her, case = people["two"]
        assert [
            {"rank": 1, "label": "重点群体", "people": 2},
            {"rank": 2, "label": "普通申请人", "people": 1},
        ] == place(case, her)["ahead"]

    def test_the_reason_names_the_fact_the_clause_and_that_it_is_not_decided_yet(self, in_app):
        her, case = applicant("qiqige")
        is_veteran(her)
        join(case, her)

        why = place(case, her)["reason"]

        assert [{"fact": "is_veteran", "label": "是退役军人"}] == why["met"]
        assert (1, "重点群体", "五（一）", False) == tuple(
            why[name] for name in ("rank", "label", "clause", "verified")
        )

    def test_not_known_is_the_ordinary_class_and_says_what_is_not_known(self, in_app):
        her, case = applicant("qiqige")
        is_veteran(her, False)
        join(case, her)

        why = place(case, her)["reason"]

        assert (2, "普通申请人", []) == (why["rank"], why["label"], why["met"])
        # Six groups, of which she is surely not in one.
        assert 5 == len(why["not_known"])
        assert "is_veteran" not in [each["fact"] for each in why["not_known"]]

    def test_what_becomes_known_counts_from_then_on(self, in_app):
        (_, _), (her, case) = ((waits(name)) for name in ("first", "second"))
        assert 2 == place(case, her)["rank"]

        is_veteran(her)

        assert 1 == place(case, her)["rank"]

    def test_a_fact_that_has_grown_old_no_longer_counts(self, in_app):
        """Registered unemployment is known for 180 days."""
        with time_machine.travel(NOW, tick=False):
            her, case = applicant("qiqige")
            join(case, her)
            record_facts(her.id, {"urban_registered_unemployed": Known(True)}, by=her)
        for days, rank in ((180, 1), (181, 2)):
            with time_machine.travel(NOW + timedelta(days=days), tick=False):
                assert rank == place(case, her)["reason"]["rank"], days

    def test_other_parks_and_other_kinds_are_other_lists(self, in_app):
        for name, park, kind in (
            ("one", "P01", OFFICE),
            ("two", "P05", UnitKind.STALL),
            ("three", "P05", OFFICE),
        ):
            her, case = applicant(name)
            mine = join(case, her, park=park, kind=kind)["items"][0]
            assert (1, 1) == (mine["rank"], mine["waiting"])


class TestApprovingWithoutAUnit:
    def test_it_stays_approved_and_waits_and_is_told_so(self, in_app):
        _, case = waits("qiqige")

        assert ("APPROVED", None) == (status_of(case), case["unit"])
        message = one("SELECT body FROM message WHERE event = 'application.approved'")
        assert "目前没有空闲场地，您在候补名单中，有场地时会通知您。" in message
        pushed = one("SELECT content FROM delivery")["thing4"]
        assert "暂无空闲场地，请等候通知" == pushed

    def test_off_the_list_a_unit_has_to_be_named(self, in_app):
        _, case = applicant("qiqige")

        with pytest.raises(Invalid) as refused:
            approve(case)

        assert ["#/unit_id"] == pointers(refused)
        assert "SUBMITTED" == status_of(case)

    def test_days_without_a_unit_are_refused_all_at_once(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)

        with pytest.raises(Invalid) as refused:
            approve(case, starts_on=NOW.date(), term_months=3)

        assert ["#/starts_on", "#/term_months"] == pointers(refused)

    def test_a_unit_given_outright_ends_the_waiting(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)

        approve(case, unit=records.unit("B201"))

        assert [] == queries.waiting(case["id"], her)["items"]
        assert "PLACED" == one("SELECT why_left FROM waiting_entry")

    def test_a_refused_application_no_longer_waits(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)
        cases.reject(
            case["id"], seen=seen(case), by=staff(), reasons=[cases.Reason.PLAN_INCOMPLETE]
        )

        assert [] == queries.waiting(case["id"], her)["items"]
        assert "CLOSED" == one("SELECT why_left FROM waiting_entry")

    def test_the_database_knows_the_rules_of_the_list_too(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)
        for wrong in ("choice = 4", "choice = 0", "left_at = now()", "why_left = 'LEFT'"):
            with pytest.raises(Exception, match="ck_waiting_entry"):
                change(f"UPDATE waiting_entry SET {wrong}")
