"""A worker that tells a notice to its people and is killed again and again while it does."""

import os
import signal
import sys
import time
from collections.abc import Callable
from random import Random

from sqlalchemy import text

from backend import config
from backend.db import action, row, session
from miniprogram_api.app import create_app
from notifications import expansion

MOVE = """
UPDATE notice SET expanded_to = coalesce((SELECT max(person_id) FROM (SELECT person_id
    FROM notice_reader WHERE notice_id = notice.id AND person_id > expanded_to
    ORDER BY person_id LIMIT 500) AS next), expanded_to)
WHERE id = (SELECT max(id) FROM notice) RETURNING id, event_id, expanded_to
"""
TELL = """
INSERT INTO message (public_id, event_id, event, person_id, title, body, link, created_at)
SELECT uuidv7(), :event, 'notice.published', person_id, 't', 'b', 'l', now() FROM notice_reader
WHERE notice_id = :id AND person_id > :after AND person_id <= :until
"""


def main(kills: int, work: Callable[[], None]) -> None:
    """Kill so many workers, each at a moment of its own, and then let one come to an end."""
    chance, app = Random(kills), create_app(config.read())
    for _ in range(kills):
        ready, begun = os.pipe()
        child = os.fork()
        if not child:
            with app.app_context():
                os.write(begun, b".")
                work()
            os._exit(0)
        os.read(ready, 1)
        time.sleep(chance.uniform(0.02, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with app.app_context():
        work()


def portions() -> None:
    """What the worker does; whoever was killed may hold the notice for a moment longer."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        expansion.sweep()
        if row(text("SELECT FROM notice WHERE expanded_at IS NOT NULL")) is not None:
            return
        time.sleep(0.05)


def ahead() -> None:
    """Move the watermark first and tell the portion then: the planted bug."""
    until = -1
    while True:
        with session.begin():
            before = session.scalar(text("SELECT expanded_to FROM notice ORDER BY id DESC LIMIT 1"))
        key, event, until = action(_moved)()
        if until == before:
            return
        time.sleep(0.05)
        told = {"id": key, "event": event, "after": before, "until": until}
        action(session.execute)(text(TELL), told)


def _moved() -> tuple[int, int, int]:
    key, event, until = session.execute(text(MOVE)).one()
    return key, event, until


HOW = {"portions": portions, "ahead": ahead}

if __name__ == "__main__":
    main(int(sys.argv[1]), HOW[sys.argv[2]])
