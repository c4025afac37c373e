"""What may be asked of parks: the list, one park, its units, and who runs it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine

from backend import clock
from backend.parks import queries
from backend.parks.kinds import HoldingKind, Tier
from backend.parks.listing import Wanted
from tests import records
from tests.backend.parks.appendix import (
    DEMONSTRATION,
    LEAGUE,
    NAMES,
    PARKS,
    STANDARD,
    TUQUAN,
    ULANHOT,
)
from tests.records import change, look, out_of_service, unit

KEYS = {park.name: park.key for park in PARKS}
DEMO = {"P01", "P05", "P13", "P20"}
EVERY, EVERYTHING = set(NAMES), Wanted()


def found(wanted: Wanted = EVERYTHING) -> list[str]:
    """The keys of the parks that are wanted, in the order of the list."""
    rows = queries.listed(wanted, after=None, limit=100)
    return [KEYS[row["name"]] for row in rows]


def words(*given: str) -> set[str]:
    return set(found(Wanted(words=given)))


class TestTheTwentyParks:
    @pytest.mark.parametrize("park", PARKS, ids=lambda park: park.key)
    def test_each_park_is_what_the_appendix_says(self, in_app, park):
        (row,) = [
            each
            for each in queries.listed(Wanted(), after=None, limit=100)
            if each["name"] == park.name
        ]

        assert park.jurisdiction == row["jurisdiction_code"]
        assert [
            {"tier": tier, "list": number, "item": item, "on": "2022-03-30"}
            for tier, number, item in sorted(park.tiers, key=lambda each: each[1])
        ] == row["tiers"]
        assert dict(row) == {**queries.get(row["public_id"]), "distance_m": row["distance_m"]}

    def test_there_are_no_others(self, in_app):
        assert sorted(EVERY) == sorted(found())

    def test_the_counts_of_the_heading_come_out(self, in_app):
        # 盟本级 3, 乌市 3 (and P20), 阿尔山市 2, 扎赉特旗 4, 科右前旗 2, 突泉县 4, 科右中旗 1.
        codes = ("152200", "152201", "152202", "152223", "152221", "152224", "152222")

        assert [3, 3 + 1, 2, 4, 2, 4, 1] == [len(found(Wanted(county=code))) for code in codes]


class TestDivisions:
    def test_the_league_and_its_six_counties_in_the_order_of_their_codes(self, in_app):
        # GB/T 2260 and domain.md §1.1.
        assert [
            ("152200", "兴安盟", "盟本级", False),
            ("152201", "乌兰浩特市", "乌市", True),
            ("152202", "阿尔山市", "阿尔山市", True),
            ("152221", "科尔沁右翼前旗", "科右前旗", True),
            ("152222", "科尔沁右翼中旗", "科右中旗", True),
            ("152223", "扎赉特旗", "扎赉特旗", True),
            ("152224", "突泉县", "突泉县", True),
        ] == [
            (row["code"], row["name"], row["short_name"], row["is_county"])
            for row in queries.divisions()
        ]


class TestSearching:
    @pytest.mark.parametrize("park", PARKS, ids=lambda park: park.key)
    def test_each_park_is_found_by_its_name_and_its_initials(self, in_app, park):
        assert {park.key} == words(park.name)
        assert {park.key} == words(park.initials)

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("xam", {"P01", "P03", "P04", "P06"}),
            ("XAM", {"P01", "P03", "P04", "P06"}),
            ("ｘａｍ", {"P01", "P03", "P04", "P06"}),
            ("兴安盟", {"P01", "P03", "P04", "P06"}),
            ("兴安", {"P01", "P02", "P03", "P04", "P06"}),
            ("xingan", {"P01", "P02", "P03", "P04", "P06"}),
            ("henglong", {"P05"}),
            ("hlcy", {"P05"}),
            ("恒隆", {"P05"}),
            ("电子商务", {"P02", "P03"}),
            ("大学生", {"P20"}),
            ("双创", {"P01", "P14"}),
            # Aliases: the banner's and the city's names in full and in short.
            ("科尔沁右翼前旗", {"P13", "P14"}),
            ("科尔沁右翼中旗", {"P19"}),
            ("乌市", {"P20"}),
            ("kerqin", set()),
            ("keerqin", {"P13", "P14", "P19"}),
            ("没有这个园区", set()),
        ],
    )
    def test_words_find_names_aliases_pinyin_and_initials(self, in_app, given, expected):
        assert expected == words(given)

    def test_several_words_all_have_to_fit(self, in_app):
        assert {"P03"} == words("兴安盟", "电子商务")
        assert {"P03"} == words("xam", "dzsw")
        assert set() == words("恒隆", "电子商务")

    @pytest.mark.parametrize("given", ["%", "_", "\\", "/", "%%", "x%m", "x_m", "/%", "'", '"'])
    def test_signs_mean_themselves(self, in_app, given):
        assert set() == words(given)

    @pytest.mark.parametrize("sign", ["%", "_", "\\", "/"])
    def test_a_name_with_such_a_sign_is_found_by_it(self, in_mended_app, sign):
        change(
            "UPDATE park SET search_text = :text WHERE name = :name",
            text=f"甲{sign}乙",
            name=NAMES["P07"],
        )

        assert {"P07"} == words(f"甲{sign}乙")
        assert {"P07"} == words(sign)

    def test_no_words_find_everything(self, in_app):
        assert EVERY == words()


class TestNarrowing:
    def test_by_county_means_who_answers_for_it(self, in_app):
        assert {"P04", "P05", "P06", "P20"} == set(found(Wanted(county=ULANHOT)))
        assert {"P15", "P16", "P17", "P18"} == set(found(Wanted(county=TUQUAN)))
        assert {"P01", "P02", "P03"} == set(found(Wanted(county=LEAGUE)))

    def test_by_county_also_means_where_it_stands_once_that_is_known(self, in_mended_app):
        change(
            "UPDATE park SET located_county_code = :code WHERE name = :name",
            code=ULANHOT,
            name=NAMES["P01"],
        )

        assert {"P01", "P04", "P05", "P06", "P20"} == set(found(Wanted(county=ULANHOT)))
        assert "P01" in found(Wanted(county=LEAGUE))

    @pytest.mark.parametrize("tier", list(Tier))
    def test_by_tier(self, in_app, tier):
        expected = {
            STANDARD: EVERY - {"P20"},
            DEMONSTRATION: {"P03", "P20"},
        }.get(tier.name.lower(), set())

        assert expected == set(found(Wanted(tier=tier)))

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("student", {"P20"}),
            ("returnee", {"P05", "P13"}),
            ("veteran", {"P13"}),
            ("special_feature", {"P01"}),
        ],
    )
    def test_by_type(self, in_app, kind, expected):
        assert expected == set(found(Wanted(type=kind)))

    def test_by_free_unit_a_park_of_unknown_units_is_neither(self, in_app):
        assert DEMO == set(found(Wanted(has_free_unit=True)))
        assert set() == set(found(Wanted(has_free_unit=False)))

    def test_by_free_unit_a_full_park_is_full(self, in_app):
        today = clock.today()
        for code in ("C301", "C302"):
            out_of_service(unit(code), today, None)

        assert DEMO - {"P13"} == set(found(Wanted(has_free_unit=True)))
        assert {"P13"} == set(found(Wanted(has_free_unit=False)))

    def test_everything_at_once(self, in_app):
        wanted = Wanted(
            words=("chuangye",),
            county=ULANHOT,
            tier=Tier.REGIONAL_DEMONSTRATION,
            type="student",
            has_free_unit=True,
            near=(122.1, 46.06),
        )

        assert ["P20"] == found(wanted)


class TestOrder:
    # From 122.05, 46.08. A degree of latitude is 111.195 km; of longitude, at 46.08 degrees,
    # 111.195 × cos 46.08° = 77.13 km.
    NEAR = (122.05, 46.08)
    METRES = {
        "P01": 991,  # 0.012343° west = 952 m, 0.002462° north = 274 m
        "P05": 3423,  # 0.043123° east = 3326 m, 0.007269° south = 808 m
        "P20": 4452,  # 0.050001° east = 3857 m, 0.019998° south = 2224 m
        "P13": 7511,  # 0.097379° west = 7511 m, 0.000167° south = 19 m
    }

    def test_nearest_first_and_unknown_places_last(self, in_app):
        assert ["P01", "P05", "P20", "P13"] == found(Wanted(near=self.NEAR))[:4]
        assert EVERY - DEMO == set(found(Wanted(near=self.NEAR))[4:])

    def test_distances_are_great_circles_in_metres(self, in_app):
        rows = queries.listed(Wanted(near=self.NEAR), after=None, limit=100)

        for row in rows[:4]:
            # The flat sum by hand is good to one per mille at this distance.
            assert self.METRES[KEYS[row["name"]]] == pytest.approx(row["distance_m"], rel=0.001)
            assert row["is_placed"]

    def test_a_place_that_is_unknown_has_no_distance(self, in_app):
        rows = queries.listed(Wanted(near=self.NEAR), after=None, limit=100)

        assert [False] * 16 == [row["is_placed"] for row in rows[4:]]

    def test_the_other_side_of_the_world_is_still_nearer_than_nowhere(self, in_app):
        # The antipode of Ulanhot; the farthest place on earth is 20,015 km away.
        rows = queries.listed(Wanted(near=(-57.95, -46.08)), after=None, limit=100)

        assert ["P13", "P20", "P05", "P01"] == [KEYS[row["name"]] for row in rows[:4]]
        assert all(20_000_000 < row["distance_m"] < 20_016_000 for row in rows[:4])

    def test_across_the_180th_degree_the_short_way_counts(self, in_mended_app):
        change(
            "UPDATE park SET longitude = 179.9, latitude = 46.08 WHERE name = :n", n=NAMES["P07"]
        )

        rows = queries.listed(Wanted(near=(-179.9, 46.08)), after=None, limit=1)

        # 0.2 degrees of longitude are 15.4 km.
        assert ("P07", pytest.approx(15_425, rel=0.002)) == (
            KEYS[rows[0]["name"]],
            rows[0]["distance_m"],
        )

    def test_without_a_place_the_order_is_that_of_the_sounds(self, in_app):
        # 阿尔山… a, 恒隆… h, 科右… k, 内蒙古… n, 三阳… s, 突泉… t, 乌兰… w, 兴安… x, 扎赉… z.
        expected = "P08 P07 P05 P13 P14 P19 P10 P11 P12 P15 P18 P16 P17 P20 P03 P04 P01 P06 P02 P09"

        assert expected.split() == found()

    def test_equal_distances_are_ordered_by_sound(self, in_app):
        # None of the sixteen has a place: they come as in the list without one.
        without = [key for key in found() if key not in DEMO]

        assert without == found(Wanted(near=self.NEAR))[4:]


class TestPaging:
    def pages(self, wanted: Wanted, limit: int, between=lambda: None) -> list[str]:
        keys, after = [], None
        while page := queries.listed(wanted, after=after, limit=limit):
            keys += [KEYS.get(row["name"], row["name"]) for row in page]
            last = page[-1]
            after = [last["distance_m"], last["pinyin"], last["id"]]
            between()
        return keys

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 19, 20, 21])
    @pytest.mark.parametrize("near", [None, TestOrder.NEAR])
    def test_pages_of_any_size_give_each_park_once_in_order(self, in_app, limit, near):
        wanted = Wanted(near=near)

        assert found(wanted) == self.pages(wanted, limit)

    @pytest.mark.parametrize("near", [None, TestOrder.NEAR])
    def test_parks_that_come_in_between_pages_move_nobody(self, in_mended_app, near):
        """QS-08: each stable row exactly once, whatever is inserted in between."""
        wanted = Wanted(near=near)
        before, names = found(wanted), iter(["a", "zzz", "b", "yyy", "c"])

        def insert() -> None:
            if (name := next(names, None)) is not None:
                change(
                    "INSERT INTO park (public_id, key, name, aliases, pinyin, initials,"
                    " search_text, jurisdiction_code, jurisdiction_source, is_demo, version,"
                    " updated_at) VALUES (:id, :n, :n, '{}', :n, :n, :n, '152201', 'name',"
                    " false, 1, now())",
                    id=uuid4(),
                    n=name,
                )

        seen = self.pages(wanted, 6, insert)

        assert before == [key for key in seen if key in EVERY]
        assert len(seen) == len(set(seen))

    def test_two_parks_of_one_sound_are_told_apart(self, in_mended_app):
        change("UPDATE park SET pinyin = 'same'")

        assert EVERY == set(self.pages(Wanted(), 3))


class TestOnePark:
    def test_what_is_not_known_is_null_and_never_nought(self, in_app):
        row = queries.get(records.park("P15")["public_id"])

        for name in (
            "address",
            "floor_area_m2",
            "operator",
            "phone",
            "longitude",
            "latitude",
            "located_county_code",
            "types",
            "units_total",
            "units_free",
        ):
            assert row[name] is None, name
        assert not row["is_placed"]

    def test_units_are_counted_as_of_today(self, in_app):
        row = queries.get(records.park("P05")["public_id"])

        assert (3, 3, clock.today()) == (row["units_total"], row["units_free"], row["as_of"])

    # Held on the 24th and 25th of November in Shanghai; 16:00 in UTC is midnight there.
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-11-23T15:59:59Z", 3),
            ("2026-11-23T16:00:00Z", 2),
            ("2026-11-25T15:59:59Z", 2),
            ("2026-11-25T16:00:00Z", 3),
        ],
    )
    def test_a_unit_is_free_on_the_days_on_which_nobody_holds_it(self, in_app, moment, expected):
        out_of_service(unit("B201"), date(2026, 11, 24), date(2026, 11, 26))

        with time_machine.travel(moment, tick=False):
            row = queries.get(records.park("P05")["public_id"])

        assert expected == row["units_free"]
        assert 3 == row["units_total"]

    def test_a_park_without_a_free_unit_has_nought_of_them(self, in_app):
        for code in ("B201", "B202", "B203"):
            out_of_service(unit(code), clock.today(), None)

        row = queries.get(records.park("P05")["public_id"])

        assert (3, 0) == (row["units_total"], row["units_free"])

    def test_a_closed_unit_counts_no_more_from_its_day_on(self, in_mended_app):
        today = clock.today()
        for code, closed_on in (("B297", today), ("B298", today + timedelta(days=1))):
            records.new_unit("P05", code, closed_on=closed_on)

        row = queries.get(records.park("P05")["public_id"])

        assert (4, 4) == (row["units_total"], row["units_free"])

    def test_an_unknown_park_is_none(self, in_app):
        assert queries.get(uuid4()) is None
        assert queries.find(uuid4()) is None

    def test_find_gives_the_keys(self, in_app):
        park = records.park("P05")

        assert {
            "id": park["id"],
            "public_id": park["public_id"],
            "name": "恒隆创业广场",
            "jurisdiction_code": "152201",
        } == dict(queries.find(park["public_id"]))


class TestUnits:
    def units(self, park: str = "P05") -> dict[str, tuple]:
        rows = queries.units_of(records.park(park)["id"])
        return {row["code"]: (row["held_kind"], row["held_until"]) for row in rows}

    def test_they_come_by_code_and_free_ones_are_held_by_nobody(self, in_app):
        assert {code: (None, None) for code in ("B201", "B202", "B203")} == self.units()
        assert ["A101", "A102", "A103", "D01", "D02"] == list(self.units("P01"))

    def test_a_held_unit_says_why_and_until_when(self, in_app):
        today = clock.today()
        end = today + timedelta(days=10)
        out_of_service(unit("B202"), today, end)

        assert (HoldingKind.OUT_OF_SERVICE, end) == self.units()["B202"]

    def test_a_unit_held_for_good_says_no_day(self, in_app):
        out_of_service(unit("B202"), clock.today(), None)

        assert (HoldingKind.OUT_OF_SERVICE, None) == self.units()["B202"]

    @pytest.mark.parametrize(
        ("first", "end"), [(-5, 0), (1, 5)], ids=["until today", "tomorrow on"]
    )
    def test_what_is_over_or_to_come_does_not_hold_it_today(self, in_app, first, end):
        today = clock.today()
        out_of_service(unit("B202"), today + timedelta(first), today + timedelta(end))

        assert (None, None) == self.units()["B202"]

    def test_a_unit_held_twice_in_a_row_is_free_after_the_second(self, in_app):
        """`free_from` promises the first day on which nobody holds it."""
        days = [clock.today() + timedelta(n) for n in (0, 10, 20)]
        out_of_service(unit("B202"), days[0], days[1])
        out_of_service(unit("B202"), days[1], days[2])

        assert days[2] == self.units()["B202"][1]

    def test_a_closed_unit_is_not_shown(self, in_mended_app):
        records.new_unit("P05", "B299", closed_on=clock.today())

        assert "B299" not in self.units()

    def test_a_park_of_unknown_units_has_none_to_show(self, in_app):
        assert {} == self.units("P15")


class TestFreeUnits:
    JULY, AUGUST = date(2027, 7, 1), date(2027, 8, 1)

    def free(self) -> list[str]:
        rows = queries.free_units(records.park("P05")["id"], self.JULY, self.AUGUST)
        return [row["code"] for row in rows]

    @pytest.mark.parametrize(
        ("first", "end", "is_free"),
        [
            (date(2027, 6, 1), date(2027, 7, 1), True),
            (date(2027, 6, 1), date(2027, 7, 2), False),
            (date(2027, 7, 31), date(2027, 9, 1), False),
            (date(2027, 8, 1), date(2027, 9, 1), True),
            (date(2027, 1, 1), None, False),
        ],
    )
    def test_a_unit_is_free_when_no_day_is_taken(self, in_app, first, end, is_free):
        out_of_service(unit("B201"), first, end)

        assert (["B201"] if is_free else []) + ["B202", "B203"] == self.free()

    def test_a_unit_that_is_closed_by_then_is_not_offered(self, in_mended_app):
        records.new_unit("P05", "B298", closed_on=self.JULY)
        records.new_unit("P05", "B299", closed_on=self.AUGUST)

        assert ["B201", "B202", "B203", "B299"] == self.free()

    def test_a_unit_that_closes_in_between_is_not_offered(self, in_mended_app):
        """`hold` would refuse it, so it must not be offered instead of another."""
        records.new_unit("P05", "B299", closed_on=date(2027, 7, 15))

        assert "B299" not in self.free()


class TestManagers:
    @pytest.mark.parametrize(
        ("since", "until", "runs"),
        [
            (0, None, True),
            (1, None, False),
            (-10, 1, True),
            (-10, 0, False),
            (-10, -1, False),
        ],
        ids=["from today", "from tomorrow", "until before tomorrow", "until today", "until before"],
    )
    def test_who_runs_a_park_is_a_matter_of_days(self, in_mended_app, since, until, runs):
        today, park = clock.today(), records.park("P15")["id"]
        him = records.staff("demo-manager-2")
        change(
            "INSERT INTO park_manager VALUES (:park, :him, :since, :until)",
            park=park,
            him=him.id,
            since=today + timedelta(since),
            until=None if until is None else today + timedelta(until),
        )

        assert runs is (park in queries.managed_by(him.id))

    def test_the_day_begins_at_midnight_in_shanghai(self, in_mended_app):
        him = records.staff()
        change("UPDATE park_manager SET since_on = '2026-11-24'")

        with time_machine.travel("2026-11-23T15:59:59Z", tick=False):
            assert frozenset() == queries.managed_by(him.id)
        with time_machine.travel("2026-11-23T16:00:00Z", tick=False):
            assert {records.park("P05")["id"]} == queries.managed_by(him.id)

    def test_whoever_runs_nothing_runs_nothing(self, in_app):
        assert frozenset() == queries.managed_by(records.staff("demo-bureau").id)

    def test_named_gives_names_by_sound(self, in_app):
        keys = frozenset(row["id"] for row in look("SELECT id FROM park"))

        assert found() == [KEYS[row["name"]] for row in queries.named(keys)]
        assert [] == list(queries.named(frozenset()))


def test_the_longest_names_are_those_of_the_records(in_mended_app):
    change("UPDATE unit SET code = '北区二号楼B2019' WHERE code = 'B201'")

    found = queries.longest_names()

    assert max(NAMES.values(), key=len) == found["park"]
    # Of seven characters each: 科尔沁右翼前旗 and 科尔沁右翼中旗.
    assert found["office"] in ("科尔沁右翼前旗人社局", "科尔沁右翼中旗人社局")
    assert "北区二号楼B2019" == found["unit"]


def test_where_no_unit_is_recorded_its_longest_name_is_empty(in_mended_app):
    change("DELETE FROM unit")

    assert "" == queries.longest_names()["unit"]
