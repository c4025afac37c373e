"""A worker that looks at whom policies concern and is killed again and again while it does."""

import os
import signal
import sys
import time
from collections.abc import Callable
from random import Random

from sqlalchemy import text

from backend import config
from backend.db import Row, action, session
from backend.matches import asking, enrolling, looking
from backend.matches.asking import Basis
from miniprogram_api.app import create_app

PORTION = 10
# Says that a portion has begun.
Begin = Callable[[], int]


def main(kills: int, how: str) -> None:
    """Kill so many workers, each at a moment of its own, and then let one come to an end."""
    chance, app = Random(kills), create_app(config.read())
    for _ in range(kills):
        ready, begun = os.pipe()
        child = os.fork()
        if not child:
            with app.app_context():
                HOW[how](lambda begun=begun: os.write(begun, b"."))
            os._exit(0)
        os.close(begun)
        for _ in range(chance.randint(1, 3)):
            os.read(ready, 1)
        time.sleep(chance.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
    with app.app_context():
        HOW[how](lambda: 0)


def portions(begin: Begin) -> None:
    """What the worker does; whoever was killed may hold people for a moment longer."""
    enrolling.enrol()
    until, basis = time.monotonic() + 60, asking.basis()
    while time.monotonic() < until and asking.is_due(basis):
        begin()
        if not looking.look(basis, size=PORTION):
            time.sleep(0.05)


def ahead(begin: Begin) -> None:
    """Write down that people were looked at, and tell them afterwards: the planted bug."""
    enrolling.enrol()
    basis = asking.basis()
    while found := action(_noted)(basis):
        begin()
        time.sleep(0.1)
        looking.look(basis, choose=lambda *_, found=found: found)


def _noted(basis: Basis) -> list[Row]:
    found = list(asking.portion(basis, size=PORTION))
    noted = "UPDATE standing SET judged_on = :day, basis = :key, profile_version = 1"
    people = {"ids": [each["person_id"] for each in found]}
    asked = text(f"{noted} WHERE person_id = ANY(:ids)")
    session.execute(asked, {"day": basis.day, "key": basis.key, **people})
    return found


HOW = {"portions": portions, "ahead": ahead}

if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
