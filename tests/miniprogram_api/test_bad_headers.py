"""G4, heads: does nothing but the published headers and methods have any effect?"""

import pytest

from tests.factories import BASE, SECTIONS
from tests.miniprogram_api.refusals import nothing_changes, one_more_app, pointers, refused

AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")


def addresses(app):
    """Every address with its variables filled in, and the methods that it has."""
    map_ = app.url_map.bind("localhost")
    found = {
        map_.build(rule.endpoint, {name: AN_ID for name in rule.arguments}, method=method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    return {address: set(map_.allowed_methods(address)) for address in sorted(found)}


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=1", "*/*;q=0", ";;"])
def test_ht18_json_is_answered_whatever_was_asked_for(app, accept):
    client = app.test_client()

    found = client.get(f"{BASE}/divisions", headers={"Accept": accept})
    lost = client.get(f"{BASE}/nowhere", headers={"Accept": accept})

    assert "application/json" == found.mimetype
    assert "application/problem+json" == lost.mimetype


def test_ht19_a_method_that_a_route_does_not_have_is_refused_with_those_it_has(app):
    client, wrong = app.test_client(), []
    for address, allowed in addresses(app).items():
        for method in set(METHODS) - allowed:
            answer = client.open(address, method=method)
            if (405, allowed) != (answer.status_code, _allowed(answer)):
                wrong.append((method, address, answer.status_code, _allowed(answer)))

    assert [] == wrong


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "BREW", "PROPFIND"])
def test_ht19_a_method_that_nothing_here_has_is_refused(app, method):
    refused(app.test_client().open(f"{BASE}/parks", method=method), 405)


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"]
)
def test_ht20_another_method_in_a_header_is_ignored(world, app, header):
    her = world.citizen()
    draft, _ = world.draft(her)
    with nothing_changes(app):
        answer = her.get(f"/applications/{draft['id']}", **{header: "DELETE"})

        assert (200, "draft") == (answer.status_code, answer.json["status"])
        refused(her.post(f"/applications/{draft['id']}", {}, **{header: "PUT"}), 405)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/parks/%00",
        "/api/v1/problems/%00",
        "/api/v1/parks%00",
        "/api/v1/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/api/v1/parks/../../wsgi.py",
        "/api/v1/parks/%2e%2e/me",
        "/api/v1/problems/..%2fmalformed",
        "/docs/..%2f..%2f..%2fetc%2fpasswd",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/docs/....//....//etc/passwd",
        "/docs/%00",
        "/api/v1/parks;a=b",
        f"/api/v1/parks/{AN_ID};a=b",
        "/api/v1/problems/malformed;a=b",
        "/API/V1/parks",
        "/api/v1/Parks",
        "/api/v1/parks/%0d%0aSet-Cookie:%20a=b",
        "/" + "a" * 3000,
    ],
)
def test_ht23_an_odd_path_is_not_found(app, path):
    answer = app.test_client().get(path)

    refused(answer, 404)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/api//v1/parks",
        "/api/v1//parks",
        "/api/v1/problems//malformed",
        "//evil.example/a",
    ],
)
def test_ht23_a_double_slash_is_not_found(app, path):
    refused(app.test_client().open(path=path, method="GET"), 404)


@pytest.mark.parametrize("raw", ["%ff", "%c0%af", "%ed%a0%80", "%e5%ad", "%fe%fe"])
def test_ht24_a_path_that_is_not_utf_8_is_not_found(app, raw):
    for path in (f"/{raw}", f"{BASE}/parks/{raw}", f"{BASE}/problems/{raw}", f"/docs/{raw}"):
        refused(app.test_client().get(path), 404)


EVIL_HOSTS = ("evil.example", "parks.example.evil.example", "parks.example@evil.example", "")


def test_ht25_a_host_that_is_not_ours_is_refused(settings):
    with one_more_app(settings, trusted_hosts=("parks.example",)) as app:
        client = app.test_client()
        ours = client.get(f"{BASE}/divisions", headers={"Host": "parks.example"})

        assert 200 == ours.status_code
        for host in EVIL_HOSTS:
            refused(client.get(f"{BASE}/divisions", headers={"Host": host}), 400)


def test_ht25_a_host_that_is_not_ours_is_refused_even_where_a_finished_answer_is_at_hand(settings):
    with one_more_app(settings, trusted_hosts=("parks.example",)) as app:
        client = app.test_client()
        ours = client.get(f"{BASE}/parks", headers={"Host": "parks.example"})

        assert 200 == ours.status_code
        for host in EVIL_HOSTS:
            refused(client.get(f"{BASE}/parks", headers={"Host": host}), 400)


SPOOFED = {
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=127.0.0.1;host=evil.example;proto=https",
    "X-Real-IP": "127.0.0.1",
    "X-Original-URL": "/metrics",
    "X-Rewrite-URL": "/metrics",
}


def test_ht26_forwarded_headers_change_neither_the_address_nor_the_path(app):
    answer = app.test_client().get(f"{BASE}/nowhere-{AN_ID}", headers=SPOOFED)
    problem = refused(answer, 404)
    problem_of_ours = refused(app.test_client().get(f"{BASE}/me", headers=SPOOFED), 401)

    assert "evil" not in answer.text
    assert "about:blank" == problem["type"]
    assert problem_of_ours["type"].startswith("http://localhost/api/v1/problems/")


def test_ht26_nobody_comes_from_this_machine_by_saying_so(app):
    client = app.test_client()
    away = {"REMOTE_ADDR": "203.0.113.9"}

    refused(client.get("/metrics", headers=SPOOFED, environ_overrides=away), 404)


def test_ht26_another_forwarded_address_gives_no_further_tries_at_a_password(world, app):
    wrong = {"username": "demo-manager", "password": "wrong wrong wrong"}
    answers = [
        world.anybody.post("/session/staff", wrong, X_Forwarded_For=f"203.0.113.{number}")
        for number in range(6)
    ]

    assert [401] * 5 + [429] == [answer.status_code for answer in answers]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 15 * 60


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://servicewechat.com"])
def test_ht27_no_other_origin_may_read_an_answer(world, app, method, origin):
    asked = {
        "Origin": origin,
        "Cookie": "session=1",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
        "Authorization": f"Bearer {world.citizen().token}",
    }
    for path in (f"{BASE}/me", f"{BASE}/parks", f"{BASE}/nowhere", "/healthz"):
        answer = app.test_client().open(path, method=method, headers=asked)

        assert [] == [each for each in answer.headers.keys() if each.lower().startswith("access-c")]


def test_ht30_head_and_options_work_on_every_route(app):
    client, broken = app.test_client(), []
    for address, allowed in addresses(app).items():
        options = client.open(address, method="OPTIONS")
        if (200, allowed, b"") != (options.status_code, _allowed(options), options.data):
            broken.append(("OPTIONS", address, options.status_code, _allowed(options)))
        head, seen = client.open(address, method="HEAD"), client.get(address)
        if (seen.status_code, b"") != (head.status_code, head.data):
            broken.append(("HEAD", address, head.status_code, seen.status_code))

    assert [] == broken


def _allowed(answer):
    return {each.strip() for each in answer.headers.get("Allow", "").split(",")}


SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_every_answer_carries_the_safe_headers_and_a_number_of_its_own(world):
    her = world.citizen()
    answers = [
        world.anybody.get("/divisions"),
        world.anybody.get("/nowhere"),
        world.anybody.get("/me"),
        her.get("/me"),
        her.post("/applications", b"{"),
    ]

    for answer in answers:
        assert SAFE == {name: answer.headers.get(name) for name in SAFE}
    assert len(answers) == len({answer.headers["X-Request-ID"] for answer in answers})
    assert "no-store" == answers[3].headers["Cache-Control"]


@pytest.mark.parametrize("given", ["evil", "../../x", "a\tb", AN_ID])
def test_a_request_cannot_choose_its_number(world, given):
    assert given != world.anybody.get("/divisions", X_Request_ID=given).headers["X-Request-ID"]


KEYS = {
    "IC-02-empty-quotes": '""',
    "IC-02-256-characters": "k" * 256,
    "IC-02-256-quoted": '"' + "k" * 256 + '"',
    "IC-02-10-KB": "k" * 10_000,
    "IC-02-one-quote": '"',
    "IC-02-open-quote": '"key',
    "IC-02-quote-inside": 'a"b',
    "IC-02-space": "a b",
    "IC-02-tab": "a\tb",
    "IC-02-blank": " ",
    "IC-02-latin-1": "clé",
    "IC-02-utf-8": "键".encode().decode("latin-1"),
    "IC-02-delete": "a\x7fb",
    "IC-02-control": "a\x01b",
    "IC-02-parameters": '"key";a=1',
}


@pytest.mark.parametrize("given", KEYS.values(), ids=KEYS)
def test_a_key_outside_the_published_rule_is_refused(world, app, given):
    her = world.citizen()
    wish = {"kind": "tenancy", "park_id": world.park()["id"], "sections": SECTIONS}
    with nothing_changes(app):
        refused(her.post("/applications", wish, key=given), 400, "malformed")


@pytest.mark.parametrize("given", ["k", "k" * 255, '"' + "k" * 255 + '"', "!#$%&'()*+,-./:;<=>?@~"])
def test_ic02_a_key_inside_the_published_rule_is_taken(world, given):
    wish = {"kind": "tenancy", "park_id": world.park()["id"]}

    assert 201 == world.citizen().post("/applications", wish, key=given).status_code


NEED_A_VERSION = [
    ("PUT", "", {"sections": {}}, "citizen"),
    ("POST", "/submit", {}, "citizen"),
    ("POST", "/withdraw", {}, "citizen"),
    ("POST", "/approve", {"unit_id": AN_ID}, "manager"),
    ("POST", "/reject", {"reasons": ["no_space"]}, "manager"),
]
MALFORMED_TAGS = ["1", '"1', '1"', "'1'", '"1", "2"', "W/1", 'w/"1"', '"a b"', '"字"', "*", '""1""']


@pytest.mark.parametrize(("method", "verb", "content", "who"), NEED_A_VERSION)
def test_ma12_a_change_without_the_right_version_is_refused(world, app, method, verb, content, who):
    her = world.citizen()
    made, etag = world.submitted(her) if who == "manager" else world.draft(her)
    caller = world.staff() if who == "manager" else her
    path = f"/applications/{made['id']}{verb}"
    with nothing_changes(app):
        refused(caller.send(method, path, content), 428, "version-missing")
        for tag in MALFORMED_TAGS:
            answer = caller.send(method, path, content, etag=tag.encode().decode("latin-1"))
            refused(answer, 400, "malformed")
        for tag in ('"0"', '"99"', '"abc"', '"-1"', '""', f'"{2**63}"', '"' + "9" * 40 + '"'):
            refused(caller.send(method, path, content, etag=tag), 412, "outdated")


@pytest.mark.parametrize(("method", "verb", "content", "who"), NEED_A_VERSION)
def test_ma12_the_version_before_the_last_change_is_refused(world, app, method, verb, content, who):
    her = world.citizen()
    made, old = world.draft(her)
    path = f"/applications/{made['id']}"
    changed = {"sections": SECTIONS | {"venture": {"stage": "planned", "name": "新名"}}}
    etag = her.put(path, changed, etag=old).headers["ETag"]
    assert old != etag
    if who == "manager":
        her.post(f"{path}/submit", {}, etag=etag)
    caller = world.staff() if who == "manager" else her
    with nothing_changes(app):
        problem = refused(caller.send(method, path + verb, content, etag=old), 412, "outdated")

    assert problem["seen"] < problem["current"]


def test_ma12_a_tag_that_only_looks_like_the_version_is_not_the_version(world, app):
    her = world.citizen()
    made, etag = world.draft(her)
    assert '"1"' == etag
    with nothing_changes(app):
        refused(her.put(f"/applications/{made['id']}", {}, etag='"01"'), 412, "outdated")


def test_a_lost_race_shows_both_texts(world):
    her = world.citizen()
    made, etag = world.draft(her)
    path = f"/applications/{made['id']}"
    theirs = {"sections": {"project": {"title": "先到的"}}}
    her.put(path, theirs, etag=etag)

    answer = her.put(path, {"sections": {"project": {"title": "后到的"}}}, etag=etag)

    problem = refused(answer, 412, "outdated")
    assert "后到的" == problem["yours"]["project"]["title"]
    assert "先到的" == problem["theirs"]["project"]["title"]


def test_pointers_are_only_given_where_something_is_wrong(world):
    assert [] == pointers(refused(world.anybody.get("/me"), 401))
