"""The simulator as a process whose journal outlives it: each call is on disk before its answer."""

import argparse
import dataclasses
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

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


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--journal", type=Path, required=True)
    chosen = options.parse_args()
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    simulator = Simulator(chosen.port)
    simulator.journal = WrittenJournal(chosen.journal)
    with simulator:
        told_to_stop.wait()


if __name__ == "__main__":
    main()
