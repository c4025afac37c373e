"""Does pressing twice do it twice? The same request with one key, and one person with many keys."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from backend.wechat.simulator import people
from backend.wechat.simulator.world import APPID
from tests.factories import SECTIONS, Caller, World
from tests.races.at_once import all_at_once, tally
from tests.races.crowd import ask, count, signed_in

PRESSES = 50
MANY_OPEN = "DROP INDEX uq_application_one_open;"
KEYS_NOT_UNIQUE = """
ALTER TABLE idempotency_key DROP CONSTRAINT pk_idempotency_key;
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END';
CREATE TRIGGER dawdle AFTER UPDATE ON idempotency_key FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def somebody(world: World) -> Caller:
    return signed_in(world.app, people.openid_of(uuid4().hex, APPID))


def draft(world: World) -> dict[str, object]:
    return {"kind": "tenancy", "park_id": world.park_id(), "sections": SECTIONS}


def one_row_for_one_key(world: World, presses: int = PRESSES) -> None:
    """Press with one key; there must be one row, and one answer for everybody."""
    her, key, content = somebody(world), uuid4().hex, draft(world)
    before = count(world.app, "application")

    answers = all_at_once([lambda: her.post("/applications", content, key=key)] * presses)

    rows = count(world.app, "application") - before
    assert 1 == rows, f"{rows} rows for one key"
    assert {"201", "409 key-busy"} >= tally(answers).keys(), tally(answers)
    done = [answer for answer in answers if answer.status_code == 201]
    assert 1 == len({(answer.data, answer.headers["ETag"]) for answer in done})
    assert len(done) - 1 == len([a for a in done if a.headers.get("Idempotent-Replayed")])
    assert 1 == count(world.app, "idempotency_key WHERE key = :key", key=key)
    created = "event WHERE name = 'application.created'"
    assert count(world.app, "application") == count(world.app, created)


def one_open_for_many_keys(world: World, presses: int = PRESSES) -> None:
    """Press with a key of its own each time; the person must have one open application."""
    her, content = somebody(world), draft(world)
    before = count(world.app, "application")

    answers = all_at_once([lambda: her.post("/applications", content)] * presses)

    seen = tally(answers)
    assert {"201": 1, "409 already-open": presses - 1} == seen, f"{seen['201']} open, {seen}"
    (first,) = [answer.json["id"] for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {first} == {answer.json["existing"] for answer in refused}
    assert before + 1 == count(world.app, "application")


def repeated(what: Callable[[World], None], world: World, rounds: int) -> None:
    for _ in range(rounds):
        what(world)


def test_50_presses_with_one_key_make_one_row_and_one_answer(own_world):
    one_row_for_one_key(own_world)


@pytest.mark.reliability
def test_50_presses_with_one_key_make_one_row_50_times(own_world, figures):
    repeated(one_row_for_one_key, own_world, 50)
    figures(rounds=50, presses=PRESSES, rows=50)


def test_50_presses_with_different_keys_leave_one_open_application(own_world):
    one_open_for_many_keys(own_world)


@pytest.mark.reliability
def test_50_presses_with_different_keys_leave_one_open_application_50_times(own_world, figures):
    repeated(one_open_for_many_keys, own_world, 50)
    figures(rounds=50, presses=PRESSES, open=50)


def test_two_rows_for_one_key_are_noticed(own_world):
    ask(own_world.app, MANY_OPEN + KEYS_NOT_UNIQUE)

    with pytest.raises(AssertionError, match="([2-9]|1[0-9]|20) rows for one key"):
        one_row_for_one_key(own_world, 20)


def test_two_open_applications_of_one_person_are_noticed(own_world):
    ask(own_world.app, MANY_OPEN)

    with pytest.raises(AssertionError, match="20 open"):
        one_open_for_many_keys(own_world, 20)
