"""Does a stored decision still come out the same, and what would it be today?"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility import facts as facts_module
from eligibility.engine import Assessment, assess
from eligibility.explanation import Tree
from eligibility.facts import Dictionary, Facts, Known
from eligibility.parameters import Declared, Parameter, Readings, Snapshot, row_json, row_of
from eligibility.policy import Policy
from eligibility.ready import ready
from eligibility.turning import windows_of


class PolicyUnknown(LookupError):
    """The record was made under a policy that is not at hand."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether value, amount and tree came out as recorded; `diff` tells each that did not."""

    value_same: bool
    amount_same: bool
    tree_same: bool
    diff: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Tell whether all three did."""
        return self.value_same and self.amount_same and self.tree_same


@dataclass(frozen=True, slots=True)
class Today:
    """A stored decision, and the same facts under today's policy.

    `conditions` has, for each condition that differs, its label, its value then and now;
    `forgotten` the facts that today's policy no longer knows.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    conditions: tuple[tuple[str, Any, Any], ...]
    forgotten: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Tell whether the value or the amount is another one."""
        return any(self.before[key] != self.after[key] for key in ("value", "amount"))


def record(
    assessment: Assessment,
    facts: Facts,
    policy: Policy,
    snapshot: Snapshot,
    officer: str | None = None,
) -> dict[str, Any]:
    """Return all that is needed to evaluate the decision again, for JSON.

    It has only the facts that the rule read, each with its source, so that nothing sensitive is
    copied that did not matter; and all rows of the parameters and rulings that bear on it.
    """
    rule = policy.rules[assessment.rule]
    names = rule.parameters | rule.rulings | windows_of(rule, policy.dictionary)
    rows = [r for r in snapshot.rows if (r.name if isinstance(r, Parameter) else r.id) in names]
    declared = [d for d in snapshot.declared.values() if d.name in names]
    amount = assessment.amount
    return {
        "rule": assessment.rule,
        "policy": policy.hash,
        "as_of": assessment.as_of.isoformat(),
        "value": assessment.value,
        "amount": None if amount is None else amount.as_json(),
        "flags": list(assessment.flags),
        "tree": assessment.tree,
        "tree_hash": tree_hash(assessment.tree),
        "facts": _facts_json(ready(policy, rule.id, snapshot, assessment.as_of).facts, facts),
        "rows": [row_json(row) for row in rows],
        "declared": [[d.name, d.unit, d.scoped_required, d.fallback] for d in declared],
        "used_parameters": list(assessment.used_parameters),
        "used_rulings": list(assessment.used_rulings),
        "officer": officer,
    }


def replay(stored: Mapping[str, Any], policies: Iterable[Policy]) -> Replay:
    """Evaluate a record again under its own policy, numbers and readings.

    Raise PolicyUnknown where none of the policies has the hash recorded.
    """
    policy = next((each for each in policies if each.hash == stored["policy"]), None)
    if policy is None:
        raise PolicyUnknown(stored["policy"])
    as_of = date.fromisoformat(stored["as_of"])
    again = assess(
        policy,
        stored["rule"],
        _facts_of(stored, policy.dictionary, as_of),
        snapshot_of(stored, as_of),
        as_of,
    )
    amount = None if again.amount is None else again.amount.as_json()
    pairs = {
        "value": (stored["value"], again.value),
        "amount": (stored["amount"], amount),
        "tree": (stored["tree_hash"], tree_hash(again.tree)),
    }
    diff = tuple(f"{name}: {was} is now {now}" for name, (was, now) in pairs.items() if was != now)
    same = {name: was == now for name, (was, now) in pairs.items()}
    return Replay(same["value"], same["amount"], same["tree"], diff)


def today(stored: Mapping[str, Any], policy: Policy, snapshot: Snapshot, as_of: date) -> Today:
    """Assess the recorded facts under a policy and on a day of one's choice."""
    kept, forgotten = {}, []
    for name, each in stored["facts"].items():
        if name in policy.dictionary:
            kept[name] = _known(each)
        else:
            forgotten.append(name)
    facts = facts_module.read(policy.dictionary, kept, as_of)
    now = assess(policy, stored["rule"], facts, snapshot, as_of).as_json()
    before, after = dict(conditions(stored["tree"])), dict(conditions(now["tree"]))
    differing = tuple(
        (label, before.get(label), after.get(label))
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    )
    then = {key: stored[key] for key in ("value", "amount", "flags", "as_of", "policy")}
    return Today(then, now, differing, tuple(forgotten))


def tree_hash(tree: Tree) -> str:
    """Return the SHA-256 of a tree."""
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _facts_json(names: Iterable[str], facts: Facts) -> dict[str, Any]:
    found = {}
    for name in names:
        known = facts.known(name)
        if known is not None:
            stale, conflict = name in facts.stale, name in facts.conflicts
            state = "conflict" if conflict else "stale" if stale else "known"
            found[name] = {**facts_module.as_json(known), "state": state}
    return found


def _known(written: Mapping[str, Any]) -> Known:
    observed = written["observed_on"]
    day = None if observed is None else date.fromisoformat(observed)
    return Known(written["value"], written["source"], day)


def _facts_of(stored: Mapping[str, Any], dictionary: Dictionary, as_of: date) -> Facts:
    """Return the facts as they counted then, whatever else was known besides."""
    given = {name: _known(each) for name, each in stored["facts"].items()}
    typed = facts_module.read(dictionary, given, as_of)
    states = {name: each["state"] for name, each in stored["facts"].items()}
    everything = {name: known for name, known in typed.everything.items() if name in states}
    stale = frozenset(name for name, state in states.items() if state == "stale")
    conflicts = frozenset(name for name, state in states.items() if state == "conflict")
    return Facts(dictionary, everything, as_of, stale, conflicts)


def snapshot_of(stored: Mapping[str, Any], as_of: date) -> Snapshot:
    """Return the numbers and readings that a record was made by."""
    rows = [row_of(each) for each in stored["rows"]]
    return Readings(rows, (Declared(*each) for each in stored["declared"])).at(as_of, date.max)


def conditions(tree: Tree) -> Iterable[tuple[str, Any]]:
    """Return the label and the value of every condition in a tree."""
    if "label" in tree:
        yield tree["label"], tree["value"]
    for child in tree.get("children", ()):
        yield from conditions(child)
