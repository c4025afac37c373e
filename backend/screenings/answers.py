"""What may this person have, and why?  Every benefit at once, from facts as they were told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.errors import Invalid
from backend.policies import queries as policies
from backend.profiles.actions import SAID as FAULTS
from eligibility import facts as told
from eligibility.engine import Assessment, assess, assess_all, concerns
from eligibility.facts import Dictionary, Facts, FactsRefused
from eligibility.parameters import Snapshot
from eligibility.policy import Policy
from eligibility.questions import Question, next_questions
from eligibility.remedies import Change, first_day, last_day, next_change, remedies
from eligibility.turning import Turn

# More rows than any series has years, and far fewer than would keep us busy.
MOST_ROWS = 60
# As for a profile, but about any day one may ask of.
SAID: Mapping[str, str] = {**FAULTS, "in_the_future": "日期在所问的那一天之后"}
TOO_MANY_ROWS = f"最多 {MOST_ROWS} 行"


@dataclass(frozen=True)
class Ground:
    """What an answer stands on: the policy, the numbers and readings of a day, and the facts."""

    policy: Policy
    snapshot: Snapshot
    as_of: date
    facts: Facts


@dataclass(frozen=True)
class Answer:
    """One benefit: the assessment, the ways to a yes, and the days that matter."""

    assessment: Assessment
    remedies: tuple[tuple[Change, ...], ...]
    next_change: Turn | None
    first_day: date | None
    last_day: date | None


def ground(raw: Mapping[str, Any], as_of: date) -> Ground:
    """Read facts as they stand in JSON; raise Invalid with every fault and contradiction."""
    policy = policies.current()
    facts, faults = read(policy, raw, as_of)
    _refuse({f"#/facts/{name}": words for name, words in faults.items()})
    return Ground(policy, policies.snapshot(as_of), as_of, facts)


def supposed(
    raw: Mapping[str, Any], changes: Mapping[str, Any], as_of: date
) -> tuple[Ground, Ground]:
    """Read facts as they are and as they would be; raise Invalid with the faults of both."""
    policy = policies.current()
    before, faults = read(policy, raw, as_of)
    after, of_both = read(policy, {**raw, **changes}, as_of)
    named = {f"#/facts/{name}": words for name, words in faults.items()}
    for name, words in of_both.items():
        named.setdefault(f"#/{'changes' if name in changes else 'facts'}/{name}", words)
    _refuse(named)
    snapshot = policies.snapshot(as_of)
    return Ground(policy, snapshot, as_of, before), Ground(policy, snapshot, as_of, after)


def read(policy: Policy, raw: Mapping[str, Any], as_of: date) -> tuple[Facts, dict[str, str]]:
    """Return what could be read, and of each fact that cannot be relied upon what is wrong."""
    faults = {name: TOO_MANY_ROWS for name, value in raw.items() if _rows(value) > MOST_ROWS}
    sound = {name: value for name, value in raw.items() if name not in faults}
    try:
        facts = told.read(policy.dictionary, sound, as_of)
    except FactsRefused as refused:
        faults |= {each.name: SAID[each.code] for each in refused.faults}
        facts = told.read(
            policy.dictionary, {n: v for n, v in sound.items() if n not in faults}, as_of
        )
    for name, sentence in _contradictions(policy, facts):
        faults.setdefault(name, sentence)
    return facts, faults


def screen(on: Ground) -> list[Answer]:
    """Answer every benefit: what is met first, then what closes soonest, then by worth."""
    found = [answer(on, each) for each in assess_all(on.policy, on.facts, on.snapshot, on.as_of)]
    rank = {True: 0, None: 1, False: 2}
    return sorted(
        found,
        key=lambda a: (
            rank[a.assessment.value],
            a.last_day or date.max,
            on.policy.rules[a.assessment.rule].order,
        ),
    )


def questions(on: Ground, skipped: frozenset[str]) -> list[Question]:
    """Return what is best asked of the person herself, leaving out what she could not answer.

    What hangs on a bank, a park, staff or an open reading as well is not asked for its own sake:
    it stays "not known", and says who has to answer first.
    """
    asked = next_questions(on.policy, on.facts, on.snapshot, on.as_of, of=("self",))
    return [each for each in asked if each.fact not in skipped]


def together(on: Ground, asked: list[Question]) -> list[Question]:
    """Return the first question with all that can be asked in one breath with it."""
    group = on.policy.dictionary[asked[0].fact].group if asked else ""
    return [e for e in asked if group and on.policy.dictionary[e.fact].group == group] or asked[:1]


def open_benefits(on: Ground) -> tuple[int, int]:
    """Count the benefits that are settled and those that are not."""
    rules = [r for r in on.policy.rules.values() if r.kind == "benefit"]
    values = [
        assess(on.policy, rule.id, on.facts, on.snapshot, on.as_of).value
        for rule in rules
        if concerns(on.policy, rule, on.facts)
    ]
    unsettled = sum(value is None for value in values)
    return len(values) - unsettled, unsettled


def what_if(before: Ground, after: Ground) -> list[tuple[Assessment, Assessment]]:
    """Pair each benefit's answer with the one after some facts have changed."""
    then = {each.rule: each for each in _all(before)}
    return [(then[each.rule], each) for each in _all(after) if each.rule in then]


def _all(on: Ground) -> list[Assessment]:
    return assess_all(on.policy, on.facts, on.snapshot, on.as_of)


def answer(on: Ground, found: Assessment) -> Answer:
    """Add to an assessment the ways to a yes and the days that matter."""
    asked = (on.policy, found.rule, on.facts, on.snapshot, on.as_of)
    return Answer(
        found,
        () if found.value is True else tuple(remedies(*asked)),
        next_change(*asked),
        first_day(*asked),
        last_day(*asked),
    )


def _rows(given: Any) -> int:
    """Count the rows of a series, with or without its provenance."""
    value = given.get("value") if isinstance(given, dict) else given
    return len(value) if isinstance(value, list) else 0


def _refuse(faults: Mapping[str, str]) -> None:
    if faults:
        raise Invalid(errors=[{"pointer": at, "detail": words} for at, words in faults.items()])


def _contradictions(policy: Policy, facts: Facts) -> Iterator[tuple[str, str]]:
    dictionary: Dictionary = policy.dictionary
    values = {name: known.value for name, known in facts.everything.items()}
    for each in dictionary.contradictions:
        if each.holds(values, facts.as_of):
            sentence = str(policy.labels["conflict"][each.id])  # type: ignore[attr-defined]
            yield from ((name, sentence) for name in each.facts if name in values)
