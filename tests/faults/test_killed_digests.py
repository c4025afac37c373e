"""Does everybody have one digest a week, however often its worker is killed while it writes?"""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from backend import clock
from notifications import digests, expansion
from tests.backend.notices import stage
from tests.records import change, one
from tests.running_system import ROOT


def killed(database_url: str, servers: Any, *, people: int, kills: int, how: str) -> None:
    """Begin the digests of so many, let their workers be killed, and count."""
    stage.crowd(people)
    change("INSERT INTO weekly SELECT person_id, 'SUBSIDY', now() FROM profile")
    stage.begun()
    change("UPDATE notice SET released_at = now()")
    expansion.sweep()
    assert people == one("SELECT count(*) FROM message WHERE event = 'notice.published'")
    change("UPDATE message SET created_at = created_at - interval '1 hour'")
    # The week of the day on which the workers live.
    today = clock.today()
    digests.begin(today - timedelta(days=today.weekday()))
    subprocess.run(
        (sys.executable, "-m", "tests.faults.dying_digests", str(kills), how),
        env={"APP_ENV": "test", "DATABASE_URL": database_url, "REDIS_URL": servers.redis_url},
        cwd=ROOT,
        check=True,
        timeout=240,
    )

    digest = "FROM message WHERE event = 'digest.begun'"
    told = one(f"SELECT count(*) {digest}")
    assert people == told, f"{told} of {people} have a digest"
    assert people == one(f"SELECT count(DISTINCT person_id) {digest}")
    pushes = "FROM delivery WHERE notice_id IS NULL AND status = 'PENDING'"
    assert people == one(f"SELECT count(*) {pushes}")


def test_a_worker_that_is_killed_twice_writes_everybody_one(in_own_app, database_url, servers):
    killed(database_url, servers, people=2500, kills=2, how="portions")


@pytest.mark.reliability
def test_a_worker_that_is_killed_forty_times_writes_everybody_one(
    in_own_app, database_url, servers
):
    killed(database_url, servers, people=60_000, kills=40, how="portions")


def test_a_watermark_that_runs_ahead_is_caught(in_own_app, database_url, servers):
    with pytest.raises(AssertionError, match="have a digest"):
        killed(database_url, servers, people=1200, kills=3, how="ahead")
