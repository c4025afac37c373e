"""Which periodic job has stopped, and how often is it said?"""

import logging
import time
from typing import Any

import pytest

from backend import heartbeats
from notifications import watching
from notifications.sweepers import SWEEPERS
from notifications.watching import Watch
from tests.records import at_once, change

LONG_AGO = -1e6


def found(*stale: str) -> list[dict[str, Any]]:
    """How jobs stand, of which these have stopped."""
    return [
        {"job": job, "rests_s": 120, "beaten_at": None, "stale": job in stale}
        for job in ("one", "two", "three")
    ]


def cried(caplog) -> list[tuple[str, str]]:
    return [
        (each.levelname, each.message.split(" ")[3])
        for each in caplog.records
        if each.name == "notifications.watching"
    ]


@pytest.mark.parametrize(("age_s", "stale"), [(115, False), (121, True)])
def test_a_job_has_stopped_when_it_has_rested_longer_than_it_may(in_app, age_s, stale):
    for job in SWEEPERS:
        heartbeats.beat(job, 0.0)
    change(
        "UPDATE heartbeat SET beaten_at = clock_timestamp() - :age * interval '1 s'"
        " WHERE job = 'sweep_messages'",
        age=age_s,
    )

    assert (["sweep_messages"] if stale else []) == watching.stale(watching.standing())


@pytest.mark.parametrize(("age_s", "stale"), [(115, False), (121, True)])
def test_one_that_has_had_no_success_yet_has_its_time_from_when_it_was_awaited(
    in_app, age_s, stale
):
    heartbeats.expect(SWEEPERS)
    change(
        "UPDATE heartbeat SET awaited_at = clock_timestamp() - :age * interval '1 s'"
        " WHERE job = 'sweep_messages'",
        age=age_s,
    )

    assert (["sweep_messages"] if stale else []) == watching.stale(watching.standing())


def test_one_that_no_worker_has_ever_begun_is_named(in_app):
    assert list(SWEEPERS) == watching.stale(watching.standing())


def test_a_stop_is_cried_once_and_again_after_it_went_on(caplog):
    watch = Watch(began=LONG_AGO)

    with caplog.at_level(logging.INFO):
        for stale in ((), ("one",), ("one",), ("one", "two"), ("two",), ("two",), ("one", "two")):
            watch.look(found(*stale))

    assert [("ERROR", "one"), ("ERROR", "two"), ("WARNING", "one"), ("ERROR", "one")] == cried(
        caplog
    )


@pytest.mark.parametrize(("up_s", "expected"), [(110, []), (121, [("ERROR", "one")])])
def test_after_a_start_each_has_its_time_again(caplog, up_s, expected):
    """All of us were away; the workers come up beside the API."""
    watch = Watch(began=time.monotonic() - up_s)

    with caplog.at_level(logging.INFO):
        watch.look(found("one"))

    assert expected == cried(caplog)


def test_of_many_who_look_at_once_one_cries(in_app, caplog):
    watch = Watch(began=LONG_AGO)

    with caplog.at_level(logging.INFO):
        at_once(8, lambda _: watch.look(found("one", "two")))

    assert [("ERROR", "one"), ("ERROR", "two")] == sorted(cried(caplog))


class Forgetful(Watch):
    """The planted bug: it does not remember what it has cried."""

    def look(self, found: Any) -> None:
        self._cried.clear()
        super().look(found)


def test_one_that_forgets_is_caught(caplog):
    watch = Forgetful(began=LONG_AGO)

    with caplog.at_level(logging.INFO):
        for _ in range(3):
            watch.look(found("one"))

    assert 3 == len(cried(caplog))
