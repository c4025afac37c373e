"""What is left of an expression on one day, under the numbers and readings of that day?

This is the whole vocabulary that a compiler to SQL has to know. Conditions:

- `nodes.AllOf(children)`, `nodes.AnyOf(children)`, never negated
- `nodes.Flag(fact, negated)`: a true-or-false fact; compile the negated one as `fact = false`
- `nodes.In(fact, values, negated)`: a code or enum among constants
- `Comparison(op, left, right)`: two terms, the left one always reading a fact
- `Constant(value)`: True, False, or None where a parameter has no value
- `Consensus(ruling, branches)`: True or False where all branches agree, else None
- `nodes.Rows(quantifier, series, predicate)` inside `Window`: conditions over child rows

Terms: `nodes.Literal` (number, day or code), `nodes.Fact`, `Later` (a day fact and a fixed number
of months, only where it is compared with another fact), `nodes.Arithmetic`, and four seldom ones:
`ByScope`, `Window` with a `Tally`, `Hull`, `Months`. No parameter, ruling, sub-rule or day asked
about remains: "fact + months <= as_of" has become "fact <= its exact cut-off". An enum literal is
ordered by its place among `FactSpec.values`.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from eligibility import nodes
from eligibility.values import Tri


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two terms compared; `label` is the canonical text before binding."""

    op: str
    left: Any
    right: Any
    label: str = ""
    rows: tuple[str, ...] = ()
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A condition without a fact; `missing` names the parameters that have no value."""

    value: Tri
    label: str = ""
    missing: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Consensus:
    """All readings of an open ruling; definite where they agree."""

    ruling: str
    branches: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A day fact moved by a fixed number of months, backwards if negative."""

    fact: str
    months: int


@dataclass(frozen=True, slots=True)
class Absent:
    """A number that a parameter does not have on the day."""

    parameter: str


@dataclass(frozen=True, slots=True)
class ByScope:
    """A number looked up by a code; without the code, the interval of all it could be."""

    fact: str
    table: tuple[tuple[str, int], ...]
    otherwise: int | None
    parameter: str


@dataclass(frozen=True, slots=True)
class Hull:
    """A number of which open readings differ: the interval of all of them."""

    ruling: str
    branches: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Months:
    """For each of some months, the value in force on its first day, added up."""

    parameter: str
    start: str
    months: Any
    periods: tuple[tuple[date, date | None, int], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A `nodes.Rows` or `nodes.Tally` over the rows that count.

    Without `keys` every row counts. With them exactly those do: rows with another key are left
    out, and a key without a row stands for a row of which nothing is known.
    """

    over: nodes.Rows | nodes.Tally
    key: str = ""
    keys: tuple[int, ...] | None = None
    label: str = ""
    rows: tuple[str, ...] = ()
    timed: bool = False


def children_of(node: Any) -> tuple[Any, ...]:
    """Return the conditions directly inside a combination."""
    if isinstance(node, nodes.AllOf | nodes.AnyOf):
        return node.children
    if isinstance(node, Consensus):
        return tuple(branch for _, branch in node.branches)
    return ()


def leaves_of(node: Any) -> tuple[Any, ...]:
    """Return the leaves of a bound condition; conditions over rows count as one leaf."""
    children = children_of(node)
    return tuple(leaf for child in children for leaf in leaves_of(child)) if children else (node,)


@lru_cache(maxsize=8192)
def facts_in(node: Any) -> tuple[str, ...]:
    """Return the facts a bound node reads, in order; a series stands for its rows."""
    found: dict[str, None] = {}
    for each in nodes.walk(node):
        for name in _read_by(each):
            found[name] = None
    return tuple(found)


def _read_by(node: Any) -> tuple[str, ...]:
    match node:
        case nodes.Fact(name):
            return (name,)
        case nodes.Flag(fact) | nodes.In(fact) | Later(fact) | ByScope(fact):
            return (fact,)
        case Months(_, start):
            return (start,)
        case Window(over):
            return (over.series,)
    return ()
