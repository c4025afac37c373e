"""A worker that writes the digests of a week and is killed again and again while it does."""

import sys
import time

from sqlalchemy import text

from backend.db import action, row, session
from notifications import digests
from tests.faults.dying_expansion import main

MOVE = """
UPDATE digest SET told_to = coalesce((SELECT max(person_id) FROM (SELECT person_id
    FROM weekly WHERE person_id > told_to ORDER BY person_id LIMIT 100) AS next), told_to)
WHERE ended_at IS NULL RETURNING event_id, told_to
"""
TELL = """
INSERT INTO message (public_id, event_id, event, person_id, title, body, link, created_at)
SELECT uuidv7(), :event, 'digest.begun', person_id, 't', 'b', 'l', now() FROM weekly
WHERE person_id > :after AND person_id <= :until
"""


def portions() -> None:
    """What the worker does; whoever was killed may hold the week for a moment longer."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        digests.sweep()
        if row(text("SELECT FROM digest WHERE ended_at IS NULL")) is None:
            return
        time.sleep(0.05)


def ahead() -> None:
    """Move the watermark first and tell the portion then: the planted bug."""
    until = -1
    while True:
        with session.begin():
            before = session.scalar(text("SELECT told_to FROM digest WHERE ended_at IS NULL"))
        event, until = action(lambda: tuple(session.execute(text(MOVE)).one()))()
        if until == before:
            return
        time.sleep(0.05)
        told = {"event": event, "after": before, "until": until}
        action(session.execute)(text(TELL), told)


HOW = {"portions": portions, "ahead": ahead}

if __name__ == "__main__":
    main(int(sys.argv[1]), HOW[sys.argv[2]])
