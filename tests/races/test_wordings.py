"""Eight processes begin to write by new words at once: is each version kept once?"""

import threading
from collections.abc import Callable
from typing import Any

from backend import clock
from backend.db import action, session
from notifications import wordings
from notifications.wordings import Version, Wording
from tests.records import at_once, look, one

MANY = 8
VERSIONS = list(wordings.all_of_them())


def raced(keep: Callable[[list[Version]], None], versions: list[Version] = VERSIONS) -> list[Any]:
    """Let all keep versions, half of them in the opposite order; return what each got."""
    gate = threading.Barrier(MANY)

    def start(number: int) -> None:
        mine = versions if number % 2 else versions[::-1]
        gate.wait(10)
        action(keep)(mine)

    return at_once(MANY, start)


def test_each_version_is_kept_once_and_no_process_is_told_of_another(in_app):
    assert [None] * MANY == raced(wordings.keep)

    assert len(VERSIONS) == one("SELECT count(*) FROM wording")
    # All of one moment: whoever came first kept them all.
    assert 1 == len(look("SELECT DISTINCT since FROM wording"))


def test_looking_before_adding_would_stop_all_but_one(in_app):
    seen = threading.Barrier(MANY)

    def look_and_add(versions: list[Version]) -> None:
        """The planted bug: whoever looks and finds nothing adds it."""
        (version,) = versions
        if session.get(Wording, version.version) is None:
            seen.wait(10)
            session.add(Wording(**version._asdict(), since=clock.now()))
            session.flush()

    got = raced(look_and_add, VERSIONS[:1])

    assert 1 == got.count(None)
