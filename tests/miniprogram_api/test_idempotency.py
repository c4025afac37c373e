"""G12: does a request that is sent again get the first answer, and have one effect?"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256

import orjson
import pytest
from sqlalchemy import Connection, text

from backend import vault
from backend.db import action, db
from backend.idempotency import KEPT_FOR, forget_old
from miniprogram_api.json import canonical
from miniprogram_api.operations import OPERATIONS
from tests.factories import World
from tests.miniprogram_api.ready import READY
from tests.miniprogram_api.refusals import nothing_changes, records, refused
from tests.records import one

KEYED = sorted(name for name, operation in OPERATIONS.items() if operation.key == "key")
NATURAL = sorted(name for name, operation in OPERATIONS.items() if operation.key == "natural")


REPEATABLE = [name for name in (*KEYED, *NATURAL) if name != "endSession"]


@pytest.mark.parametrize("operation", NATURAL)
def test_ic01_where_repeating_is_harmless_a_key_may_be_left_out(world, operation):
    assert READY[operation](world).send(key="").status_code in (200, 204)


@pytest.mark.parametrize("operation", REPEATABLE)
def test_ic01_ic03_without_a_key_nothing_is_done_and_with_one_it_is_done_once(
    world, app, operation
):
    ready = READY[operation](world)
    if operation in KEYED:
        with nothing_changes(app):
            refused(ready.send(key=""), 400, "key-missing")
    first = ready.send("a-key")
    assert first.status_code in (200, 201, 204), first.text
    assert "Idempotent-Replayed" not in first.headers

    with nothing_changes(app):
        again = ready.send("a-key")

    assert "true" == again.headers["Idempotent-Replayed"]
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert first.headers.get("ETag") == again.headers.get("ETag")
    assert first.mimetype == again.mimetype


def test_ic03_a_key_with_and_without_quotes_is_one_key(world, app):
    ready = READY["createApplication"](world)
    first = ready.send("a-key")
    with nothing_changes(app):
        again = ready.send('"a-key"')

    assert ("true", first.data) == (again.headers.get("Idempotent-Replayed"), again.data)


def test_ic06_two_people_may_use_the_same_key(world):
    ready = READY["createApplication"](world)

    first = ready.send("a-key")
    second = ready.send("a-key", by=world.citizen("another"))

    assert [201, 201] == [first.status_code, second.status_code]
    assert first.json["id"] != second.json["id"]
    assert "Idempotent-Replayed" not in second.headers


def test_ic06_a_person_and_a_clerk_with_the_same_number_do_not_share_a_key(world):
    ready = READY["approveApplication"](world)
    kept = ready.send("a-key")
    assert 200 == kept.status_code

    for name in ("one", "two", "three", "four"):
        wish = {"kind": "tenancy", "park_id": world.park_id()}
        answer = world.citizen(name).post("/applications", wish, key="a-key")
        assert 201 == answer.status_code, answer.text


def test_ic06_another_device_of_the_same_person_gets_the_first_answer(world, app):
    ready = READY["createApplication"](world)
    first = ready.send("a-key")
    again = ready.send("a-key", by=world.citizen())

    assert (201, first.data) == (again.status_code, again.data)
    assert "true" == again.headers["Idempotent-Replayed"]


@contextmanager
def somebody_else(app) -> Iterator[Connection]:
    """Another process in the middle of its own transaction."""
    with app.app_context(), db.engine.connect() as connection:
        yield connection


TAKE = text(
    "INSERT INTO idempotency_key (owner, key, operation, fingerprint, answer, created_at)"
    " SELECT 'citizen:' || max(id), 'a-key', 'createApplication', '', '', now() FROM person"
)


def test_ic07_a_twin_that_only_had_to_wait_a_moment_gets_the_first_answer(world, app):
    ready = READY["createApplication"](world)
    arrived = threading.Barrier(2)

    def twin(_):
        arrived.wait()
        return ready.send("a-key")

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(twin, range(2)))

    assert [201, 201] == [answer.status_code for answer in answers]
    assert answers[0].data == answers[1].data
    assert [None, "true"] == sorted(
        (answer.headers.get("Idempotent-Replayed") for answer in answers), key=str
    )


def test_ic10_an_effect_that_never_committed_leaves_no_key_behind(world, app):
    ready = READY["createApplication"](world)
    with somebody_else(app) as dying:
        dying.execute(TAKE)
        dying.invalidate()  # kill -9: the connection is gone, nothing was committed

    assert 201 == ready.send("a-key").status_code


def test_ic11_ic25_a_long_lock_gives_503_within_its_limit_and_the_retry_executes(world, app):
    ready = READY["submitApplication"](world)
    with somebody_else(app) as slow:
        slow.execute(text("SELECT * FROM application FOR UPDATE"))
        before, started = records(app), time.monotonic()

        answer = ready.send("a-key")

        waited = time.monotonic() - started
        refused(answer, 503, "unavailable")
        assert before == records(app)
        slow.rollback()
    assert int(answer.headers["Retry-After"]) > 0
    assert 1.5 < waited < 4, f"waited {waited:.1f} s"
    retried = ready.send("a-key")
    assert (200, "submitted") == (retried.status_code, retried.json["status"])
    assert "Idempotent-Replayed" not in retried.headers


def test_ic12_after_a_day_a_key_is_as_good_as_new(world, app):
    ready = READY["createApplication"](world)
    first = ready.send("a-key").json
    etag = ready.by.get(f"/applications/{first['id']}").headers["ETag"]
    ready.by.post(f"/applications/{first['id']}/withdraw", {}, etag=etag)
    again = ready.send("a-key")
    assert (first["id"], "true") == (again.json["id"], again.headers["Idempotent-Replayed"])
    age(app, "23 hours 59 minutes")
    assert first["id"] == ready.send("a-key").json["id"]

    age(app, "24 hours 1 minute")
    second = ready.send("a-key")

    assert 201 == second.status_code
    assert first["id"] != second.json["id"]
    assert "Idempotent-Replayed" not in second.headers


def test_ic12_old_keys_are_removed_and_young_ones_stay(world, app):
    ready = READY["createApplication"](world)
    ready.send("a-key")
    assert 24 * 3600 == KEPT_FOR.total_seconds()

    assert 0 == forgotten(app)
    age(app, "25 hours")
    assert 1 == forgotten(app)


def test_ic13_the_order_of_fields_and_white_space_do_not_matter(world, app):
    ready = READY["createApplication"](world)
    turned = dict(reversed(ready.content.items()))
    turned["sections"] = {
        name: dict(reversed(answers.items()))
        for name, answers in reversed(ready.content["sections"].items())
    }
    first = ready.send("a-key")
    with nothing_changes(app):
        again = ready.send("a-key", content=orjson.dumps(turned, option=orjson.OPT_INDENT_2))

    assert (201, first.data) == (again.status_code, again.data)
    assert "true" == again.headers["Idempotent-Replayed"]


def test_ic13_a_body_that_is_absent_and_an_empty_one_are_the_same(world):
    ready = READY["submitApplication"](world)

    first = ready.send("a-key", content=None)
    again = ready.send("a-key", content={})

    assert (200, first.data) == (again.status_code, again.data)
    assert "true" == again.headers["Idempotent-Replayed"]


def test_ic14_a_kept_answer_is_sealed(world, app):
    READY["createApplication"](world).send("a-key")
    with app.app_context(), db.engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM idempotency_key")).mappings().one()

    assert kept["answer"].startswith("v1.")
    for secret in ("其其格", "13800138000", "RZ-", "tenancy"):
        assert secret not in str(dict(kept))


def test_ic14_a_sealed_answer_opens_only_at_its_own_place(world, app):
    ready = READY["createApplication"](world)
    ready.send("a-key")
    ready.send("b-key", by=world.citizen("another"))
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(
            text(
                "UPDATE idempotency_key k SET answer = o.answer, fingerprint = o.fingerprint"
                " FROM idempotency_key o WHERE k.key = 'a-key' AND o.key = 'b-key'"
            )
        )
        connection.commit()

    answer = ready.send("a-key")

    refused(answer, 503)


def test_ic19_a_second_approval_by_the_same_manager_writes_nothing(world, app):
    ready = READY["approveApplication"](world)
    assert 200 == ready.send("a-key").status_code
    etag = ready.by.get(ready.path.removesuffix("/approve")).headers["ETag"]
    with nothing_changes(app):
        assert 412 == ready.send("another").status_code
        problem = refused(ready.send("another", etag=etag), 409, "wrong-status")

    assert ["publicise"] == problem["actions"]


def age(app, by: str) -> None:
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(
            text("UPDATE idempotency_key SET created_at = now() - CAST(:by AS interval)"),
            {"by": by},
        )
        connection.commit()


def forgotten(app) -> int:
    with app.app_context():
        return action(forget_old)()


def test_signing_out_with_a_key_answers_once_and_ends_the_session(world: World):
    her = world.citizen()

    assert 204 == her.delete("/sessions/current", key="bye").status_code
    assert 401 == her.get("/me").status_code


def test_what_is_kept_of_a_body_cannot_be_found_by_trying_all_bodies(world):
    """The number of a document has few values, so a hash without a key would tell it."""
    content = {"name": "其其格", "number": "152201199001010001"}
    world.citizen().put("/me/identity", content, key="k")

    with world.app.app_context():
        kept = bytes(one("SELECT fingerprint FROM idempotency_key"))
        ring = vault.keys()

    said = canonical(["/api/v1/me/identity", content])
    assert kept == ring.index("idempotency_key.fingerprint", said.decode()).encode()
    assert sha256(said).digest() != kept
