"""Several workers look at one person, or she withdraws while they do: what is she told?"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from backend import clock
from backend.audit.actions import held_back
from backend.consents import actions as consents
from backend.consents.kinds import Purpose
from backend.db import Row, action, rows, session
from backend.matches import asking, enrolling, looking
from backend.matches.asking import Basis
from notifications import fanout, ledger
from notifications.models import Lane
from tests.backend.matches.stage import MORNING, consenting
from tests.records import at_once, change, look, one

pytestmark = pytest.mark.usefixtures("simulator", "in_own_app")
PEOPLE = 12


def crowd(round_: int) -> list[Any]:
    hers = [consenting(f"{round_}-{number}") for number in range(PEOPLE)]
    enrolling.enrol()
    return hers


def once_each(look_at: Callable[[Basis], list[int]], round_: int = 0) -> None:
    """Six workers look at everybody in the same moment; each person is told once."""
    hers = crowd(round_)
    basis = asking.basis()

    def work(_: int) -> None:
        while look_at(basis):
            pass

    failed = [each for each in at_once(6, work) if each is not None]
    assert [] == failed
    told = look(
        "SELECT count(*) AS times FROM message WHERE event = 'match.found'"
        " AND person_id = ANY(:ids) GROUP BY person_id",
        ids=[each.id for each in hers],
    )
    assert [{"times": 1}] * PEOPLE == told


def test_six_workers_at_once_tell_each_person_once():
    with time_machine.travel(MORNING):
        for round_ in range(3):
            once_each(lambda basis: looking.look(basis, size=2), round_)


def unlocked(basis: Basis, after: int, size: int) -> Sequence[Row]:
    """Look up who is due and lock nobody: the planted bug."""
    found = rows(asking._asked(*basis).where(asking._due(basis)).limit(size))
    rows(text("SELECT pg_sleep(0.2)"))
    return found


def test_workers_who_lock_nobody_tell_her_twice():
    with time_machine.travel(MORNING), pytest.raises(AssertionError, match="times"):
        once_each(lambda basis: looking.look(basis, size=2, choose=unlocked))


Announce = Callable[[int], None]


def withdrawn_or_told(announce: Announce, round_: int) -> None:
    """She withdraws in the moment in which her message is written; no push of it leaves later."""
    her = consenting(f"round {round_}")
    change(
        "INSERT INTO credit VALUES (:her, 'policy_match', 1, now())"
        " ON CONFLICT (person_id, template) DO UPDATE SET remaining = 1",
        her=her.id,
    )
    enrolling.enrol()
    with held_back(clock.now()):
        looking.look(asking.basis())
    event = one("SELECT max(id) FROM event WHERE name = 'match.found'")
    calls = (
        lambda: announce(event),
        lambda: consents.withdraw(Purpose.POLICY_MATCHING, by=her),
    )

    got = at_once(2, lambda place: calls[(place + round_) % 2]())

    assert not [each for each in got if isinstance(each, Exception)], got
    change("UPDATE delivery SET next_try_at = now() - interval '1 minute'")
    claimed = [each["id"] for each in ledger.claim("worker", Lane.BROADCAST, rate=1000)]
    assert frozenset() == ledger.step([], claimed, "worker")
    # Whoever withdraws looks at the clock before she waits for a message that is being written.
    late = one(
        "SELECT count(*) FROM message JOIN consent USING (person_id)"
        " WHERE event_id = :id AND created_at > withdrawn_at + interval '0.7 s'",
        id=event,
    )
    assert 0 == late, "a message was written after she had withdrawn"


@pytest.mark.parametrize("round_", range(6))
def test_whoever_withdraws_meanwhile_has_a_message_from_before_or_none(round_):
    withdrawn_or_told(fanout.announce, round_)


@action
def announce_blindly(event_id: int) -> None:
    """Ask for her consent first, and write the message later: the planted bug."""
    session.execute(text("SELECT pg_sleep(1.2)"))
    session.execute(
        text(
            "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) SELECT gen_random_uuid(), e.id, e.name, m.person_id, '', '', '',"
            " clock_timestamp() FROM event e JOIN policy_match m ON m.id = e.subject_id"
            " WHERE e.id = :id"
        ),
        {"id": event_id},
    )


def test_a_message_that_is_written_without_asking_again_is_noticed():
    with pytest.raises(AssertionError, match="after she had withdrawn"):
        withdrawn_or_told(announce_blindly, 0)
