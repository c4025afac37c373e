"""Which rows of a series count, and in how many of them does something hold?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eligibility.values import Interval, between

Row = Mapping[str, Any]
NOTHING_KNOWN: Row = {}


def counting(rows: Sequence[Row] | None, key: str, keys: tuple[int, ...] | None) -> Any:
    """Return the rows that count, or None where the series is not known at all.

    With `keys` a missing row is one of which nothing is known: it is never passed over.
    """
    if rows is None or keys is None:
        return rows
    by_key = {row[key]: row for row in rows}
    return tuple(by_key.get(each, NOTHING_KNOWN) for each in keys) or None


def tally(
    rows: Sequence[Row], holds: Callable[[Row], Any], fails: Callable[[Row], Any]
) -> int | Interval:
    """Return in how many rows it holds: those where it surely does, up to those where it may."""
    surely = sum(1 for row in rows if holds(row))
    possibly = sum(1 for row in rows if not fails(row))
    count = between(surely, possibly)
    return count if isinstance(count, Interval) else int(count)
