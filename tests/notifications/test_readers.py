"""Whose accounts are meant: the office and who stands above it, as the records stand now."""

from datetime import timedelta

import pytest

from backend import clock
from backend.access import THE_BUREAU, Role
from backend.applications import queries
from notifications import readers
from notifications.catalogue import CATALOGUE
from notifications.readers import READERS
from tests.factories import PARK_NAMES
from tests.filing import claimed, submitted
from tests.records import change, look, new_staff, person

pytestmark = pytest.mark.usefixtures("simulator")
BOTH = {"demo-manager", "demo-manager-2"}
LEAGUE = {"demo-bureau", "demo-bureau-2"}
ULANHOT, TUQUAN = "152201", "152224"


def case(made=submitted, **more) -> dict:
    """A case of P05, which lies in Ulanhot, as the records stand now."""
    found = queries.find((made() if callable(made) else made)["id"])
    assert found is not None
    return {**found, **more}


def names(found: list[dict[str, int]]) -> set[str]:
    assert all(set(each) == {"staff_id"} for each in found)
    known = {each["id"]: each["username"] for each in look("SELECT id, username FROM staff")}
    return {known[each["staff_id"]] for each in found}


def clerk(name: str, county: str | None) -> None:
    new_staff(name, Role.BUREAU_STAFF, county=county)


def recuse(username: str, of: dict) -> None:
    change(
        "INSERT INTO recusal (application_id, staff_id, why, at)"
        " SELECT a.id, s.id, '亲属', now() FROM application a, staff s"
        " WHERE a.public_id = :of AND s.username = :name",
        of=of["id"],
        name=username,
    )


def alter(username: str, what: str, **values) -> None:
    assert 1 == change(f"UPDATE staff SET {what} WHERE username = :name", name=username, **values)


def runs(username: str, what: str, **values) -> None:
    assert 1 == change(
        f"UPDATE park_manager SET {what} WHERE staff_id ="
        " (SELECT id FROM staff WHERE username = :name)",
        name=username,
        **values,
    )


def test_every_reader_of_the_catalogue_is_known():
    assert {row.reader for row in CATALOGUE} == set(READERS)


def test_the_applicant_is_a_person(in_app):
    her = person()

    assert [{"person_id": her.id}] == readers.applicant(case(lambda: submitted(her)))


class TestTheOffice:
    def test_as_long_as_nobody_has_the_case_all_managers_of_the_park_are_meant(self, in_app):
        assert BOTH == names(readers.office(case()))

    def test_whoever_has_claimed_it_is_meant_alone(self, in_app):
        asked = case(claimed)

        assert {"demo-manager"} == names(readers.office(asked)) == names(readers.handler(asked))

    def test_nobody_handles_what_nobody_has_claimed(self, in_app):
        assert [] == readers.handler(case())

    @pytest.mark.parametrize(
        ("column", "days", "expected"),
        [
            ("since_on", 0, BOTH),
            ("since_on", 1, {"demo-manager-2"}),
            ("until_on", 1, BOTH),
            ("until_on", 0, {"demo-manager-2"}),
        ],
    )
    def test_managers_count_from_their_first_day_until_the_day_before_their_end(
        self, in_mended_app, column, days, expected
    ):
        asked = case()
        runs("demo-manager", f"{column} = :day", day=clock.today() + timedelta(days=days))

        assert expected == names(readers.office(asked))

    @pytest.mark.parametrize("gone", ["left", "disabled", "recused", "herself"])
    def test_a_case_does_not_stay_with_whoever_may_no_longer_have_it(self, in_mended_app, gone):
        her = person()
        made = claimed(her)
        if gone == "left":
            runs("demo-manager", "until_on = :day", day=clock.today())
        elif gone == "disabled":
            alter("demo-manager", "disabled_at = now()")
        elif gone == "recused":
            recuse("demo-manager", made)
        else:
            alter("demo-manager", "person_id = :her", her=her.id)

        asked = case(made)

        assert {"demo-manager-2"} == names(readers.office(asked))
        assert [] == readers.handler(asked)

    def test_of_a_case_of_the_bureau_the_countys_staff_are_meant(self, in_mended_app):
        asked = case(office=THE_BUREAU)
        assert LEAGUE == names(readers.office(asked))

        clerk("county", ULANHOT)
        clerk("elsewhere", TUQUAN)

        assert {"county"} == names(readers.office(asked))


class TestOtherOffices:
    def test_everybody_of_the_offices_that_are_asked_is_meant(self, in_mended_app):
        clerk("asked", TUQUAN)
        clerk("county", ULANHOT)
        there = look("SELECT id FROM park WHERE name = :name", name=PARK_NAMES["P01"])[0]["id"]

        asked = case(advising_parks=[there], advising_counties=[TUQUAN])

        assert {"demo-manager-p01", "asked"} == names(readers.asked(asked))
        assert BOTH == names(readers.office(asked))
        assert {"county"} == names(readers.above(asked))

    def test_whoever_had_the_case_is_meant_while_she_has_to_do_with_it(self, in_app):
        made = claimed()
        (former,) = look("SELECT id FROM staff WHERE username = 'demo-manager-2'")
        asked = case(made, from_staff=former["id"])
        assert {"demo-manager-2"} == names(readers.predecessor(asked))

        alter("demo-manager-2", "disabled_at = now()")

        assert [] == readers.predecessor(asked)

    def test_where_the_park_has_nobody_left_the_countys_staff_are_the_office(self, in_mended_app):
        made = submitted()
        clerk("county", ULANHOT)
        for each in BOTH:
            recuse(each, made)

        asked = case(made)

        assert {"county"} == names(readers.office(asked))
        assert LEAGUE == names(readers.above(asked))


class TestWhoStandsAbove:
    def test_the_countys_staff_and_only_where_there_are_none_the_leagues(self, in_mended_app):
        asked = case()
        assert LEAGUE == names(readers.above(asked))

        clerk("elsewhere", TUQUAN)
        assert LEAGUE == names(readers.above(asked))

        clerk("county", ULANHOT)
        clerk("county-2", ULANHOT)
        assert {"county", "county-2"} == names(readers.above(asked))

    def test_a_clerk_who_is_too_near_leaves_it_to_the_league(self, in_mended_app):
        her = person()
        made = submitted(her)
        clerk("cousin", ULANHOT)
        clerk("herself", ULANHOT)
        clerk("gone", ULANHOT)
        recuse("cousin", made)
        alter("herself", "person_id = :her", her=her.id)
        alter("gone", "disabled_at = now()")

        assert LEAGUE == names(readers.above(case(made)))

    def test_above_the_bureau_of_a_county_stands_the_league(self, in_mended_app):
        clerk("county", ULANHOT)

        assert LEAGUE == names(readers.above(case(office=THE_BUREAU)))

    def test_other_roles_stand_above_nobody(self, in_mended_app):
        for role in (Role.BUREAU_ADMIN, Role.AUDITOR, Role.PARK_MANAGER):
            new_staff(role.name, role, county=ULANHOT)

        assert LEAGUE == names(readers.above(case()))
