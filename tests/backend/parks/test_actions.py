"""How parks come in, and how a unit is held so that nobody gets it twice."""

import threading
from datetime import date, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, NoResultFound

from backend import clock
from backend.db import action
from backend.errors import Invalid, UnitTaken
from backend.parks import actions, queries
from tests import records
from tests.backend.parks.appendix import NAMES, PARKS
from tests.records import at_once, change, look, one, unit

JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2027, month, 1) for month in (7, 8, 9, 10))


def emptied() -> None:
    """A database as the migrations leave it."""
    change("TRUNCATE division, park, staff CASCADE")


def hold(first: date, end: date, *, code: str = "B201", park: str = "P05"):
    """Hold a unit for a case of its own, in a transaction of its own."""
    key = records.park(park)["id"]
    return action(actions.hold)(key, unit(code), first, end, application_id=uuid4())


class TestSeeding:
    def test_seeding_an_empty_database_brings_the_twenty_parks_of_the_appendix(self, in_own_app):
        emptied()

        assert 20 == actions.seed_parks()

        assert {(park.name, park.jurisdiction) for park in PARKS} == {
            (row["name"], row["jurisdiction_code"]) for row in look("SELECT * FROM park")
        }
        # 19 entries of list 2 and 2 of list 1.
        assert {
            (name, tier.upper(), number, item, date(2022, 3, 30))
            for _, name, _, _, tiers in PARKS
            for tier, number, item in tiers
        } == {
            tuple(row.values())
            for row in look(
                "SELECT name, tier, list_number, item_number, listed_on"
                " FROM park_tier JOIN park ON park.id = park_id"
            )
        }
        assert 21 == one("SELECT count(*) FROM park_tier")

    def test_seeding_twice_adds_nothing(self, in_own_app):
        before = look("SELECT * FROM park ORDER BY id")

        assert 0 == actions.seed_parks()

        assert before == look("SELECT * FROM park ORDER BY id")

    def test_three_seeds_at_once_bring_twenty_parks_together(self, in_own_app):
        emptied()

        brought = at_once(3, lambda _: actions.seed_parks())

        assert [0, 0, 20] == sorted(brought)
        assert (20, 21, 7) == tuple(
            one(f"SELECT count(*) FROM {table}") for table in ("park", "park_tier", "division")
        )

    def test_a_park_that_is_new_in_the_file_comes_in_beside_the_others(self, in_own_app):
        name = NAMES["P19"]
        change("DELETE FROM park_tier USING park WHERE park.id = park_id AND name = :n", n=name)
        change("DELETE FROM park WHERE name = :n", n=name)

        assert 1 == actions.seed_parks()

        assert 20 == one("SELECT count(*) FROM park")

    def test_what_staff_have_changed_since_is_left_alone(self, in_own_app):
        change("UPDATE park SET operator = '某公司' WHERE name = :n", n=NAMES["P02"])

        actions.seed_parks()
        actions.seed_demo()

        assert "某公司" == records.park("P02")["operator"]

    def test_what_the_document_does_not_say_stays_unknown(self, in_own_app):
        emptied()
        actions.seed_parks()

        for column in (
            "address",
            "floor_area_m2",
            "operator",
            "phone",
            "longitude",
            "latitude",
            "located_county_code",
            "types",
        ):
            assert 0 == one(f"SELECT count({column}) FROM park"), column
        assert 0 == one("SELECT count(*) FROM unit")
        assert 0 == one("SELECT count(*) FROM park WHERE is_demo")

    def test_where_a_jurisdiction_comes_from_is_said(self, in_own_app):
        # The count line speaks of the 19 of list 2; of P20 only its own name tells.
        sources = {row["key"]: row["jurisdiction_source"] for row in look("SELECT * FROM park")}

        assert {
            park.key: "name" if park.key == "P20" else "count_line" for park in PARKS
        } == sources

    def test_public_ids_are_the_same_in_every_installation(self, in_own_app):
        before = look("SELECT name, public_id FROM park ORDER BY name")
        emptied()
        actions.seed_parks()

        assert before == look("SELECT name, public_id FROM park ORDER BY name")

    def test_demo_units_come_once_and_are_marked(self, in_own_app):
        actions.seed_demo()

        # Five, three, two and three.
        assert 13 == one("SELECT count(*) FROM unit")
        assert 0 == one("SELECT count(*) FROM unit WHERE NOT is_demo")
        assert {"P01", "P05", "P13", "P20"} == {
            row["key"] for row in look("SELECT key FROM park WHERE is_demo")
        }


class TestAppointing:
    def test_a_manager_runs_the_park_from_today_on(self, in_mended_app):
        actions.appoint_manager("demo-manager", park_key="P15")

        keys = {records.park("P05")["id"], records.park("P15")["id"]}
        assert keys == queries.managed_by(records.staff().id)
        since = one(
            "SELECT since_on FROM park_manager WHERE park_id = :park",
            park=records.park("P15")["id"],
        )
        assert clock.today() == since

    def test_appointing_twice_changes_nothing(self, in_mended_app):
        before = look("SELECT * FROM park_manager ORDER BY 1, 2")

        actions.appoint_manager("demo-manager", park_key="P05")

        assert before == look("SELECT * FROM park_manager ORDER BY 1, 2")

    @pytest.mark.parametrize(
        ("username", "key"), [("nobody", "P05"), ("demo-manager", "P99"), ("demo-manager", "")]
    )
    def test_nobody_and_nowhere_cannot_be_appointed(self, in_mended_app, username, key):
        before = one("SELECT count(*) FROM park_manager")

        with pytest.raises(NoResultFound):
            actions.appoint_manager(username, park_key=key)

        assert before == one("SELECT count(*) FROM park_manager")


class TestHolding:
    def test_a_unit_is_held_from_the_first_day_until_before_the_end(self, in_app):
        hold(JULY, AUGUST)

        assert [{"kind": "TENANCY", "first": JULY, "end": AUGUST}] == look(
            "SELECT kind, lower(during) AS first, upper(during) AS end FROM holding"
        )

    # Held from 1 August until before 1 September.
    @pytest.mark.parametrize(
        ("first", "end"),
        [
            (AUGUST, SEPTEMBER),
            (JULY, OCTOBER),
            (date(2027, 8, 10), date(2027, 8, 11)),
            (JULY, AUGUST + timedelta(days=1)),
            (SEPTEMBER - timedelta(days=1), OCTOBER),
        ],
        ids=["the same", "around it", "within it", "its first day", "its last day"],
    )
    def test_a_period_that_shares_a_day_is_refused(self, in_app, first, end):
        hold(AUGUST, SEPTEMBER)

        with pytest.raises(UnitTaken):
            hold(first, end)

        assert 1 == one("SELECT count(*) FROM holding")

    @pytest.mark.parametrize(
        ("first", "end"), [(JULY, AUGUST), (SEPTEMBER, OCTOBER)], ids=["before", "after"]
    )
    def test_a_period_that_only_touches_is_granted(self, in_app, first, end):
        hold(AUGUST, SEPTEMBER)

        hold(first, end)

        assert 2 == one("SELECT count(*) FROM holding")

    def test_the_refusal_says_until_when_and_what_is_free_instead(self, in_app):
        hold(AUGUST, SEPTEMBER, code="B201")
        hold(JULY, AUGUST, code="B202")

        with pytest.raises(UnitTaken) as refused:
            hold(AUGUST, OCTOBER, code="B201")

        # B202 is free again from the first of August on.
        assert {
            "unit_id": str(unit("B201")),
            "held_from": "2027-08-01",
            "held_until": "2027-09-01",
            "free_units": [{"id": str(unit(code)), "code": code} for code in ("B202", "B203")],
        } == refused.value.more
        assert "B201" in refused.value.detail

    def test_of_several_holdings_the_first_is_named(self, in_app):
        hold(SEPTEMBER, OCTOBER)
        hold(JULY, AUGUST)

        with pytest.raises(UnitTaken) as refused:
            hold(JULY, OCTOBER)

        assert "2027-07-01" == refused.value.more["held_from"]

    def test_a_unit_that_is_out_of_service_is_refused(self, in_app):
        records.out_of_service(unit("B201"), AUGUST, SEPTEMBER)

        with pytest.raises(UnitTaken):
            hold(AUGUST, OCTOBER)
        hold(SEPTEMBER, OCTOBER)

    def test_a_unit_out_of_service_for_good_has_no_end(self, in_app):
        records.out_of_service(unit("B201"), AUGUST, None)

        with pytest.raises(UnitTaken) as refused:
            hold(SEPTEMBER, OCTOBER)

        assert refused.value.more["held_until"] is None
        assert "长期" in refused.value.detail

    @pytest.mark.parametrize("code", ["A101", "C301", "E401"])
    def test_another_parks_unit_is_refused(self, in_app, code):
        with pytest.raises(Invalid) as refused:
            hold(JULY, AUGUST, code=code, park="P05")

        assert "#/unit_id" == refused.value.more["errors"][0]["pointer"]

    @pytest.mark.parametrize(
        ("closed_on", "granted"),
        [
            (JULY, False),
            (AUGUST - timedelta(days=1), False),
            # It closes on the very day after the last one.
            (AUGUST, True),
            (SEPTEMBER, True),
        ],
    )
    def test_a_unit_must_stay_open_until_the_end(self, in_mended_app, closed_on, granted):
        records.new_unit("P05", "B299", closed_on=closed_on)

        if granted:
            hold(JULY, AUGUST, code="B299")
        else:
            with pytest.raises(Invalid):
                hold(JULY, AUGUST, code="B299")

    def test_twenty_who_want_the_same_unit_at_once_get_it_once(self, in_app):
        got = at_once(8, lambda _: hold(JULY, AUGUST))

        assert 1 == sum(not isinstance(each, Exception) for each in got)
        assert {UnitTaken} == {type(each) for each in got if isinstance(each, Exception)}
        assert 1 == one("SELECT count(*) FROM holding")

    def test_what_the_kind_look_did_not_see_the_constraint_refuses(self, in_app):
        """Another session holds the unit without the row lock, and commits in between."""
        with psycopg.connect(_conninfo(in_app)) as other:
            other.execute(
                "INSERT INTO holding (public_id, unit_id, kind, during, application_id, created_at)"
                " SELECT gen_random_uuid(), id, 'TENANCY', '[2027-07-01,2027-08-01)',"
                " gen_random_uuid(), now() FROM unit WHERE code = 'B201'"
            )
            # `hold` waits at the constraint until the other has committed.
            threading.Timer(0.3, other.commit).start()

            with pytest.raises(UnitTaken):
                hold(JULY, AUGUST)


class TestHoldingLongerAndShorter:
    def test_for_longer_where_nobody_has_it(self, in_app):
        mine = hold(JULY, AUGUST)

        action(actions.extend)(mine.application_id, SEPTEMBER)

        assert (JULY, SEPTEMBER) == self.period(mine)

    @pytest.mark.parametrize(("end", "granted"), [(SEPTEMBER, True), (OCTOBER, False)])
    def test_until_the_day_on_which_somebody_else_has_it(self, in_app, end, granted):
        mine = hold(JULY, AUGUST)
        hold(SEPTEMBER, OCTOBER)

        if granted:
            action(actions.extend)(mine.application_id, end)
        else:
            with pytest.raises(UnitTaken) as refused:
                action(actions.extend)(mine.application_id, end)
            assert str(SEPTEMBER) == refused.value.more["held_from"]
        assert (JULY, end if granted else AUGUST) == self.period(mine)

    @pytest.mark.parametrize(("closed_on", "granted"), [(SEPTEMBER, True), (AUGUST, False)])
    def test_the_unit_must_stay_open(self, in_mended_app, closed_on, granted):
        mine = hold(JULY, AUGUST)
        change("UPDATE unit SET closed_on = :day WHERE code = 'B201'", day=closed_on)

        if granted:
            action(actions.extend)(mine.application_id, SEPTEMBER)
        else:
            with pytest.raises(Invalid):
                action(actions.extend)(mine.application_id, SEPTEMBER)

    def test_what_is_let_go_of_is_free_from_that_day(self, in_app):
        mine = hold(JULY, OCTOBER)

        action(actions.shorten)(mine.application_id, AUGUST)
        hold(AUGUST, OCTOBER)

        assert (JULY, AUGUST) == self.period(mine)

    def period(self, holding) -> tuple[date, date]:
        (found,) = look(
            "SELECT lower(during) AS first, upper(during) AS until FROM holding WHERE id = :id",
            id=holding.id,
        )
        return found["first"], found["until"]


class TestTheConstraintItself:
    """Whatever a program does, the database refuses a double booking."""

    INSERT = (
        "INSERT INTO holding (public_id, unit_id, kind, during, application_id, created_at)"
        " SELECT gen_random_uuid(), id, :kind, CAST(:during AS daterange), :case, now()"
        " FROM unit WHERE code = 'B201'"
    )

    def insert(self, during: str, *, kind: str = "TENANCY", **more) -> None:
        case = more.get("case", uuid4() if kind == "TENANCY" else None)
        change(self.INSERT, kind=kind, during=during, case=case)

    @pytest.mark.parametrize("kind", ["TENANCY", "OUT_OF_SERVICE"])
    def test_two_overlapping_holdings_cannot_be_written(self, in_app, kind):
        self.insert("[2027-07-01,2027-08-01)")

        with pytest.raises(IntegrityError, match="ex_holding_unit"):
            self.insert("[2027-07-31,2027-09-01)", kind=kind)
        self.insert("[2027-08-01,2027-09-01)", kind=kind)

    @pytest.mark.parametrize("during", ["empty", "[2027-07-01,2027-07-01)", "(,2027-07-01)"])
    def test_a_holding_has_a_first_day_and_at_least_one(self, in_app, during):
        with pytest.raises(IntegrityError, match="ck_holding_during"):
            self.insert(during)

    def test_a_tenancy_names_its_case_and_nothing_else_does(self, in_app):
        for kind, case in (("TENANCY", None), ("OUT_OF_SERVICE", uuid4())):
            with pytest.raises(IntegrityError, match="ck_holding_kind"):
                self.insert("[2027-07-01,2027-08-01)", kind=kind, case=case)

    def test_one_case_is_granted_one_holding(self, in_app):
        case = uuid4()
        self.insert("[2027-07-01,2027-08-01)", case=case)

        with pytest.raises(IntegrityError, match="uq_holding_application_id"):
            self.insert("[2028-07-01,2028-08-01)", case=case)


def _conninfo(app) -> str:
    return app.extensions["settings"].database_url.replace("+psycopg", "")
