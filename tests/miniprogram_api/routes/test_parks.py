"""Parks over HTTP: nobody signs in to look."""

from datetime import timedelta
from itertools import count
from urllib.parse import quote
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from backend import clock
from tests.backend.parks.appendix import NAMES, PARKS
from tests.factories import World
from tests.records import change, out_of_service, unit

KEYS = {park.name: park.key for park in PARKS}


def keys(world: World, query: str) -> list[str]:
    answer = world.anybody.get(f"/parks?{query}")
    assert 200 == answer.status_code, answer.text
    return [KEYS.get(park["name"], "new") for park in answer.json["items"]]


def pages(world: World, query: str = "", between=lambda: None) -> list[str]:
    """Follow the cursors to the end."""
    found, cursor = [], ""
    while True:
        answer = world.anybody.get(f"/parks?{query}{cursor}").json
        found += [KEYS.get(park["name"], park["name"]) for park in answer["items"]]
        if answer["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer['next_cursor']}"
        between()


class TestTheList:
    @pytest.mark.parametrize("park", PARKS, ids=lambda park: park.key)
    def test_each_park_of_the_appendix_is_there_as_the_appendix_has_it(self, world: World, park):
        (shown,) = world.anybody.get(f"/parks?q={quote(park.name)}").json["items"]

        labels = {"league_standard": "盟级标准化", "regional_demonstration": "自治区级示范性"}
        assert park.jurisdiction == shown["jurisdiction_code"]
        assert [
            {"tier": t, "tier_label": labels[t], "list": n, "item": i, "on": "2022-03-30"}
            for t, n, i in sorted(park.tiers, key=lambda each: each[1])
        ] == shown["tiers"]
        # The document gives none of these for any park.
        for name in ("floor_area_m2", "operator", "located_county_code"):
            assert shown[name] is None
            assert name in shown["unknown"]

    def test_all_twenty_fit_on_one_page_and_nothing_follows(self, world: World):
        answer = world.anybody.get("/parks?limit=100").json

        assert 20 == len(answer["items"])
        assert answer["next_cursor"] is None

    def test_without_a_limit_a_page_has_twenty(self, in_mended_app, world: World):
        for name in "ab":
            insert(name)

        answer = world.anybody.get("/parks").json

        assert 20 == len(answer["items"])
        assert answer["next_cursor"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=xam", {"P01", "P03", "P04", "P06"}),
            ("q=XAM%20dzsw", {"P03"}),
            ("q=" + quote("科尔沁右翼前旗"), {"P13", "P14"}),
            ("q=%25", set()),
            ("q=_", set()),
            ("county=152201", {"P04", "P05", "P06", "P20"}),
            ("county=152222", {"P19"}),
            ("tier=regional_demonstration", {"P03", "P20"}),
            ("tier=national_demonstration", set()),
            ("type=veteran", {"P13"}),
            ("has_free_unit=true", {"P01", "P05", "P13", "P20"}),
            ("has_free_unit=false", set()),
            ("county=152201&tier=league_standard&has_free_unit=true", {"P05"}),
        ],
    )
    def test_it_is_narrowed_by_words_county_tier_type_and_free_unit(
        self, world: World, query, expected
    ):
        assert expected == set(keys(world, f"{query}&limit=100"))

    def test_from_a_place_the_nearest_comes_first_and_unknown_places_last(self, world: World):
        items = world.anybody.get("/parks?near=122.05,46.08&limit=100").json["items"]

        assert ["P01", "P05", "P20", "P13"] == [KEYS[park["name"]] for park in items[:4]]
        # The distances of `test_queries`, in whole metres.
        assert [991, 3423, 4452, 7511] == pytest.approx(
            [park["distance_m"] for park in items[:4]], rel=0.001
        )
        for park in items[4:]:
            assert park["distance_m"] is None
            assert park["location"] is None
            assert "location" in park["unknown"]

    def test_without_a_place_there_is_no_distance(self, world: World):
        assert {None} == {park["distance_m"] for park in world.anybody.get("/parks").json["items"]}


class TestPaging:
    @pytest.mark.parametrize("limit", [1, 3, 7, 19])
    @pytest.mark.parametrize("near", ["", "&near=122.05,46.08"])
    def test_the_cursors_lead_through_all_parks_once(self, world: World, limit, near):
        assert keys(world, f"limit=100{near}") == pages(world, f"limit={limit}{near}")

    @pytest.mark.parametrize("near", ["", "&near=122.05,46.08"])
    def test_parks_that_come_in_between_move_nobody(self, in_mended_app, world: World, near):
        before, number = keys(world, f"limit=100{near}"), count()

        seen = pages(world, f"limit=6{near}", lambda: insert("az"[next(number) % 2] * 3))

        assert before == [key for key in seen if key in NAMES]

    def test_a_narrowed_list_pages_as_well(self, world: World):
        assert ["P03", "P04", "P01", "P06"] == pages(world, "q=xam&limit=3")

    def test_a_cursor_of_another_question_is_refused(self, world: World):
        cursor = world.anybody.get("/parks?limit=3").json["next_cursor"]

        answer = world.anybody.get(f"/parks?limit=3&q=xam&cursor={cursor}")

        assert 400 == answer.status_code
        assert ["?cursor"] == [fault["pointer"] for fault in answer.json["errors"]]

    def test_the_size_of_the_page_may_change_on_the_way(self, world: World):
        cursor = world.anybody.get("/parks?limit=3").json["next_cursor"]

        assert keys(world, "limit=100")[3:] == keys(world, f"limit=100&cursor={cursor}")


class TestOnePark:
    def test_it_is_the_one_of_the_list(self, world: World):
        listed = world.park("P05")

        assert listed == world.anybody.get(f"/parks/{listed['id']}").json

    def test_a_read_can_be_asked_after(self, world: World):
        path = f"/parks/{world.park('P05')['id']}"
        tag = world.anybody.get(path).headers["ETag"]

        assert 304 == world.anybody.get(path, If_None_Match=tag).status_code

    @pytest.mark.parametrize("end", ["", "/units"])
    def test_a_park_that_does_not_exist_is_not_found(self, world: World, end):
        answer = world.anybody.get(f"/parks/{uuid4()}{end}")

        assert (404, "application/problem+json") == (answer.status_code, answer.mimetype)
        assert answer.json["type"].endswith("/api/v1/problems/not-found")

    def test_what_is_answered_is_what_the_document_says(self, world: World):
        document = world.anybody.get("/openapi.json").json
        page = document["paths"]["/api/v1/parks"]["get"]["responses"]["200"]
        schema = page["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": document["components"]})

        for query in ("limit=100", "near=122,46&limit=100", "q=xam"):
            validator.validate(world.anybody.get(f"/parks?{query}").json)


class TestUnits:
    def test_they_come_by_code_with_their_kind(self, world: World):
        assert [
            ("B201", "office", "办公用房", 28, True),
            ("B202", "stall", "摊位", 12, True),
            ("B203", "stall", "摊位", 12, True),
        ] == [
            (each["code"], each["kind"], each["kind_label"], each["floor_area_m2"], each["is_free"])
            for each in world.units()
        ]

    def test_a_free_unit_is_free_from_today(self, world: World):
        assert {str(clock.today())} == {each["free_from"] for each in world.units()}

    def test_a_held_unit_says_why_and_from_when_it_is_free(self, world: World, in_app):
        today = clock.today()
        out_of_service(unit("B202"), today, today + timedelta(days=7))
        out_of_service(unit("B203"), today, None)

        _, held, gone = world.units()

        assert (False, "out_of_service", "停用", str(today + timedelta(days=7))) == tuple(
            held[name] for name in ("is_free", "held_kind", "held_kind_label", "free_from")
        )
        assert (False, None) == (gone["is_free"], gone["free_from"])

    def test_it_does_not_say_by_whom(self, world: World):
        case = world.approved()

        assert case["number"] not in str(world.units())
        assert {"id", "code", "kind", "kind_label", "floor_area_m2", "is_free", "free_from"} | {
            "held_kind",
            "held_kind_label",
            "is_demo",
        } == set(world.units()[0])

    def test_a_park_of_unknown_units_has_an_empty_list(self, world: World):
        answer = world.anybody.get(f"/parks?q={NAMES['P15']}").json["items"][0]

        assert answer["free_units"] is None
        assert [] == world.anybody.get(f"/parks/{answer['id']}/units").json["items"]


def test_the_divisions_are_the_league_and_its_six_counties(world: World):
    items = world.anybody.get("/divisions").json["items"]

    assert ["152200", "152201", "152202", "152221", "152222", "152223", "152224"] == [
        each["code"] for each in items
    ]
    assert [False] + [True] * 6 == [each["is_county"] for each in items]


def insert(name: str) -> None:
    """A park that is not in the appendix."""
    change(
        "INSERT INTO park (public_id, key, name, aliases, pinyin, initials, search_text,"
        " jurisdiction_code, jurisdiction_source, is_demo, version, updated_at) VALUES (:id,"
        " CAST(:id AS text), :n || CAST(:id AS text), '{}', :n, :n, :n, '152201', 'name', false, 1,"
        " now())",
        id=uuid4(),
        n=name,
    )
