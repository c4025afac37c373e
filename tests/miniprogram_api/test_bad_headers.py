"""G4, heads: does nothing but the published headers and methods have any effect?"""

from itertools import product

import pytest

from tests.factories import BASE
from tests.miniprogram_api.refusals import nothing_changes, one_more_app, refused

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


def test_ht18_json_is_answered_whatever_was_asked_for(app):
    client = app.test_client()
    for accept in ("text/html", "application/xml", "image/*;q=1", "*/*;q=0", ";;"):
        found = client.get(f"{BASE}/divisions", headers={"Accept": accept})
        lost = client.get(f"{BASE}/nowhere", headers={"Accept": accept})

        assert "application/json" == found.mimetype, accept
        assert "application/problem+json" == lost.mimetype, accept


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


def test_ht20_another_method_in_a_header_is_ignored(world, app):
    her = world.citizen()
    draft, _ = world.draft(her)
    with nothing_changes(app):
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"):
            answer = her.get(f"/applications/{draft['id']}", **{header: "DELETE"})

            assert (200, "draft") == (answer.status_code, answer.json["status"]), header
            refused(her.post(f"/applications/{draft['id']}", {}, **{header: "PUT"}), 405)


ODD_PATHS = (
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
    "/api//v1/parks",
    "/api/v1//parks",
    "/api/v1/problems//malformed",
    "//evil.example/a",
)


def test_ht23_an_odd_path_is_not_found(app, subtests):
    for path in ODD_PATHS:
        with subtests.test(path[:40]):
            answer = app.test_client().open(path=path, method="GET")

            refused(answer, 404)
            assert "Set-Cookie" not in answer.headers


def test_ht24_a_path_that_is_not_utf_8_is_not_found(app, subtests):
    for raw in ("%ff", "%c0%af", "%ed%a0%80", "%e5%ad", "%fe%fe"):
        for path in (f"/{raw}", f"{BASE}/parks/{raw}", f"{BASE}/problems/{raw}", f"/docs/{raw}"):
            with subtests.test(path):
                refused(app.test_client().get(path), 404)


EVIL_HOSTS = ("evil.example", "parks.example.evil.example", "parks.example@evil.example", "")


@pytest.mark.parametrize("path", [f"{BASE}/divisions", f"{BASE}/parks", "/healthz"])
def test_ht25_a_host_that_is_not_ours_is_refused_even_where_a_finished_answer_is_at_hand(
    settings, path
):
    with one_more_app(settings, trusted_hosts=("parks.example",)) as app:
        client = app.test_client()
        for host in ("parks.example", "parks.example:8443"):
            assert 200 == client.get(path, headers={"Host": host}).status_code
        for host in EVIL_HOSTS:
            refused(client.get(path, headers={"Host": host}), 400)


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


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://servicewechat.com"])
def test_ht27_no_other_origin_may_read_an_answer(world, app, origin):
    asked = {
        "Origin": origin,
        "Cookie": "session=1",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
        "Authorization": f"Bearer {world.citizen().token}",
    }
    paths = (f"{BASE}/me", f"{BASE}/parks", f"{BASE}/nowhere", "/healthz")
    for path, method in product(paths, ("GET", "OPTIONS", "POST")):
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
