"""Who asks WeChat when many want one picture at once, and do all openings add up?"""

import threading
import time

from backend.codes import actions, making, queries
from backend.codes.kinds import Errand
from tests.backend.codes.stage import code
from tests.records import at_once, one, staff

PNG = b"\x89PNG\r\n\x1a\n picture"
MANY = 6


class Slow:
    """WeChat, which takes its time and counts who asks."""

    def __init__(self) -> None:
        self.calls, self._lock = 0, threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.calls += 1
        time.sleep(0.2)
        making.keep_picture(one("SELECT id FROM code"), PNG)


def race(**planted) -> tuple[int, list]:
    """Let many want a picture that is not there; count WeChat's calls and return what all got."""
    code()
    key, ask = one("SELECT id FROM code"), Slow()

    def want(_: int) -> bool:
        making.once(
            key, Errand.PICTURE, is_there=lambda: queries.is_drawn(key), make=ask, **planted
        )
        return queries.is_drawn(key)

    got = at_once(MANY, want)
    return ask.calls, got


def test_two_who_ask_at_once_make_one_call_and_both_get_the_picture(in_app):
    assert (1, [True] * MANY) == race()


def test_without_the_claim_the_race_would_ask_more_than_once(in_app):
    """The planted bug: whoever looks and finds nothing asks."""
    calls, _ = race(claim=lambda *_: True)

    assert calls > 1


def test_openings_at_the_same_moment_add_up(in_app):
    made = code()

    got = at_once(8, lambda _: [actions.open_by_token(made["token"]) for _ in range(5)])

    assert [] == [each for each in got if isinstance(each, Exception)]
    assert 40 == queries.get(made["id"], staff())["opens"]
