"""What the worker does: the jobs of a decision, from the event to the push, in a real worker."""

import logging
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from croniter import croniter

from backend import heartbeats, jobs
from backend.audit import actions as audit
from backend.errors import DatabaseDown
from backend.notices.workflow import Status
from backend.screenings import actions as screenings
from backend.wechat.outcome import Outcome, Word
from notifications import callbacks, digests, expansion, watching, wordings, work
from notifications.sweepers import SWEEPERS
from tests.backend.matches.stage import consenting
from tests.backend.notices import stage
from tests.filing import approved
from tests.notifications.posts import FakeWeChat, alter, plant, statuses
from tests.notifications.told import popup
from tests.notifications.told import waiting as untaken
from tests.records import change, look, one, person

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.fixture
def deaf():
    """As if the process died right after each commit: only the job is left."""
    kept, audit.told[:] = list(audit.told), []
    yield
    audit.told[:] = kept


def tools(app, wechat: FakeWeChat) -> dict[str, Any]:
    return {
        "settings": app.extensions["settings"],
        "wechat": wechat,
        "app_context": app.app_context,
        "shelf": app.extensions["shelf"],
        "watch": watching.Watch(),
    }


def do_all_jobs(app, wechat: FakeWeChat) -> None:
    """Run a worker as `work.run` does, until nothing is left to do.

    The digests of this week, whichever it is, have been written.
    """
    change(
        "INSERT INTO digest (week_on, since, until, told_to, ended_at)"
        " SELECT date_trunc('week', now() + '8 h')::date, now() - interval '1 s', now(), 0, now()"
        " ON CONFLICT DO NOTHING"
    )
    jobs.work(
        app.extensions["settings"].database_url,
        {jobs.DEFAULT: 1, **dict.fromkeys(work.OWN_PLACES, 1)},
        wait=False,
        additional_context=tools(app, wechat),
        delete_jobs="successful",
        listen_notify=False,
    )


def waiting() -> list[str]:
    """What waits to be done, but for what the clock asks for while a worker runs."""
    found = look("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
    periodic = {each.task.name for each in jobs.app.periodic_registry.periodic_tasks.values()}
    return [each["task_name"] for each in found if each["task_name"] not in periodic]


def test_the_worker_finishes_what_a_dead_process_began(in_app, deaf):
    approved(note="欢迎")
    wechat = FakeWeChat()
    assert 0 == one("SELECT count(*) FROM message")

    do_all_jobs(in_app, wechat)

    assert 1 == one("SELECT count(*) FROM message WHERE person_id IS NOT NULL")
    assert ["ACCEPTED"] == statuses()
    assert 1 == len(wechat.sent)
    assert 0 == one("SELECT count(*) FROM event WHERE announced_at IS NULL")
    assert [] == waiting()


def test_a_worker_that_starts_keeps_all_the_words_it_writes_by(in_app):
    for _ in range(2):
        work.begin(in_app.app_context)

    assert len(list(wordings.all_of_them())) == one("SELECT count(*) FROM wording")


def test_a_worker_that_starts_on_a_new_installation_makes_nobody_late(in_app):
    """The daily job has until tomorrow; without the start it would be said to have stopped."""
    assert list(SWEEPERS) == watching.stale(watching.standing())

    work.begin(in_app.app_context)

    assert [] == watching.stale(watching.standing())


def test_a_worker_starts_without_its_database_as_well(caplog):
    @contextmanager
    def away():
        raise DatabaseDown
        yield

    work.begin(away)

    assert "jobs awaited from their first success" in caplog.text


def test_what_wechat_tells_is_taken_up_in_a_place_of_its_own(in_app):
    person("qiqige")

    callbacks.keep(popup())

    queued = look("SELECT task_name, queue_name FROM procrastinate_jobs WHERE status = 'todo'")
    assert {"task_name": "take_up_callbacks", "queue_name": "callbacks"} in queued
    do_all_jobs(in_app, FakeWeChat())
    assert (1, 0) == (one("SELECT remaining FROM credit"), untaken())
    assert [] == waiting()


def test_what_was_left_behind_by_a_job_that_came_too_early_is_taken_up_by_the_sweeper(in_app):
    callbacks.keep(popup())
    change("DELETE FROM procrastinate_jobs")

    for _ in range(2):
        work.sweep_callbacks.func(_Context(tools(in_app, FakeWeChat())), timestamp=0)
        do_all_jobs(in_app, FakeWeChat())

    assert 0 == untaken()
    work.sweep_callbacks.func(_Context(tools(in_app, FakeWeChat())), timestamp=0)
    assert [] == waiting()


def test_the_worker_brings_a_notice_to_whom_it_is_for(in_mended_app):
    """She has no push left, so that it is over whatever the time of the day is."""
    her = stage.citizen("tuya")
    made = stage.scheduled()
    work.sweep_notices.func(_Context(tools(in_mended_app, FakeWeChat())), timestamp=0)

    do_all_jobs(in_mended_app, FakeWeChat())

    assert (1, {"skipped": 1}) == (stage.inbox_of(her, made), stage.states(made))
    assert Status.SENT is stage.now(made)["status"]


def test_where_no_notice_is_due_nobody_is_asked(in_app):
    work.sweep_notices.func(_Context(tools(in_app, FakeWeChat())), timestamp=0)

    assert [] == waiting()


def test_the_worker_looks_at_whom_policies_concern_and_pushes_what_it_found(in_mended_app):
    her = consenting()
    change("INSERT INTO credit VALUES (:her, 'policy_match', 1, now())", her=her.id)
    work.sweep_matches.func(_Context(tools(in_mended_app, FakeWeChat())), timestamp=0)
    assert "match_people" in waiting()

    do_all_jobs(in_mended_app, FakeWeChat())

    (message,) = look("SELECT title, person_id FROM message")
    assert ("有政策与您有关", her.id) == (message["title"], message["person_id"])
    # In the night it waits for the morning.
    assert statuses()[0] in ("ACCEPTED", "PENDING")


def test_where_nobody_is_due_nobody_is_looked_at(in_app):
    work.sweep_matches.func(_Context(tools(in_app, FakeWeChat())), timestamp=0)

    assert "match_people" not in waiting()


def test_a_second_worker_finds_nothing_left(in_app):
    approved()
    wechat = FakeWeChat()
    do_all_jobs(in_app, wechat)

    do_all_jobs(in_app, wechat)

    assert 1 == len(wechat.sent)


def test_every_task_that_is_deferred_by_name_exists():
    named = {"announce_event", "send_due", "take_up_callbacks", "match_people"}

    assert named | {expansion.EXPAND, expansion.SEND, digests.WRITE} <= set(jobs.app.tasks)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("sweep_messages", ["05:00:10", "05:00:20", "05:00:30"]),
        ("sweep_callbacks", ["05:00:10", "05:00:20", "05:00:30"]),
        ("sweep_notices", ["05:00:10", "05:00:20", "05:00:30"]),
        ("sweep_matches", ["05:00:15", "05:01:15", "05:02:15"]),
        ("sweep_digests", ["05:00:25", "05:01:25", "05:02:25"]),
        ("watch_urgent", ["05:00:05", "05:01:05", "05:02:05"]),
        ("watch_sweepers", ["05:00:30", "05:01:00", "05:01:30"]),
        ("sweep_tenancies", ["05:00:45", "05:01:45", "05:02:45"]),
        ("retry_stalled_jobs", ["05:00:15", "05:00:30", "05:00:45"]),
        ("remind", ["05:10:00", "05:20:00", "05:30:00"]),
        ("forget_what_has_expired", ["05:13:00", "06:13:00", "07:13:00"]),
        ("remove_old_jobs", ["03:07:00", "03:07:00", "03:07:00"]),
    ],
)
def test_what_the_worker_does_by_itself_and_at_what_time(name, at):
    (periodic,) = [
        each
        for each in jobs.app.periodic_registry.periodic_tasks.values()
        if each.task.name == name
    ]
    start = datetime(2026, 11, 23, 5, 0, 1, tzinfo=UTC)
    moments = croniter(periodic.cron, start, ret_type=datetime)

    assert at == [str(moments.get_next().time()) for _ in range(3)]


def run(name: str, app) -> None:
    getattr(work, name).func(_Context(tools(app, FakeWeChat())), timestamp=0)


def beats() -> set[str]:
    return {each["job"] for each in look("SELECT job FROM heartbeat")}


OURS = sorted(SWEEPERS.keys() - {"retry_stalled_jobs", "remove_old_jobs"})


@pytest.mark.parametrize("name", OURS)
def test_what_came_to_a_good_end_is_noted(in_app, name):
    run(name, in_app)

    assert {name} == beats()
    assert one(
        "SELECT beaten_at BETWEEN now() - interval '20 s' AND clock_timestamp() FROM heartbeat"
    )
    assert 0 <= one("SELECT took_ms FROM heartbeat") < 20_000


def fails_and_is_seen(by_itself: Callable[..., Any], app) -> None:
    """A sweep that raises has no success: its pulse stays where it was."""

    def sweep_cases(tools: Any, timestamp: int) -> None:
        change("UPDATE heartbeat SET beaten_at = now() - interval '1 h'")
        raise LookupError("the register is away")

    declared = by_itself(sweep_cases)
    with pytest.raises(LookupError):
        declared(tools={}, timestamp=0)

    found = {each["job"]: each["stale"] for each in watching.standing()}
    assert found["sweep_cases"], "a sweep that failed passes for one that did not"


def test_what_raised_is_no_success(in_app):
    run("sweep_cases", in_app)

    fails_and_is_seen(work.noting_success, in_app)


def test_a_pulse_that_is_noted_whatever_happened_is_caught(in_app):
    """The planted bug: it beats on the way out, as if the sweep had come to a good end."""

    def beating_anyway(function: Callable[..., None]) -> Callable[..., None]:
        def declared(**arguments: Any) -> None:
            try:
                function(**arguments)
            finally:
                heartbeats.beat(function.__name__, 0.0)

        return declared

    with pytest.raises(AssertionError, match="passes for one that did not"):
        fails_and_is_seen(beating_anyway, in_app)


def test_each_worker_cries_when_another_job_has_stopped(in_app, caplog):
    for job in SWEEPERS:
        heartbeats.beat(job, 0.0)
    change("UPDATE heartbeat SET beaten_at = now() - interval '1 h' WHERE job = 'sweep_draws'")
    brought = tools(in_app, FakeWeChat()) | {"watch": watching.Watch(began=-1e6)}

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            work.watch_sweepers.func(_Context(brought), timestamp=0)

    (cried,) = [each.message for each in caplog.records if each.levelname == "ERROR"]
    assert "sweep_draws has stopped" in cried


def test_where_digests_are_due_a_job_is_asked_for(in_mended_app):
    with time_machine.travel(stage.MORNING, tick=True):
        run("sweep_digests", in_mended_app)
        assert [digests.WRITE] == waiting()
        work.write_digests.func(_Context(tools(in_mended_app, FakeWeChat())))
        change("DELETE FROM procrastinate_jobs")

        run("sweep_digests", in_mended_app)

    assert [] == waiting()
    assert 1 == one("SELECT count(*) FROM digest WHERE ended_at IS NOT NULL")


class TestSweeping:
    def sweep(self, app, wechat: FakeWeChat) -> None:
        work.sweep_messages.func(_Context(tools(app, wechat)), timestamp=0)

    def test_it_announces_frees_gives_up_and_sends(self, in_app, deaf):
        approved()
        change("UPDATE procrastinate_jobs SET status = 'failed'")
        # No update of an event passes its trigger; the moment is moved with it put aside.
        change(
            "ALTER TABLE event DISABLE TRIGGER event_only_added;"
            "UPDATE event SET at = at - interval '1 minute';"
            "ALTER TABLE event ENABLE TRIGGER event_only_added"
        )
        dead_before, dead_while, late = plant(3)
        alter(dead_before, "status = 'CLAIMED', lease_until = now() - interval '1 s'")
        alter(dead_while, "status = 'SENDING', lease_until = now() - interval '1 s'")
        alter(late, "expires_at = now()")
        wechat = FakeWeChat()

        self.sweep(in_app, wechat)

        # The three that were planted, and the one that grew out of the approval.
        assert ["ACCEPTED", "UNKNOWN", "EXPIRED", "ACCEPTED"] == statuses()
        assert 2 == len(wechat.sent)

    def test_what_waits_for_its_next_try_is_tried_when_it_is_due(self, in_app):
        (key,) = plant()
        wechat = FakeWeChat(Outcome(Word.RETRY, -1), Outcome(Word.ACCEPTED, 0))
        self.sweep(in_app, wechat)
        assert ["RETRY_WAIT"] == statuses()

        alter(key, "next_try_at = now()")
        self.sweep(in_app, wechat)

        assert ["ACCEPTED"] == statuses()


class TestForgetting:
    def test_keys_of_yesterday_are_removed(self, in_app):
        person()
        change(
            "INSERT INTO idempotency_key (owner, key, operation, fingerprint, created_at) VALUES"
            " ('o', 'old', 'x', '', now() - interval '25 h'),"
            " ('o', 'new', 'x', '', now() - interval '23 h')"
        )

        self.forget(in_app)

        assert ["new"] == [each["key"] for each in look("SELECT key FROM idempotency_key")]

    def test_screenings_are_removed_when_their_days_are_over(self, in_app):
        kept, _ = (screenings.save({"is_veteran": True}, date(2026, 11, 23)) for _ in range(2))
        change(
            "UPDATE screening SET expires_at = now() + (id = (SELECT min(id) FROM screening))::int"
            " * interval '1 minute'"
        )

        self.forget(in_app)

        assert kept["created_at"] == one("SELECT created_at FROM screening")

    def forget(self, app) -> None:
        work.forget_what_has_expired.func(_Context(tools(app, FakeWeChat())), timestamp=0)


class _Context:
    """What Procrastinate hands to a task."""

    def __init__(self, additional_context: dict[str, Any]):
        self.additional_context = additional_context
