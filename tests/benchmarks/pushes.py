"""How many pushes a second leave, of one worker, of two and of four?

Beside as many processes that send to the same simulator with the same client in a bare loop: no
ledger, no lease, no intent, nothing written down. One kind of loop has as many calls under way as a
worker, the other waits for each answer. Rounds of all three are interleaved, each is compared with
the loops of that very moment, and what everybody takes of the processors is said as well: the
simulator and PostgreSQL work on the same ones.
"""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple
from urllib.request import Request, urlopen

from flask import Flask

from backend import embedded, jobs
from backend.config import inherited
from backend.db import action
from miniprogram_api.app import create_app
from notifications.delivery import UNDER_WAY
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
    family_of,
    free_port,
    wait_until,
)

ROUNDS, WORKERS = 5, (1, 2, 4)
ABREAST = UNDER_WAY[Lane.BROADCAST]
# After how many seconds the simulator answers: what a call to WeChat may take, next to nothing, and
# at once, which nobody does, so that nothing but our own work counts.
LATENCIES_S = (0.05, 0.002, 0.0)
# Pushes of each process in one round, so that a round takes some two seconds.
TURNS = {0.05: 300, 0.002: 800, 0.0: 800}
ONE_BY_ONE = {0.05: 30, 0.002: 400, 0.0: 800}
TICKS = os.sysconf("SC_CLK_TCK")
LOOK_EVERY_S = 0.2
UNFINISHED = """
    SELECT EXISTS (SELECT FROM delivery WHERE status IN ('PENDING', 'RETRY_WAIT'))
        OR EXISTS (SELECT FROM delivery WHERE status IN ('CLAIMED', 'SENDING'))
"""
# What the peer does: an installation's client, as often and with as many threads as it is told.
BARE = """
import sys, threading, time
from wsgi import app
from backend.wechat.simulator.people import openid_of
from tests.faults.pushes import WORDS
wechat, settings = app.extensions["wechat"], app.extensions["settings"]
wechat.warm_up()
def send(who, times):
    openid = openid_of(f"{who} of {sys.argv[1]}", settings.wechat_appid)
    for _ in range(times):
        said = wechat.send(openid, "TENANCY_RESULT", "pages/index/index", WORDS)
        assert said.errcode == 0, said
print("ready", flush=True)
for line in sys.stdin:
    abreast, times = map(int, line.split())
    lines = [threading.Thread(target=send, args=(n, times // abreast)) for n in range(abreast)]
    began = time.monotonic()
    for each in lines: each.start()
    for each in lines: each.join()
    print(time.monotonic() - began, flush=True)
"""


class Round(NamedTuple):
    """Pushes a second, the senders' own processor time for each in ms, and others' shares."""

    rate: float
    own_ms: float
    simulator: float
    database: float


class Stand:
    """The simulator, PostgreSQL and an app over it; who takes how much of the processors."""

    def __init__(self, servers: embedded.Servers, environ: Mapping[str, str], port: int, pid: int):
        self.environ, self._port, self._simulator = environ, port, pid
        self.app = create_app(
            settings_for(servers.database_url, servers, environ["WECHAT_API_BASE"])
        )
        data = ask(self.app, "SELECT current_setting('data_directory')")[0][0]
        self._postmaster = int((Path(data) / "postmaster.pid").read_text().split()[0])

    def let_wait(self, seconds: float) -> None:
        wish = json.dumps({"latency_s": seconds}).encode()
        address = f"http://127.0.0.1:{self._port}/_simulator/settings"
        urlopen(Request(address, wish, method="POST"), timeout=5).close()

    def measured(self, pids: Sequence[int], pushes: int, send: Callable[[], float]) -> Round:
        """Let senders send; `send` returns the pushes a second."""
        groups = (list(pids), [self._simulator], family_of(self._postmaster))
        before, began = [_busy_s(each) for each in groups], monotonic()
        rate = send()
        took = (monotonic() - began) * (os.cpu_count() or 1)
        own, simulator, database = (
            _busy_s(each) - was for each, was in zip(groups, before, strict=True)
        )
        return Round(rate, 1000 * own / pushes, simulator / took, database / took)


def report(servers: embedded.Servers) -> None:
    """Send both ways with each number of processes, at each latency; print the ratios."""
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
        stand = Stand(servers, environ, port, simulator.pid)
        print(f"pushes, median of {ROUNDS} interleaved rounds, beside bare loops of the client")
        for count in WORKERS:
            with _loops(count, environ) as loops, _workers(stand, count, Path(folder)) as workers:
                for latency_s in LATENCIES_S:
                    stand.let_wait(latency_s)
                    _compare(stand, latency_s, loops, workers)


def _compare(
    stand: Stand,
    latency_s: float,
    loops: Sequence[subprocess.Popen[str]],
    workers: Sequence[Process],
) -> None:
    count = len(workers)
    pushes, singly = TURNS[latency_s] * count, ONE_BY_ONE[latency_s] * count
    looping, working = [each.pid for each in loops], [each.pid for each in workers]
    rounds = [
        (
            stand.measured(working, pushes, lambda: _ours(stand.app, pushes)),
            stand.measured(looping, pushes, lambda: _bare(loops, ABREAST, pushes)),
            stand.measured(looping, singly, lambda: _bare(loops, 1, singly)),
        )
        for _ in range(ROUNDS)
    ]
    ours, abreast, single = (_median(each) for each in zip(*rounds, strict=True))
    of_abreast = sorted(mine.rate / theirs.rate for mine, theirs, _ in rounds)
    of_single = statistics.median(mine.rate / theirs.rate for mine, _, theirs in rounds)
    print(
        f"  {latency_s * 1000:2.0f} ms, {count} of each: {ours.rate:5.0f} /s,"
        f" {statistics.median(of_abreast):.2f} ({of_abreast[0]:.2f} to {of_abreast[-1]:.2f})"
        f" of loops with {ABREAST} under way, {of_single:.2f} of loops that wait for each answer"
    )
    print(
        f"      processor time a push: {ours.own_ms:.2f} ms, of these loops {abreast.own_ms:.2f}"
        f" and {single.own_ms:.2f} ms; of the machine the simulator took {ours.simulator:.0%},"
        f" PostgreSQL {ours.database:.0%}"
    )


def _median(rounds: Sequence[Round]) -> Round:
    return Round(*(statistics.median(each) for each in zip(*rounds, strict=True)))


def _busy_s(pids: Sequence[int]) -> float:
    """Return how long processes have kept a processor busy; what is gone counts no more."""
    found = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found += int(fields[11]) + int(fields[12])
    return found / TICKS


@contextmanager
def _loops(count: int, environ: Mapping[str, str]) -> Iterator[Sequence[subprocess.Popen[str]]]:
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    loops = [
        subprocess.Popen(
            (PYTHON, "-c", BARE, str(number)),
            env=environ,
            stdin=pipe,
            stdout=pipe,
            stderr=nowhere,
            text=True,
        )
        for number in range(count)
    ]
    try:
        for each in loops:
            assert each.stdout and each.stdout.readline() == "ready\n"
        yield loops
    finally:
        for each in loops:
            each.communicate()


def _bare(loops: Sequence[subprocess.Popen[str]], abreast: int, pushes: int) -> float:
    for each in loops:
        assert each.stdin
        each.stdin.write(f"{abreast} {pushes // len(loops)}\n")
        each.stdin.flush()
    return pushes / max(float(each.stdout.readline()) for each in loops if each.stdout)


@contextmanager
def _workers(stand: Stand, count: int, folder: Path) -> Iterator[Sequence[Process]]:
    before = ask(stand.app, "SELECT coalesce(max(id), 0) FROM procrastinate_workers")[0][0]
    workers = [
        Process(f"worker-{number}", (*COMMANDS, "worker"), stand.environ, folder).start()
        for number in range(count)
    ]
    try:
        since = "SELECT count(*) FROM procrastinate_workers WHERE id > :last"
        all_there = count * (1 + len(OWN_PLACES))
        wait_until(lambda: ask(stand.app, since, last=before)[0][0] == all_there)
        yield workers
    finally:
        for each in workers:
            each.close()


def _ours(app: Flask, pushes: int) -> float:
    """Measure by the ledger, from the first intent to the last result.

    Whether all is over is asked seldom, and of indexes: counting would slow down what is counted.
    """
    people = [case.applicant_id for case in pending(app, pushes, Lane.BROADCAST)]
    name, queue = SENDING[Lane.BROADCAST]
    with app.app_context():
        action(jobs.defer)(name, queueing_lock=name, queue=queue)
    while ask(app, UNFINISHED)[0][0]:
        sleep(LOOK_EVERY_S)
    sent = "FROM delivery WHERE person_id = ANY(:ids) AND status = 'ACCEPTED'"
    assert ask(app, f"SELECT count(*) {sent}", ids=people)[0][0] == pushes
    span = "extract(epoch FROM max(settled_at) - min(intent_at))::float"
    return float(pushes / ask(app, f"SELECT {span} {sent}", ids=people)[0][0])
