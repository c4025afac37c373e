"""What of the simulator outlives it? Its journal and its access tokens, as WeChat's would.

Each call is on disk before it is answered.
"""

import argparse
import dataclasses
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.wechat.simulator.access import AccessTokens
from backend.wechat.simulator.journal import Entry, Journal
from backend.wechat.simulator.server import Simulator


class WrittenJournal(Journal):
    """Notes every call in a file as well."""

    def __init__(self, path: Path):
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, *args: Any, **rest: Any) -> Entry:
        entry = super().note(*args, **rest)
        os.write(self._file, json.dumps(dataclasses.asdict(entry)).encode() + b"\n")
        return entry


class LastingTokens(AccessTokens):
    """Tokens that are still good after a restart."""

    def __init__(self, now: Callable[[], float], path: Path):
        super().__init__(now)
        self._path = path
        for token in path.read_text().split() if path.exists() else ():
            self._expires_at[token] = now() + self.life_s
            self._stable = token

    def _mint(self) -> str:
        token = super()._mint()
        with self._path.open("a") as file:
            file.write(f"{token}\n")
        return token


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--journal", type=Path, required=True)
    chosen = options.parse_args()
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    simulator = Simulator(chosen.port)
    simulator.journal = WrittenJournal(chosen.journal)
    account = simulator.account
    account.tokens = LastingTokens(account.now, chosen.journal.with_suffix(".tokens"))
    with simulator:
        told_to_stop.wait()


if __name__ == "__main__":
    main()
