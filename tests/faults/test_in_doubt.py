"""The connection breaks while a commit is under way: does the same key lead to one effect?"""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask import Flask

from backend import embedded
from backend.db import db
from backend.wechat.simulator.server import Simulator
from miniprogram_api.app import create_app
from tests.conftest import settings_for
from tests.factories import Caller, World
from tests.races.at_once import kind_of
from tests.races.crowd import ask, count

COMMITTED = b"COMMIT\x00"  # How PostgreSQL says that it has.
SOCKET = ".s.PGSQL.5432"


class Eavesdropper:
    """Stands between us and PostgreSQL, and hangs up when it hears of a commit."""

    def __init__(self, server: Path, folder: Path):
        self._server = str(server / SOCKET)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(16)
        self._sockets = [self._listener]
        self._threads: list[threading.Thread] = []
        self._run(self._accept)
        self.hang_up_after_commit = False
        self.commits_hidden = 0

    def close(self) -> None:
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for each in self._sockets:
            each.close()

    def _run(self, what: Callable[..., None], *arguments: Any) -> None:
        self._threads.append(threading.Thread(target=what, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                self._sockets += [client, server]
                server.connect(self._server)
                self._run(self._carry, client, server, False)
                self._run(self._carry, server, client, True)

    def _carry(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answers and self.hang_up_after_commit and COMMITTED in data:
                    self.hang_up_after_commit = False
                    self.commits_hidden += 1
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def eavesdropper(database_url: str, tmp_path: Path) -> Iterator[Eavesdropper]:
    server = Path(unquote(re.search(r"host=([^&]+)", database_url)[1]))
    listening = Eavesdropper(server, tmp_path)
    yield listening
    listening.close()


@pytest.fixture
def overheard(
    database_url: str,
    servers: embedded.Servers,
    simulator: Simulator,
    eavesdropper: Eavesdropper,
    tmp_path: Path,
) -> Iterator[Flask]:
    """The app, whose every word to PostgreSQL goes past the eavesdropper."""
    url = re.sub(r"host=[^&]+", f"host={quote(str(tmp_path), safe='')}", database_url)
    app = create_app(settings_for(url, servers, simulator.url))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_commit_of_which_no_answer_came_is_done_once_by_its_key(overheard, eavesdropper):
    world = World(overheard)
    her, key = world.citizen(), "in-doubt"
    content = {"kind": "tenancy", "park_id": world.park_id()}

    eavesdropper.hang_up_after_commit = True
    first = her.post("/applications", content, key=key)
    second = her.post("/applications", content, key=key)

    assert 1 == eavesdropper.commits_hidden
    assert "503 unavailable" == kind_of(first)
    assert (201, "true") == (second.status_code, second.headers["Idempotent-Replayed"])
    assert 1 == count(overheard, "application")
    assert 1 == count(overheard, "event WHERE name = 'application.created'")


def dies_half_way(world: World, her: Caller, content: Any, key: str) -> None:
    """Let the first try die in the middle of its transaction."""
    ask(
        world.app,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';"
        "CREATE TRIGGER die AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION die()",
    )
    assert "503 unavailable" == kind_of(her.post("/applications", content, key=key))
    ask(world.app, "DROP FUNCTION die CASCADE")


def keeps_its_key_apart(world: World, her: Caller, content: Any, key: str) -> None:
    """Leave behind what a key in a transaction of its own would: the planted fault."""
    assert 201 == her.post("/applications", content, key=key).status_code
    ask(world.app, "DELETE FROM paper; DELETE FROM application")
    ask(world.app, "UPDATE idempotency_key SET answer = NULL")


def after_a_death(world: World, dies: Callable[[World, Caller, Any, str], None]) -> None:
    """Try once and die, then try again with the same key."""
    her, key = world.citizen(), "died"
    content = {"kind": "tenancy", "park_id": world.park_id()}
    dies(world, her, content, key)
    assert 0 == count(world.app, "application")

    again = her.post("/applications", content, key=key)

    assert 201 == again.status_code, f"stuck: {kind_of(again)}"
    assert "Idempotent-Replayed" not in again.headers
    assert 1 == count(world.app, "application")


def test_a_first_try_that_died_half_way_does_not_burn_its_key(own_world):
    after_a_death(own_world, dies_half_way)


def test_a_key_that_is_kept_in_a_transaction_of_its_own_is_noticed(own_world):
    with pytest.raises(AssertionError, match="stuck: 500"):
        after_a_death(own_world, keeps_its_key_apart)
