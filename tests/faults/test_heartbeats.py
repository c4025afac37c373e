"""Is it seen that a worker was killed, and that a sweep was cut off in its midst?"""

import os
import signal
import time
from collections.abc import Callable

import pytest
from flask import Flask

from backend import heartbeats
from backend.db import db
from notifications import watching, work
from notifications.sweepers import SWEEPERS
from tests.races.crowd import ask
from tests.records import look
from tests.running_system import Client, wait_until

Declare = Callable[[Callable[..., None]], Callable[..., None]]


def stale(port: int) -> list[str]:
    answer = Client(port).get("/readyz")
    assert 200 == answer.status_code  # Whoever still answers people stays in service.
    named: list[str] = answer.json["stale_sweepers"]
    return named


def test_a_killed_worker_is_seen_and_so_is_one_that_works_again(stack):
    wait_until(lambda: "sweep_messages" not in stale(stack.running.port), 30)

    stack.running.worker.kill(stay_down=True)
    # Two minutes pass.
    ask(stack.app, "UPDATE heartbeat SET beaten_at = beaten_at - interval '121 s'")

    assert {"sweep_messages", "sweep_notices", "sweep_callbacks"} <= set(stale(stack.running.port))
    stack.running.worker.start()
    wait_until(lambda: "sweep_messages" not in stale(stack.running.port), 30)


def killed_in_the_midst(app: Flask, declare: Declare) -> None:
    """A sweep of another process is killed while it works: it has had no success."""
    ready, begun = os.pipe()

    def sweep_cases(**_: object) -> None:
        os.write(begun, b".")
        time.sleep(60)

    db.engine.dispose()
    child = os.fork()
    if not child:
        with app.app_context():
            declare(sweep_cases)()
        os._exit(0)
    os.read(ready, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready)
    os.close(begun)

    found = [each["job"] for each in look("SELECT job FROM heartbeat")]
    assert [] == found, f"{found} was cut off and has a success"
    assert list(SWEEPERS) == watching.stale(watching.standing())


def test_a_sweep_that_was_cut_off_has_had_no_success(in_own_app):
    killed_in_the_midst(in_own_app, work.noting_success)


def test_a_pulse_that_is_noted_before_the_work_is_caught(in_own_app):
    def beating_first(function: Callable[..., None]) -> Callable[..., None]:
        """Note the success and then begin: the planted bug."""

        def run() -> None:
            heartbeats.beat(function.__name__, 0.0)
            function()

        return run

    with pytest.raises(AssertionError, match="was cut off and has a success"):
        killed_in_the_midst(in_own_app, beating_first)
