"""How many work in which park, as of when; and which firms have an address and nobody behind it."""

from datetime import date

import pytest

from backend.tenancies import figures, suspending
from backend.tenancies.grounds import Idle, Pause
from tests.backend.tenancies.stage import did, moved_in, on
from tests.backend.tenancies.test_counting import count
from tests.records import change, staff

pytestmark = pytest.mark.usefixtures("simulator")
MARCH = date(2027, 3, 1)


def of_park(by=None) -> dict:
    found = figures.of_parks(by or staff(), MARCH)
    return next(each for each in found if each["park_name"] == "恒隆创业广场")


def names(by=None, months: int = 3) -> list[tuple]:
    found = figures.nameplates(by or staff(), months=months, after=None, limit=99)
    return [
        (each["tenancy"]["unit_code"], str(each["idle_since"]), each["why"].name) for each in found
    ]


class TestHeads:
    def test_different_people_of_a_park_and_how_many_tenants_were_counted(self, in_app):
        one, two = moved_in(), moved_in("two", "B202")
        moved_in("three", "B203")
        with on("2027-03-25"):
            count(one, 1, 2)
            count(two, 2, 3)
            told = of_park()

        assert (3, 3, 2) == (told["people"], told["tenants"], told["tenants_counted"])
        assert "2027-03-25" == str(told["as_of"].date())

    def test_where_nobody_has_counted_there_is_no_figure_and_no_nought(self, in_app):
        hers = moved_in()
        with on("2027-03-25"):
            assert (None, None, 1) == tuple(of_park()[n] for n in ("people", "as_of", "tenants"))
            count(hers)
            assert 0 == of_park()["people"]

    @pytest.mark.parametrize(
        ("by", "sees"),
        [("demo-manager", True), ("demo-manager-p01", False), ("demo-bureau", True)],
    )
    def test_a_manager_sees_her_parks_and_the_bureau_its_county(self, in_app, by, sees):
        found = figures.of_parks(staff(by), MARCH)

        assert sees is ("恒隆创业广场" in [each["park_name"] for each in found])


class TestNameplates:
    @pytest.mark.parametrize(
        ("day", "stands"), [("2027-04-03", False), ("2027-04-04", True), ("2027-12-01", True)]
    )
    def test_never_counted_for_three_months_since_she_came(self, in_app, day, stands):
        moved_in()  # On 4 January.
        with on(day):
            assert ([("B201", "2027-01-04", "NEVER_COUNTED")] if stands else []) == names()

    def test_from_the_month_after_the_last_in_which_somebody_was_there(self, in_app):
        hers = moved_in()
        with on("2027-02-25"):
            count(hers, 1, month=date(2027, 2, 1))
        with on("2027-05-31"):
            assert [] == names()
        with on("2027-06-01"):
            assert [("B201", "2027-03-01", "NEVER_COUNTED")] == names()

    def test_nobody_is_told_apart_from_not_counted_and_from_counted_elsewhere(self, in_app):
        empty, borrowed, real = moved_in(), moved_in("two", "B202"), moved_in("three", "B203")
        with on("2027-04-05"):
            count(real, 1, month=date(2027, 2, 1))
            count(empty, month=date(2027, 2, 1))
            count(borrowed, 1, month=date(2027, 2, 1))

            assert [
                ("B202", "2027-01-04", Idle.COUNTED_ELSEWHERE.name),
                ("B201", "2027-01-04", Idle.NOBODY.name),
            ] == names()

    def test_whoever_rests_with_leave_does_not_stand_here_and_begins_anew(self, in_app):
        hers = moved_in()
        rest = {"ground": Pause.ILLNESS, "ends_on": date(2027, 4, 30), "words": ""}
        with on("2027-03-01"):
            did(suspending.suspend, hers[1], staff(), **rest)
        with on("2027-04-20"):
            assert [] == names()
            did(suspending.resume, hers[1], staff())
        with on("2027-07-19"):
            assert [] == names()
        with on("2027-07-20"):
            assert [("B201", "2027-04-20", "NEVER_COUNTED")] == names()

    def test_an_address_is_told_and_the_number_of_months_may_be_chosen(self, in_app):
        moved_in()
        change("UPDATE tenancy SET credit_code = '91152201MA0N0TRE41'")
        with on("2027-02-04"):
            (found,) = figures.nameplates(staff(), months=1, after=None, limit=9)
            assert found["is_registered"]
            assert [] == names(months=2)

    def test_it_is_for_the_park_and_the_bureau(self, in_app):
        moved_in()
        with on("2027-06-01"):
            for by in ("demo-manager", "demo-bureau"):
                assert 1 == len(names(staff(by)))
            assert [] == names(staff("demo-manager-p01"))
