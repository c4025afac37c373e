"""Do two lanes, claiming at once for the same person, ever have two pushes of hers under way?"""

import threading
from collections import Counter

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.db import action, session
from notifications import ledger
from notifications.models import Lane
from tests.notifications.posts import plant
from tests.records import at_once, look

PEOPLE = 40


def both_lanes() -> None:
    """A decision and a notice for each of many people."""
    plant(PEOPLE)
    plant(PEOPLE, lane=Lane.BROADCAST)


def under_way() -> Counter[int]:
    found = look("SELECT person_id FROM delivery WHERE status IN ('CLAIMED', 'SENDING')")
    return Counter(each["person_id"] for each in found)


def test_two_lanes_at_once_have_one_push_of_a_person_under_way(in_app):
    both_lanes()
    lanes = [Lane.DECISION, Lane.BROADCAST] * 3

    at_once(6, lambda n: ledger.claim(f"worker-{n}", lanes[n], rate=10_000))

    # Six batches of twenty would be more than everybody.
    assert PEOPLE == len(under_way())
    assert {1} == set(under_way().values())


def test_without_the_pace_between_them_only_the_index_stops_the_second(in_app):
    """The planted bug: two claims that do not wait for each other, of which one is refused."""
    plant(1, "qiqige")
    plant(1, "qiqige", lane=Lane.BROADCAST)
    both = threading.Barrier(2)

    @action
    def claim_at_once(number: int) -> None:
        lane = (Lane.DECISION, Lane.BROADCAST)[number]
        session.execute(text("SELECT 1"))
        both.wait(10)
        values = {"me": str(number), "lane": lane.name, "lease": 30, "room": 20, "rate": 1000}
        session.execute(ledger._CLAIM, values | {"night": False})
        session.execute(text("SELECT pg_sleep(0.3)"))

    got = at_once(2, claim_at_once)

    (refused,) = (each for each in got if each is not None)
    assert isinstance(refused, IntegrityError)
    assert "uq_delivery_under_way" in str(refused)
    assert [1] == [*under_way().values()]
