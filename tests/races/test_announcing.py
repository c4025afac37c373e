"""Is everybody told once, however many processes announce the same event?"""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from backend.db import action, new_id, session
from notifications import fanout
from tests.factories import World
from tests.races.at_once import all_at_once
from tests.races.crowd import Case, ask, count, no_job_waits, submitted

THREADS = 20


def unannounced(world: World, number: int = 1) -> list[tuple[Case, int]]:
    """Return approved cases and their events, as a process leaves them that died after commit."""
    manager, units = world.staff(), world.units()
    made = []
    for at, case in enumerate(submitted(world.app, number)):
        wish = {"unit_id": units[at]["id"]}
        assert 200 == manager.post(f"{case.path}/approve", wish, etag='"1"').status_code
        ask(world.app, "DELETE FROM delivery")
        ask(world.app, "DELETE FROM message")
        ((event,),) = ask(
            world.app,
            "UPDATE event SET announced_at = NULL WHERE name = 'application.approved'"
            " AND subject_id = (SELECT id FROM application WHERE public_id = :id) RETURNING id",
            id=case.id,
        )
        made.append((case, event))
    no_job_waits(world.app)
    return made


def told_once(app: Flask, case: Case, event: int, announce: Callable[[int], None]) -> None:
    """Announce one event from twenty threads."""

    def announcing() -> None:
        with app.app_context():
            announce(event)

    all_at_once([announcing] * THREADS)

    messages = count(app, "message WHERE person_id = :id", id=case.applicant_id)
    assert 1 == messages, f"{messages} messages"
    assert 1 == count(app, "delivery WHERE person_id = :id", id=case.applicant_id)
    assert 1 == count(app, "event WHERE id = :id AND announced_at IS NOT NULL", id=event)
    assert 1 == count(app, "procrastinate_jobs WHERE task_name = 'send_due'")


def test_an_event_announced_by_20_threads_makes_one_message(own_world):
    for _ in range(3):
        ((case, event),) = unannounced(own_world)
        told_once(own_world.app, case, event, fanout.announce)
        ask(own_world.app, "DELETE FROM holding")


@action
def announce_unlocked(event_id: int) -> None:
    """Look whether it was announced, then announce it: the planted fault."""
    seen = session.execute(
        text("SELECT announced_at FROM event WHERE id = :id"), {"id": event_id}
    ).scalar()
    if seen is None:
        session.execute(text("SELECT pg_sleep(0.1)"))
        session.execute(
            text(
                "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
                " created_at) SELECT :public_id, e.id, e.name, a.applicant_id, '', '', '', now()"
                " FROM event e JOIN application a ON a.id = e.subject_id WHERE e.id = :id"
            ),
            {"id": event_id, "public_id": new_id()},
        )
        session.execute(
            text("UPDATE event SET announced_at = now() WHERE id = :id"), {"id": event_id}
        )


def test_a_second_message_is_noticed(own_world):
    ((case, event),) = unannounced(own_world)
    ask(own_world.app, "ALTER TABLE message DROP CONSTRAINT uq_message_event_id_person_id")

    with pytest.raises(AssertionError, match=r"([2-9]|1\d|20) messages"):
        told_once(own_world.app, case, event, announce_unlocked)


def test_the_message_is_there_at_once_even_while_the_worker_is_busy(own_world):
    manager, units = own_world.staff(), own_world.units()
    for at, case in enumerate(submitted(own_world.app, 3)):
        manager.post(f"{case.path}/approve", {"unit_id": units[at]["id"]}, etag='"1"')

    assert 3 == count(own_world.app, "message")
    assert 1 == count(own_world.app, "procrastinate_jobs WHERE task_name = 'send_due'")


def test_one_event_that_cannot_be_announced_does_not_silence_the_others(own_world):
    ask(
        own_world.app,
        "INSERT INTO event (public_id, name, subject_kind, subject_id, at, particulars)"
        " SELECT gen_random_uuid(), 'application.approved', 'application', 0,"
        " now() - interval '1 hour', '{}'",
    )
    ((case, event),) = unannounced(own_world)
    ask(
        own_world.app,
        "ALTER TABLE event DISABLE TRIGGER event_only_added;"
        "UPDATE event SET at = now() - interval '1 minute'",
    )

    with own_world.app.app_context():
        fanout.announce_late_events()

    assert 1 == count(own_world.app, "message WHERE person_id = :id", id=case.applicant_id)
