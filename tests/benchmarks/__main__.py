"""How fast are the reads that everybody makes, against a peer in the same run?

`make bench`. Both servers run under `docker/gunicorn.conf.py` with two workers. Rounds are short
and interleaved, each is compared with its peer's of that very moment, and the median counts: the
machine may do other things as well.
"""

import itertools
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from operator import truediv
from pathlib import Path
from urllib.request import urlopen

from backend import embedded
from backend.config import inherited
from tests.benchmarks import audience, matching, pushes, queue, rules
from tests.benchmarks.load import Load, always, get, rate

ROUNDS, SECONDS = 21, 0.7
PARKS = "/api/v1/parks"
BARE = "bare Flask jsonify"
PEERS = {
    "same query by hand": "same query by hand",
    "parks, cold": "same query by hand",
    queue.BY_HAND: queue.BY_HAND,
    queue.OURS: queue.BY_HAND,
}


def main() -> None:
    """Load servers beside their peers, then fill databases of their own; print the ratios."""
    with _installation() as (servers, environ), ExitStack() as stack:
        ours = stack.enter_context(_served("wsgi:app", PARKS, environ))
        peer = stack.enter_context(_served("tests.benchmarks.peer:app", "/bare", environ))
        _report(_measured([*_loads(ours, peer), *queue.loads(ours, peer, servers)]))
        rules.report()
    with _installation() as (servers, _):
        pushes.report(servers)
    with _installation() as (servers, _):
        audience.report(servers.database_url)
        matching.report(servers)


@contextmanager
def _installation() -> Iterator[tuple[embedded.Servers, dict[str, str]]]:
    """Start the servers over an empty folder and bring in the parks and the demo's accounts."""
    with tempfile.TemporaryDirectory() as folder, embedded.start(Path(folder)) as servers:
        environ = {
            **inherited(),
            "APP_ENV": "development",
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "WEB_WORKERS": "2",
            "LOG_LEVEL": "INFO",
        }
        for step in (["migrate"], ["seed", "--demo"]):
            command = [sys.executable, "-m", "miniprogram_api.commands", *step]
            subprocess.run(command, env=environ, check=True, capture_output=True)
        yield servers, environ


def _loads(ours: int, peer: int) -> list[Load]:
    with urlopen(f"http://127.0.0.1:{ours}{PARKS}") as answer:
        etag = answer.headers["ETag"]
    return [
        Load(BARE, peer, always(get("/bare"))),
        Load("parks, hot, 200", ours, always(get(PARKS))),
        Load("parks, hot, 304", ours, always(get(PARKS, f"If-None-Match: {etag}")), 304),
        Load("same query by hand", peer, lambda: _places("/by-hand?near=")),
        Load("parks, cold", ours, lambda: _places(f"{PARKS}?limit=100&near=")),
    ]


def _places(prefix: str) -> Iterator[bytes]:
    """Ask from a new place each time, so that no finished answer fits."""
    seed = time.time_ns() % 1_000_000
    for step in itertools.count(seed):
        yield get(f"{prefix}122.{step % 10**9:09d},46.08")


def _measured(loads: list[Load]) -> dict[str, list[float]]:
    for load in loads:
        rate(load, 0.5)
    rounds: dict[str, list[float]] = {load.name: [] for load in loads}
    for _ in range(ROUNDS):
        for load in loads:
            rounds[load.name].append(rate(load, SECONDS))
    return rounds


def _report(rounds: dict[str, list[float]]) -> None:
    of_peer = {
        name: statistics.median(map(truediv, rates, rounds[PEERS.get(name, BARE)]))
        for name, rates in rounds.items()
    }
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"median of {ROUNDS} interleaved rounds of {SECONDS:g} s, 16 connections"
    )
    for name, rates in rounds.items():
        print(f"  {name:<22}{statistics.median(rates):>8.0f} /s   {of_peer[name]:5.2f} of its peer")
    print(f"  hot 200 ≥ 0.80 of bare Flask: {of_peer['parks, hot, 200']:.2f}")
    print(f"  cold takes ≤ 1.50 × by hand:  {1 / of_peer['parks, cold']:.2f}")
    print(f"  queue takes ≤ 1.50 × by hand: {1 / of_peer[queue.OURS]:.2f}")


@contextmanager
def _served(app: str, path: str, environ: dict[str, str]) -> Iterator[int]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py"]
    command = [*gunicorn, "-b", f"127.0.0.1:{port}", "--max-requests", "0", app]
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, env=environ, stdout=nowhere, stderr=nowhere)
        try:
            _wait_for(f"http://127.0.0.1:{port}{path}")
            yield port
        finally:
            process.terminate()
            process.wait(15)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            urlopen(address, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
