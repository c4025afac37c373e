import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from backend.wechat.connection import Deadline
from backend.wechat.errors import NoToken
from backend.wechat.simulator.server import Simulator
from backend.wechat.token import AccessToken, Grant, Pace
from backend.wechat.token_store import DatabaseTokens, MemoryTokens

TABLE = """
    CREATE TABLE IF NOT EXISTS wechat_token (
        appid text PRIMARY KEY,
        token text NOT NULL DEFAULT '',
        expires_at timestamptz NOT NULL DEFAULT '1970-01-01',
        obtained_at timestamptz NOT NULL DEFAULT '1970-01-01',
        refreshing_until timestamptz NOT NULL DEFAULT '1970-01-01'
    )
"""
PACE = Pace(copy_s=-1.0, wait_s=0.5, poll_s=0.01)


def seal(plain):
    return "sealed:" + plain[::-1]


def unseal(sealed):
    return sealed.removeprefix("sealed:")[::-1]


@pytest.fixture
def appid():
    return f"wx-{uuid.uuid4().hex}"


@pytest.fixture
def engine(database_url, appid):
    # One connection and no more: whoever holds it during an outside call is found out.
    engine = create_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=5)
    with engine.begin() as connection:
        connection.execute(text(TABLE))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM wechat_token WHERE appid = :appid"), {"appid": appid})
    engine.dispose()


@pytest.fixture
def store(engine, appid):
    return DatabaseTokens(engine, appid, seal=seal, unseal=unseal)


@pytest.fixture
def age(engine, appid):
    """Let everything in the row have happened some seconds earlier."""

    def earlier(seconds):
        with engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE wechat_token SET"
                    " expires_at = expires_at - make_interval(secs => :s),"
                    " obtained_at = obtained_at - make_interval(secs => :s),"
                    " refreshing_until = refreshing_until - make_interval(secs => :s)"
                    " WHERE appid = :appid"
                ),
                {"s": seconds, "appid": appid},
            )

    return earlier


@pytest.fixture(params=["memory", "database"])
def either(request, clock):
    if request.param == "memory":
        return MemoryTokens(clock)
    return request.getfixturevalue("store")


def test_an_empty_store_has_no_token(either):
    stored = either.read()

    assert (stored.token, stored.alive) == ("", False)
    assert stored.age_s > 3600


def test_what_was_kept_is_read(either):
    either.keep(either.lease(10), Grant("token-1", 7200))

    stored = either.read()
    assert stored.token == "token-1"
    assert stored.left_s == pytest.approx(7200, abs=2)
    assert stored.age_s == pytest.approx(0, abs=2)


def test_only_one_has_the_lease(either):
    assert either.lease(10) is not None
    assert either.lease(10) is None


def test_keeping_a_token_gives_the_lease_back(either):
    either.keep(either.lease(10), Grant("token-1", 7200))

    assert either.lease(10) is not None


def test_a_rest_of_no_seconds_gives_the_lease_back(either):
    either.rest(either.lease(10), 0.0)

    assert either.lease(10) is not None


def test_during_a_rest_nobody_gets_the_lease(either):
    either.rest(either.lease(1), 30.0)

    assert either.lease(10) is None


def test_the_lease_shows_what_lay_there_when_it_was_given(either):
    either.keep(either.lease(10), Grant("token-1", 7200))

    assert either.lease(10).stored.token == "token-1"


def test_the_row_holds_no_token_in_clear(store, engine, appid):
    store.keep(store.lease(10), Grant("token-1", 7200))

    with engine.begin() as connection:
        asked = text("SELECT token FROM wechat_token WHERE appid = :appid")
        kept = connection.execute(asked, {"appid": appid}).scalar_one()
    assert "token-1" not in kept
    assert unseal(kept) == "token-1"


def test_whoever_overslept_the_lease_does_not_overwrite_the_next(store, age):
    late = store.lease(10)
    age(11)
    store.keep(store.lease(10), Grant("newer", 7200))

    store.keep(late, Grant("older", 7200))
    store.rest(late, 60.0)

    assert store.read().token == "newer"
    assert store.lease(10) is not None


def test_the_life_of_a_token_counts_from_the_question_not_from_the_answer(store):
    lease = store.lease(10)
    time.sleep(0.3)
    store.keep(lease, Grant("token-1", 100))

    assert store.read().left_s < 99.75


def test_a_token_that_cannot_be_opened_counts_as_none(store, engine, appid):
    store.keep(store.lease(10), Grant("token-1", 7200))

    other = DatabaseTokens(engine, appid, seal=seal, unseal=lambda sealed: 1 / 0)

    assert not other.read().alive


def test_a_token_is_obtained_with_no_connection_held(store, engine):
    held = []

    def obtain(deadline):
        held.append(engine.pool.checkedout())
        return Grant("token-1", 7200)

    AccessToken(store, obtain, PACE).current(Deadline(5))

    assert held == [0]


def test_forty_threads_of_four_stores_ask_once(database_url, engine, appid):
    calls = []

    def obtain(deadline):
        calls.append(1)
        time.sleep(0.1)
        return Grant("only", 7200)

    engines = [create_engine(database_url) for _ in range(4)]
    tokens = [
        AccessToken(DatabaseTokens(e, appid, seal=seal, unseal=unseal), obtain, Pace(copy_s=-1.0))
        for e in engines
    ]
    start = threading.Barrier(40)
    got = []

    def work(token):
        start.wait()
        got.append(token.current(Deadline(8)))

    threads = [threading.Thread(target=work, args=(tokens[n % 4],)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in engines:
        each.dispose()

    assert (got, len(calls)) == (["only"] * 40, 1)


def test_a_rejected_token_is_replaced_once_for_all_stores(database_url, store, engine, appid, age):
    store.keep(store.lease(10), Grant("first", 7200))
    age(61)
    calls = []

    def obtain(deadline):
        calls.append(1)
        return Grant("second", 7200)

    other = create_engine(database_url)
    tokens = [
        AccessToken(DatabaseTokens(e, appid, seal=seal, unseal=unseal), obtain, PACE)
        for e in (engine, other)
    ]
    got = [token.after_rejection("first", Deadline(5)) for token in tokens]
    other.dispose()

    assert (got, len(calls)) == (["second", "second"], 1)


def test_a_token_rejected_for_ever_costs_two_askings_a_minute_at_most(store, age):
    calls = []

    def obtain(deadline):
        calls.append(1)
        return Grant("same", 7200)

    token = AccessToken(store, obtain, PACE)
    token.current(Deadline(5))
    for _ in range(60):
        age(0.9)
        try:
            token.after_rejection("same", Deadline(5))
        except NoToken:
            pass

    assert len(calls) == 1


PROCESS = """
import sys, threading
from sqlalchemy import create_engine
from backend.wechat.client import WeChat
from backend.wechat.token_store import DatabaseTokens

database_url, wechat_url, appid = sys.argv[1:]
tokens = DatabaseTokens(create_engine(database_url), appid, seal=str, unseal=str)
wechat = WeChat(base_url=wechat_url, appid=appid, secret="s", tokens=tokens)
failures = []

def work():
    try:
        wechat.warm_up()
    except Exception as error:
        failures.append(error)

print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=work) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(failures))
"""


def test_two_processes_at_a_cold_start_ask_wechat_once(database_url, engine, appid):
    with Simulator(appid=appid, secret="s") as simulator:
        simulator.settle(latency_s=0.2)
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", PROCESS, database_url, simulator.url, appid],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[3],
                env={"PATH": os.defpath},
            )
            for _ in range(2)
        ]
        for process in processes:
            process.stdout.readline()
        for process in processes:
            process.stdin.write(b"go\n")
            process.stdin.flush()
        ends = []
        for process in processes:
            process.communicate(timeout=20)
            ends.append(process.returncode)

        assert ends == [0, 0]
        assert len(simulator.log(endpoint="token")) == 1
