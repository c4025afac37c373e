"""What holds for every rule and every case, whatever the policy says?"""

import ast
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

import eligibility
from eligibility.engine import assess, evaluate
from eligibility.facts import weigh
from eligibility.judging import Judge
from eligibility.policy import bundled
from eligibility.ready import ready
from eligibility.remedies import next_change, remedies
from eligibility.turning import value_on
from eligibility.values import Interval
from tests.eligibility.chance import DAYS, Chance, snapshots
from tests.eligibility.reference import Reference

POLICY = bundled("xingan_2022")
REFERENCE = Reference(POLICY)
CHECKS, PAIRS = 60_000, 5_000
UNKNOWN = (0.0, 0.05, 0.2, 0.6)


def and_at_length(few: int, many: int) -> list[Any]:
    """How often: so many times now, and so many when there is time."""
    return [few, pytest.param(many, marks=pytest.mark.reliability)]


@pytest.fixture(scope="module")
def worlds():
    return every_world(Random(20220330))


def every_world(chance):
    """Every reading on every day, each with a source of cases."""
    return [
        (snapshot.on(day), Chance(POLICY, snapshot, day, chance))
        for snapshot in snapshots(POLICY, chance)
        for day in DAYS
    ]


@pytest.mark.parametrize("times", and_at_length(CHECKS, 5 * CHECKS))
def test_the_generated_function_answers_as_the_plain_reading_does(worlds, times):
    wrong, checks, answers = [], 0, {True: 0, False: 0, None: 0}
    while checks < times:
        for snapshot, chance in worlds:
            rules = [ready(POLICY, rule, snapshot, chance.as_of) for rule in POLICY.rules]
            for unknown in UNKNOWN:
                facts = chance.facts(unknown)
                judge = Judge(POLICY.dictionary, facts.values)
                for rule in rules:
                    value = rule.verdict(facts.values)
                    answers[value] += 1
                    if value is not judge.value(rule.condition):
                        wrong.append((rule.rule.id, dict(facts.values)))
                checks += len(rules)

    assert [] == wrong
    assert min(answers.values()) > times // 20, answers


@pytest.mark.parametrize("times", and_at_length(CHECKS // 4, CHECKS // 2))
def test_the_engine_answers_as_the_text_of_the_rule_says(worlds, times):
    wrong, checks = [], 0
    while checks < times:
        for snapshot, chance in worlds:
            for unknown in UNKNOWN:
                facts = chance.facts(unknown)
                for rule in POLICY.rules:
                    value = evaluate(POLICY, rule, facts, snapshot, chance.as_of)
                    if value is not REFERENCE.value(rule, facts, snapshot):
                        wrong.append((rule, chance.as_of, dict(facts.values)))
                checks += len(POLICY.rules)

    assert [] == wrong


def test_the_tree_ends_in_the_same_answer_and_gaps_stand_only_beside_unknown(worlds):
    for snapshot, chance in worlds * 2:
        facts = chance.facts(0.2)
        for rule in POLICY.rules:
            assessment = assess(POLICY, rule, facts, snapshot, chance.as_of)

            assert assessment.value is evaluate(POLICY, rule, facts, snapshot, chance.as_of)
            assert assessment.value is assessment.tree["value"]
            assert bool(assessment.missing) == (assessment.value is None), rule


@pytest.mark.parametrize("times", and_at_length(PAIRS, 2 * PAIRS))
def test_knowing_more_never_turns_a_definite_answer(worlds, times):
    wrong, pairs = [], 0
    told = [s for s in POLICY.dictionary.values() if not s.series and not s.default_false]
    while pairs < times:
        for snapshot, chance in worlds:
            facts = chance.facts(0.4)
            for spec in chance.chance.sample(told, 40):
                known = facts.value(spec.name)
                if isinstance(known, Interval):
                    more = chance.chance.randint(0, 3)
                    value = known.lower + more if known.upper is None else known.upper
                elif known is None:
                    value = chance.value(spec)
                else:
                    continue
                if value is None:
                    continue
                pairs += 1
                wrong += turned(snapshot, chance, facts, {**facts.values, spec.name: value})

    assert [] == wrong


def turned(snapshot, chance, facts, more):
    rules = (ready(POLICY, rule, snapshot, chance.as_of) for rule in POLICY.rules)
    return [
        (rule.rule.id, set(more) - set(facts.values))
        for rule in rules
        if rule.verdict(facts.values) is not None
        and rule.verdict(facts.values) is not rule.verdict(more)
    ]


def test_every_remedy_applied_qualifies_and_proposes_nothing_that_nobody_can_change(worlds):
    found = 0
    for snapshot, chance in worlds * 10:
        facts = chance.facts(0.05)
        for rule in POLICY.rules:
            for way in remedies(POLICY, rule, facts, snapshot, chance.as_of):
                found += 1
                waits = [change.on for change in way if change.kind == "wait"]
                told = {change.fact: change.to for change in way if change.kind != "wait"}
                day = max(waits, default=chance.as_of)
                changed = chance.of({**facts.values, **told})

                assert evaluate(POLICY, rule, changed, snapshot, day) is True, (rule, way)
                assert all(POLICY.dictionary[n].actionable == "y" for n in told), (rule, way)
                assert all(POLICY.dictionary[n].who != "staff" for n in told), (rule, way)
                assert way and evaluate(POLICY, rule, facts, snapshot, chance.as_of) is not True
    assert found > 300


HORIZON = 300
TURNING = ("startup_subsidy", "graduate_5y", "park_region_demo", "recent_grad_unemployed")


def test_the_day_of_the_next_change_is_the_one_found_by_asking_every_day():
    """Of the cases at random hardly one turns so soon, so more are drawn until one does."""
    turned = 0
    # A source of its own, so that it is the same cases whatever else runs.
    for snapshot, chance in every_world(Random(20221231))[::5]:
        for rule in TURNING:
            soon, drawn = 0, 0
            while drawn < 3 or (soon < 2 and drawn < 20):
                facts, turn = turning(rule, snapshot, chance)
                drawn += 1
                if turn or drawn <= 3:
                    soon += turn is not None
                    assert turn == first_other_day(rule, facts, snapshot, chance.as_of), rule
            turned += soon
    assert turned >= 3, turned


def turning(rule, snapshot, chance):
    """A case, with the day and the answer of its next change if that is near."""
    facts = weigh(POLICY.dictionary, chance.facts(0.02).everything, chance.as_of)
    turn = next_change(POLICY, rule, facts, snapshot, chance.as_of)
    near = turn and turn.on <= chance.as_of + timedelta(days=HORIZON)
    return facts, (turn.on, turn.becomes) if near else None


def first_other_day(rule, facts, snapshot, as_of):
    now = value_on(POLICY, rule, facts, snapshot, as_of)
    for day in (as_of + timedelta(days=n) for n in range(1, HORIZON + 1)):
        value = value_on(POLICY, rule, facts.at(day), snapshot, day)
        if value is not now:
            return day, value
    return None


def test_no_module_can_read_the_clock():
    clock = {"today", "now", "utcnow", "time", "monotonic", "perf_counter", "localtime"}
    for path in Path(eligibility.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in clock, path.name
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert "time" not in {alias.name for alias in node.names}, path.name


def test_the_days_of_the_checks_lie_on_both_sides_of_the_confirmed_period():
    assert {POLICY.confirmed(day) for day in DAYS} == {True, False}
    assert date(2022, 12, 31) == POLICY.in_force_confirmed_until
