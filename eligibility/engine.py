"""May I?  The answer of a rule about one case on one day, and how it came about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility.explanation import Tree, explained
from eligibility.facts import Facts
from eligibility.gaps import Gap, gaps
from eligibility.generated import Verdict
from eligibility.judging import Judge
from eligibility.parameters import Snapshot
from eligibility.policy import Policy
from eligibility.ready import MOST, Ready, ready
from eligibility.rules import Rule
from eligibility.values import Amount, Tri, bounds

PERSONAL = frozenset({"person", "business"})


@dataclass(frozen=True)
class Assessment:
    """The answer of one rule: met, not met, or not known, with everything behind it.

    `applicable` is False where the rule does not concern this case at all; its value is then
    False too. Flags qualify the answer and never change it. `amounts` tells, as (ruling, reading,
    amount), what every reading of an unconfirmed ruling would pay, where they differ (A46).
    """

    rule: str
    clause: str
    value: Tri
    applicable: Tri
    flags: tuple[str, ...]
    amount: Amount | None
    amounts: tuple[tuple[str, str, Amount], ...]
    missing: tuple[Gap, ...]
    tree: Tree
    used_parameters: tuple[str, ...]
    used_rulings: tuple[str, ...]
    policy: str
    as_of: date

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON, with raw values and the keys of the labels."""
        return {
            "rule": self.rule,
            "clause": self.clause,
            "policy": self.policy,
            "as_of": self.as_of.isoformat(),
            "value": self.value,
            "applicable": self.applicable,
            "flags": list(self.flags),
            "missing": [gap.as_json() for gap in self.missing],
            "amount": None if self.amount is None else self.amount.as_json(),
            "amounts": [[*which, amount.as_json()] for *which, amount in self.amounts],
            "tree": self.tree,
            "used_parameters": list(self.used_parameters),
            "used_rulings": list(self.used_rulings),
        }


# Found by identity, which is quicker than by content; `ready` knows them by content.
_VERDICTS: dict[tuple[Policy, Snapshot, date, str], Verdict] = {}


def evaluate(policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date) -> Tri:
    """Return the value alone, by the generated function; the facts are those of the same day."""
    key = (policy, snapshot, as_of, rule_id)
    verdict = _VERDICTS.get(key)
    if verdict is None:
        if len(_VERDICTS) >= MOST:
            _VERDICTS.clear()
        verdict = _VERDICTS[key] = ready(policy, rule_id, snapshot, as_of).verdict
    return verdict(facts.values)


def compiled(policy: Policy, rule_id: str, snapshot: Snapshot, as_of: date) -> Verdict:
    """Return the generated function, from the values of known facts to the rule's value.

    Whoever asks one rule about many cases takes it once and calls it with `facts.values`.
    """
    return ready(policy, rule_id, snapshot, as_of).verdict


def bound(policy: Policy, rule_id: str, snapshot: Snapshot, as_of: date) -> Any:
    """Return the whole condition of a rule on a day, depending on nothing but facts.

    `eligibility.bound` lists all nodes it may consist of; a compiler to SQL needs no others.
    """
    return ready(policy, rule_id, snapshot, as_of).condition


def assess(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date
) -> Assessment:
    """Return the value with its tree, amount, flags and whatever is missing."""
    rule = ready(policy, rule_id, snapshot, as_of)
    judge = Judge(policy.dictionary, facts.values)
    tree = when = explained(rule.when, judge, facts)
    parts = [(rule.when, when)]
    applicable: Tri = True
    if rule.applies is not None:
        concerned = explained(rule.applies, judge, facts)
        applicable = concerned["value"]
        value = when["value"] if applicable else applicable
        tree = {"op": "applies", "value": value, "children": [concerned, when]}
        parts.insert(0, (rule.applies, concerned))
    value = tree["value"]
    return Assessment(
        rule=rule_id,
        clause=rule.rule.clause,
        value=value,
        applicable=applicable,
        flags=_flags(rule, facts),
        amount=None if value is False else _amount(rule, rule.amount, judge),
        amounts=() if value is False else _amounts(rule, judge),
        missing=_missing(parts, judge, facts) if value is None else (),
        tree=tree,
        used_parameters=rule.used_parameters,
        used_rulings=rule.used_rulings,
        policy=policy.version,
        as_of=as_of,
    )


def assess_all(
    policy: Policy,
    facts: Facts,
    snapshot: Snapshot,
    as_of: date,
    kinds: Iterable[str] = ("benefit", "target"),
) -> list[Assessment]:
    """Assess every rule that concerns the case: what is met first, then by the policy's order.

    Rules about people and their businesses always do; those about parks, studios, mentors,
    counties and the league do where a fact of theirs was told.
    """
    wanted = set(kinds)
    rules = [r for r in policy.rules.values() if r.kind in wanted and concerns(policy, r, facts)]
    found = [assess(policy, rule.id, facts, snapshot, as_of) for rule in rules]
    rank = {True: 0, None: 1, False: 2}
    return sorted(found, key=lambda each: (rank[each.value], policy.rules[each.rule].order))


def concerns(policy: Policy, rule: Rule, facts: Facts) -> bool:
    """Tell whether a rule is one to answer for the subjects of which something was told."""
    if PERSONAL & set(rule.subject):
        return True
    told = {name for name, known in facts.everything.items() if known.source != "default"}
    return any(
        set(policy.dictionary[name].subject) & set(rule.subject) for name in rule.facts & told
    )


def _missing(parts: list[tuple[Any, Tree]], judge: Judge, facts: Facts) -> tuple[Gap, ...]:
    found = [gap for node, tree in parts for gap in gaps(node, tree, judge, facts)]
    return tuple(dict.fromkeys(found))


def _amount(rule: Ready, figure: Any, judge: Judge) -> Amount | None:
    worth = rule.rule.amount
    if worth is None:
        return None
    number = None if figure is None else judge.term(figure)
    lower, upper = (None, None) if number is None else bounds(number)
    shown = {"exact": (lower, upper), "at_least": (lower, None), "at_most": (None, upper)}
    least, most = shown.get(worth.kind, (None, None))
    return Amount(worth.kind, _whole(least), _whole(most), worth.unit, rule.rule.payer)


def _amounts(rule: Ready, judge: Judge) -> tuple[tuple[str, str, Amount], ...]:
    found = [(name, reading, _amount(rule, each, judge)) for name, reading, each in rule.amounts]
    told = [(name, reading, amount) for name, reading, amount in found if amount is not None]
    figures: dict[str, set[Amount]] = {}
    for name, _, amount in told:
        figures.setdefault(name, set()).add(amount)
    return tuple(each for each in told if len(figures[each[0]]) > 1)


def _whole(figure: Any) -> int | None:
    """Return whole fen; a fraction of a fen is never promised."""
    return None if figure is None else int(figure // 1)


def _flags(rule: Ready, facts: Facts) -> tuple[str, ...]:
    doubts = {"stale": facts.stale, "conflict": facts.conflicts}
    found = (flag for flag, names in doubts.items() if names and not names.isdisjoint(rule.facts))
    return (*rule.flags, *found)
