"""What happens when two actions stand in each other's way, or somebody holds a lock for long?"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from backend.db import TRIES, action, db, session
from tests.factories import World
from tests.races.at_once import all_at_once, kind_of, timed_at_once
from tests.races.crowd import ask, count, submitted

CROSSING_S = 20
Between = Callable[[], None]


def crosswise(app: Flask, run: Callable[[int, int, Between], None]) -> list[int]:
    """Ask for two rows in opposite order, at once, over HTTP; return both statuses.

    Both have their first row before either asks for the second. Only the first tries meet.
    """
    ask(app, "CREATE TABLE crossing AS SELECT id, 0 AS passed FROM generate_series(1, 2) AS id")
    meeting = threading.Barrier(2)

    def meet_once() -> None:
        if not meeting.broken:
            try:
                meeting.wait(2)
            except threading.BrokenBarrierError:
                return
            meeting.abort()

    def cross(first: int, second: int) -> dict[str, bool]:
        run(first, second, meet_once)
        return {"crossed": True}

    app.add_url_rule("/crossing/<int:first>/<int:second>", view_func=cross, methods=["POST"])
    client = app.test_client
    answers = all_at_once(
        [lambda: client().post("/crossing/1/2"), lambda: client().post("/crossing/2/1")]
    )
    return [answer.status_code for answer in answers]


def pass_one(id_: int) -> None:
    session.execute(text("UPDATE crossing SET passed = passed + 1 WHERE id = :id"), {"id": id_})


tries: list[tuple[int, int]] = []


@action
def pass_both(first: int, second: int, between: Between) -> None:
    tries.append((first, second))
    pass_one(first)
    between()
    pass_one(second)


@action
def pass_both_repeatably(first: int, second: int, between: Between) -> None:
    tries.append((first, second))
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    session.execute(text("SELECT passed FROM crossing")).all()
    between()
    pass_one(min(first, second))


def pass_both_without_trying_again(first: int, second: int, between: Between) -> None:
    """Do the same in a plain transaction: the planted fault."""
    pass_one(first)
    between()
    pass_one(second)
    session.commit()


@pytest.mark.parametrize("run", [pass_both, pass_both_repeatably], ids=("deadlock", "snapshot"))
def test_a_deadlock_and_a_stale_snapshot_are_tried_again_unseen(new_app, run):
    tries.clear()

    assert [200, 200] == crosswise(new_app, run)

    assert len(tries) >= 3
    assert [2] == [row[0] for row in ask(new_app, "SELECT passed FROM crossing WHERE id = 1")]


def test_a_deadlock_that_is_not_tried_again_is_noticed(new_app):
    assert [200, 500] == sorted(crosswise(new_app, pass_both_without_trying_again))


def test_a_transaction_that_fails_every_time_answers_503(new_app):
    tries.clear()

    @action
    def fail() -> None:
        tries.append((0, 0))
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))

    new_app.add_url_rule("/failing", view_func=fail, methods=["POST"])
    answer = new_app.test_client().post("/failing")

    assert TRIES == len(tries)
    assert (503, "503 unavailable") == (answer.status_code, kind_of(answer))
    assert answer.headers["Retry-After"]


@contextmanager
def locked(app: Flask, statement: str, **values: Any) -> Iterator[None]:
    """Hold locks from another session, as somebody with a forgotten window does."""
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with engine.connect() as connection:
        connection.execute(text(statement), values)
        yield
        connection.rollback()
    engine.dispose()


def answers_within(calls: list[Callable[[], Any]], seconds: float) -> list[Any]:
    timed = timed_at_once(calls)
    slowest = max(each.seconds for each in timed)
    assert slowest <= seconds, f"answered after {slowest:.1f} s"
    return [each.result for each in timed]


def no_connection_is_lost(world: World) -> None:
    with world.app.app_context():
        lost = db.engine.pool.checkedout()
    assert 0 == lost, f"{lost} connections lost"
    statuses = {a.status_code for a in all_at_once([lambda: world.anybody.get("/divisions")] * 16)}
    assert {200} == statuses


def test_who_meets_a_long_lock_hears_of_it_within_about_two_seconds(own_world, figures):
    app, manager, unit = own_world.app, own_world.staff(), own_world.units()[0]["id"]
    cases = submitted(app, 4)
    approve = [
        lambda case=case: manager.post(f"{case.path}/approve", {"unit_id": unit}, etag='"1"')
        for case in cases
    ]

    with locked(app, "SELECT 1 FROM unit FOR UPDATE"):
        began = time.monotonic()
        refused = answers_within(approve, 3.5)
        figures(long_lock_answer_s=time.monotonic() - began)
        assert 200 == own_world.anybody.get(f"/parks/{own_world.park()['id']}").status_code

    assert {"503 unavailable"} == {kind_of(answer) for answer in refused}
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert 0 == count(app, "holding")
    no_connection_is_lost(own_world)
    assert 200 == approve[0]().status_code


def test_a_key_whose_first_request_hangs_is_busy_within_about_two_seconds(own_world):
    app, manager, unit = own_world.app, own_world.staff(), own_world.units()[0]["id"]
    (case,) = submitted(app, 1)
    key = "the-same-key"
    ((staff,),) = ask(app, "SELECT id FROM staff WHERE username = 'demo-manager'")

    with locked(
        app,
        "INSERT INTO idempotency_key (owner, key, operation, fingerprint, created_at)"
        " VALUES (:owner, :key, 'approveApplication', '', now())",
        owner=f"staff:{staff}",
        key=key,
    ):
        (busy,) = answers_within(
            [lambda: manager.post(f"{case.path}/approve", {"unit_id": unit}, etag='"1"', key=key)],
            3.5,
        )

    assert "409 key-busy" == kind_of(busy)
    assert busy.headers["Retry-After"]
    no_connection_is_lost(own_world)


def test_an_answer_that_comes_too_late_is_noticed(own_app):
    patient = create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"])

    def wait_for_the_lock() -> None:
        with patient.connect() as connection, suppress(OperationalError):
            connection.execute(text("SET statement_timeout = '1s'"))
            connection.execute(text("SELECT 1 FROM unit FOR UPDATE"))

    with locked(own_app, "SELECT 1 FROM unit FOR UPDATE"):
        with pytest.raises(AssertionError, match="answered after 1"):
            answers_within([wait_for_the_lock], 0.5)
    patient.dispose()


def test_a_connection_that_is_never_given_back_is_noticed(own_world):
    with own_world.app.app_context():
        forgotten = db.engine.connect()

    with pytest.raises(AssertionError, match="1 connections lost"):
        no_connection_is_lost(own_world)
    forgotten.close()
