"""G7: does a query or a path that was not published get a plain no?"""

from urllib.parse import quote

import pytest

from miniprogram_api.operations import OPERATIONS
from tests.factories import BASE, World
from tests.miniprogram_api.ready import READY
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
LISTS = ("/parks", "/applications", "/messages")
# What WeChat asks is judged by its signature alone, and may bring parameters of tomorrow.
READS = sorted(
    name for name, each in OPERATIONS.items() if each.method == "GET" and not each.signed
)


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
def test_a_page_of_an_impossible_size_is_refused(her, subtests, path):
    for name, limit in LIMITS.items():
        with subtests.test(name):
            answer = her.get(f"{path}?limit={limit}")

            assert ["?limit"] == pointers(refused(answer, 400, "malformed"))


@pytest.mark.parametrize("path", LISTS)
def test_qs05_a_page_of_one_and_of_a_hundred_is_given(her, path):
    assert len(her.get(f"{path}?limit=1").json["items"]) <= 1
    assert 200 == her.get(f"{path}?limit=100").status_code


@pytest.mark.parametrize("path", LISTS)
def test_qs01_qs13_qs21_what_is_not_published_cannot_be_asked(her, subtests, path):
    for name in ("page", "offset", "size", "sort", "order", "fields", "ids", "_"):
        with subtests.test(name):
            problem = refused(her.get(f"{path}?{name}=name;drop"), 400, "malformed")

            assert [f"?{name}"] == pointers(problem)


@pytest.mark.parametrize("operation", READS)
def test_no_read_takes_an_unknown_parameter_one_twice_or_what_is_not_utf_8(world, operation):
    """HT-14, HT-28, HT-29."""
    ready = READY[operation](world)
    for query in ("secret=1", "secret=1&secret=2", "secret=%ff", "secret=%c0%af"):
        answer = ready.send(path=f"{ready.path}?{query}")

        assert ["?secret"] == pointers(refused(answer, 400, "malformed")), query


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


def test_qs09_what_is_special_to_sql_is_searched_as_it_is(world, subtests):
    for words in ("%", "_", "/", "\\", "%%", "\\%", "\\_", "%_%", "[a-z]", "*", ".*"):
        with subtests.test(words):
            found = world.anybody.get(f"/parks?q={quote(words)}")

            assert (200, []) == (found.status_code, found.json["items"])


def test_qs10_qs11_a_search_for_what_no_name_can_hold_is_refused(world, subtests):
    unheld = ("%00", "x%00y", "%1b", "%7f", "%0a", "%09", "%E2%80%AE", "%ee%80%80", "", "%20")
    for words in (*unheld, "a" * 51, "a" * 10_000):
        with subtests.test(words[:20]):
            answer = world.anybody.get(f"/parks?q={words}")

            assert ["?q"] == pointers(refused(answer, 400, "malformed"))


@pytest.mark.parametrize(("words", "some"), [("恒", True), ("h", True), ("龘", False)])
def test_qs12_one_character_finds_what_holds_it(world, words, some):
    assert some is bool(world.anybody.get(f"/parks?q={quote(words)}").json["items"])


@pytest.mark.parametrize("words", ["' OR 1=1--", '"; DROP TABLE park;--', "') UNION SELECT 1--"])
def test_tx17_sql_in_a_search_finds_nothing_and_changes_nothing(world, app, words):
    with nothing_changes(app):
        assert [] == world.anybody.get(f"/parks?q={quote(words)}").json["items"]
    assert 20 == len(world.anybody.get("/parks?limit=100").json["items"])


TYPOS = {
    "/parks": ["tier=league_standart", "tier=LEAGUE_STANDARD", "tier=", "type=any", "type="]
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


@pytest.mark.parametrize("path", TYPOS)
def test_qs14_an_option_that_does_not_exist_never_means_all(her, subtests, path):
    for query in TYPOS[path]:
        with subtests.test(query):
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
    "QS-17-500-characters": "x" * 500,
    "missing": AN_ID,
}
NAMED = [
    *(("anybody", "GET", path, None) for path in ("/parks/{}", "/parks/{}/units", "/problems/{}")),
    *(("her", "GET", path, None) for path in ("/applications/{}", "/applications/{}/timeline")),
    ("her", "PUT", "/applications/{}", {}),
    ("her", "POST", "/applications/{}/submit", {}),
    ("her", "POST", "/applications/{}/withdraw", {}),
    ("manager", "POST", "/applications/{}/approve", {"unit_id": AN_ID}),
    ("manager", "POST", "/applications/{}/reject", {"reasons": ["no_space"]}),
    ("her", "POST", "/messages/{}/read", {}),
    ("her", "DELETE", "/sessions/{}", None),
]


def test_an_id_that_names_nothing_is_not_found(world, her, app, subtests):
    callers = {"anybody": world.anybody, "her": her, "manager": world.staff()}
    for name, given in IDS.items():
        with subtests.test(name), nothing_changes(app):
            for who, method, path, content in NAMED:
                refused(callers[who].send(method, path.format(given), content, etag='"1"'), 404)


def test_qs17_an_id_in_upper_case_names_the_same_in_path_and_body(world, her):
    park = world.park_id()

    in_path = world.anybody.get(f"/parks/{park.upper()}")
    in_body = her.post("/applications", {"kind": "tenancy", "park_id": park.upper()})

    assert (200, park) == (in_path.status_code, in_path.json["id"])
    assert (201, park) == (in_body.status_code, in_body.json["park_id"])


@pytest.mark.parametrize("given", ["urn:{plain}", "{plain}----", "{plain}", "{{{park}}}"])
def test_qs17_an_id_in_another_form_is_refused_in_a_body(world, her, app, given):
    park = world.park_id()
    sent = given.format(plain=park.replace("-", ""), park=park)
    with nothing_changes(app):
        problem = refused(her.post("/applications", {"kind": "tenancy", "park_id": sent}), 422)

    assert ["#/park_id"] == pointers(problem)


NOWHERE = (
    *("122.05,91", "122.05,-91", "181,46.08", "-181,46", "nan,nan", "NaN,46", "inf,46", "1e2,46"),
    *("122.05", "122.05,46.08,5", "122.05;46.08", "122.05,", ",46.08", "", "１２２,４６", "٣,46"),
    *("1e999,46", "122.05,46.08%00", "9" * 400 + ",46"),
)


def test_qs19_a_place_that_is_not_on_this_earth_is_refused(world, subtests):
    for near in NOWHERE:
        with subtests.test(near[:20]):
            answer = world.anybody.get(f"/parks?near={quote(near, safe='%')}")

            assert ["?near"] == pointers(refused(answer, 400, "malformed"))


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


def test_ht14_a_query_that_is_not_utf_8_is_refused_by_place(world):
    problem = refused(world.anybody.get("/parks?q=%ff%fe&%e5=1&tier=%ed%a0%80&limit=5"), 400)

    assert ["?q", "?tier", "?\ufffd"] == pointers(problem)


def test_a_replacement_character_that_was_really_sent_is_searched(world):
    assert 200 == world.anybody.get("/parks?q=%EF%BF%BD").status_code


def test_base_is_part_of_every_path(world):
    assert BASE == "/api/v1"
    refused(world.app.test_client().get("/parks"), 404)
