"""Between which two SQL expressions does a bound number, day or code lie?"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Text, cast, func, literal

from backend.profiles.columns import HELD, Held
from backend.profiles.models import Profile
from eligibility import nodes
from eligibility.bound import Later
from eligibility.quantities import GREATEST

COLUMNS = Profile.__table__.c
BIGINT = 2**63 - 1


class NotTargetable(Exception):
    """A rule that SQL cannot ask exactly, and why; a wider question is never asked instead."""

    def __init__(self, reason: str, rule: str = ""):
        """Keep the rule and the reason."""
        self.rule, self.reason = rule, reason
        super().__init__(f"{rule}: {reason}" if rule else reason)


@dataclass(frozen=True)
class Span:
    """The least and the most that a value can be, null where there is no bound or no value.

    Both are one expression where the value is exact. `reach` is the greatest magnitude that
    either can have.
    """

    least: ColumnElement[Any]
    most: ColumnElement[Any]
    reach: int = 0

    @property
    def exact(self) -> bool:
        """Tell whether the value, if it is known, is known exactly."""
        return self.least is self.most


def held(fact: str) -> Held:
    """Return how a fact is held; raise NotTargetable for one that no profile holds."""
    found = HELD.get(fact)
    if found is None:
        raise NotTargetable(f"no profile holds {fact}")
    return found


def span(term: Any, ranked: Held | None = None) -> Span:
    """Return the bounds of a term; `ranked` is the enum that a quoted code belongs to.

    Raise NotTargetable for a term that SQL would not reckon exactly.
    """
    match term:
        case nodes.Literal(value):
            return _constant(value, ranked)
        case nodes.Fact(name):
            columns = [COLUMNS[each] for each in held(name).names]
            return Span(columns[0], columns[-1], GREATEST)
        case Later(fact, months):
            # PostgreSQL ends in the last day of a shorter month, as the engine does.
            moved = COLUMNS[held(fact).names[0]] + func.make_interval(0, months)
            day: ColumnElement[Any] = cast(moved, Date)
            return Span(day, day)
        case nodes.Arithmetic(op, left, right) if op in ("+", "-", "*"):
            return _reached(REACHED[op](span(left), span(right), left, right))
    raise NotTargetable(f"{type(term).__name__} has no exact form in SQL")


def _constant(value: Any, ranked: Held | None) -> Span:
    if ranked is not None and isinstance(value, str):
        value = ranked.rank(value)
    types: dict[type, Any] = {date: Date, str: Text, int: BigInteger}
    bound = literal(value, types[type(value)])
    return Span(bound, bound, abs(value) if isinstance(value, int) else 0)


def _reached(found: Span) -> Span:
    if found.reach > BIGINT:
        raise NotTargetable("a number could exceed what PostgreSQL's bigint holds")
    return found


def _both(exact: bool, least: Any, most: Any, reach: int) -> Span:
    return Span(least, least if exact else most, reach)


def _plus(left: Span, right: Span, *terms: Any) -> Span:
    return _both(
        left.exact and right.exact,
        left.least + right.least,
        left.most + right.most,
        left.reach + right.reach,
    )


def _minus(left: Span, right: Span, *terms: Any) -> Span:
    return _both(
        left.exact and right.exact,
        left.least - right.most,
        left.most - right.least,
        left.reach + right.reach,
    )


def _times(left: Span, right: Span, first: Any, second: Any) -> Span:
    factor, value = (first, right) if isinstance(first, nodes.Literal) else (second, left)
    if not isinstance(factor, nodes.Literal) or not isinstance(factor.value, int):
        raise NotTargetable("a product of two facts")
    by, reach = factor.value, left.reach * right.reach
    if by == 0:
        # Nothing, as soon as anything is known.
        nothing = func.coalesce(value.least, value.most) * 0
        return Span(nothing, nothing, 0)
    least, most = (value.least, value.most) if by > 0 else (value.most, value.least)
    return _both(value.exact, least * by, most * by, reach)


REACHED = {"+": _plus, "-": _minus, "*": _times}
