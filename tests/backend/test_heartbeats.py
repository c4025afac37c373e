"""Which periodic job has last come to a good end, and when?"""

import pytest
import time_machine

from backend import clock, heartbeats
from tests.records import at_once, change, one


def test_a_job_that_nobody_awaits_is_not_there(in_app):
    assert {} == heartbeats.by_job()


def test_one_that_is_awaited_has_no_success_and_is_waited_for(in_app):
    heartbeats.expect({"sweep"})

    found = heartbeats.by_job()["sweep"]
    assert (None, None) == (found["beaten_at"], found["took_ms"])
    assert 0 <= found["age_s"] < 20


def test_what_was_awaited_before_stays_as_it_is(in_app):
    heartbeats.expect({"late"})
    heartbeats.beat("sweep", 1.0)
    change("UPDATE heartbeat SET awaited_at = now() - interval '1 h'")

    heartbeats.expect({"late", "sweep"})

    found = heartbeats.by_job()
    assert 3600 <= found["late"]["age_s"] < 3620
    assert (1000, True) == (found["sweep"]["took_ms"], found["sweep"]["age_s"] < 20)


def test_the_last_success_is_kept_and_how_long_it_took(in_app):
    heartbeats.beat("sweep", 9.0)
    change("UPDATE heartbeat SET beaten_at = now() - interval '1 h'")

    heartbeats.beat("sweep", 1.2345)
    heartbeats.beat("another", 0.0)

    found = heartbeats.by_job()
    assert {"sweep": 1234, "another": 0} == {job: each["took_ms"] for job, each in found.items()}
    assert 0 <= found["sweep"]["age_s"] < 20


@pytest.mark.parametrize("years", [-10, 10])
def test_the_clock_of_the_database_counts_and_not_that_of_a_machine(in_app, years):
    day = clock.now()
    with time_machine.travel(day.replace(year=day.year + years)):
        heartbeats.beat("sweep", 0.0)

        assert 0 <= heartbeats.by_job()["sweep"]["age_s"] < 20


def test_two_workers_at_once_keep_one_row(in_app):
    assert [None] * 4 == at_once(4, lambda _: heartbeats.beat("sweep", 0.0))

    assert 1 == one("SELECT count(*) FROM heartbeat")


def test_workers_that_start_at_once_await_each_job_once(in_app):
    assert [None] * 4 == at_once(4, lambda _: heartbeats.expect({"sweep", "another"}))

    assert {"sweep", "another"} == heartbeats.by_job().keys()
