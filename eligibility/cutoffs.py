"""How is "a day and some months, compared with a fixed day" said in one exact comparison?"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from eligibility.bound import Later
from eligibility.dates import earliest_start, latest_start
from eligibility.nodes import Fact as FactNode
from eligibility.nodes import Literal

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
CUTOFF: dict[str, tuple[str, Callable[[date, int], date]]] = {
    "<=": ("<=", latest_start),
    ">": (">", latest_start),
    ">=": (">=", earliest_start),
    "<": ("<", earliest_start),
}
# Equality is both bounds at once, its opposite one of the two missed.
BOTH = {"==": ("<=", ">="), "!=": ("<", ">")}


def constant(term: Any) -> bool:
    """Tell whether a bound term reads no fact."""
    return isinstance(term, Literal)


def dated(op: str, left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the comparisons that say the same without months, one unless it is an (in)equality.

    Two are met all at once for `==` and one of them for `!=`. A comparison with another fact
    stays as it is.
    """
    if not isinstance(left, Later) or not constant(right):
        yield op, left, right
        return
    for each in BOTH.get(op, (op,)):
        same_op, cutoff = CUTOFF[each]
        yield same_op, FactNode(left.fact), Literal(cutoff(right.value, left.months))
