"""Do manners hold when several workers tell, send, or look in the same moment?"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from backend.audit.actions import record
from backend.db import action, rows, session
from backend.notices.kinds import Topic
from notifications import alarms, digests, expansion, ledger
from notifications.models import Lane
from notifications.reach import MOST
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING
from tests.records import at_once, change, look, one

pytestmark = pytest.mark.usefixtures("simulator")
MONDAY = date(2026, 11, 30)
Claim = Callable[[str], Sequence[int]]


def claim(me: str) -> Sequence[int]:
    return [each["id"] for each in ledger.claim(me, Lane.BROADCAST, rate=100_000)]


def notices_at_once(claim: Claim = claim, people: int = 30) -> None:
    """Each has had two this week; then three notices are told in the same moment and sent."""
    topics = list(Topic)
    stage.crowd(people, credits=9)
    for topic in topics[:2]:
        stage.begun(topics=[topic])
    change("UPDATE delivery SET status = 'ACCEPTED', intent_at = now() - interval '2 days'")
    keys = [stage.key_of(stage.scheduled(topics=[topic])["id"]) for topic in topics[2:5]]
    for key in keys:
        expansion.start(key)
    assert [people] * 3 == at_once(3, lambda place: expansion.tell(keys[place]))
    # As if none of the three had seen the others: whoever is slower would have.
    change(
        "UPDATE delivery SET status = 'PENDING', detail = NULL, settled_at = NULL,"
        " next_try_at = now() - interval '1 s', expires_at = now() + interval '1 h'"
        " WHERE intent_at IS NULL"
    )

    def send(place: int) -> None:
        for _ in range(3 * people):
            ids = claim(f"worker-{place}")
            ledger.step((), ids, f"worker-{place}")
            change(
                "UPDATE delivery SET status = 'ACCEPTED' WHERE id = ANY(:ids)"
                " AND status = 'SENDING'",
                ids=list(ids),
            )
            if not ids and not ledger.is_due(Lane.BROADCAST):
                return

    assert [None] * 4 == at_once(4, send)
    ledger.sweep()
    had = look("SELECT count(intent_at) AS many FROM delivery GROUP BY person_id")
    most = max(each["many"] for each in had)
    assert most <= MOST, f"somebody had {most} in a week"
    assert {MOST} == {each["many"] for each in had}
    assert 2 * people == one("SELECT count(*) FROM delivery WHERE detail = 'capped'")
    assert 0 == one("SELECT count(*) FROM delivery WHERE status IN ('PENDING', 'CLAIMED')")


def test_notices_that_are_told_in_one_moment_do_not_pass_the_cap(in_own_app):
    with time_machine.travel(MORNING, tick=True):
        notices_at_once()


@action
def claim_what_was_judged(me: str) -> Sequence[int]:
    """Rely on what the telling of each notice saw of the others: the planted bug."""
    found = rows(
        text(
            "UPDATE delivery SET status = 'CLAIMED', claimed_by = :me,"
            " lease_until = now() + interval '30 s' WHERE id = ANY(ARRAY(SELECT id FROM delivery d"
            " WHERE status = 'PENDING' AND NOT EXISTS (SELECT FROM delivery other WHERE"
            " other.person_id = d.person_id AND other.id < d.id AND other.status IN"
            " ('PENDING', 'CLAIMED', 'SENDING')) LIMIT 20 FOR UPDATE SKIP LOCKED)) RETURNING id"
        ),
        me=me,
    )
    return [each["id"] for each in found]


def test_workers_that_do_not_count_again_are_caught(in_own_app):
    with (
        time_machine.travel(MORNING, tick=True),
        pytest.raises(AssertionError, match="somebody had"),
    ):
        notices_at_once(claim_what_was_judged)


def digests_at_once(tell: Callable[[int], Any] = digests.tell) -> None:
    """Four workers begin the same week and tell it, portion after portion."""
    stage.crowd(300)
    change("INSERT INTO weekly SELECT person_id, 'SUBSIDY', now() FROM profile")
    stage.begun()
    change("UPDATE notice SET released_at = now()")
    expansion.sweep()
    change("UPDATE message SET created_at = created_at - interval '1 hour'")

    def write(_: int) -> None:
        digests.begin(MONDAY)
        for _ in range(3):
            tell(one("SELECT id FROM digest"))

    assert [None] * 4 == at_once(4, write)
    told = one("SELECT count(*) FROM message WHERE event = 'digest.begun'")
    assert 300 == told, f"{told} digests"
    assert 1 == one("SELECT count(*) FROM event WHERE name = 'digest.begun'")


def test_four_workers_write_everybody_one_digest(in_own_app):
    with time_machine.travel(MORNING, tick=True):
        digests_at_once()


@action
def tell_unlocked(digest_id: int) -> None:
    """Tell whoever has no digest yet, and rely on that look: the planted bug."""
    event = session.scalar(text("SELECT event_id FROM digest WHERE id = :id"), {"id": digest_id})
    waiting = session.scalars(
        text(
            "SELECT person_id FROM weekly w WHERE NOT EXISTS (SELECT FROM message m"
            " WHERE m.person_id = w.person_id AND m.event_id = :event)"
        ),
        {"event": event},
    ).all()
    session.execute(text("SELECT pg_sleep(0.3)"))
    session.execute(
        text(
            "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) SELECT uuidv7(), :event, 'digest.begun', unnest(CAST(:to AS bigint[])),"
            " 't', 'b', 'l', now()"
        ),
        {"event": event, "to": list(waiting)},
    )


def test_workers_that_look_and_then_write_are_caught(in_own_app):
    change("ALTER TABLE message DROP CONSTRAINT uq_message_event_id_person_id")

    with (
        time_machine.travel(MORNING, tick=True),
        pytest.raises(AssertionError, match="digests"),
    ):
        digests_at_once(tell_unlocked)


def alarms_at_once(look: Callable[[int], Any] = alarms.look) -> None:
    """Half an hour after an urgent notice that has reached nobody, four workers look at it."""
    with time_machine.travel(MORNING, tick=True):
        stage.crowd(5)
        made = stage.begun(urgent_why="明日停电")
    with time_machine.travel(MORNING + timedelta(minutes=31), tick=True):
        key = stage.key_of(made["id"])
        assert [None] * 4 == at_once(4, lambda _: look(key))

    raised = one("SELECT count(*) FROM event WHERE name = 'notice.alarmed'")
    assert 1 == raised, f"{raised} alarms"


def test_four_workers_raise_one_alarm(in_own_app):
    alarms_at_once()


@action
def look_unlocked(notice_id: int) -> None:
    """Look whether somebody has raised it, and raise it then: the planted bug."""
    alarmed = text("SELECT alarmed_at FROM notice WHERE id = :id")
    if session.scalar(alarmed, {"id": notice_id}) is None:
        session.execute(text("SELECT pg_sleep(0.3)"))
        record("notice.alarmed", "notice", notice_id, None, could=5, reached=0, unknown=0)
        session.execute(
            text("UPDATE notice SET alarmed_at = now() WHERE id = :id"), {"id": notice_id}
        )


def test_workers_that_look_without_a_lock_are_caught(in_own_app):
    with pytest.raises(AssertionError, match="alarms"):
        alarms_at_once(look_unlocked)
