"""How many pushes leave in a second, of all workers and both lanes together?"""

from itertools import pairwise

import pytest

from notifications import delivery, ledger
from notifications.models import Lane
from tests.notifications.posts import TEMPLATES, FakeWeChat, plant
from tests.records import at_once, change, look, one


@pytest.fixture(autouse=True)
def unhurried(in_app):
    """Nobody has reserved a turn yet."""
    change("UPDATE send_pace SET free_at = clock_timestamp()")


def turns(me: str, lane: Lane = Lane.DECISION, rate: int = 5) -> list[float]:
    """Claim; return after how many seconds each push may leave."""
    return [push["leaves_in_s"] for push in ledger.claim(me, lane, rate=rate)]


def spaced(reserved: list[float], seconds: float) -> bool:
    return all(later - sooner == pytest.approx(seconds) for sooner, later in pairwise(reserved))


def sent_at() -> list[float]:
    found = look("SELECT extract(epoch FROM intent_at)::float AS at FROM delivery ORDER BY 1")
    return [each["at"] for each in found]


def test_at_five_a_second_each_push_leaves_a_fifth_of_a_second_after_the_other():
    plant(30)

    reserved = turns("one")

    assert (6, 0.0) == (len(reserved), reserved[0])
    assert spaced(reserved, 0.2)


# A decision reserves a second, a notice half of one, and nobody more than a batch.
@pytest.mark.parametrize(
    ("lane", "rate", "expected"),
    [
        (Lane.DECISION, 1, 2),
        (Lane.DECISION, 18, 19),
        (Lane.DECISION, 19, 20),
        (Lane.DECISION, 500, 20),
        (Lane.BROADCAST, 1, 1),
        (Lane.BROADCAST, 2, 2),
        (Lane.BROADCAST, 100, 20),
    ],
)
def test_how_many_turns_one_claim_reserves(lane, rate, expected):
    plant(30, lane=lane)

    assert expected == len(turns("one", lane, rate))


def test_whoever_comes_next_goes_on_where_the_first_one_ended():
    plant(30)
    first = turns("one")

    change("UPDATE send_pace SET free_at = free_at - interval '0.6 s'")
    after = turns("another")

    # The first one reserved 1.2 s from its beginning, of which six tenths are over at least.
    assert 0 < after[0] <= 1.2 - 0.6
    assert spaced(after, 0.2)
    assert first and len(after) >= 3
    assert [] == turns("a third")


def test_a_decision_finds_room_when_notices_have_taken_all_of_theirs():
    plant(30, lane=Lane.BROADCAST)
    assert 3 == len(turns("one", Lane.BROADCAST))
    assert [] == turns("another", Lane.BROADCAST)
    plant(1, "somebody")

    (turn,) = turns("a third", Lane.DECISION)
    assert 0 < turn <= 0.6


def test_what_was_not_used_for_a_while_is_not_made_up_for():
    plant(30)
    change("UPDATE send_pace SET free_at = clock_timestamp() - interval '1 hour'")

    assert 6 == len(turns("one"))


def test_workers_at_once_reserve_no_turn_twice():
    plant(60)
    began = one("SELECT clock_timestamp()")

    got = at_once(4, lambda n: turns(f"worker-{n}", rate=30))

    reserved = sorted(turn for each in got for turn in each)
    # A second at thirty and the one turn at its end, and what has passed since the first claim.
    assert 31 <= len(reserved) <= 60
    leaving = "SELECT extract(epoch FROM free_at - :then)::float AS ahead FROM send_pace"
    assert one(leaving, then=began) >= len(reserved) / 30


@pytest.mark.parametrize("lane", Lane)
def test_a_run_keeps_to_the_rate_and_still_sends_everything(lane):
    """At ten a second the twelfth leaves 1.1 s after the first at the soonest."""
    plant(12, lane=lane)
    wechat = FakeWeChat()

    assert 12 == delivery.send_all_due(wechat, TEMPLATES, rate=10, lane=lane)

    at = sent_at()
    assert 12 == len(wechat.sent) == len(at)
    # The first may have been held up a little behind its turn.
    assert all(moment - at[0] >= turn / 10 - 0.09 for turn, moment in enumerate(at))


def test_a_run_without_its_pace_is_noticed():
    """The planted bug: a thousand a second where ten were agreed."""
    plant(12)

    delivery.send_all_due(FakeWeChat(), TEMPLATES, rate=1000)

    at = sent_at()
    assert not all(moment - at[0] >= turn / 10 - 0.09 for turn, moment in enumerate(at))
