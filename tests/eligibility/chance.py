"""What may a case look like? Facts at random, most of them close to where something turns."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Any

from eligibility import nodes
from eligibility.bound import Comparison
from eligibility.facts import Facts, FactSpec, Known
from eligibility.parameters import Parameter, Ruling, Snapshot
from eligibility.policy import Policy
from eligibility.ready import ready
from eligibility.values import Interval
from tests.eligibility.scenarios import overridden

DAYS = (
    date(2022, 4, 1), date(2023, 5, 10), date(2024, 2, 29), date(2024, 8, 31), date(2026, 11, 23),
)  # fmt: skip


def snapshots(policy: Policy, chance: Random) -> list[Snapshot]:
    """Return the policy's own readings, all of them open, and two lots of other readings."""
    rulings = [r for r in policy.readings.rows if isinstance(r, Ruling) and len(r.readings) > 1]
    lots: list[dict[str, str]] = [{}, {row.id: "open" for row in rulings}]
    for _ in range(2):
        lots.append({row.id: chance.choice((*row.readings, "open")) for row in rulings})
    return [overridden(policy, lot, {}).at(DAYS[0], date.max) for lot in lots]


class Chance:
    """Makes cases of one policy on one day."""

    def __init__(self, policy: Policy, snapshot: Snapshot, as_of: date, chance: Random):
        self.policy, self.chance, self.as_of = policy, chance, as_of
        self.near: dict[str, set[Any]] = {}
        for rule in policy.rules:
            for node in nodes.walk(ready(policy, rule, snapshot, as_of).condition):
                self._note(node)
        numbers = [row.value for row in snapshot.rows if isinstance(row, Parameter)]
        self.months = sorted({n for n in numbers if 1 <= n <= 60})

    def _note(self, node: Any) -> None:
        if isinstance(node, Comparison) and isinstance(node.right, nodes.Literal):
            for each in nodes.walk(node.left):
                if isinstance(each, nodes.Fact):
                    self.near.setdefault(each.name, set()).add(node.right.value)
        if isinstance(node, nodes.In):
            self.near.setdefault(node.fact, set()).update(node.values)

    def facts(self, unknown: float) -> Facts:
        """Return a case in which each fact is left out with this probability."""
        values = {
            name: self.value(spec)
            for name, spec in self.policy.dictionary.items()
            if not spec.series and self.chance.random() >= unknown
        }
        return self.of({name: value for name, value in values.items() if value is not None})

    def of(self, values: Mapping[str, Any]) -> Facts:
        """Return the facts of a case, contradictions passed over."""
        known = {n: Known(value, observed_on=self.as_of) for n, value in values.items()}
        defaults = {name: Known(False, "default") for name in self.policy.dictionary.defaults}
        everything = MappingProxyType({**defaults, **known})
        return Facts(self.policy.dictionary, everything, self.as_of)

    def value(self, spec: FactSpec) -> Any:
        if spec.type == "series":
            return self.rows(spec)
        if spec.type == "bool":
            return self.chance.random() < 0.6
        if spec.type == "date":
            return self.day(spec)
        if spec.type in ("enum", "code", "text"):
            return self.chance.choice(spec.values or (*sorted(self.near.get(spec.name, ())), "x"))
        if spec.type == "ratio":
            return Fraction(self.chance.choice((89, 90, 91, 50)), 100)
        return self.number(spec)

    def number(self, spec: FactSpec) -> Any:
        near = [n for n in self.near.get(spec.name, ()) if isinstance(n, int)] or [1, 10]
        number = max(0, self.chance.choice(near) + self.chance.choice((-1, 0, 0, 1, 40)))
        if spec.type == "count" and self.chance.random() < 0.3:
            more = self.chance.choice((1, 2, 50, None))
            return Interval(max(0, number - 1), None if more is None else number + more)
        return number

    def day(self, spec: FactSpec) -> date:
        near = [d for d in self.near.get(spec.name, ()) if isinstance(d, date)]
        near += [self.as_of - timedelta(days=30 * n) for n in self.months]
        return self.chance.choice(near) + timedelta(days=self.chance.choice((-1, 0, 0, 1, 3)))

    def rows(self, spec: FactSpec) -> Any:
        columns = self.policy.dictionary.of_series(spec.name)
        keys = [self.as_of.year - back for back in range(1, 5) if self.chance.random() < 0.8]
        made = []
        for key in keys:
            row = {n: self.value(c) for n, c in columns.items() if self.chance.random() < 0.9}
            made.append(MappingProxyType({**row, spec.key: key} if spec.key else row))
        return tuple(made) or None
