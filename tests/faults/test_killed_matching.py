"""Does a policy find each person once, however often the worker is killed while it looks?"""

import subprocess
import sys
from typing import Any

import pytest

from backend import clock
from backend.consents.kinds import TERMS, Purpose
from notifications import fanout
from tests.backend.matches.stage import consenting
from tests.records import change, look, one
from tests.running_system import ROOT

LIKE_HER = """
INSERT INTO profile SELECT copied.* FROM profile t, generate_series(1, :many) AS n,
    jsonb_populate_record(t, jsonb_build_object('person_id', :first + n)) AS copied
WHERE t.person_id = :her
"""


def crowd(people: int) -> None:
    """So many people like one of them, who have consented."""
    her = consenting()
    values = {"her": her.id, "first": her.id, "many": people - 1}
    change(
        "INSERT INTO person (id, public_id, created_at) SELECT :first + n, gen_random_uuid(),"
        " now() FROM generate_series(1, :many) AS n",
        first=her.id,
        many=people - 1,
    )
    change(LIKE_HER, **values)
    change(
        "INSERT INTO fact_record (person_id, name, value, source, observed_on, recorded_at)"
        " SELECT :first + n, name, value, source, observed_on, recorded_at FROM fact_record,"
        " generate_series(1, :many) AS n WHERE person_id = :her",
        **values,
    )
    change(
        "INSERT INTO consent (public_id, person_id, purpose, version, granted_at)"
        " SELECT gen_random_uuid(), :first + n, 'POLICY_MATCHING', :version, :now"
        " FROM generate_series(1, :many) AS n",
        first=her.id,
        many=people - 1,
        version=TERMS[Purpose.POLICY_MATCHING].version,
        now=clock.now(),
    )


def killed(database_url: str, servers: Any, *, people: int, kills: int, how: str) -> None:
    """Let workers look at everybody and be killed, do as their jobs would have, and count."""
    crowd(people)
    subprocess.run(
        (sys.executable, "-m", "tests.faults.dying_matching", str(kills), how),
        env={"APP_ENV": "test", "DATABASE_URL": database_url, "REDIS_URL": servers.redis_url},
        cwd=ROOT,
        check=True,
        timeout=240,
    )
    for event in look("SELECT id FROM event WHERE announced_at IS NULL AND name = 'match.found'"):
        fanout.announce(event["id"])

    told = one("SELECT count(DISTINCT person_id) FROM message WHERE event = 'match.found'")
    assert people == told, f"{told} of {people} were told"
    assert people == one("SELECT count(*) FROM message WHERE event = 'match.found'")
    assert people == one("SELECT count(*) FROM policy_match")


def test_workers_that_are_killed_three_times_tell_each_person_once(
    in_own_app, database_url, servers
):
    killed(database_url, servers, people=60, kills=3, how="portions")


@pytest.mark.reliability
def test_workers_that_are_killed_forty_times_tell_each_person_once(
    in_own_app, database_url, servers
):
    killed(database_url, servers, people=600, kills=40, how="portions")


def test_a_note_that_runs_ahead_of_the_telling_is_caught(in_own_app, database_url, servers):
    with pytest.raises(AssertionError, match="were told"):
        killed(database_url, servers, people=40, kills=3, how="ahead")
