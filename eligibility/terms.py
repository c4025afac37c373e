"""How do parameters, rulings and the day asked about become plain numbers and days?"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from eligibility import nodes
from eligibility.bound import Absent, ByScope, Hull, Later, Months, Window
from eligibility.dates import add_months
from eligibility.facts import Dictionary
from eligibility.parameters import Parameter, Ruling, Snapshot, last_known
from eligibility.values import divided, highest, lowest, minus, plus, times

Condition = Callable[[Any, "Terms"], Any]
FOLD: dict[str, Any] = {
    "+": plus,
    "-": minus,
    "*": times,
    "//": divided,
    "min": lowest,
    "max": highest,
}


class Terms:
    """Binds the terms of one expression, and notes what it reads on the way.

    `rows` and `absent` are those of one leaf, `used` and `rulings` those of the whole expression.
    """

    def __init__(self, dictionary: Dictionary, snapshot: Snapshot, condition: Condition):
        """Begin with nothing noted; `condition` binds the conditions inside `count`."""
        self.dictionary, self.snapshot, self.condition = dictionary, snapshot, condition
        self.used: dict[str, Parameter] = {}
        self.rulings: dict[str, Ruling | None] = {}
        self.rows: dict[str, Parameter] = {}
        self.absent: dict[str, None] = {}
        self.timed = False

    def fresh(self) -> "Terms":
        """Return a binder for one leaf; what it uses is noted here as well."""
        leaf = Terms(self.dictionary, self.snapshot, self.condition)
        leaf.used, leaf.rulings = self.used, self.rulings
        return leaf

    def use(self, rows: Iterable[Parameter]) -> None:
        """Note rows that were read."""
        for row in rows:
            self.rows[row.id] = self.used[row.id] = row

    def reading(self, ruling: str) -> str | None:
        """Return the reading in use, or None where all count: it is open, or no row covers it."""
        row = self.rulings[ruling] = self.snapshot.ruling(ruling)
        return None if row is None else row.reading

    def term(self, node: Any) -> Any:
        """Return the bound term."""
        return TERMS[type(node)](self, node) if type(node) in TERMS else node

    def as_of(self, node: nodes.AsOf) -> Any:
        """Return the day asked about."""
        self.timed = True
        return nodes.Literal(self.snapshot.as_of)

    def parameter(self, node: nodes.Parameter) -> Any:
        """Return the value on the day, or by scope a table of values."""
        if node.scope:
            return self.by_scope(node)
        row = self.snapshot.row(node.name)
        if row is None:
            self.absent[node.name] = None
            return Absent(node.name)
        self.use([row])
        return nodes.Literal(row.value)

    def by_scope(self, node: nodes.Parameter) -> Any:
        """Return the table of the counties' values, and what stands for the others."""
        declared = self.snapshot.declared.get(node.name)
        table = self.snapshot.scopes(node.name)
        league = self.snapshot.row(node.name)
        self.use(table.values())
        otherwise = declared.fallback if declared else None
        if league is not None:
            self.use([league])
            otherwise = league.value
        if declared and declared.scoped_required:
            otherwise = None
        if otherwise is None and not table:
            self.absent[node.name] = None
        values = tuple((scope, row.value) for scope, row in table.items())
        return ByScope(node.scope, values, otherwise, node.name)

    def shift(self, node: nodes.Shift) -> Any:
        """Return a fixed day moved, or a fact to be moved by a fixed number of months."""
        day, months = self.term(node.day), self.term(node.months)
        if isinstance(months, Absent):
            return months
        by = node.sign * months.value
        if isinstance(day, nodes.Literal):
            return nodes.Literal(add_months(day.value, by))  # type: ignore[arg-type]
        return Later(day.name, by)

    def arithmetic(self, node: nodes.Arithmetic) -> Any:
        """Return the result of two constants, or the sum to be done later."""
        left, right = self.term(node.left), self.term(node.right)
        if isinstance(left, nodes.Literal) and isinstance(right, nodes.Literal):
            return nodes.Literal(FOLD[node.op](left.value, right.value))
        return nodes.Arithmetic(node.op, left, right)

    def choose(self, node: nodes.Choose) -> Any:
        """Return the reading in use, or all readings of an open ruling."""
        reading = self.reading(node.ruling)
        if reading is not None:
            return self.term(dict(node.branches)[reading])
        return Hull(node.ruling, tuple((name, self.term(b)) for name, b in node.branches))

    def monthly_sum(self, node: nodes.MonthlySum) -> Any:
        """Return the sum to be done, with the values of every period known."""
        name = node.parameter.name
        rows = [r for r in self.snapshot.rows if isinstance(r, Parameter) and r.name == name]
        if not rows:
            self.absent[name] = None
            return Absent(name)
        self.use(rows)
        # Cut the calendar where any row begins or ends; in each piece the row known last stands.
        days = sorted(self.snapshot.boundaries([name]))
        periods = []
        for first, following in zip(days, [*days[1:], None], strict=True):
            row = last_known(rows, first)
            if row is not None:
                periods.append((first, following, row.value))
        return Months(name, node.start.name, self.term(node.months), tuple(periods))

    def window(self, node: nodes.Rows | nodes.Tally) -> Window:
        """Return the condition on rows, with the keys that count where the series has a window."""
        over = replace(node, predicate=self.condition(node.predicate, self))
        spec = self.dictionary.get(node.series)
        if spec is None or not spec.window:
            return Window(over, spec.key if spec else "")
        self.timed = True
        row = self.snapshot.row(spec.window)
        if row is None:
            self.absent[spec.window] = None
            return Window(over, spec.key)
        self.use([row])
        # The last full calendar years before the day asked about.
        year = self.snapshot.as_of.year
        return Window(over, spec.key, tuple(range(year - row.value, year)))


TERMS: dict[type, Any] = {
    nodes.AsOf: Terms.as_of,
    nodes.Parameter: Terms.parameter,
    nodes.Shift: Terms.shift,
    nodes.Arithmetic: Terms.arithmetic,
    nodes.Choose: Terms.choose,
    nodes.MonthlySum: Terms.monthly_sum,
    nodes.Tally: Terms.window,
}
