"""Which question is best asked next?"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.bound import Comparison, Consensus, children_of
from eligibility.dates import A_DAY
from eligibility.engine import concerns
from eligibility.explanation import explained
from eligibility.facts import Facts, FactSpec
from eligibility.gaps import gaps, of_leaf
from eligibility.judging import Judge
from eligibility.parameters import Snapshot
from eligibility.policy import Policy
from eligibility.ready import Ready, ready
from eligibility.values import Tri, consensus, k_all, k_any

WHO = ("self", "park", "bank", "staff")


@dataclass(frozen=True, slots=True)
class Question:
    """A fact worth asking for: who can tell, and how many rules wait for it.

    `settles` is the number of rules that one answer decides, on average over the answers.
    """

    fact: str
    who: str
    settles: float
    rules: tuple[str, ...]


def next_questions(
    policy: Policy,
    facts: Facts,
    snapshot: Snapshot,
    as_of: date,
    kinds: Iterable[str] = ("benefit",),
    of: Collection[str] = WHO,
) -> list[Question]:
    """Return the questions in the order to ask them.

    What the person can answer comes before what a park, a bank or staff can; then what decides
    most rules, then what most rules wait for. Nothing is asked that cannot change an answer, and
    nothing of those named in `of` that cannot lead to a yes by their answers alone: such a rule
    stays not known, and is no reason to ask.
    """
    wanted = set(kinds)
    judge = Judge(policy.dictionary, facts.values)
    waiting: dict[str, list[Ready]] = {}
    for rule in policy.rules.values():
        if rule.kind in wanted and concerns(policy, rule, facts):
            on_the_day = ready(policy, rule.id, snapshot, as_of)
            if not _within_reach(on_the_day, judge, facts, of):
                continue
            tree = explained(on_the_day.condition, judge, facts)
            for gap in gaps(on_the_day.condition, tree, judge, facts):
                if gap.kind == "fact" and gap.who in of:
                    waiting.setdefault(gap.name, []).append(on_the_day)
    found = [_question(policy, name, rules, facts) for name, rules in waiting.items()]
    places = {name: place for place, name in enumerate(policy.dictionary)}
    return sorted(found, key=lambda q: (_rank(q.who), -q.settles, -len(q.rules), places[q.fact]))


def _within_reach(rule: Ready, judge: Judge, facts: Facts, of: Collection[str]) -> bool:
    """Tell whether these people's answers could make a yes, as far as each condition goes."""
    parts = [rule.when] if rule.applies is None else [rule.applies, rule.when]
    return k_all(_best(part, judge, facts, of) for part in parts) is True


def _best(node: Any, judge: Judge, facts: Facts, of: Collection[str]) -> Tri:
    """Return the best that a condition can come to: no actual answers lead to a better value."""
    value = judge.value(node)
    if value is not None:
        return value
    inner = [_best(child, judge, facts, of) for child in children_of(node)]
    match node:
        case nodes.AllOf():
            return k_all(inner)
        case nodes.AnyOf():
            return k_any(inner)
        case Consensus():
            return consensus(inner)
    lacking = of_leaf(node, judge, facts)
    return True if all(gap.kind == "fact" and gap.who in of for gap in lacking) else None


def _rank(who: str) -> int:
    return WHO.index(who) if who in WHO else len(WHO)


def _question(policy: Policy, name: str, rules: list[Ready], facts: Facts) -> Question:
    spec = policy.dictionary[name]
    answers = list(dict.fromkeys(_answers(spec, rules)))
    settled = sum(
        rule.verdict({**facts.values, name: answer}) is not None
        for answer in answers
        for rule in rules
    )
    ids = tuple(rule.rule.id for rule in rules)
    return Question(name, spec.who, settled / len(answers) if answers else 0.0, ids)


def _answers(spec: FactSpec, rules: list[Ready]) -> Iterator[Any]:
    """Yield one answer of each sort: true and false, every code, both sides of every threshold."""
    if spec.type == "bool":
        yield from (True, False)
    yield from spec.values
    for rule in rules:
        for node in nodes.walk(rule.condition):
            if isinstance(node, Comparison) and node.left == nodes.Fact(spec.name):
                if isinstance(node.right, nodes.Literal):
                    yield from _around(node.right.value)


def _around(value: Any) -> tuple[Any, ...]:
    if isinstance(value, date):
        return (value - A_DAY, value, value + A_DAY)
    return (value - 1, value, value + 1) if isinstance(value, int) else ()
