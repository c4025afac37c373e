"""Naming several parks in order, and how one stands with each of them."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from backend.applications import actions as applications
from backend.applications.kinds import Kind, Reason
from backend.cases import actions as cases
from backend.cases import passing
from backend.errors import Invalid, NotFound, Outdated, WrongStatus
from backend.tenancies import actions as tenancies
from backend.tenancies import choices, choosing, sweeping
from backend.tenancies.kinds import Standing
from tests import records
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    occupy,
    offers,
    seen,
    signed,
    status_of,
    tenancy_of,
)
from tests.filing import draft, draft_for_the_bureau
from tests.records import change, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def rank(case: dict, her, *parks: str) -> list[dict]:
    """Name the parks after the first."""
    others = [records.park(each)["public_id"] for each in parks]
    return choosing.rank(case["id"], seen=seen(case), by=her, others=others)["items"]


def ranked(name: str = "qiqige", *parks: str) -> tuple:
    """Somebody with a submitted application to P05 who would also take these parks."""
    her, case = applicant(name)
    rank(case, her, *(parks or ("P01", "P13")))
    return her, case


def pass_on(case: dict, by: str = "demo-manager", why=Reason.NO_SPACE, note: str = "") -> dict:
    reasons = why if isinstance(why, list) else [why]
    return passing.pass_on(case["id"], seen=seen(case), by=staff(by), reasons=reasons, note=note)


def standing(case: dict, her) -> list[str]:
    return [each["standing"].name for each in choices.of(case["id"], her)["items"]]


def faults(refused) -> list[str]:
    return [each["pointer"] for each in refused.value.more["errors"]]


class TestNaming:
    def test_the_first_park_is_the_one_that_is_asked_and_the_others_come_in_her_order(self, in_app):
        her = person()
        case = draft(her)

        named = rank(case, her, "P13", "P01")

        assert [(1, "恒隆创业广场"), (2, "科右前旗创新创业孵化基地")] == [
            (each["choice"], each["park_name"]) for each in named[:2]
        ]
        assert ["IN_HAND", "TO_COME", "TO_COME"] == standing(case, her)
        assert ["TO_COME"] == [each["standing"].name for each in rank(case, her, "P01")[1:]]
        assert 1 == len(rank(case, her))

    def test_a_draft_that_is_asked_of_another_park_after_all_names_it_once(self, in_app):
        her = person()
        case = draft(her)
        rank(case, her, "P13", "P01")

        applications.update(
            case["id"],
            seen=seen(case),
            by=her,
            sections={},
            park=records.park("P13")["public_id"],
        )

        found = choices.of(case["id"], her)["items"]
        assert ["科右前旗创新创业孵化基地", "兴安盟全产业链双创孵化基地"] == [
            each["park_name"] for each in found
        ]
        assert [1, 2] == [each["choice"] for each in found]

    def test_everything_wrong_is_named_at_once(self, in_app):
        her, case = applicant("qiqige")
        p01, p05 = (records.park(each)["public_id"] for each in ("P01", "P05"))

        with pytest.raises(Invalid) as refused:
            choosing.rank(case["id"], seen=seen(case), by=her, others=[p05, uuid4(), p01, p01])

        assert ["#/other_parks/0", "#/other_parks/1", "#/other_parks/3", "#/other_parks"] == faults(
            refused
        )

    def test_what_the_bureau_decides_names_no_parks(self, in_app):
        her = person()
        case = draft_for_the_bureau(her, Kind.STARTUP_SUBSIDY)

        with pytest.raises(Invalid):
            rank(case, her, "P01")
        with pytest.raises(NotFound):
            choices.of(case["id"], her)

    def test_it_is_hers_and_takes_the_version_she_saw(self, in_app):
        her, case = applicant("qiqige")

        with pytest.raises(Outdated):
            choosing.rank(case["id"], seen=seen(case) - 1, by=her, others=[])
        for by in (person("somebody"), staff()):
            with pytest.raises(NotFound):
                choosing.rank(case["id"], seen=seen(case), by=by, others=[])
        with pytest.raises(NotFound):
            choices.of(case["id"], person("somebody"))

    def test_once_it_is_decided_one_joins_and_leaves_lists_instead(self, in_app):
        her, case = ranked()
        approve(case, unit=records.unit("B201"))

        with pytest.raises(WrongStatus):
            rank(case, her)

    def test_a_park_sees_that_it_is_asked_and_no_other_park(self, in_app):
        _, case = ranked()

        (mine,) = choices.of(case["id"], staff())["items"]

        assert "恒隆创业广场" == mine["park_name"]
        assert 3 == len(choices.of(case["id"], staff("demo-bureau"))["items"])
        with pytest.raises(NotFound):
            choices.of(case["id"], staff("demo-manager-p01"))


class TestStanding:
    def test_she_sees_which_park_has_it_and_why_the_first_has_not(self, in_app):
        her, case = ranked()
        pass_on(case, why=Reason.INDUSTRY_MISMATCH, note="本园区以装备制造为主")

        first, second, third = choices.of(case["id"], her)["items"]

        assert ["PASSED_ON", "IN_HAND", "TO_COME"] == standing(case, her)
        assert ["与园区产业方向不符"] == [each["label"] for each in first["reasons"]]
        assert "本园区以装备制造为主" == first["note"]
        assert (None, None) == (first["due_on"], third["came_at"])
        assert second["due_on"] == one("SELECT due_on FROM application")

    def test_the_choices_after_the_one_reached_may_still_be_changed(self, in_app):
        her, case = ranked()
        pass_on(case)

        with pytest.raises(Invalid):
            rank(case, her, "P05")
        with pytest.raises(Invalid):
            rank(case, her, "P01")
        assert ["PASSED_ON", "IN_HAND", "TO_COME"] == [
            each["standing"].name for each in rank(case, her, "P20")
        ]
        assert ["PASSED_ON", "IN_HAND"] == [each["standing"].name for each in rank(case, her)]

    def test_approved_without_a_unit_she_waits_in_all_of_them(self, in_app):
        occupy("B201", NOW.date(), None)
        her, case = ranked()
        approve(case)

        assert ["WAITING", "ASKED", "ASKED"] == standing(case, her)
        assert [1, 2, 3] == [
            each["choice"] for each in records.look("SELECT choice FROM waiting_entry ORDER BY 1")
        ]

    def test_without_a_second_park_she_waits_nowhere_that_she_did_not_ask_for(self, in_app):
        _, case = applicant("qiqige")

        with pytest.raises(Invalid) as refused:
            approve(case)

        assert ["#/unit_id"] == faults(refused)

    def test_with_the_unit_the_other_choices_are_released_in_the_same_moment(self, in_app):
        her, case = ranked()
        approve(case)
        sweeping.sweep()
        offer = tenancy_of(case, her)
        assert ["OFFERED", "ASKED", "ASKED"] == standing(case, her)

        tenancies.accept(offer["id"], seen=offer["version"], by=her)

        assert ["PLACED", "RELEASED", "RELEASED"] == standing(case, her)
        assert 0 == one("SELECT count(*) FROM waiting_entry WHERE left_at IS NULL")
        signed(offer, her)
        signed(offer, staff())
        assert ["PLACED", "RELEASED", "RELEASED"] == standing(case, her)

    def test_whoever_is_refused_stands_nowhere_any_more(self, in_app):
        her, case = ranked()
        cases.reject(case["id"], seen=seen(case), by=staff(), reasons=[Reason.FALSE_MATERIAL])

        assert ["RELEASED"] * 3 == standing(case, her)

    def test_the_last_park_may_give_a_unit_like_any_other(self, in_app):
        her, case = ranked("qiqige", "P01")
        pass_on(case)
        granted = cases.approve(
            case["id"],
            seen=seen(case),
            by=staff("demo-manager-p01"),
            wish=cases.Wish(unit=records.unit("A101")),
        )

        assert "A101" == granted["unit"]["code"]
        assert ["RELEASED", "PLACED"] == standing(case, her)
        assert [("AGREEMENT_PENDING", "A101", "qiqige")] == offers()
        assert "APPROVED" == status_of(case)

    def test_every_standing_has_words(self):
        assert all(each.value for each in Standing)


def test_the_database_keeps_choices_whole(in_app):
    ranked()
    for wrong in ("came_at = now()", "choice = 1", "reasons = '[\"OTHER\"]'", "park_id = 1"):
        with pytest.raises(Exception, match="park_choice"):
            change(f"UPDATE park_choice SET {wrong}")
