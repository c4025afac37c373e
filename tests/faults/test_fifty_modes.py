"""WeChat goes wrong in fifty ways, in any order, while people apply: what do they notice of it?

Nothing but a sign-in that has to wait. Decisions reach their end once WeChat is well again, and
the secret goes nowhere, neither after a redirect nor into a log.
"""

import logging
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from flask import Flask, request

from backend.config import Settings
from backend.db import db
from backend.wechat.simulator import people
from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID, SECRET
from miniprogram_api.app import create_app
from tests.factories import World
from tests.faults.pushes import APART_S, connected, send_due, time_passes
from tests.faults.stack import FINAL
from tests.races.crowd import ask, desks, signed_in

SEED = 20261129
# By endpoint, how it goes wrong: an HTTP status, an error code, or a way of spoiling the answer.
MODES: dict[str, tuple[str | int, ...]] = {
    "send": ("busy", "slow", "close", "half", "reset", "drip", "html", "empty", "redirect", 429)
    + (500, 502, 503, 40001, 40014, 42001, 43101, 43107, 43108, 47003, 40003, 41030, 45168, 99999),
    "token": ("busy", "slow", "close", "half", "html", "empty", "redirect", 500, 502, 45011),
    "login": ("busy", "slow", "close", "html", "empty", "redirect", 500, 45011, 40226),
    "text": ("busy", "close", "half", "html", "redirect", 500, 44991),
}
# After these nobody can tell whether the person has it.
IN_DOUBT = {"close", "half", "reset", "drip", "html", "empty", "redirect", 429, 500, 502, 503}


def test_there_are_fifty_of_them():
    assert 50 == sum(len(set(modes)) for modes in MODES.values())


class Elsewhere:
    """Where a redirect leads; counts whoever comes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.visitors = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            self.visitors += 1
            visitor.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with closing(Elsewhere()) as there:
        yield there


@pytest.fixture
def app(database_url: str, lent_settings: Settings, simulator: Simulator) -> Iterator[Flask]:
    """An app of its own, whose client gives up soon and asks for tokens often."""
    made = create_app(lent_settings, wechat=connected(simulator))
    yield made
    with made.app_context():
        db.engine.dispose()


def go_wrong(simulator: Simulator, elsewhere: Elsewhere) -> None:
    order = [(endpoint, kind) for endpoint, kinds in MODES.items() for kind in kinds]
    random.Random(SEED).shuffle(order)
    for endpoint, kind in order:
        more = {"location": elsewhere.address} if kind == "redirect" else {}
        seconds = 0.01 if kind == "drip" else 0.2
        simulator.misbehave(endpoint, kind, times=1, seconds=seconds, **more)


def decided(world: World, number: int, unit: str) -> None:
    """Let somebody apply and be approved, all of it answered as if WeChat were well."""
    her = signed_in(world.app, people.openid_of(f"fifty-{number}", APPID))
    application, etag = world.submitted(her)
    path = f"/applications/{application['id']}/approve"
    assert 200 == world.staff().post(path, {"unit_id": unit}, etag=etag).status_code


@pytest.mark.reliability
def test_fifty_modes_in_random_order_leave_nothing_but_a_sign_in_waiting(
    app, simulator, elsewhere, figures, caplog
):
    answers = Counter[tuple[str | None, int]]()
    app.after_request(
        lambda answer: answers.update([(request.endpoint, answer.status_code)]) or answer
    )
    world, wechat = World(app), app.extensions["wechat"]
    units = [str(unit) for unit in desks(app, 100)]
    go_wrong(simulator, elsewhere)
    decisions = 0

    with caplog.at_level(logging.DEBUG):
        while simulator.mischief.rows():
            assert decisions < 100, simulator.mischief.rows()
            world.anybody.post("/session/wechat", {"code": f"demo:{uuid4()}", "device": "x"})
            decided(world, decisions, units[decisions])
            decisions += 1
            simulator.expire_token()
            time.sleep(APART_S)
            send_due(app, wechat)
            time_passes(app)
        for _ in range(6):
            time.sleep(APART_S)
            send_due(app, wechat)
            time_passes(app)

    fates = Counter(row[0] for row in ask(app, "SELECT status FROM delivery"))
    fetched = len(simulator.log(endpoint="token"))
    figures(decisions=decisions, fates=dict(fates), tokens=fetched)
    failed = {each for each, _ in answers.items() if each[1] >= 500}
    assert failed <= {("session.loginWechat", 503)}
    assert fates.keys() <= FINAL and fates.total() == decisions
    assert fates["UNKNOWN"] <= sum(kind in IN_DOUBT for kind in MODES["send"])
    came = Counter(each["openid"] for each in simulator.log(endpoint="send", carried_out=True))
    assert 1 == max(came.values())
    # One for each round in which it was expired, and one for each answer that was spoilt.
    assert fetched <= 1 + decisions + len(MODES["token"]) + len(MODES["send"])
    assert 0 == elsewhere.visitors
    assert SECRET not in caplog.text
