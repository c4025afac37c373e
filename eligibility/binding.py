"""How does an expression become one that depends on nothing but facts?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.bound import Comparison, Consensus, Constant, Later
from eligibility.cutoffs import MIRRORED, constant, dated
from eligibility.expression import canonical
from eligibility.facts import Dictionary
from eligibility.parameters import Snapshot
from eligibility.terms import Terms


def binder(dictionary: Dictionary, snapshot: Snapshot) -> Terms:
    """Return what binds the expressions of one rule and notes all that they use."""
    return Terms(dictionary, snapshot, _condition)


def bind(node: nodes.Node, terms: Terms) -> Any:
    """Return the normal condition bound to the snapshot's day (see `eligibility.bound`)."""
    return _condition(node, terms)


def bind_amount(node: nodes.Node, terms: Terms) -> Any:
    """Return the number bound to the day; None where a parameter in it has no value."""
    leaf = terms.fresh()
    bound = leaf.term(node)
    return None if leaf.absent else bound


def _condition(node: Any, terms: Terms) -> Any:
    match node:
        case nodes.AllOf(children, rule):
            return nodes.AllOf(tuple(_condition(each, terms) for each in children), rule)
        case nodes.AnyOf(children, rule):
            return nodes.AnyOf(tuple(_condition(each, terms) for each in children), rule)
        case nodes.Literal(value):
            return Constant(bool(value), canonical(node))
        case nodes.Choose(ruling, branches):
            return _chosen(ruling, branches, terms)
        case nodes.Rows():
            return _rows(node, terms.fresh())
        case nodes.Compare():
            return _compared(node, terms.fresh())
    return node


def _chosen(ruling: str, branches: Any, terms: Terms) -> Any:
    reading = terms.reading(ruling)
    if reading is not None:
        return _condition(dict(branches)[reading], terms)
    return Consensus(ruling, tuple((name, _condition(b, terms)) for name, b in branches))


def _rows(node: nodes.Rows, terms: Terms) -> Any:
    window, label = terms.window(node), canonical(node)
    if terms.absent:
        return Constant(None, label, tuple(terms.absent), tuple(terms.rows), terms.timed)
    return replace(window, label=label, rows=tuple(terms.rows), timed=terms.timed)


def _compared(node: nodes.Compare, terms: Terms) -> Any:
    """Return a leaf with its parameters folded and its days turned into cut-offs."""
    left, right = terms.term(node.left), terms.term(node.right)
    rows, label = tuple(terms.rows), canonical(node)
    if terms.absent:
        return Constant(None, label, tuple(terms.absent), rows, terms.timed)
    left, right = _typed(left, right, terms), _typed(right, left, terms)
    op = node.op
    if constant(left):
        left, right, op = right, left, MIRRORED[op]
    if constant(left):
        return Constant(HOLDS[op](left.value, right.value), label, (), rows, terms.timed)
    made: list[Any] = [
        Comparison(each_op, each_left, each_right, label, rows, terms.timed)
        for each_op, each_left, each_right in dated(op, left, right)
    ]
    if len(made) == 1:
        return made[0]
    return nodes.AllOf(tuple(made)) if op == "==" else nodes.AnyOf(tuple(made))


def _typed(term: Any, other: Any, terms: Terms) -> Any:
    """Read a quoted day as a day where the other side is one."""
    if isinstance(term, nodes.Literal) and isinstance(term.value, str):
        is_day = isinstance(other, Later) or isinstance(getattr(other, "value", None), date)
        if isinstance(other, nodes.Fact):
            is_day = terms.dictionary[other.name].type == "date"
        if is_day:
            return nodes.Literal(date.fromisoformat(term.value))
    return term


HOLDS: Mapping[str, Any] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
