"""G7: does a query or a path that was not published get a plain no?"""

from urllib.parse import quote

import pytest

from backend.access import PERMISSIONS
from tests.factories import BASE, World
from tests.miniprogram_api.ready import READY
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
LISTS = ("/parks", "/applications", "/messages")
READS = sorted(n for n in PERMISSIONS if n.startswith(("get", "list", "check", "count", "preview")))


@pytest.fixture
def her(world: World):
    return world.citizen()


LIMITS = {
    "QS-01-zero": "0",
    "QS-02-minus-one": "-1",
    "QS-03-10-20": str(10**20),
    "QS-04-2-63": str(2**63 - 1),
    "QS-05-101": "101",
    "QS-05-million": str(10**6),
    "QS-06-arabic-indic": "٣",
    "QS-06-full-width": "３",
    "QS-06-underscore": "1_0",
    "QS-06-plus": "%2B1",
    "QS-06-spaces": "%201%20",
    "QS-06-decimal": "1.0",
    "QS-06-exponent": "1e1",
    "QS-06-leading-zero": "01",
    "QS-06-empty": "",
    "QS-06-words": "all",
    "QS-06-5000-digits": "9" * 3000,
    "QS-10-NUL": "1%00",
}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_a_page_of_an_impossible_size_is_refused(her, path, limit):
    assert ["?limit"] == pointers(refused(her.get(f"{path}?limit={limit}"), 400, "malformed"))


@pytest.mark.parametrize("path", LISTS)
def test_qs05_a_page_of_one_and_of_a_hundred_is_given(her, path):
    assert len(her.get(f"{path}?limit=1").json["items"]) <= 1
    assert 200 == her.get(f"{path}?limit=100").status_code


@pytest.mark.parametrize("name", ["page", "offset", "size", "sort", "order", "fields", "ids", "_"])
@pytest.mark.parametrize("path", LISTS)
def test_qs01_qs13_qs21_what_is_not_published_cannot_be_asked(her, path, name):
    problem = refused(her.get(f"{path}?{name}=name;drop"), 400, "malformed")

    assert [f"?{name}"] == pointers(problem)


@pytest.mark.parametrize("operation", READS)
def test_ht28_ht29_no_read_takes_an_unknown_parameter_or_one_twice(world, operation):
    ready = READY[operation](world)

    problem = refused(ready.send(path=f"{ready.path}?secret=1"), 400, "malformed")
    twice = refused(ready.send(path=f"{ready.path}?secret=1&secret=2"), 400, "malformed")

    assert ["?secret"] == pointers(problem) == pointers(twice)


@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=2", "limit=1&limit=1", "q=a&q=b", "near=122,46&near=122,46", "county=&county="],
)
def test_ht28_a_parameter_that_comes_twice_is_refused(her, query):
    problem = refused(her.get(f"/parks?{query}"), 400, "malformed")

    assert [f"?{query.partition('=')[0]}"] == pointers(problem)


def test_ht29_writes_take_no_query_either(world, her, app):
    made, etag = world.draft(her)
    path = f"/applications/{made['id']}"
    with nothing_changes(app):
        refused(her.post(f"{path}/submit?force=1", {}, etag=etag), 400, "malformed")
        refused(her.post(f"{path}/withdraw?dry_run=1", {}, etag=etag), 400, "malformed")
        refused(her.put(f"{path}?park_id={AN_ID}", {}, etag=etag), 400, "malformed")
        refused(her.delete("/sessions/current?all=1"), 400, "malformed")


def test_every_fault_of_a_query_is_named_at_once(her):
    problem = refused(her.get("/parks?limit=0&tier=gold&county=1&near=x&who=1&q=%00"), 400)

    expected = ["?county", "?limit", "?near", "?q", "?tier", "?who"]
    assert expected == pointers(problem)


@pytest.mark.parametrize("words", ["%", "_", "\\", "%%", "\\%", "\\_", "%_%", "[a-z]", "*", ".*"])
def test_qs09_what_is_special_to_sql_is_searched_as_it_is(world, words):
    found = world.anybody.get(f"/parks?q={quote(words)}")

    assert (200, []) == (found.status_code, found.json["items"])


@pytest.mark.parametrize(
    "words", ["%00", "x%00y", "%1b", "%7f", "%0a", "%09", "%E2%80%AE", "%ee%80%80", "", "%20"]
)
def test_qs10_a_search_for_what_no_name_can_hold_is_refused(world, words):
    assert ["?q"] == pointers(refused(world.anybody.get(f"/parks?q={words}"), 400, "malformed"))


@pytest.mark.parametrize("length", [51, 3000])
def test_qs11_an_overlong_search_is_refused(world, length):
    assert ["?q"] == pointers(refused(world.anybody.get(f"/parks?q={'a' * length}"), 400))


def test_qs11_ten_kilobytes_of_search_are_refused(world):
    refused(world.anybody.get(f"/parks?q={'a' * 10_000}"), 400, "malformed")


@pytest.mark.parametrize(("words", "some"), [("恒", True), ("h", True), ("龘", False)])
def test_qs12_one_character_finds_what_holds_it(world, words, some):
    assert some is bool(world.anybody.get(f"/parks?q={quote(words)}").json["items"])


@pytest.mark.parametrize("words", ["' OR 1=1--", '"; DROP TABLE park;--', "') UNION SELECT 1--"])
def test_tx17_sql_in_a_search_finds_nothing_and_changes_nothing(world, app, words):
    with nothing_changes(app):
        assert [] == world.anybody.get(f"/parks?q={quote(words)}").json["items"]
    assert 20 == len(world.anybody.get("/parks?limit=100").json["items"])


TYPOS = {
    "/parks": ["tier=league_standart", "tier=LEAGUE_STANDARD", "tier=", "type=any", "type=Student"]
    + ["county=152299", "county=", "county=15220", "county=152201%20", "county=１５２２０１"]
    + ["has_free_unit=1", "has_free_unit=yes", "has_free_unit=True", "has_free_unit="],
    "/applications": [
        "status=open",
        "status=DRAFT",
        "status=",
        "status=draft,submitted",
        "status=*",
    ],
}


@pytest.mark.parametrize(
    ("path", "query"), [(path, query) for path, queries in TYPOS.items() for query in queries]
)
def test_qs14_an_option_that_does_not_exist_never_means_all(her, path, query):
    problem = refused(her.get(f"{path}?{query}"), 400, "malformed")

    assert [f"?{query.partition('=')[0]}"] == pointers(problem)


IDS = {
    "QS-15-2-63": str(2**63),
    "QS-15-30-digits": "9" * 30,
    "QS-16-minus-one": "-1",
    "QS-16-zero": "0",
    "QS-16-arabic-indic": "٣",
    "QS-16-exponent": "1e3",
    "QS-16-leading-zero": "01",
    "QS-16-five": "5",
    "QS-17-braces": "{" + AN_ID + "}",
    "QS-17-no-dashes": AN_ID.replace("-", ""),
    "QS-17-urn": f"urn:uuid:{AN_ID}",
    "QS-17-one-short": AN_ID[:-1],
    "QS-17-one-more": AN_ID + "0",
    "QS-17-not-hexadecimal": AN_ID.replace("a", "g"),
    "QS-17-full-width": AN_ID.replace("0", "０"),
    "QS-17-underscore": AN_ID[:2] + "_" + AN_ID[3:],
    "QS-17-space": "%20" + AN_ID,
    "QS-17-NUL": AN_ID + "%00",
    "missing": AN_ID,
}


@pytest.mark.parametrize("given", IDS.values(), ids=IDS)
def test_an_id_that_names_nothing_is_not_found(world, her, app, given):
    manager = world.staff()
    with nothing_changes(app):
        for path in ("/parks/{}", "/parks/{}/units", "/problems/{}"):
            refused(world.anybody.get(path.format(given)), 404)
        for path in ("/applications/{}", "/applications/{}/timeline"):
            refused(her.get(path.format(given)), 404)
        refused(her.put(f"/applications/{given}", {}, etag='"1"'), 404)
        refused(her.post(f"/applications/{given}/submit", {}, etag='"1"'), 404)
        refused(her.post(f"/applications/{given}/withdraw", {}, etag='"1"'), 404)
        wish = {"unit_id": AN_ID}
        refused(manager.post(f"/applications/{given}/approve", wish, etag='"1"'), 404)
        why = {"reasons": ["no_space"]}
        refused(manager.post(f"/applications/{given}/reject", why, etag='"1"'), 404)
        refused(her.post(f"/messages/{given}/read", {}), 404)
        refused(her.delete(f"/sessions/{given}"), 404)


def test_qs17_an_id_in_upper_case_names_the_same_in_path_and_body(world, her):
    park = world.park()["id"]

    in_path = world.anybody.get(f"/parks/{park.upper()}")
    in_body = her.post("/applications", {"kind": "tenancy", "park_id": park.upper()})

    assert (200, park) == (in_path.status_code, in_path.json["id"])
    assert (201, park) == (in_body.status_code, in_body.json["park_id"])


@pytest.mark.parametrize(
    "given",
    [
        "urn:{hex}",
        "{hex}----",
        "{dashless}",
        "{{{whole}}}",
    ],
)
def test_qs17_an_id_in_another_form_is_refused_in_a_body(world, her, app, given):
    park = world.park()["id"]
    plain = park.replace("-", "")
    sent = given.format(hex=plain, dashless=plain, whole=park)
    with nothing_changes(app):
        problem = refused(her.post("/applications", {"kind": "tenancy", "park_id": sent}), 422)

    assert ["#/park_id"] == pointers(problem)


@pytest.mark.parametrize(
    "near",
    ["122.05,91", "122.05,-91", "181,46.08", "-181,46", "nan,nan", "NaN,46", "inf,46", "1e2,46"]
    + ["122.05", "122.05,46.08,5", "122.05;46.08", "122.05,", ",46.08", "", "１２２,４６", "٣,46"]
    + ["1e999,46", "122.05,46.08%00", "9" * 400 + ",46"],
)
def test_qs19_a_place_that_is_not_on_this_earth_is_refused(world, near):
    problem = refused(world.anybody.get(f"/parks?near={quote(near, safe='%')}"), 400, "malformed")

    assert ["?near"] == pointers(problem)


@pytest.mark.parametrize("near", ["180,90", "-180,-90", "0,0", "179.999,89.999", "-0,-0"])
def test_qs19_any_place_on_this_earth_is_measured_from(world, near):
    items = world.anybody.get(f"/parks?near={near}&limit=100").json["items"]

    distances = [park["distance_m"] for park in items if park["distance_m"] is not None]
    assert distances == sorted(distances) != []
    assert 20 == len(items)


def test_a_name_with_a_line_break_in_the_query_is_refused_on_one_line(world):
    answer = world.anybody.get("/parks?%0d%0aSet-Cookie:a=b")

    refused(answer, 400, "malformed")
    assert b"\n" not in answer.data
    assert "Set-Cookie" not in answer.headers


def test_ht14_a_query_that_is_not_utf_8_is_refused(world):
    refused(world.anybody.get("/parks?q=%ff%fe"), 400, "malformed")


def _filled(world: World, her, path: str) -> str:
    if "{park}" in path:
        return path.format(park=world.park()["id"])
    if "{application}" in path:
        return path.format(application=world.draft(her)[0]["id"])
    return path


def test_base_is_part_of_every_path(world):
    assert BASE == "/api/v1"
    refused(world.app.test_client().get("/parks"), 404)
