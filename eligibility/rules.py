"""What is a rule, once it is read?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from eligibility import nodes
from eligibility.binding import bind, binder
from eligibility.expression import canonical, facts_of, parameters_of, rulings_of
from eligibility.facts import Dictionary
from eligibility.generated import function
from eligibility.nodes import Node
from eligibility.normal import normal
from eligibility.parameters import Snapshot

KINDS_OF_RULE = ("benefit", "target", "predicate", "tag")


@dataclass(frozen=True, slots=True)
class Worth:
    """How the amount of a benefit is reckoned; `value` is None where there is no figure."""

    kind: str
    value: Node | None
    unit: str


@dataclass(frozen=True)
class Rule:
    """One rule of a policy: `when` it is met, and whether it `applies` at all.

    Both are in normal form, sub-rules inlined. `bearing` names the rulings that bear on it
    without standing in an expression, those of its sub-rules included. `due` is the last day the
    policy gives for it, if any.
    """

    id: str
    clause: str
    kind: str
    subject: tuple[str, ...]
    when: Node
    applies: Node | None = None
    amount: Worth | None = None
    payer: str = ""
    discretion: str = ""
    bearing: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    order: int = 0
    due: date | None = None

    @cached_property
    def condition(self) -> Node:
        """Return what has to be true for a yes.

        Where the rule may not apply it is written so that its three values come out right in
        any compiler: not known while it is not known whether it applies, no where it does not.
        """
        if self.applies is None:
            return self.when
        other = normal(self.applies, {}, negated=True)
        return nodes.AllOf((self.applies, nodes.AnyOf((other, self.when))))

    @cached_property
    def expressions(self) -> tuple[Node, ...]:
        """Return all that is read for an answer, the amount included."""
        worth = self.amount.value if self.amount else None
        return tuple(each for each in (self.applies, self.when, worth) if each is not None)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Return the facts it reads, series and what stands in their rows included."""
        return frozenset().union(*(facts_of(each) for each in self.expressions))

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Return the parameters it reads."""
        return frozenset().union(*(parameters_of(each) for each in self.expressions))

    @cached_property
    def rulings(self) -> frozenset[str]:
        """Return the rulings that bear on it in any way."""
        return frozenset(self.bearing).union(*(rulings_of(each) for each in self.expressions))

    def as_json(self) -> dict[str, Any]:
        """Return what makes the rule what it is; two policies with equal rules hash alike."""
        worth = self.amount
        value = canonical(worth.value) if worth and worth.value else None
        return {
            "id": self.id,
            "clause": self.clause,
            "kind": self.kind,
            "subject": list(self.subject),
            "applies": canonical(self.applies) if self.applies else None,
            "when": canonical(self.when),
            "amount": [worth.kind, value, worth.unit] if worth else None,
            "payer": self.payer,
            "discretion": self.discretion,
            "rulings": sorted(self.bearing),
            "due": None if self.due is None else self.due.isoformat(),
        }


@dataclass(frozen=True, eq=False)
class Conflict:
    """Facts that cannot all be true: where `when` surely holds they count as not known."""

    id: str
    when: Node
    facts: tuple[str, ...]
    dictionary: Dictionary

    def holds(self, values: Mapping[str, Any], as_of: date) -> bool:
        """Tell whether these values surely contradict each other."""
        return _verdict(self, as_of if self.timed else date.min)(values) is True

    @cached_property
    def timed(self) -> bool:
        """Tell whether it depends on the day asked about."""
        return any(isinstance(each, nodes.AsOf) for each in nodes.walk(self.when))


@lru_cache(maxsize=512)
def _verdict(conflict: Conflict, as_of: date) -> Any:
    bound = bind(conflict.when, binder(conflict.dictionary, Snapshot(as_of, (), {})))
    return function(bound, conflict.dictionary)
