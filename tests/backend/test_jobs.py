"""A job exists exactly when the change that asked for it was committed."""

import asyncio
from typing import Any

import pytest
from procrastinate import PsycopgConnector

from backend import jobs
from backend.db import action
from tests.records import change, look, one


class Lost(Exception):
    """Something of the program's own."""


def waiting() -> list[tuple[str, dict]]:
    found = look("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
    return [(each["task_name"], each["args"]) for each in found]


def run(app, name: str) -> None:
    """Run one of the engine's own periodic tasks over this database."""
    url = app.extensions["settings"].database_url.replace("+psycopg", "")

    async def inside() -> None:
        with jobs.app.replace_connector(PsycopgConnector(conninfo=url)) as connected:
            async with connected.open_async():
                await connected.tasks[name].func(_Context(connected), timestamp=0)

    asyncio.run(inside())


class _Context:
    """What Procrastinate hands to a task."""

    def __init__(self, app: Any):
        self.app = app


class TestDeferring:
    def test_a_job_commits_with_its_action(self, in_app):
        action(jobs.defer)("announce_event", event_id=7)

        assert [("announce_event", {"event_id": 7})] == waiting()

    def test_a_job_is_rolled_back_with_its_action(self, in_app):
        @action
        def fail() -> None:
            jobs.defer("announce_event", event_id=7)
            raise Lost

        with pytest.raises(Lost):
            fail()

        assert [] == waiting()

    def test_of_jobs_with_one_lock_one_waits(self, in_app):
        for _ in range(3):
            action(jobs.defer)("send_due", queueing_lock="send_due")

        assert [("send_due", {})] == waiting()

    def test_the_rest_of_the_action_is_not_harmed_by_a_job_that_waits_already(self, in_app):
        @action
        def ask_twice() -> None:
            jobs.defer("send_due", queueing_lock="send_due")
            jobs.defer("send_due", queueing_lock="send_due")
            jobs.defer("announce_event", event_id=7)

        ask_twice()

        assert ["announce_event", "send_due"] == sorted(name for name, _ in waiting())

    def test_without_a_lock_each_job_counts(self, in_app):
        for _ in range(3):
            action(jobs.defer)("announce_event", event_id=7)

        assert 3 == len(waiting())


class TestStalledJobs:
    def a_job_of(self, heartbeat: str) -> None:
        """A job under way at a worker whose heart last beat so long ago."""
        action(jobs.defer)("announce_event", event_id=7)
        worker = one(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            f" VALUES (now() - interval '{heartbeat}') RETURNING id"
        )
        change("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker", worker=worker)

    @pytest.fixture(autouse=True)
    def no_workers(self, in_app):
        yield
        change("UPDATE procrastinate_jobs SET worker_id = NULL")
        change("DELETE FROM procrastinate_workers")

    def test_the_job_of_a_dead_worker_is_done_again(self, in_app):
        self.a_job_of("31 s")

        run(in_app, "retry_stalled_jobs")

        assert [("announce_event", {"event_id": 7})] == waiting()
        assert "retry_stalled_jobs" == one("SELECT job FROM heartbeat")

    def test_the_job_of_a_living_worker_is_left_to_it(self, in_app):
        self.a_job_of("25 s")

        run(in_app, "retry_stalled_jobs")

        assert [] == waiting()


class TestOldJobs:
    def test_what_was_done_a_week_ago_is_forgotten_and_failures_are_kept(self, in_app):
        for status, age in (("succeeded", "8 days"), ("succeeded", "6 days"), ("failed", "8 days")):
            action(jobs.defer)("announce_event", event_id=7)
            key = one("SELECT max(id) FROM procrastinate_jobs")
            change("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :key", key=key)
            change(f"UPDATE procrastinate_jobs SET status = '{status}' WHERE id = :key", key=key)
            change(
                f"UPDATE procrastinate_events SET at = now() - interval '{age}'"
                " WHERE job_id = :key",
                key=key,
            )

        run(in_app, "remove_old_jobs")

        assert "remove_old_jobs" == one("SELECT job FROM heartbeat")
        assert ["failed", "succeeded"] == sorted(
            each["status"] for each in look("SELECT status FROM procrastinate_jobs")
        )


def test_a_task_runs_in_the_context_that_the_worker_brought(in_app):
    seen = []

    class Brought:
        def __enter__(self) -> None:
            seen.append("opened")

        def __exit__(self, *_: object) -> None:
            seen.append("closed")

    context = _Context(None)
    context.additional_context = {"app_context": Brought, "thing": 7}
    jobs.task()(_remember(seen)).func(context, words="hello")

    assert ["opened", (7, "hello"), "closed"] == seen


def _remember(seen: list):
    def remember_for_a_test(tools, words: str) -> None:
        seen.append((tools["thing"], words))

    return remember_for_a_test
