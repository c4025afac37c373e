"""What is the value of a bound condition or number, read node by node?

This is the plain reading of the language: each node by its own rule, nothing generated and
nothing skipped. The generated functions are tested against it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.bound import (
    Absent,
    ByScope,
    Comparison,
    Consensus,
    Constant,
    Hull,
    Later,
    Months,
    Window,
)  # fmt: skip
from eligibility.dates import add_months
from eligibility.facts import Dictionary
from eligibility.rows import counting, tally
from eligibility.terms import FOLD
from eligibility.values import Tri, bounds, consensus, hull, k_all, k_any, k_not, same

ORDER = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class Judge:
    """Reads conditions against what is known of one case; inside rows, against the row too."""

    def __init__(
        self,
        dictionary: Dictionary,
        known: Mapping[str, Any],
        row: Mapping[str, Any] | None = None,
    ):
        """Keep the values, and those of the row where there is one."""
        self.dictionary, self.known, self.row = dictionary, known, row

    def inside(self, row: Mapping[str, Any]) -> "Judge":
        """Return a judge of the conditions on one row."""
        return Judge(self.dictionary, self.known, row)

    def fact(self, name: str) -> Any:
        """Return the value of a fact, or None."""
        in_row = self.row is not None and self.dictionary[name].series
        return self.row.get(name) if self.row is not None and in_row else self.known.get(name)

    def value(self, node: Any) -> Tri:
        """Return whether a condition is met."""
        found: Tri = VALUES[type(node)](self, node)
        return found

    def _all(self, node: nodes.AllOf) -> Tri:
        return k_all([self.value(each) for each in node.children])

    def _any(self, node: nodes.AnyOf) -> Tri:
        return k_any([self.value(each) for each in node.children])

    def _consensus(self, node: Consensus) -> Tri:
        return consensus([self.value(each) for _, each in node.branches])

    def _flag(self, node: nodes.Flag) -> Tri:
        known: Tri = self.fact(node.fact)
        return k_not(known) if node.negated else known

    def _in(self, node: nodes.In) -> Tri:
        code = self.fact(node.fact)
        return None if code is None else (code in node.values) != node.negated

    def rows(self, node: Window) -> Any:
        """Return the rows that count, or None where the series is not known."""
        return counting(self.known.get(node.over.series), node.key, node.keys)

    def _window(self, node: Window) -> Tri:
        rows = self.rows(node)
        if rows is None:
            return None
        verdicts = [self.inside(row).value(node.over.predicate) for row in rows]
        every = isinstance(node.over, nodes.Rows) and node.over.quantifier == "every"
        return k_all(verdicts) if every else k_any(verdicts)

    def _comparison(self, node: Comparison) -> Tri:
        left, right = self.term(node.left), self.term(node.right)
        if left is None or right is None:
            return None
        spec = self.dictionary[node.left.name] if isinstance(node.left, nodes.Fact) else None
        if spec and spec.type == "enum":
            left, right = spec.values.index(left), spec.values.index(right)
        if node.op in ORDER:
            ordered: Tri = ORDER[node.op](left, right)
            return ordered
        if isinstance(left, date | str):
            equal: Tri = left == right
        else:
            equal = same(left, right)
        return equal if node.op == "==" else k_not(equal)

    def term(self, node: Any) -> Any:
        """Return a number, an interval, a day or a code, or None where it is not known."""
        return TERMS[type(node)](self, node)

    def _fact(self, node: nodes.Fact) -> Any:
        return self.fact(node.name)

    def _later(self, node: Later) -> Any:
        day = self.fact(node.fact)
        return None if day is None else add_months(day, node.months)

    def _arithmetic(self, node: nodes.Arithmetic) -> Any:
        left, right = self.term(node.left), self.term(node.right)
        return None if left is None or right is None else FOLD[node.op](left, right)

    def _hull(self, node: Hull) -> Any:
        known = [self.term(each) for _, each in node.branches]
        return None if None in known else hull(known)

    def _tally(self, node: Window) -> Any:
        rows = self.rows(node)
        if rows is None:
            return None
        predicate = node.over.predicate
        return tally(
            rows,
            lambda row: self.inside(row).value(predicate) is True,
            lambda row: self.inside(row).value(predicate) is False,
        )

    def _by_scope(self, node: ByScope) -> Any:
        table, scope = dict(node.table), self.fact(node.fact)
        if scope is not None:
            return table.get(scope, node.otherwise)
        possible = list(table.values())
        if node.otherwise is None:
            everywhere = self.dictionary[node.fact].values == tuple(table)
            return hull(possible) if everywhere else None
        return hull([*possible, node.otherwise])

    def _months(self, node: Months) -> Any:
        start, months = self.fact(node.start), self.term(node.months)
        if start is None or months is None:
            return None
        least, most = bounds(months)
        if least is None or most is None:
            return None
        sums = [monthly_sum(node, start, int(count)) for count in (least, most)]
        return None if None in sums else hull([each for each in sums if each is not None])


def monthly_sum(node: Months, start: date, count: int) -> int | None:
    """Add up the values in force on the first day of each month, or None where one has none."""
    total = 0
    for number in range(max(0, count)):
        day = add_months(start, number)
        found = [
            value for first, end, value in node.periods if first <= day and (not end or day < end)
        ]
        if not found:
            return None
        total += found[-1]
    return total


VALUES: dict[type, Any] = {
    nodes.AllOf: Judge._all,
    nodes.AnyOf: Judge._any,
    nodes.Flag: Judge._flag,
    nodes.In: Judge._in,
    Consensus: Judge._consensus,
    Constant: lambda judge, node: node.value,
    Window: Judge._window,
    Comparison: Judge._comparison,
}
TERMS: dict[type, Any] = {
    nodes.Literal: lambda judge, node: node.value,
    nodes.Fact: Judge._fact,
    nodes.Arithmetic: Judge._arithmetic,
    Later: Judge._later,
    Window: Judge._tally,
    Hull: Judge._hull,
    ByScope: Judge._by_scope,
    Months: Judge._months,
    Absent: lambda judge, node: None,
}
