"""Which question is best asked next?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.bound import Comparison
from eligibility.dates import A_DAY
from eligibility.engine import concerns
from eligibility.explanation import explained
from eligibility.facts import Facts, FactSpec
from eligibility.gaps import gaps
from eligibility.judging import Judge
from eligibility.parameters import Snapshot
from eligibility.policy import Policy
from eligibility.ready import Ready, ready

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
) -> list[Question]:
    """Return the questions in the order to ask them.

    What the person can answer comes before what a park, a bank or staff can; then what decides
    most rules, then what most rules wait for. Nothing is asked that cannot change an answer.
    """
    wanted = set(kinds)
    judge = Judge(policy.dictionary, facts.values)
    waiting: dict[str, list[Ready]] = {}
    for rule in policy.rules.values():
        if rule.kind in wanted and concerns(policy, rule, facts):
            on_the_day = ready(policy, rule.id, snapshot, as_of)
            tree = explained(on_the_day.condition, judge, facts)
            for gap in gaps(on_the_day.condition, tree, judge, facts):
                if gap.kind == "fact":
                    waiting.setdefault(gap.name, []).append(on_the_day)
    found = [_question(policy, name, rules, facts) for name, rules in waiting.items()]
    places = {name: place for place, name in enumerate(policy.dictionary)}
    return sorted(found, key=lambda q: (_rank(q.who), -q.settles, -len(q.rules), places[q.fact]))


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
