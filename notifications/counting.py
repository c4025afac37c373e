"""How many pushes are left, by what has happened, in whatever order we heard of it?

A tap on "allow" may be told twice: by the client, and by WeChat. Two words less than a minute apart
are of one tap; each word is of one tap only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from notifications.models import Why

SAME_TAP = timedelta(seconds=60)
# What happened in the same moment is read in this order, so that in doubt nothing is left.
GIVEN, TAKEN, ENDED = range(3)
STEPS = {Why.SPENT: TAKEN, Why.GONE: ENDED, Why.WITHDRAWN: ENDED}


class Fact(NamedTuple):
    """Something that changes what is left, and when it happened."""

    why: Why
    at: datetime


def left(facts: Iterable[Fact]) -> int:
    """Return what is left of one template of one person."""
    known = list(facts)
    claimed = sorted(each.at for each in known if each.why is Why.GRANTED)
    told = sorted(each.at for each in known if each.why is Why.TOLD)
    steps = [(at, GIVEN) for at in taps(claimed, told)]
    steps += [(each.at, STEPS[each.why]) for each in known if each.why in STEPS]
    remaining = 0
    for _, step in sorted(steps):
        remaining = {GIVEN: remaining + 1, TAKEN: max(0, remaining - 1), ENDED: 0}[step]
    return remaining


def taps(claimed: Sequence[datetime], told: Sequence[datetime]) -> list[datetime]:
    """Return the moment of each tap, from the client's words and WeChat's, each in its order.

    The earliest words are paired first, which makes as many pairs as there can be.
    """
    found, client, wechat = [], list(claimed), list(told)
    while client and wechat:
        first = min(client[0], wechat[0])
        if abs(client[0] - wechat[0]) <= SAME_TAP:
            del client[0], wechat[0]
        else:
            del (client if client[0] == first else wechat)[0]
        found.append(first)
    return [*found, *client, *wechat]
