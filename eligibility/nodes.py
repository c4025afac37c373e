"""Of what is an expression made?

Every node is immutable and can be compared and hashed. A column tells where in its text a node
began; it takes no part in comparison. The parser's output knows all of these nodes;
`eligibility.normal` removes `Not` and references to other rules, `eligibility.binding` all that
depends on a day, a parameter or a ruling.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

COLUMN: Any = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A whole number, true or false, a quoted code, or (bound) a day."""

    value: int | str | date
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact, or before normalisation a rule, by its plain name."""

    name: str
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day asked about."""

    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Parameter:
    """`p.name`, or `p.name[scope]` where the scope is a fact with a code."""

    name: str
    scope: str = ""
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Shift:
    """A day and some months, added (`sign` 1) or taken away (-1)."""

    day: "Node"
    sign: int
    months: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`+ - * //`, `min` or `max` of two numbers."""

    op: str
    left: "Node"
    right: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Tally:
    """`count(series, predicate)`: in how many rows it holds; an interval where some are unknown."""

    series: str
    predicate: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class MonthlySum:
    """`monthly_sum(p.name, day, months)`: the values on the first day of each month, added up."""

    parameter: Parameter
    start: Fact
    months: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    condition: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these; `rule` names the sub-rule it was inlined from, if any."""

    children: tuple["Node", ...]
    rule: str = field(default="", compare=False)
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of these; `rule` names the sub-rule it was inlined from, if any."""

    children: tuple["Node", ...]
    rule: str = field(default="", compare=False)
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Flag:
    """A leaf: a true-or-false fact as it is, or negated."""

    fact: str
    negated: bool = False
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class In:
    """A leaf: a code or enum fact is (or is not) one of these."""

    fact: str
    values: tuple[str, ...]
    negated: bool = False
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Compare:
    """A leaf: two terms of one kind, compared."""

    op: str
    left: "Node"
    right: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Rows:
    """`every(series, predicate)` or `exists(series, predicate)`; `quantifier` is which."""

    quantifier: str
    series: str
    predicate: "Node"
    column: int = COLUMN


@dataclass(frozen=True, slots=True)
class Choose:
    """What a ruling decides between: one branch, condition or number, for every reading."""

    ruling: str
    branches: tuple[tuple[str, "Node"], ...]
    column: int = COLUMN


Node = (
    Literal | Fact | AsOf | Parameter | Shift | Arithmetic | Tally | MonthlySum
    | Not | AllOf | AnyOf | Flag | In | Compare | Rows | Choose
)  # fmt: skip
LEAVES = (Flag, In, Compare)


def parts(node: Any) -> Iterator[Any]:
    """Yield the nodes directly inside a node, in the order in which they are written."""
    for each in fields(node):
        value = getattr(node, each.name)
        if each.name == "branches":
            yield from (branch for _, branch in value)
        elif each.name == "children":
            yield from value
        elif hasattr(value, "__dataclass_fields__"):
            yield value


def walk(node: Any) -> Iterator[Any]:
    """Yield a node and everything inside it."""
    yield node
    for part in parts(node):
        yield from walk(part)


def leaves(node: Any) -> Iterator[Any]:
    """Yield the conditions that have a label of their own, row conditions included."""
    if isinstance(node, LEAVES):
        yield node
    for part in parts(node):
        yield from leaves(part)
