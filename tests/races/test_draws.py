"""Is a draw held once, whoever sweeps, is killed, joins, gives up or calls it off meanwhile?"""

import random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend import vault
from backend.cases import actions as cases
from backend.db import action, session
from backend.draws import actions, lots, sweeping
from backend.draws.actions import sealed_place
from backend.draws.models import Draw, Ticket
from backend.errors import DatabaseDown, WrongStatus
from backend.tenancies import sweeping as tenancies
from tests.backend.draws.stage import ANNOUNCED, DRAWS, FREEZES, announced, at, key_of, seen
from tests.backend.tenancies.stage import applicant, join, the_books_agree, waits
from tests.backend.tenancies.stage import seen as version
from tests.records import at_once, change, look, one, staff
from tests.running_system import wait_until

pytestmark = pytest.mark.usefixtures("simulator")
RACERS, NAMES = 6, ("one", "two", "three")
UNGUARDED = (
    "ALTER TABLE draw DISABLE TRIGGER draw_keeps_its_word;"
    " ALTER TABLE ticket DISABLE TRIGGER ticket_is_drawn_once"
)


def frozen() -> dict[str, Any]:
    """A draw whose list is closed."""
    with at(ANNOUNCED):
        for name in NAMES:
            waits(name)
    draw = announced()
    with at(FREEZES):
        sweeping.sweep()
    return draw


def one_outcome(draw: dict[str, Any]) -> None:
    """It was held once, everybody heard of one place, and the place is the one that follows."""
    held = one("SELECT count(*) FROM event WHERE name = 'draw.revealed'")
    assert 1 == held, f"held {held} times"
    assert len(NAMES) == one("SELECT count(*) FROM event WHERE name = 'ticket.drawn'")
    found = seen(draw)
    assert [] == lots.faults(found | {"id": str(found["id"])})
    assert look("SELECT place FROM ticket ORDER BY entry_id") == look(
        "SELECT drawn AS place FROM waiting_entry ORDER BY id"
    )


def swept_by_all(reveal: Any, draw: dict[str, Any]) -> list[Any]:
    key = key_of(draw)
    with at(DRAWS):
        return at_once(RACERS, lambda _: reveal(key))


def test_of_eight_sweeps_at_once_one_holds_the_draw(in_own_app):
    draw = frozen()

    assert [None] * RACERS == swept_by_all(sweeping.reveal, draw)

    one_outcome(draw)


def test_of_eight_sweeps_at_once_one_closes_the_list(in_own_app):
    with at(ANNOUNCED):
        for name in NAMES:
            waits(name)
    draw = announced()
    key = key_of(draw)

    with at(FREEZES):
        assert [None] * RACERS == at_once(RACERS, lambda _: sweeping.freeze(key))

    assert (len(NAMES), 1) == (
        seen(draw)["entrants"],
        one("SELECT count(*) FROM event WHERE name = 'draw.frozen'"),
    )


@action
def reveal_unlocked(draw_id: int) -> None:
    """Look whether it is due and hold it then, without a lock, by lots of its own: the bug."""
    draw = session.get_one(Draw, draw_id)
    if draw.status is not sweeping.Status.FROZEN:
        return
    session.execute(text("SELECT pg_sleep(0.1)"))
    places = list(range(1, len(NAMES) + 1))
    random.shuffle(places)
    for ticket, place in zip(
        session.query(Ticket).filter_by(draw_id=draw_id).order_by(Ticket.id), places, strict=True
    ):
        session.execute(
            text("UPDATE ticket SET place = :place WHERE id = :id"),
            {"place": 10 * random.randrange(10**9) + place, "id": ticket.id},
        )
    secret = vault.keys().unseal(sealed_place(draw.public_id), draw.sealed)
    session.execute(
        text(
            "UPDATE draw SET status = 'REVEALED', secret = :secret, revealed_at = now()"
            " WHERE id = :id"
        ),
        {"secret": secret, "id": draw_id},
    )
    sweeping.record("draw.revealed", "draw", draw_id, None)


def test_a_sweep_without_a_lock_is_stopped_by_the_database(in_own_app):
    draw = frozen()

    got = swept_by_all(reveal_unlocked, draw)

    assert 1 == got.count(None)
    assert RACERS - 1 == sum(isinstance(each, IntegrityError) for each in got)
    assert 1 == one("SELECT count(*) FROM event WHERE name = 'draw.revealed'")


def test_and_without_the_database_s_word_a_second_draw_is_noticed(in_own_app):
    draw = frozen()
    change(UNGUARDED)

    swept_by_all(reveal_unlocked, draw)

    with pytest.raises(AssertionError, match="held [2-9] times"):
        one_outcome(draw)


SLOW = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(5); RETURN NEW; END';
CREATE TRIGGER slowly AFTER UPDATE ON draw FOR EACH ROW EXECUTE FUNCTION slowly()
"""
KILL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event = 'PgSleep'
"""


def test_killed_in_the_middle_it_is_held_once_by_whoever_comes_next(in_own_app):
    """Whatever the dying one had written is gone, and the same secret gives the same order."""
    draw = frozen()
    key = key_of(draw)
    change(SLOW)

    def act(place: int) -> Any:
        if place == 0:
            return sweeping.reveal(key)
        wait_until(lambda: one(KILL) == 1)
        return None

    with at(DRAWS):
        died, _ = at_once(2, act)
        assert isinstance(died, DatabaseDown)
        assert ("FROZEN", None) == (seen(draw)["status"].name, seen(draw)["secret"])
        assert [{"place": None}] == look("SELECT DISTINCT place FROM ticket")
        change("DROP TRIGGER slowly ON draw")
        sweeping.sweep()

    one_outcome(draw)


def test_joining_giving_up_and_closing_the_list_at_once_leaves_a_list_that_is_what_was_hashed(
    in_own_app,
):
    with at(ANNOUNCED):
        leaving = [waits(f"leaves {n}") for n in range(3)]
        coming = [applicant(f"comes {n}") for n in range(3)]
    draw = announced()
    key = key_of(draw)
    versions = [version(case) for _, case in leaving]

    def act(place: int) -> Any:
        if place < 3:
            her, case = leaving[place]
            return cases.withdraw(case["id"], seen=versions[place], by=her)
        if place < 6:
            her, case = coming[place - 3]
            return join(case, her)
        return sweeping.freeze(key)

    with at(FREEZES):
        got = at_once(8, act)
        assert [] == [each for each in got if isinstance(each, Exception)]
        sweeping.sweep()
    with at(DRAWS):
        sweeping.sweep()
        tenancies.sweep()

    found = seen(draw)
    assert [] == lots.faults(found | {"id": str(found["id"])})
    the_books_agree()


def test_called_off_or_closed_but_never_both(in_own_app):
    with at(ANNOUNCED):
        waits("one")
    draw = announced()
    key = key_of(draw)

    def act(place: int) -> Any:
        if place % 2:
            return sweeping.freeze(key)
        return actions.cancel(draw["id"], seen=1, by=staff(), why="检修")

    with at(FREEZES):
        got = at_once(RACERS, act)

    status = seen(draw)["status"].name
    called_off = sum(isinstance(each, dict) for each in got)
    assert (status, called_off) in {("CANCELLED", 1), ("FROZEN", 0)}
    assert int(status == "FROZEN") == one("SELECT count(*) FROM ticket")
    assert int(status == "FROZEN") == one("SELECT count(*) FROM stopped_list")
    refused = [each for each in got if isinstance(each, Exception)]
    assert all(each.__class__.__name__ in ("Outdated", "WrongStatus") for each in refused)
    with at(FREEZES), pytest.raises(WrongStatus):
        actions.cancel(draw["id"], seen=2, by=staff(), why="检修")
