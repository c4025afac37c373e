"""Redis is only a cache: does all work while it is down, hung, full or talks nonsense?"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import redis
from flask import Flask

from backend import embedded
from backend.cache import TIMEOUT_S, Cache
from backend.db import db
from backend.wechat.simulator.server import Simulator
from miniprogram_api.app import create_app
from tests.conftest import settings_for
from tests.factories import World
from tests.races.at_once import kind_of
from tests.races.crowd import submitted
from tests.running_system import parent_of, wait_until

# What a busy machine may add to the time-out of Redis itself.
SLACK_S = 0.6


class Valkey:
    """A Valkey of our own, and ways to spoil it for the length of a block."""

    def __init__(self, server: embedded.Server):
        self.url = server.url

    def tell(self, *command: str | int) -> Any:
        with redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=5) as client:
            return client.execute_command(*map(str, command))

    @property
    def pid(self) -> int:
        return int(self.tell("INFO", "server")["process_id"])

    @contextmanager
    def down(self) -> Iterator[None]:
        pid = self.pid
        keeper = parent_of(pid)
        os.kill(keeper, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        try:
            yield
        finally:
            os.kill(keeper, signal.SIGCONT)
            wait_until(self.is_up)

    @contextmanager
    def hung(self, seconds: float = 30) -> Iterator[None]:
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        waker = threading.Timer(seconds, os.kill, (pid, signal.SIGCONT))
        waker.start()
        try:
            yield
        finally:
            waker.cancel()
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def flushed(self) -> Iterator[None]:
        self.tell("FLUSHALL")
        yield
        self.tell("FLUSHALL")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self.tell("REPLICAOF", "127.0.0.1", 1)
        yield
        self.tell("REPLICAOF", "NO", "ONE")

    @contextmanager
    def full(self) -> Iterator[None]:
        self.tell("CONFIG", "SET", "maxmemory", 1)
        yield
        self.tell("CONFIG", "SET", "maxmemory", 0)

    @contextmanager
    def locked(self) -> Iterator[None]:
        self.tell("CONFIG", "SET", "requirepass", "unknown")
        with contextlib.suppress(redis.RedisError):
            self.tell("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")
        yield
        own = redis.Redis.from_url(self.url, password="unknown")
        own.execute_command("CONFIG", "SET", "requirepass", "")
        own.close()

    @contextmanager
    def talking_nonsense(self) -> Iterator[None]:
        for key in self.tell("KEYS", "*"):
            self.tell("SET", key, "\x00 not ours")
        yield
        self.tell("FLUSHALL")

    def is_up(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.tell("PING"))
        return False


FAULTS: dict[str, Callable[[Valkey], AbstractContextManager[None]]] = {
    "down": Valkey.down,
    "hung": Valkey.hung,
    "flushed": Valkey.flushed,
    "read-only": Valkey.read_only,
    "out of memory": Valkey.full,
    "locked": Valkey.locked,
    "talking nonsense": Valkey.talking_nonsense,
}


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with embedded.start_valkey(tmp_path_factory.mktemp("valkey"), durable=False) as server:
        yield Valkey(server)


AppWith = Callable[[Cache], Flask]


@pytest.fixture
def app_with(
    database_url: str, servers: embedded.Servers, simulator: Simulator, valkey: Valkey
) -> Iterator[AppWith]:
    """Return a function that makes the app over a cache of one's choice."""
    made: list[Flask] = []

    def make(cache: Cache) -> Flask:
        settings = settings_for(database_url, servers, simulator.url)
        made.append(create_app(replace(settings, redis_url=valkey.url), cache=cache))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


class Day:
    """What people do all day; each deed is told with its seconds."""

    def __init__(self, app: Flask):
        self.app, self.world = app, World(app)
        self.manager, self.units = self.world.staff(), self.world.units()
        self._month = 0
        self.deeds = {
            "list": self._list,
            "sign in": self._sign_in,
            "draft": self._draft,
            "approve": self._approve,
        }

    def take(self) -> dict[str, float]:
        """Do everything once."""
        seconds = {}
        for name, deed in self.deeds.items():
            started = time.monotonic()
            answer = deed()
            seconds[name] = time.monotonic() - started
            assert answer.status_code < 300, f"{name}: {kind_of(answer)}"
        return seconds

    def prepare(self) -> None:
        """Bring in what the next day needs, while all is well."""
        self._month += 1
        self._starts_on = f"{2030 + self._month}-01-01"
        (self._case,) = submitted(self.app, 1, starts_on=self._starts_on)
        self._her = self.world.citizen(uuid4().hex[:13])
        self._park = self.world.park_id()

    def _list(self) -> Any:
        return self.world.anybody.get(f"/parks?limit={50 + self._month}")

    def _sign_in(self) -> Any:
        return self.world.anybody.post("/session/wechat", {"code": f"demo:{uuid4().hex}"})

    def _draft(self) -> Any:
        return self._her.post("/applications", {"kind": "tenancy", "park_id": self._park})

    def _approve(self) -> Any:
        wish = {"unit_id": self.units[0]["id"]}
        return self.manager.post(f"{self._case.path}/approve", wish, etag='"1"')


def works_without(
    day: Day, fault: AbstractContextManager[None], figures: Callable[..., None]
) -> None:
    """Live through a day with the fault; no deed may take longer by more than a time-out."""
    day.prepare()
    normal = day.take()
    day.prepare()
    with fault:
        hampered = day.take()
    for name, seconds in hampered.items():
        extra = seconds - normal[name]
        figures(**{f"extra_s {name}": extra})
        assert extra <= TIMEOUT_S + SLACK_S, f"{name} took {extra:.1f} s longer"


@pytest.mark.parametrize("fault", FAULTS)
def test_everything_works_while_redis_is(app_with, valkey, fault, figures):
    works_without(Day(app_with(Cache(valkey.url))), FAULTS[fault](valkey), figures)


def test_everything_works_when_redis_was_never_there(app_with):
    day = Day(app_with(Cache("redis://127.0.0.1:9/0")))
    day.prepare()

    assert day.take().keys() == day.deeds.keys()


def test_a_hung_redis_is_soon_left_alone(app_with, valkey, figures):
    anybody = World(app_with(Cache(valkey.url))).anybody
    with valkey.hung():
        started = time.monotonic()
        statuses = {anybody.get(f"/parks?limit={limit}").status_code for limit in range(1, 31)}
        took = time.monotonic() - started

    figures(thirty_lists_with_redis_hung_s=took)
    assert {200} == statuses
    assert took <= 5 * TIMEOUT_S + 30 * 0.15


def test_flushing_redis_revives_no_session_and_forgets_no_lock_out(app_with, valkey):
    world = World(app_with(Cache(valkey.url)))
    her = world.citizen()
    assert 204 == her.delete("/sessions/current", key="").status_code
    wrong = {"username": "demo-manager", "password": "not-her-Password-1"}
    for _ in range(5):
        assert 401 == world.anybody.post("/session/staff", wrong).status_code

    valkey.tell("FLUSHALL")

    assert 401 == her.get("/me").status_code
    assert 429 == world.anybody.post("/session/staff", wrong).status_code


class Patient(Cache):
    """Waits for Redis as long as it takes: a planted fault."""

    def __init__(self, url: str):
        super().__init__(url)
        self._redis = redis.Redis.from_url(url, socket_timeout=60)


class Fragile(Cache):
    """Lets every failure of Redis through: another."""

    def _try(self, call: Callable[[], Any]) -> Any:
        return call()


def test_a_cache_that_waits_for_a_hung_redis_is_noticed(app_with, valkey, figures):
    with pytest.raises(AssertionError, match="took [1-3].* longer"):
        works_without(Day(app_with(Patient(valkey.url))), valkey.hung(seconds=1.5), figures)


def test_a_cache_that_cannot_do_without_redis_is_noticed(app_with, valkey, figures):
    with pytest.raises(AssertionError, match="list: 500"):
        works_without(Day(app_with(Fragile(valkey.url))), valkey.down(), figures)
