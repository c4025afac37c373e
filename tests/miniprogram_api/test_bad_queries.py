"""Which questions are refused? (reliability group G7)"""

import pytest

from tests.factories import World

REFUSED = {
    "QS-01": "limit=0",
    "QS-02": "limit=-1",
    "QS-03": "limit=100000000000000000000",
    "QS-05": "limit=101",
    "QS-06": "limit=%D9%A3",
    "a sign": "limit=%2B5",
    "a leading zero": "limit=05",
    "QS-07 garbage": "cursor=abc",
    "QS-10": "q=%00",
    "QS-11": "q=" + "x" * 10_240,
    "QS-13": "sort=name;drop",
    "QS-14": "tier=league_standart",
    "county": "county=150100",
    "QS-19 latitude": "near=122,91",
    "QS-19 longitude": "near=181,46",
    "QS-19 NaN": "near=NaN,46",
    "HT-28 twice": "limit=1&limit=2",
    "HT-29 unknown": "page=1",
    "yes": "has_free_unit=yes",
    "type": "type=",
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
def test_a_question_that_makes_no_sense_is_400(world: World, query: str):
    answer = world.anybody.get(f"/parks?{query}")

    assert 400 == answer.status_code, answer.text
    assert [f"?{query.partition('=')[0]}"] == [each["pointer"] for each in answer.json["errors"]]


@pytest.mark.parametrize("sign", ["%25", "_", "%5C", "/"])
def test_qs_09_signs_of_the_search_language_are_letters(world: World, sign: str):
    assert [] == world.anybody.get(f"/parks?q={sign}").json["items"]


@pytest.mark.parametrize(
    "id",
    ["9223372036854775808", "-1", "0", "٣", "1e3", "{019ab3c07e1a7d3f9b445f1d2c6a8e10}", "x" * 500],
)
def test_qs_15_16_17_an_id_that_is_none_is_404(world: World, id: str):
    assert 404 == world.anybody.get(f"/parks/{id}").status_code


def cursor_of(caller, path: str) -> str:
    return caller.get(path).json["next_cursor"]


def test_qs_07_a_cursor_fits_only_its_list_and_its_filters(world: World):
    cursor = cursor_of(world.anybody, "/parks?limit=3&county=152223")

    assert 200 == world.anybody.get(f"/parks?county=152223&cursor={cursor}").status_code
    assert 400 == world.anybody.get(f"/parks?county=152224&cursor={cursor}").status_code
    assert 400 == world.anybody.get(f"/parks?county=152223&cursor={cursor[:-2]}").status_code
    assert 400 == world.citizen().get(f"/applications?cursor={cursor}").status_code


def test_qs_08_paging_shows_every_park_exactly_once(world: World):
    seen: list[str] = []
    path = "/parks?limit=7"
    while path:
        page = world.anybody.get(path).json
        seen += [park["id"] for park in page["items"]]
        path = page["next_cursor"] and f"/parks?limit=7&cursor={page['next_cursor']}"

    assert 20 == len(seen) == len(set(seen))


@pytest.mark.parametrize(("tag", "status"), [("", 428), ("3", 400), ('"abc"', 412), ('"2"', 412)])
def test_ma_12_a_change_names_the_version_it_saw(world: World, tag: str, status: int):
    her = world.citizen()
    draft, _ = world.draft(her)

    answer = her.put(f"/applications/{draft['id']}", {"sections": {}}, etag=tag)

    assert status == answer.status_code
    assert 1 == her.get(f"/applications/{draft['id']}").json["version"]


def test_a_lost_race_shows_both_texts(world: World):
    her = world.citizen()
    draft, etag = world.draft(her, sections={})
    path = f"/applications/{draft['id']}"
    her.put(path, {"sections": {"venture": {"stage": "registered"}}}, etag=etag)

    lost = her.put(path, {"sections": {"venture": {"stage": "planned"}}}, etag=etag)

    assert 412 == lost.status_code
    assert "planned" == lost.json["yours"]["venture"]["stage"]
    assert "registered" == lost.json["theirs"]["venture"]["stage"]


@pytest.mark.parametrize(
    "extra", ["role", "status", "owner_id", "id", "created_at", "amount_approved", "openid"]
)
def test_ma_01_to_07_fields_that_are_not_the_callers_are_refused(world: World, extra: str):
    wish = {"kind": "tenancy", "park_id": world.park()["id"], extra: "1"}

    answer = world.citizen().post("/applications", wish)

    assert 422 == answer.status_code
    assert [f"#/{extra}"] == [each["pointer"] for each in answer.json["errors"]]


def test_ma_10_a_unit_of_another_park_is_refused(world: World):
    case, etag = world.submitted()
    wish = {"unit_id": world.units("P01")[0]["id"]}

    answer = world.staff().post(f"/applications/{case['id']}/approve", wish, etag=etag)

    assert (422, "#/unit_id") == (answer.status_code, answer.json["errors"][0]["pointer"])
