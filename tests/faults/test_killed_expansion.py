"""Does everybody hear of a notice once, however often its worker is killed while it tells?"""

import subprocess
import sys
from typing import Any

import pytest
import time_machine

from notifications import expansion
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING
from tests.records import change, one
from tests.running_system import ROOT


def killed(database_url: str, servers: Any, *, people: int, kills: int, how: str) -> None:
    """Begin a notice to so many, let its workers be killed, and count."""
    with time_machine.travel(MORNING, tick=True):
        stage.crowd(people)
        made = stage.scheduled()
        expansion.start(stage.key_of(made["id"]))
    # The workers live in the day of the database, where it may be night.
    change("UPDATE notice SET released_at = now(), published_at = now()")
    subprocess.run(
        (sys.executable, "-m", "tests.faults.dying_expansion", str(kills), how),
        env={"APP_ENV": "test", "DATABASE_URL": database_url, "REDIS_URL": servers.redis_url},
        cwd=ROOT,
        check=True,
        timeout=240,
    )

    told = one("SELECT count(*) FROM message WHERE event = 'notice.published'")
    assert people == told, f"{told} of {people} were told"
    assert people == one("SELECT count(DISTINCT person_id) FROM message")
    assert people == one("SELECT count(*) FROM delivery")
    assert {"pending": people} == stage.states(made)


def test_a_worker_that_is_killed_three_times_tells_everybody_once(
    in_own_app, database_url, servers
):
    killed(database_url, servers, people=4500, kills=3, how="portions")


@pytest.mark.reliability
def test_a_worker_that_is_killed_forty_times_tells_everybody_once(
    in_own_app, database_url, servers
):
    killed(database_url, servers, people=60_000, kills=40, how="portions")


def test_a_watermark_that_runs_ahead_is_caught(in_own_app, database_url, servers):
    with pytest.raises(AssertionError, match="were told"):
        killed(database_url, servers, people=3000, kills=3, how="ahead")
