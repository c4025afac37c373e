"""How many pushes are left, whatever we heard first?"""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.counting import Fact, left, taps
from notifications.models import Why

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
GRANTED, TOLD, SPENT, GONE, WITHDRAWN = (
    Why[name] for name in ("GRANTED", "TOLD", "SPENT", "GONE", "WITHDRAWN")
)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def facts(*known: tuple[Why, float]) -> list[Fact]:
    return [Fact(why, at(seconds)) for why, seconds in known]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], 0),
        ([(GRANTED, 0)], 1),
        ([(TOLD, 0)], 1),
        # One tap, of which both tell: within a minute, and not a second more.
        ([(GRANTED, 0), (TOLD, 0)], 1),
        ([(GRANTED, 0), (TOLD, 60)], 1),
        ([(GRANTED, 0), (TOLD, 61)], 2),
        ([(TOLD, 0), (GRANTED, 60)], 1),
        ([(TOLD, 0), (GRANTED, 60.001)], 2),
        # Two taps in a minute, of which both tell, are two.
        ([(GRANTED, 0), (GRANTED, 20), (TOLD, 1), (TOLD, 21)], 2),
        ([(GRANTED, 0), (GRANTED, 20), (TOLD, 21)], 2),
        ([(TOLD, 0), (TOLD, 20), (GRANTED, 1)], 2),
        # Pairing the nearest first would leave three here.
        ([(GRANTED, 0), (GRANTED, 100), (TOLD, -20), (TOLD, 50)], 2),
        # What was sent uses one up, and never more than there was.
        ([(GRANTED, 0), (SPENT, 1)], 0),
        ([(SPENT, 0), (GRANTED, 1)], 1),
        ([(GRANTED, 0), (GRANTED, 90), (SPENT, 100)], 1),
        # WeChat's word of a tap, told to the second, comes after the push it was good for.
        ([(GRANTED, 0.4), (SPENT, 0.6), (TOLD, 1)], 0),
        # Whatever was granted before is gone, whatever is granted later counts.
        ([(GRANTED, 0), (GRANTED, 90), (GONE, 100)], 0),
        ([(GRANTED, 0), (WITHDRAWN, 100), (TOLD, 101)], 1),
        # In the same moment nothing is left.
        ([(TOLD, 5), (WITHDRAWN, 5)], 0),
        ([(TOLD, 5), (SPENT, 5)], 0),
    ],
)
def test_what_is_left(known, expected):
    for order in itertools.permutations(known):
        assert expected == left(facts(*order))


moments = st.lists(st.integers(-300, 300), max_size=5).map(sorted)


@settings(max_examples=300, deadline=None)
@given(moments, moments)
def test_as_many_words_are_paired_as_can_be(client, wechat):
    """By trying every way in which the client's words could be those of WeChat's."""
    found = taps([at(s) for s in client], [at(s) for s in wechat])

    most = _most_pairs(client, wechat)
    assert len(client) + len(wechat) - most == len(found)


def _most_pairs(client, wechat) -> int:
    if not client or not wechat:
        return 0
    first, *others = client
    without = _most_pairs(others, wechat)
    paired = (
        1 + _most_pairs(others, wechat[:place] + wechat[place + 1 :])
        for place, told in enumerate(wechat)
        if abs(first - told) <= 60
    )
    return max(without, *paired, 0)
