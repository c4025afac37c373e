"""PostgreSQL is away, hung or full: what do callers hear, and how soon is all well again?"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from backend.db import action, db, session
from backend.errors import DatabaseDown
from backend.wechat.simulator import people
from backend.wechat.simulator.world import APPID
from tests.faults.stack import Stack
from tests.races.at_once import kind_of, timed_at_once
from tests.races.crowd import ask, signed_in
from tests.running_system import Client, wait_until


def requests(stack: Stack) -> list[Callable[[], Any]]:
    """Return reads and writes of several people, none of which a cache can answer."""
    port = stack.running.port
    anybody = Client(port)
    name = f"pg{time.monotonic_ns()}"
    her = anybody.signed_in(str(signed_in(stack.app, people.openid_of(name, APPID)).token))
    park = stack.world.park_id()
    draft = {"kind": "tenancy", "park_id": park}
    return [
        lambda: anybody.get(f"/parks/{park}"),
        lambda: anybody.get(f"/parks/{park}/units"),
        lambda: her.get("/me"),
        lambda: her.get("/applications"),
        lambda: her.post("/applications", draft),
        lambda: anybody.post("/session/wechat", {"code": f"demo:{name}:{time.monotonic_ns()}"}),
    ]


def all_say_503(answers: Sequence[Any]) -> None:
    """Fail unless each is a whole problem that says when to come again."""
    assert ["503 unavailable"] * len(answers) == [kind_of(answer) for answer in answers]
    for answer in answers:
        assert "application/problem+json" == answer.headers["Content-Type"]
        assert int(answer.headers["Retry-After"]) > 0
        assert "psycopg" not in answer.text


def test_while_postgres_is_down_every_caller_hears_503_and_soon_after_all_is_well(stack, figures):
    calls = requests(stack)
    port = stack.running.port
    assert all(call().status_code < 300 for call in calls)
    with stack.postgres_down():
        timed = timed_at_once(calls * 2)
        all_say_503([each.result for each in timed])
        assert max(each.seconds for each in timed) <= 6
        assert 200 == Client(port).get("/healthz").status_code
        assert "503 unavailable" == kind_of(Client(port).get("/readyz"))
    wait_until(stack.database_answers)

    back = wait_until(lambda: calls[0]().status_code == 200, within=5)

    figures(slowest_503_s=max(each.seconds for each in timed), first_200_after_accepting_s=back)
    wait_until(lambda: all(call().status_code < 300 for call in calls[:4]), within=5)


@pytest.mark.reliability
def test_a_postgres_that_hangs_for_15_s_is_answered_for_within_6_s(stack, figures):
    calls = requests(stack)
    assert all(call().status_code < 300 for call in calls)
    with stack.postgres_hung():
        answers: list[Any] = []
        asking = threading.Thread(target=lambda: answers.extend(timed_at_once(calls)))
        asking.start()
        asking.join(15)
    asking.join()

    figures(slowest_s=max(each.seconds for each in answers))
    wait_until(lambda: all(call().status_code < 300 for call in calls[:4]), within=10)
    assert max(each.seconds for each in answers) <= 6


def answered(app: Flask, statement: str, *, first: str = "SELECT 1", pause_s: float = 0) -> Any:
    """Run statements in an action behind an address of its own, and return its answer."""

    @action
    def run() -> dict[str, bool]:
        session.execute(text(first))
        time.sleep(pause_s)
        session.execute(text(statement))
        return {"done": True}

    app.add_url_rule("/tried", view_func=run, methods=["POST"])
    return app.test_client().post("/tried")


NAMED_FAULTS = {
    "PG-07 statement time-out": ("SELECT pg_sleep(1)", "SET LOCAL statement_timeout = '50ms'"),
    "PG-11 killed by an operator": ("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"),
    "PG-13 disk full": ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", "SELECT 1"),
    "PG-05 too many connections": (
        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53300'; END $$",
        "SELECT 1",
    ),
    "PG-14 read only": ("DELETE FROM attempt", "SET TRANSACTION READ ONLY"),
}


@pytest.mark.parametrize("fault", NAMED_FAULTS)
def test_a_fault_of_the_server_answers_503_and_costs_no_connection(new_app, fault):
    statement, first = NAMED_FAULTS[fault]

    all_say_503([answered(new_app, statement, first=first)])

    with new_app.app_context():
        assert 0 == db.engine.pool.checkedout()
    assert 200 == new_app.test_client().get("/api/v1/divisions").status_code


def test_a_transaction_left_idle_is_ended_by_the_server_and_answers_503(new_app):
    first = "SET LOCAL idle_in_transaction_session_timeout = '100ms'"

    all_say_503([answered(new_app, "SELECT 1", first=first, pause_s=0.4)])

    assert 200 == new_app.test_client().get("/api/v1/divisions").status_code


def test_an_empty_pool_answers_503_after_its_time_out(own_app, figures):
    with own_app.app_context():
        taken = [db.engine.connect() for _ in range(8)]
    started = time.monotonic()

    answer = own_app.test_client().get("/api/v1/divisions")

    figures(pool_time_out_s=time.monotonic() - started)
    all_say_503([answer])
    assert time.monotonic() - started <= 6
    for connection in taken:
        connection.close()
    assert 200 == own_app.test_client().get("/api/v1/divisions").status_code


def test_an_answer_that_hides_the_outage_is_noticed(new_app):
    @new_app.errorhandler(DatabaseDown)
    def hide(error: Exception) -> Any:
        return {"status": "ok"}

    with pytest.raises(AssertionError, match="'200'"):
        all_say_503([answered(new_app, "DELETE FROM attempt", first="SET TRANSACTION READ ONLY")])


def test_a_schema_that_is_not_the_codes_own_is_not_ready(own_app):
    client = own_app.test_client()
    assert 200 == client.get("/readyz").status_code

    ask(own_app, "UPDATE alembic_version SET version_num = '9999'")

    assert 503 == client.get("/readyz").status_code
    assert 200 == client.get("/healthz").status_code
