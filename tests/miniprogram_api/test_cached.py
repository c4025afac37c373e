"""Finished answers: given again while they are right, 304 for whoever has them, never stale."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask

from backend.cache import Cache
from miniprogram_api.app import create_app
from tests.factories import Caller, World

pytestmark = pytest.mark.usefixtures("closed_afterwards")
PARKS = "/parks?limit=100"


@pytest.fixture
def hung() -> Iterator[Cache]:
    """A Redis that takes connections and never says a word."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield Cache(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")


@pytest.fixture
def closed() -> Cache:
    """A Redis that is not there."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Cache(f"redis://127.0.0.1:{port}/0")


def over(app: Flask, cache: Cache) -> World:
    """The same records behind another cache."""
    return World(create_app(app.extensions["settings"], cache=cache))


def free_units(world: World) -> int:
    items = world.anybody.get(PARKS).json["items"]
    return next(park["free_units"] for park in items if park["name"] == "恒隆创业广场")


def test_the_second_answer_is_the_first_one(world: World):
    first, second = world.anybody.get(PARKS), world.anybody.get(PARKS)

    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert [200, 200] == [first.status_code, second.status_code]


@pytest.mark.parametrize("warm", [True, False], ids=["from the copy", "from the records"])
def test_whoever_has_it_already_is_told_so_without_a_body(world: World, warm):
    tag = world.anybody.get(PARKS).headers["ETag"]
    if not warm:
        world.app.extensions["cache"].forget("parks")

    answer = world.anybody.get(PARKS, If_None_Match=tag)

    assert (304, b"") == (answer.status_code, answer.data)
    assert tag == answer.headers["ETag"]


def test_whoever_has_another_one_gets_the_new_one(world: World):
    world.anybody.get(PARKS)

    answer = world.anybody.get(PARKS, If_None_Match='"something-else"')

    assert 200 == answer.status_code
    assert 20 == len(answer.json["items"])


def test_two_questions_have_two_answers(world: World):
    all_, few = world.anybody.get(PARKS), world.anybody.get("/parks?limit=2")

    assert (20, 2) == (len(all_.json["items"]), len(few.json["items"]))
    assert all_.headers["ETag"] != few.headers["ETag"]


def test_after_an_approval_the_list_counts_one_unit_less(world: World):
    """At once, in the process that approved; within a second everywhere else."""
    case, etag = world.submitted()
    assert 3 == free_units(world)

    # From today on, so that the unit is not free today.
    today = world.anybody.get(PARKS).json["items"][0]["units"]
    wish = {"unit_id": world.units()[0]["id"], "starts_on": today and today["as_of"]}
    if wish["starts_on"] is None:
        wish["starts_on"] = world.park()["units"]["as_of"]
    approved = world.staff().post(f"/applications/{case['id']}/approve", wish, etag=etag)

    assert 200 == approved.status_code, approved.text
    assert 2 == free_units(world)


def test_a_refusal_is_never_kept(world: World):
    for _ in range(2):
        assert 400 == world.anybody.get("/parks?limit=0").status_code
        assert 400 == world.anybody.get("/parks?tier=nonsense").status_code


def test_only_reading_is_answered_from_the_copy(world: World):
    world.anybody.get("/parks")

    assert 405 == world.anybody.post("/parks", {}).status_code
    assert 405 == world.anybody.delete("/parks").status_code


def test_a_kept_answer_is_public_and_bears_no_name(world: World):
    answer = world.citizen().get(PARKS)

    assert "Set-Cookie" not in answer.headers
    assert "Authorization" not in answer.headers.get("Vary", "")
    assert "application/json" == answer.headers["Content-Type"]


@pytest.mark.parametrize("kind", ["closed", "hung"])
def test_with_redis_away_everything_works(app, simulator, request, kind):
    away = over(app, request.getfixturevalue(kind))
    started = time.monotonic()

    assert 3 == free_units(away)
    case = away.approved()
    message = away.citizen().get("/messages").json["items"][0]

    # Every call of Redis ends after 0.3 s, and after five of them it is left alone.
    assert time.monotonic() - started < 10
    assert ("approved", "application.approved") == (case["status"], message["event"])


def test_redis_being_away_is_reported_and_is_no_reason_to_be_unready(app, simulator, closed):
    answer = Caller(over(app, closed).app).get("/readyz")

    assert (200, False, True) == (
        answer.status_code,
        answer.json["redis"],
        answer.json["database"],
    )
