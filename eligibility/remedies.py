"""What is the least that would have to change for a yes?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility import nodes, quantities
from eligibility.bound import Comparison, Consensus, children_of, facts_in, leaves_of
from eligibility.facts import Facts, FactSpec
from eligibility.judging import Judge
from eligibility.parameters import Snapshot
from eligibility.policy import Policy
from eligibility.ready import Ready, ready
from eligibility.turning import first_day, last_day, next_change, turning_days, value_on
from eligibility.values import bounds

__all__ = ["Change", "first_day", "last_day", "next_change", "remedies"]

COST = {"answer": 1, "change": 3, "wait": 5}
# So many ways are kept while they are combined; three are told.
KEPT, TOLD = 24, 3
FURTHEST = 10**12


@dataclass(frozen=True)
class Change:
    """One thing to do: answer what is not known, change what is, or wait until a day."""

    kind: str
    fact: str
    to: Any = None
    on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON; money in fen."""
        day = None if self.on is None else self.on.isoformat()
        return {"kind": self.kind, "fact": self.fact, "to": quantities.as_json(self.to), "on": day}


Way = tuple[Change, ...]


def remedies(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date
) -> list[Way]:
    """Return up to three ways to a yes, the cheapest first; none where it is a yes already.

    Only what the dictionary calls changeable by the person is ever proposed: no status (nobody
    is advised to become unemployed) and no judgement of others. Every way has been applied and
    the rule evaluated again: what is returned qualifies.
    """
    rule = ready(policy, rule_id, snapshot, as_of)
    judge = Judge(policy.dictionary, facts.values)
    if judge.value(rule.condition) is True:
        return []
    search = Search(policy, rule, facts, snapshot, as_of, judge)
    goal = rule.when if rule.applies is None else nodes.AllOf((rule.applies, rule.when))
    found: list[Way] = []
    for way in search.ways(goal):
        covered = any(set(each) <= set(way) for each in found)
        if not covered and search.qualifies(way):
            found.append(way)
    return found[:TOLD]


def cost(way: Iterable[Change]) -> int:
    """Return how hard a way is, taken together."""
    return sum(COST[change.kind] for change in way)


class Search:
    """Looks for ways to make a condition true for one case."""

    def __init__(
        self,
        policy: Policy,
        rule: Ready,
        facts: Facts,
        snapshot: Snapshot,
        as_of: date,
        judge: Judge,
    ):
        """Keep the case; the days of waiting are worked out when first wanted."""
        self.policy, self.rule, self.facts = policy, rule, facts
        self.snapshot, self.as_of, self.judge = snapshot, as_of, judge
        self.days: list[date] | None = None

    def qualifies(self, way: Way) -> bool:
        """Apply a way and evaluate the rule again, on the day up to which one has to wait."""
        told = {change.fact: change.to for change in way if change.kind != "wait"}
        day = max((change.on for change in way if change.on), default=self.as_of)
        changed = self.facts.with_values(told)
        return value_on(self.policy, self.rule.rule.id, changed, self.snapshot, day) is True

    def ways(self, node: Any) -> list[Way]:
        """Return the ways to make a condition true, the cheapest first."""
        if self.judge.value(node) is True:
            return [()]
        children = children_of(node)
        if isinstance(node, nodes.AnyOf):
            return _cheapest(way for child in children for way in self.ways(child))
        if isinstance(node, nodes.AllOf | Consensus):
            ways: list[Way] = [()]
            for child in children:
                ways = _cheapest(
                    w for way in ways for more in self.ways(child) for w in _both(way, more)
                )
            return ways
        return [(change,) for change in self.changes(node)]

    def changes(self, leaf: Any) -> Iterator[Change]:
        """Yield the single changes that make a leaf true."""
        if getattr(leaf, "timed", False):
            yield from self.waiting(leaf)
        for name in facts_in(leaf):
            spec = self.policy.dictionary[name]
            if spec.actionable == "y" and spec.who != "staff" and spec.type != "series":
                kind = "answer" if self.judge.fact(name) is None else "change"
                yield from (Change(kind, name, to) for to in self.targets(leaf, spec))

    def targets(self, leaf: Any, spec: FactSpec) -> Iterator[Any]:
        """Yield the values of a fact that make a leaf true, the nearest first."""
        if isinstance(leaf, nodes.Flag):
            yield not leaf.negated
        elif isinstance(leaf, nodes.In):
            yield from (v for v in spec.values or leaf.values if (v in leaf.values) != leaf.negated)
        elif spec.type == "enum":
            yield from [v for v in spec.values if self.meets(leaf, spec.name, v)][:1]
        elif spec.type in ("int", "count", "yuan"):
            yield from self.nearest(leaf, spec)
        elif spec.type == "date" and isinstance(leaf, Comparison):
            if isinstance(leaf.right, nodes.Literal) and leaf.op in ("<=", ">="):
                yield leaf.right.value

    def meets(self, leaf: Any, name: str, value: Any) -> bool:
        """Tell whether a leaf is true with this value."""
        return Judge(self.policy.dictionary, {**self.judge.known, name: value}).value(leaf) is True

    def nearest(self, leaf: Any, spec: FactSpec) -> Iterator[int]:
        """Yield the nearest number upwards and downwards that meets a leaf."""
        start, most = bounds(self.judge.fact(spec.name) or 0)
        lowest = int(start or 0)
        highest = lowest if most is None else int(most)
        floor = spec.min or 0
        for begin, sign, end in ((highest, 1, spec.max or FURTHEST), (lowest, -1, floor)):
            step, reached = 1, begin
            while not self.meets(leaf, spec.name, reached) and reached != end:
                reached = begin + sign * step
                reached, step = (min(reached, end) if sign > 0 else max(reached, end)), step * 2
            if self.meets(leaf, spec.name, reached):
                yield self._edge(leaf, spec.name, begin, reached)

    def _edge(self, leaf: Any, name: str, outside: int, inside: int) -> int:
        """Return the number nearest to `outside` that still meets the leaf."""
        if self.meets(leaf, name, outside):
            return outside
        while abs(inside - outside) > 1:
            middle = (inside + outside) // 2
            if self.meets(leaf, name, middle):
                inside = middle
            else:
                outside = middle
        return inside

    def waiting(self, leaf: Any) -> Iterator[Change]:
        """Yield the first later day on which time alone makes a leaf true."""
        if self.days is None:
            all_days = turning_days(self.rule.rule, self.facts, self.snapshot, self.as_of)
            self.days = sorted(day for day in all_days if day > self.as_of)
        for day in self.days:
            then = ready(self.policy, self.rule.rule.id, self.snapshot, day)
            same = [x for x in leaves_of(then.condition) if getattr(x, "label", "") == leaf.label]
            if any(self.judge.value(each) is True for each in same):
                yield Change("wait", facts_in(leaf)[0] if facts_in(leaf) else "", None, day)
                return


def _both(way: Way, more: Way) -> Iterator[Way]:
    """Yield two ways as one; where they want one fact otherwise, each want by turns."""
    wanted: Mapping[str, Change] = {change.fact: change for change in way}
    clashes = [c for c in more if c.fact in wanted and wanted[c.fact] != c]
    yield tuple(dict.fromkeys((*way, *(c for c in more if c not in clashes))))
    if clashes:
        names = {change.fact for change in clashes}
        yield tuple(dict.fromkeys((*(c for c in way if c.fact not in names), *more)))


def _cheapest(ways: Iterable[Way]) -> list[Way]:
    return sorted(dict.fromkeys(ways), key=cost)[:KEPT]
