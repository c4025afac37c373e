"""Who is too near to a case, and which office is left to decide it."""

from datetime import timedelta

import pytest

from backend import clock
from backend.access import Role
from backend.accounts import bindings
from backend.applications import queries
from backend.cases import actions as cases
from backend.cases.granting import Wish
from backend.errors import NotFound
from backend.tenancies import queries as tenancies
from backend.wechat.phone import PhoneNumber
from tests import records
from tests.filing import submitted
from tests.records import change, look, new_staff, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
HIS_SHARE = ("demo-manager", "demo-manager-2")


def has_phone(by, number: str = "13800138000", code: str = "c1") -> None:
    bindings.bind_phone(code, ask=lambda code, openid: PhoneNumber("86", number), by=by)


def is_also(username: str, citizen) -> None:
    change("UPDATE staff SET person_id = :id WHERE username = :name", id=citizen.id, name=username)


def recuse(case: dict, *usernames: str) -> None:
    for name in usernames:
        change(
            "INSERT INTO recusal (application_id, staff_id, why, at)"
            " SELECT a.id, s.id, '亲属', now() FROM application a, staff s"
            " WHERE a.public_id = :case AND s.username = :name",
            case=case["id"],
            name=name,
        )


def recused(case: dict) -> set[str]:
    known = {each["id"]: each["username"] for each in look("SELECT id, username FROM staff")}
    return {known[each] for each in queries.find(case["id"])["recused"]}


def office(case: dict) -> str:
    return queries.find(case["id"])["office"]


class TestWhoIsTooNear:
    def test_nobody_is_unless_there_is_a_reason(self, in_app):
        her, his = person(), person("his")
        has_phone(her)
        has_phone(his, "13900139000", "c2")
        is_also("demo-manager", his)

        assert set() == recused(submitted(her))

    @pytest.mark.parametrize("who", ["demo-manager", "demo-bureau"])
    def test_whoever_has_the_applicants_phone_is(self, in_app, who):
        her, his = person(), person("his")
        has_phone(her)
        has_phone(his, code="c2")
        is_also(who, his)
        case = submitted(her)

        assert {who} == recused(case)
        with pytest.raises(NotFound):
            queries.get(case["id"], staff(who))
        assert [] == queries.listed(staff(who), status=None, after=None, limit=9)

    @pytest.mark.parametrize("whose", ["her", "his"])
    def test_a_phone_that_was_given_up_counts_no_more(self, in_app, whose):
        people = {"her": person(), "his": person("his")}
        for name, each in people.items():
            has_phone(each, code=name)
        is_also("demo-manager", people["his"])
        has_phone(people[whose], "13900139000", "later")

        assert set() == recused(submitted(people["her"]))

    def test_she_herself_is(self, in_app):
        her = person()
        is_also("demo-bureau", her)

        assert {"demo-bureau"} == recused(submitted(her))


class TestWhichOfficeIsLeft:
    def test_the_park_as_long_as_one_of_its_managers_may(self, in_app):
        case = submitted()
        recuse(case, "demo-manager", "demo-bureau")

        assert "park" == office(case)

    def test_a_park_without_any_manager_waits_for_one(self, in_app):
        assert "park" == office(submitted(park="P15"))

    def test_the_bureau_once_all_are_too_near_whatever_the_reason(self, in_mended_app):
        her, his = person(), person("his")
        has_phone(her)
        has_phone(his, code="c2")
        is_also("demo-manager-2", his)
        case = submitted(her)
        recuse(case, "demo-manager")
        clerk = new_staff("clerk", Role.BUREAU_STAFF, county="152201")

        assert "bureau" == office(case)
        seen = queries.get(case["id"], clerk)
        assert {"party": "decider", "label": "乌兰浩特市人社局", "phone": None} == seen["held_by"]
        assert ["claim", "transfer", "return", "allow_gap", "approve", "reject"] == seen["actions"]

    @pytest.mark.parametrize(
        ("what", "days", "expected"),
        [("until_on", 0, "bureau"), ("until_on", 1, "park"), ("since_on", 1, "bureau")],
    )
    def test_managers_count_from_their_first_day_to_the_day_before_their_end(
        self, in_mended_app, what, days, expected
    ):
        case = submitted()
        recuse(case, "demo-manager")
        change(
            f"UPDATE park_manager SET {what} = :day WHERE staff_id = :id",
            day=clock.today() + timedelta(days=days),
            id=staff("demo-manager-2").id,
        )

        assert expected == office(case)

    def test_a_manager_whose_account_is_closed_is_nobody(self, in_app):
        case = submitted()
        recuse(case, "demo-manager")
        change("UPDATE staff SET disabled_at = now() WHERE username = 'demo-manager-2'")

        assert "bureau" == office(case)

    def test_the_bureau_sees_it_through_to_the_signature(self, in_mended_app):
        case = submitted()
        recuse(case, *HIS_SHARE)
        clerk = new_staff("clerk", Role.BUREAU_STAFF, county="152201")

        cases.approve(case["id"], seen=case["version"], by=clerk, wish=Wish(records.unit()))

        (tenancy,) = tenancies.listed(clerk, status=None, after=None, limit=9)
        assert ["amend", "sign"] == tenancy["actions"]
        assert [] == tenancies.listed(staff(), status=None, after=None, limit=9)
        with pytest.raises(NotFound):
            tenancies.get(tenancy["id"], staff())
