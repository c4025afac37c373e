"""What does an expression say, in its one canonical form, and what does it read?

The language, in full:

- `all(a, b)`, `any(a, b)`, `not a`; `true`, `false`
- facts and rules by plain name; `p.name` and `p.name[code_fact]` for parameters
- `== != < <= > >=` in chains, `x in {'a', 'b'}`, `x not in {'a'}`
- `day + months(n)`, `day - months(n)`, `as_of`
- `+ - * //`, `min(a, b)`, `max(a, b)`
- `every(series, a)`, `exists(series, a)`, `count(series, a)`
- `choose(r.ruling, reading=a, other_reading=b)`
- in amounts also `monthly_sum(p.name, first_day, n)`: the parameter's value on the first day of
  each of n months that begin on a given day, added up

There is no way to ask whether something is known: more facts may then never turn one definite
answer into the other.
"""

import hashlib
from typing import Any

from eligibility import nodes
from eligibility.nodes import leaves, walk
from eligibility.parsing import ExpressionRefused, parse

__all__ = [
    "ExpressionRefused",
    "canonical",
    "digest",
    "facts_of",
    "labels_of",
    "parameters_of",
    "parse",
    "rulings_of",
    "series_of",
]

# How tightly each form binds: what binds less stands in brackets inside what binds more.
LOOSE, COMPARED, ADDED, MULTIPLIED, TIGHT = range(5)
BINDS = {"+": ADDED, "-": ADDED, "*": MULTIPLIED, "//": MULTIPLIED}


def canonical(node: nodes.Node) -> str:
    """Return the expression as text; `parse` of it gives an equal expression."""
    return _text(node)[0]


def digest(node: nodes.Node) -> str:
    """Return the SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(node).encode()).hexdigest()


def facts_of(node: nodes.Node) -> frozenset[str]:
    """Return the facts it reads: those inside rows, those that scope a parameter, and series."""
    found = set(series_of(node))
    for each in walk(node):
        if isinstance(each, nodes.Fact):
            found.add(each.name)
        elif isinstance(each, nodes.Flag | nodes.In):
            found.add(each.fact)
        elif isinstance(each, nodes.Parameter) and each.scope:
            found.add(each.scope)
    return frozenset(found)


def series_of(node: nodes.Node) -> frozenset[str]:
    """Return the series whose rows it reads."""
    over = (each for each in walk(node) if isinstance(each, nodes.Rows | nodes.Tally))
    return frozenset(each.series for each in over)


def parameters_of(node: nodes.Node) -> frozenset[str]:
    """Return the parameters it reads."""
    return frozenset(each.name for each in walk(node) if isinstance(each, nodes.Parameter))


def rulings_of(node: nodes.Node) -> frozenset[str]:
    """Return the rulings it depends on."""
    return frozenset(each.ruling for each in walk(node) if isinstance(each, nodes.Choose))


def labels_of(node: nodes.Node) -> tuple[str, ...]:
    """Return the canonical text of every leaf once, in order: each needs a label."""
    return tuple(dict.fromkeys(canonical(leaf) for leaf in leaves(node)))


def _text(node: Any) -> tuple[str, int]:
    writer = WRITERS.get(type(node))
    return writer(node) if writer else _combined(node)


def _inside(node: Any, at_least: int) -> str:
    text, binds = _text(node)
    return text if binds >= at_least else f"({text})"


def _listed(*parts: Any) -> str:
    return ", ".join(_text(part)[0] for part in parts)


def _combined(node: Any) -> tuple[str, int]:
    match node:
        case nodes.Not(condition):
            return f"not {_inside(condition, COMPARED)}", LOOSE
        case nodes.Compare(op, left, right):
            return f"{_inside(left, ADDED)} {op} {_inside(right, ADDED)}", COMPARED
        case nodes.Shift(day, sign, months):
            text = f"{_text(day)[0]} {'+' if sign > 0 else '-'} months({_text(months)[0]})"
            return text, ADDED
        case nodes.Arithmetic(op, left, right) if op in BINDS:
            binds = BINDS[op]
            return f"{_inside(left, binds)} {op} {_inside(right, binds + 1)}", binds
        case nodes.Arithmetic(op, left, right):
            return f"{op}({_listed(left, right)})", TIGHT
        case nodes.Choose(ruling, branches):
            written = ", ".join(f"{name}={_text(branch)[0]}" for name, branch in branches)
            return f"choose(r.{ruling}, {written})", TIGHT
    raise TypeError(f"not an expression: {node!r}")


def _literal(node: nodes.Literal) -> tuple[str, int]:
    if isinstance(node.value, bool):
        return str(node.value).lower(), TIGHT
    if isinstance(node.value, int):
        return str(node.value), TIGHT if node.value >= 0 else ADDED
    return repr(str(node.value)), TIGHT


def _flag(node: nodes.Flag) -> tuple[str, int]:
    return (f"not {node.fact}", LOOSE) if node.negated else (node.fact, TIGHT)


def _in(node: nodes.In) -> tuple[str, int]:
    values = ", ".join(repr(value) for value in node.values)
    return f"{node.fact} {'not in' if node.negated else 'in'} {{{values}}}", COMPARED


def _parameter(node: nodes.Parameter) -> tuple[str, int]:
    return f"p.{node.name}" + (f"[{node.scope}]" if node.scope else ""), TIGHT


WRITERS: dict[type, Any] = {
    nodes.Literal: _literal,
    nodes.Fact: lambda node: (node.name, TIGHT),
    nodes.AsOf: lambda node: ("as_of", TIGHT),
    nodes.Parameter: _parameter,
    nodes.Flag: _flag,
    nodes.In: _in,
    nodes.AllOf: lambda node: (f"all({_listed(*node.children)})", TIGHT),
    nodes.AnyOf: lambda node: (f"any({_listed(*node.children)})", TIGHT),
    nodes.Rows: lambda node: (
        f"{node.quantifier}({node.series}, {_listed(node.predicate)})",
        TIGHT,
    ),
    nodes.Tally: lambda node: (f"count({node.series}, {_listed(node.predicate)})", TIGHT),
    nodes.MonthlySum: lambda node: (
        f"monthly_sum({_listed(node.parameter, node.start, node.months)})",
        TIGHT,
    ),
}
