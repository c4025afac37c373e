"""What the worker does by itself: every periodic job has its row, and every row its job."""

from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter

from backend import jobs
from notifications import work
from notifications.sweepers import SWEEPERS

PERIODIC = {
    each.task.name: each.cron for each in jobs.app.periodic_registry.periodic_tasks.values()
}
# Where people wait for it.
SOON = {"sweep_messages", "sweep_callbacks", "sweep_notices", "watch_urgent"}


def test_every_periodic_job_has_a_row_with_its_times_and_every_row_a_job():
    assert work
    assert {job: each.cron for job, each in SWEEPERS.items()} == PERIODIC


@pytest.mark.parametrize("job", SWEEPERS)
def test_a_job_may_miss_three_of_its_own_periods_and_not_many_more(job):
    sweeper = SWEEPERS[job]
    moments = croniter(sweeper.cron, datetime(2026, 11, 23, tzinfo=UTC), ret_type=datetime)
    first, second = moments.get_next(), moments.get_next()
    period = second - first

    assert 3 * period <= sweeper.rests <= max(4 * period + timedelta(hours=1), timedelta(minutes=4))


@pytest.mark.parametrize("job", sorted(SOON))
def test_what_people_wait_for_is_missed_within_five_minutes(job):
    assert SWEEPERS[job].rests < timedelta(minutes=5)


def test_each_says_in_words_what_it_does():
    assert len(SWEEPERS) == len({each.does for each in SWEEPERS.values()})
