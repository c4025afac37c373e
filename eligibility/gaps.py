"""What is missing, of all that can still change the answer?"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eligibility import nodes
from eligibility.bound import Consensus, Constant, Hull, Window, children_of, facts_in
from eligibility.explanation import Tree
from eligibility.facts import Facts
from eligibility.judging import Judge
from eligibility.values import Interval


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact, parameter or ruling that is not known, who can tell, and why it does not count.

    `reason` is "unknown", "stale", "conflict" or, for a number known only between bounds,
    "imprecise".
    """

    kind: str
    name: str
    who: str
    reason: str = "unknown"

    def as_json(self) -> dict[str, str]:
        """Return it for JSON."""
        return {"kind": self.kind, "name": self.name, "who": self.who, "reason": self.reason}


def gaps(node: Any, tree: Tree, judge: Judge, facts: Facts) -> tuple[Gap, ...]:
    """Return what a condition that is not known waits for, each once, in order.

    `tree` is its explanation, which already has the value of every part.

    A part that is already decided is passed over: nothing said about it would change the whole.
    Where a parameter has no value, no fact compared with it is asked for.
    """
    found: dict[tuple[str, str], Gap] = {}
    _collect(node, tree, judge, facts, found)
    return tuple(found.values())


def _collect(
    node: Any, tree: Tree, judge: Judge, facts: Facts, found: dict[tuple[str, str], Gap]
) -> None:
    if tree["value"] is not None:
        return
    if isinstance(node, Consensus):
        found.setdefault(("ruling", node.ruling), Gap("ruling", node.ruling, "staff"))
    children = children_of(node)
    for child, branch in zip(children, tree["children"] if children else (), strict=True):
        _collect(child, branch, judge, facts, found)
    if not children:
        for gap in of_leaf(node, judge, facts):
            found.setdefault((gap.kind, gap.name), gap)


def of_leaf(node: Any, judge: Judge, facts: Facts) -> list[Gap]:
    """Return what a single condition that is not known waits for."""
    if isinstance(node, Constant):
        return [Gap("parameter", name, "staff") for name in node.missing]
    standing, series = _standing(node)
    found = list(standing)
    for name in facts_in(node):
        value = judge.fact(name)
        if value is None:
            found.append(_unknown(name, facts))
        elif isinstance(value, Interval) or name in series:
            found.append(Gap("fact", name, facts.dictionary[name].who, "imprecise"))
    return found


@lru_cache(maxsize=8192)
def _standing(node: Any) -> tuple[tuple[Gap, ...], frozenset[str]]:
    """Return what any case would lack in a leaf, and the series whose rows it reads."""
    inside = list(nodes.walk(node))
    lacking = [name for each in inside if isinstance(each, Constant) for name in each.missing]
    undecided = [each.ruling for each in inside if isinstance(each, Hull)]
    found = [Gap("parameter", name, "staff") for name in lacking]
    found += [Gap("ruling", name, "staff") for name in undecided]
    series = {each.over.series for each in inside if isinstance(each, Window)}
    return tuple(found), frozenset(series)


def _unknown(name: str, facts: Facts) -> Gap:
    reason = "stale" if name in facts.stale else "unknown"
    reason = "conflict" if name in facts.conflicts else reason
    return Gap("fact", name, facts.dictionary[name].who, reason)
