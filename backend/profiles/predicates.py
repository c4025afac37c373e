"""How does a bound condition become SQL?

As two predicates, one that is met where the answer is surely yes and one where it is surely no;
neither is met where it is not known. A null makes neither of them true, and `NOT` is never put
before a column, so that unknown cannot turn into an answer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, all_, and_, any_, false, func, literal, not_, or_, true

from backend.profiles.spans import COLUMNS, NotTargetable, Span, held, span
from eligibility import nodes
from eligibility.bound import Comparison, Consensus, Constant, facts_in
from eligibility.normal import OPPOSITE

Predicate = ColumnElement[bool]


@dataclass(frozen=True)
class Sides:
    """Where the answer is surely yes, and where it is surely no."""

    yes: Predicate
    no: Predicate

    @property
    def unknown(self) -> Predicate:
        """Return where it is neither; `coalesce` puts brackets around whatever it is."""
        return and_(missed(self.yes), missed(self.no))

    def __invert__(self) -> "Sides":
        """Return the opposite question; what is not known stays not known."""
        return Sides(self.no, self.yes)


def missed(predicate: Predicate) -> Predicate:
    """Return where a predicate is false or null."""
    return not_(func.coalesce(predicate, false()))


def all_of(sides: Iterable[Sides]) -> Sides:
    """Ask whether all are met."""
    known = tuple(sides)
    return Sides(and_(true(), *(s.yes for s in known)), or_(false(), *(s.no for s in known)))


def any_of(sides: Iterable[Sides]) -> Sides:
    """Ask whether one is met."""
    return ~all_of(~each for each in sides)


def all_alike(sides: Iterable[Sides]) -> Sides:
    """Ask what all readings agree on."""
    known = tuple(sides)
    return Sides(and_(true(), *(s.yes for s in known)), and_(true(), *(s.no for s in known)))


def sides(node: Any, as_of: date) -> Sides:
    """Return both predicates of a condition bound to this day.

    Raise NotTargetable where SQL cannot ask it exactly.
    """
    ask = ASKED.get(type(node))
    if ask is None:
        raise NotTargetable(f"{type(node).__name__} has no exact form in SQL")
    return ask(node, as_of)


def usable(fact: str, as_of: date) -> Predicate:
    """Return where a fact is young enough on the day, or true where it never grows old."""
    kept = held(fact)
    if kept.day is None or kept.spec.max_age_days is None:
        return true()
    predicate: Predicate = COLUMNS[kept.day] >= as_of - timedelta(days=kept.spec.max_age_days)
    return predicate


def in_conflict(fact: str) -> Predicate:
    """Return where a fact is unknown because proofs differ."""
    predicate: Predicate = literal(fact) == any_(COLUMNS.conflicts)
    return predicate


def _combined(node: Any, as_of: date) -> Sides:
    combine = all_of if isinstance(node, nodes.AllOf) else any_of
    return combine(sides(each, as_of) for each in node.children)


def _consensus(node: Consensus, as_of: date) -> Sides:
    return all_alike(sides(each, as_of) for _, each in node.branches)


def _constant(node: Constant, as_of: date) -> Sides:
    return Sides(
        true() if node.value is True else false(), true() if node.value is False else false()
    )


def _flag(node: nodes.Flag, as_of: date) -> Sides:
    kept = held(node.fact)
    column = COLUMNS[kept.names[0]]
    young = usable(node.fact, as_of)
    yes, no = and_(column.is_(True), young), and_(column.is_(False), young)
    if kept.spec.default_false:
        no = or_(no, and_(column.is_(None), literal(node.fact) != all_(COLUMNS.conflicts)))
    return Sides(no, yes) if node.negated else Sides(yes, no)


def _in(node: nodes.In, as_of: date) -> Sides:
    kept = held(node.fact)
    if not node.values:
        raise NotTargetable("a set without members")
    column = COLUMNS[kept.names[0]]
    ranked = kept.spec.type == "enum"
    members = [kept.rank(each) if ranked else each for each in node.values]
    young = usable(node.fact, as_of)
    inside = Sides(and_(column.in_(members), young), and_(column.not_in(members), young))
    return ~inside if node.negated else inside


def _comparison(node: Comparison, as_of: date) -> Sides:
    ranked = [_ranked(node.left), _ranked(node.right)]
    if None not in ranked and ranked[0].spec.values != ranked[1].spec.values:
        raise NotTargetable("ranks of two different orders")
    left, right = span(node.left), span(node.right, ranked[0])
    young = [usable(fact, as_of) for fact in facts_in(node)]
    compare = EXACT if left.exact and right.exact else BETWEEN
    yes, no = (compare[op](left, right) for op in (node.op, OPPOSITE[node.op]))
    return Sides(and_(yes, *young), and_(no, *young))


def _ranked(term: Any) -> Any:
    kept = held(term.name) if isinstance(term, nodes.Fact) else None
    return kept if kept is not None and kept.spec.type == "enum" else None


Compare = Callable[[Span, Span], Predicate]
EXACT: Mapping[str, Compare] = {
    "<": lambda a, b: a.least < b.least,
    "<=": lambda a, b: a.least <= b.least,
    ">": lambda a, b: a.least > b.least,
    ">=": lambda a, b: a.least >= b.least,
    "==": lambda a, b: a.least == b.least,
    "!=": lambda a, b: a.least != b.least,
}
# What surely holds, wherever between its bounds each of the two lies.
BETWEEN: Mapping[str, Compare] = {
    "<": lambda a, b: a.most < b.least,
    "<=": lambda a, b: a.most <= b.least,
    ">": lambda a, b: a.least > b.most,
    ">=": lambda a, b: a.least >= b.most,
    "==": lambda a, b: and_(a.least == b.most, a.most == b.least),
    "!=": lambda a, b: or_(a.most < b.least, a.least > b.most),
}
ASKED: Mapping[type, Callable[[Any, date], Sides]] = {
    nodes.AllOf: _combined,
    nodes.AnyOf: _combined,
    nodes.Flag: _flag,
    nodes.In: _in,
    Comparison: _comparison,
    Consensus: _consensus,
    Constant: _constant,
}
