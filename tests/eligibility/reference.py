"""What does a rule mean, read straight from its text, with no step in between?

Nothing is inlined, pushed down, folded or turned into cut-offs here: months are added to days and
compared, parameters are looked up where they stand, rules are followed by name. It is the slow
and obvious reading that the engine is held against.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.dates import add_months
from eligibility.expression import parse
from eligibility.facts import Facts
from eligibility.parameters import Snapshot
from eligibility.policy import FOLDER, Policy
from eligibility.values import Interval, Tri, bounds, consensus, k_all, k_any, k_not, same

EXACT = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
SUMS = {"+": lambda a, b: a + b, "*": lambda a, b: a * b}


class Reference:
    """Reads the rules of one policy."""

    def __init__(self, policy: Policy):
        text = (FOLDER / policy.id / "policy.toml").read_text("utf-8")
        tables = tomllib.loads(text)["rule"]
        self.policy = policy
        self.when = {table["id"]: parse(table["when"]) for table in tables}
        self.applies = {t["id"]: parse(t["applies"]) for t in tables if t.get("applies")}

    def value(self, rule: str, facts: Facts, snapshot: Snapshot) -> Tri:
        return Case(self, facts.values, snapshot, {}).rule(rule)


class Case:
    """Reads conditions against one case; `row` has the facts of the row one is in."""

    def __init__(
        self, rules: Reference, known: Mapping[str, Any], snapshot: Snapshot, row: Mapping[str, Any]
    ):
        self.rules, self.known, self.snapshot, self.row = rules, known, snapshot, row

    def rule(self, name: str) -> Tri:
        applies = self.rules.applies.get(name)
        concerned = True if applies is None else self.value(applies)
        return self.value(self.rules.when[name]) if concerned else concerned

    def fact(self, name: str) -> Any:
        return self.row[name] if name in self.row else self.known.get(name)

    def value(self, node: Any) -> Any:
        match node:
            case nodes.AllOf(children):
                return k_all([self.value(each) for each in children])
            case nodes.AnyOf(children):
                return k_any([self.value(each) for each in children])
            case nodes.Not(condition):
                return k_not(self.value(condition))
            case nodes.Literal(value):
                return value
            case nodes.Fact(name):
                return self.rule(name) if name in self.rules.when else self.fact(name)
        return self.leaf(node)

    def leaf(self, node: Any) -> Any:
        match node:
            case nodes.In(fact, values, negated):
                code = self.fact(fact)
                return None if code is None else (code in values) != negated
            case nodes.Choose(ruling, branches):
                return self.chosen(ruling, dict(branches))
            case nodes.Rows(quantifier, series, predicate):
                return self.rows(quantifier, series, predicate)
            case nodes.Compare(op, left, right):
                return self.compared(op, left, right)
        return self.term(node)

    def chosen(self, ruling: str, branches: Mapping[str, Any]) -> Any:
        row = self.snapshot.ruling(ruling)
        if row is not None and row.kind != "open":
            return self.value(branches[row.in_use])
        return consensus(self.value(each) for each in branches.values())

    def rows(self, quantifier: str, series: str, predicate: Any) -> Tri:
        spec, rows = self.rules.policy.dictionary[series], self.known.get(series)
        if rows is None:
            return None
        if spec.window:
            years = self.snapshot.value(spec.window)
            if years is None:
                return None
            by_year = {row[spec.key]: row for row in rows}
            last = self.snapshot.as_of.year - 1
            rows = [by_year.get(last - back, {}) for back in range(years)]
        columns = dict.fromkeys(self.rules.policy.dictionary.of_series(series))
        inside = [Case(self.rules, self.known, self.snapshot, {**columns, **row}) for row in rows]
        verdicts = [each.value(predicate) for each in inside]
        return k_all(verdicts) if quantifier == "every" else k_any(verdicts)

    def compared(self, op: str, left: Any, right: Any) -> Tri:
        a, b = self.term(left), self.term(right)
        if a is None or b is None:
            return None
        spec = self.rules.policy.dictionary.get(getattr(left, "name", ""))
        if spec and spec.type == "enum":
            a, b = spec.values.index(a), spec.values.index(b)
        if isinstance(a, date) and isinstance(b, str):
            b = date.fromisoformat(b)
        if isinstance(a, Interval) or isinstance(b, Interval):
            return of_intervals(op, a, b)
        return EXACT[op](a, b)

    def term(self, node: Any) -> Any:
        match node:
            case nodes.AsOf():
                return self.snapshot.as_of
            case nodes.Parameter(name):
                return self.snapshot.value(name)
            case nodes.Shift(day, sign, months):
                start, by = self.term(day), self.term(months)
                return None if None in (start, by) else add_months(start, sign * by)
            case nodes.Arithmetic(op, left, right):
                a, b = self.term(left), self.term(right)
                return None if a is None or b is None else spread(SUMS[op], a, b)
        return self.value(node)


def spread(combine: Any, a: Any, b: Any) -> Any:
    """Combine by the bounds; all numbers of the policy's conditions are zero or more."""
    pairs = zip(bounds(a), bounds(b), strict=True)
    lower, upper = (None if None in pair else combine(*pair) for pair in pairs)
    return lower if lower == upper else Interval(lower, upper)


def of_intervals(op: str, a: Any, b: Any) -> Tri:
    if op in ("==", "!="):
        return same(a, b) if op == "==" else k_not(same(a, b))
    (a_least, a_most), (b_least, b_most) = bounds(a), bounds(b)
    if op in (">", ">="):
        (a_least, a_most), (b_least, b_most) = (b_least, b_most), (a_least, a_most)
        op = {">": "<", ">=": "<="}[op]
    surely = a_most is not None and EXACT[op](a_most, b_least)
    possibly = b_most is None or EXACT[op](a_least, b_most)
    return True if surely else None if possibly else False
