"""How many pushes a second leave, of one worker, of two and of four?

Against as many processes that send to the same stand-in with the same client in a bare loop: no
ledger, no lease, no intent, nothing written down.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.request import Request, urlopen

from flask import Flask

from backend import embedded, jobs
from backend.config import inherited
from backend.db import action
from miniprogram_api.app import create_app
from notifications.models import Lane
from notifications.work import OWN_PLACES, SENDING
from tests.conftest import settings_for
from tests.faults.pushes import pending
from tests.races.crowd import ask
from tests.running_system import (
    COMMANDS,
    PYTHON,
    Process,
    answers,
    free_port,
    wait_until,
)

# How long the stand-in thinks before it answers, in seconds, and how many pushes it gets.
ROUNDS, WORKERS = ((0.0, 2_000), (0.02, 800)), (1, 2, 4)
# What the peer does: an installation's client, as often as it is told.
BARE = """
import time
from wsgi import app
from backend.wechat.simulator.people import openid_of
from tests.faults.pushes import WORDS
wechat, settings = app.extensions["wechat"], app.extensions["settings"]
openid = openid_of("somebody", settings.wechat_appid)
wechat.warm_up()
print("ready", flush=True)
times = int(input())
began = time.monotonic()
for _ in range(times):
    said = wechat.send(openid, "TENANCY_RESULT", "pages/index/index", WORDS)
    assert said.errcode == 0, said
print(time.monotonic() - began, flush=True)
"""


def report(servers: embedded.Servers) -> None:
    """Send the same number of pushes both ways with each number of processes; print the ratios."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port = free_port()
        environ = {
            **inherited(),
            "APP_ENV": "development",
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "WECHAT_API_BASE": f"http://127.0.0.1:{port}",
            "WECHAT_SEND_RATE": "10000",
        }
        command = (PYTHON, "-m", "backend.wechat.simulator", "--port", str(port))
        simulator = Process("simulator", command, environ, Path(folder))
        stack.callback(simulator.close)
        simulator.start()
        wait_until(lambda: answers(port, "/_simulator/hold"))
        app = create_app(settings_for(servers.database_url, servers, environ["WECHAT_API_BASE"]))
        for latency_s, pushes in ROUNDS:
            _let_wait(port, latency_s)
            print(f"{pushes:,} pushes to a stand-in that answers after {latency_s * 1000:g} ms")
            for count in WORKERS:
                bare = _bare(count, pushes, environ)
                ours = _ours(count, pushes, app, environ, Path(folder))
                print(f"  {count} of each: {ours:5.0f} /s   {ours / bare:5.2f} of a bare loop")


def _let_wait(port: int, seconds: float) -> None:
    wish = json.dumps({"latency_s": seconds}).encode()
    asked = Request(f"http://127.0.0.1:{port}/_simulator/settings", wish, method="POST")
    urlopen(asked, timeout=5).close()


def _bare(count: int, pushes: int, environ: Mapping[str, str]) -> float:
    loops = [
        subprocess.Popen(
            (PYTHON, "-c", BARE),
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(count)
    ]
    for each in loops:
        assert each.stdout and each.stdout.readline() == "ready\n"
    for each in loops:
        assert each.stdin
        each.stdin.write(f"{pushes // count}\n")
        each.stdin.flush()
    slowest = max(float(each.communicate()[0]) for each in loops)
    return pushes / slowest


def _ours(count: int, pushes: int, app: Flask, environ: Mapping[str, str], folder: Path) -> float:
    """Measure by the ledger, from the first intent to the last result."""
    before = ask(app, "SELECT coalesce(max(id), 0) FROM procrastinate_workers")[0][0]
    workers = [
        Process(f"worker-{number}", (*COMMANDS, "worker"), environ, folder).start()
        for number in range(count)
    ]
    try:
        since = "SELECT count(*) FROM procrastinate_workers WHERE id > :last"
        wait_until(lambda: ask(app, since, last=before)[0][0] == count * (1 + len(OWN_PLACES)))
        people = [case.applicant_id for case in pending(app, pushes, Lane.BROADCAST)]
        name, queue = SENDING[Lane.BROADCAST]
        with app.app_context():
            action(jobs.defer)(name, queueing_lock=name, queue=queue)
        sent = "FROM delivery WHERE person_id = ANY(:ids) AND status = 'ACCEPTED'"
        wait_until(lambda: ask(app, f"SELECT count(*) {sent}", ids=people)[0][0] == pushes)
        span = "extract(epoch FROM max(settled_at) - min(intent_at))::float"
        return pushes / ask(app, f"SELECT {span} {sent}", ids=people)[0][0]
    finally:
        for each in workers:
            each.close()
