"""What does a rule come to on one day, worked out once for everybody?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from eligibility.binding import bind, bind_amount, binder
from eligibility.bound import facts_in
from eligibility.facts import Dictionary
from eligibility.generated import Verdict, function
from eligibility.nodes import Choose, walk
from eligibility.parameters import Parameter, Ruling, Snapshot
from eligibility.policy import Policy
from eligibility.rules import Rule

# Rules are few and days are mostly today; whoever walks through many days starts afresh now and
# then.
MOST = 8192


@dataclass(frozen=True)
class Ready:
    """A rule on one day: bound, compiled, and all that it uses besides facts.

    `condition` is the whole answer; `when` and `applies` are its parts. `amounts` has the amount
    under each reading of the rulings that nobody has confirmed, as (ruling, reading, number).
    `rulings` has every ruling that bears on it, None where no row covers the day.
    """

    rule: Rule
    condition: Any
    when: Any
    applies: Any
    amount: Any
    amounts: tuple[tuple[str, str, Any], ...]
    dictionary: Dictionary
    facts: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    rulings: dict[str, Ruling | None]
    as_of: date
    confirmed: bool

    @cached_property
    def used_parameters(self) -> tuple[str, ...]:
        """Return the rows of parameters it uses, by their ids."""
        return tuple(row.id for row in self.parameters)

    @cached_property
    def used_rulings(self) -> tuple[str, ...]:
        """Return the rulings that bear on it, with the reading in use and since when."""
        return tuple(
            name if row is None else f"{name}={row.reading or 'open'}@{row.valid_from}"
            for name, row in sorted(self.rulings.items())
        )

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """Return the flags that every answer of this day carries."""
        raised = {
            f"discretion:{self.rule.discretion}": bool(self.rule.discretion),
            "ruling_pending": any(row is None or row.pending for row in self.rulings.values()),
            "parameter_unverified": any(row.doubtful(self.as_of) for row in self.parameters),
            "force_unconfirmed": not self.confirmed,
        }
        return tuple(flag for flag, up in raised.items() if up)

    @cached_property
    def verdict(self) -> Verdict:
        """Return the generated function, made when first wanted."""
        return function(self.condition, self.dictionary)


_READY: dict[tuple[str, str, date, str], Ready] = {}


def ready(policy: Policy, rule_id: str, snapshot: Snapshot, as_of: date) -> Ready:
    """Return the rule bound to the day; raise KeyError where the policy has no such rule."""
    key = (policy.hash, snapshot.key, as_of, rule_id)
    found = _READY.get(key)
    if found is None:
        if len(_READY) >= MOST:
            _READY.clear()
        found = _READY[key] = _made(policy, policy.rules[rule_id], snapshot.on(as_of))
    return found


def _made(policy: Policy, rule: Rule, snapshot: Snapshot) -> Ready:
    terms = binder(policy.dictionary, snapshot)
    when = bind(rule.when, terms)
    applies = None if rule.applies is None else bind(rule.applies, terms)
    condition = when if applies is None else bind(rule.condition, terms)
    worth = rule.amount.value if rule.amount else None
    amount = None if worth is None else bind_amount(worth, terms)
    reads = dict.fromkeys([*facts_in(condition), *(facts_in(amount) if amount else ())])
    bearing = {name: snapshot.ruling(name) for name in rule.bearing}
    return Ready(
        rule,
        condition,
        when,
        applies,
        amount,
        () if worth is None else tuple(_readings(policy.dictionary, worth, snapshot)),
        policy.dictionary,
        tuple(reads),
        tuple(terms.used.values()),
        bearing | terms.rulings,
        snapshot.as_of,
        policy.confirmed(snapshot.as_of),
    )


def _readings(
    dictionary: Dictionary, worth: Any, snapshot: Snapshot
) -> Iterator[tuple[str, str, Any]]:
    for ruling in sorted({node.ruling for node in walk(worth) if isinstance(node, Choose)}):
        row = snapshot.ruling(ruling)
        for reading in row.readings if row is not None and row.pending else ():
            read = binder(dictionary, snapshot.read_as(ruling, reading))
            yield ruling, reading, bind_amount(worth, read)
