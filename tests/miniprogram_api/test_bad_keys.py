"""G12: is a key refused that is missing, malformed or used for something else?"""

import pytest

from tests.miniprogram_api.ready import READY
from tests.miniprogram_api.refusals import nothing_changes, refused

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


def test_a_key_outside_the_published_rule_is_refused(world, app, subtests):
    ready = READY["createApplication"](world)
    for name, given in KEYS.items():
        with subtests.test(name), nothing_changes(app):
            refused(ready.send(given), 400, "malformed")


@pytest.mark.parametrize("given", ["k", "k" * 255, '"' + "k" * 255 + '"', "!#$%&'()*+,-./:;<=>?@~"])
def test_ic02_a_key_inside_the_published_rule_is_taken(world, given):
    wish = {"kind": "tenancy", "park_id": world.park_id()}

    assert 201 == world.citizen().post("/applications", wish, key=given).status_code


OTHER_CONTENT = {
    "createApplication": {"kind": "tenancy", "park_id": None, "sections": {}},
    "updateApplication": {"sections": {}},
    "approveApplication": {"note": "另一个"},
    "rejectApplication": {"reasons": ["plan_incomplete"]},
}


@pytest.mark.parametrize("operation", OTHER_CONTENT)
def test_ic04_a_key_that_was_used_for_another_content_is_refused(world, app, operation):
    ready = READY[operation](world)
    ready.send("a-key")
    other = ready.content | {
        name: value for name, value in OTHER_CONTENT[operation].items() if value is not None
    }
    with nothing_changes(app):
        refused(ready.send("a-key", content=other), 422, "key-reused")


def test_ic05_a_key_that_was_used_for_another_operation_or_thing_is_refused(world, app):
    ready = READY["submitApplication"](world)
    assert 200 == ready.send("a-key").status_code
    etag = ready.by.get(ready.path.removesuffix("/submit")).headers["ETag"]
    withdrawal = ready.path.replace("submit", "withdraw")
    message = f"/messages/{ready.path.split('/')[2]}/read"
    with nothing_changes(app):
        refused(ready.send("a-key", path=withdrawal, etag=etag), 422, "key-reused")
        refused(ready.send("a-key", path=message, etag=""), 422, "key-reused")

    assert 200 == ready.send("another", path=withdrawal, etag=etag).status_code


def test_ic09_a_first_attempt_that_was_refused_does_not_burn_the_key(world, app):
    ready = READY["createApplication"](world)
    with nothing_changes(app):
        wrong = ready.content | {"park_id": "x"}
        refused(ready.send("a-key", content=wrong), 422, "invalid-input")
        refused(ready.send("a-key", content=b"{"), 400, "malformed")
        no_such_park = ready.content | {"park_id": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"}
        refused(ready.send("a-key", content=no_such_park), 422, "invalid-input")

    assert 201 == ready.send("a-key").status_code


def test_ic09_a_refusal_by_the_records_does_not_burn_the_key_either(world, app):
    ready = READY["submitApplication"](world)
    with nothing_changes(app):
        refused(ready.send("a-key", etag='"9"'), 412, "outdated")
        refused(ready.send("a-key", path=f"/applications/{'0' * 8}/submit"), 404)

    assert 200 == ready.send("a-key").status_code


def test_a_key_means_nothing_where_nobody_signs_in(world, app):
    wrong = {"refresh_token": "x"}
    with nothing_changes(app):
        for _ in range(2):
            refused(world.anybody.post("/session/refresh", wrong, key="a-key"), 401)
