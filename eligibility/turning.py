"""On which day does the answer change, and from when until when may one apply?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from eligibility import nodes
from eligibility.dates import A_DAY, add_months, earliest_start
from eligibility.expression import series_of
from eligibility.facts import Dictionary, Facts
from eligibility.judging import Judge
from eligibility.nodes import leaves, walk
from eligibility.parameters import Parameter, Snapshot
from eligibility.policy import Policy
from eligibility.ready import ready
from eligibility.rules import Rule
from eligibility.values import Tri


@dataclass(frozen=True, slots=True)
class Turn:
    """The day on which the answer becomes another one."""

    on: date
    becomes: Tri

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"on": self.on.isoformat(), "becomes": self.becomes}


def next_change(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date
) -> Turn | None:
    """Return the first later day with another answer if nothing but time changes.

    Facts grow old on the way, so an answer may turn into "not known" when one becomes stale.
    """
    now = value_on(policy, rule_id, facts.at(as_of), snapshot, as_of)
    for day in sorted(turning_days(policy.rules[rule_id], facts, snapshot, as_of)):
        if day > as_of:
            then = value_on(policy, rule_id, facts.at(day), snapshot, day)
            if then is not now:
                return Turn(day, then)
    return None


def first_day(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date
) -> date | None:
    """Return the first day of the present yes, or of the next one; None if it always was, or never.

    Facts are taken as they are, however old they are on that day.
    """
    if value_on(policy, rule_id, facts, snapshot, as_of) is True:
        return since(policy, rule_id, facts, snapshot, as_of)
    days = sorted(turning_days(policy.rules[rule_id], facts, snapshot, as_of))
    return next(_met(policy, rule_id, facts, snapshot, [d for d in days if d > as_of]), None)


def since(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date
) -> date | None:
    """Return the first day of the present answer; None if it always was the same.

    Facts are taken as they are, however old they were on that day.
    """
    now = value_on(policy, rule_id, facts, snapshot, as_of)
    days = sorted(turning_days(policy.rules[rule_id], facts, snapshot, as_of))
    for day in reversed([each for each in days if each <= as_of]):
        if value_on(policy, rule_id, facts, snapshot, day - A_DAY) is not now:
            return day
    return None


def last_day(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, as_of: date
) -> date | None:
    """Return the last day of the present yes, or of the next one; None where no end is in sight.

    Only a sure no ends it: where a number is merely not laid down any further, there is no end.
    """
    start: date | None = as_of
    if value_on(policy, rule_id, facts, snapshot, as_of) is not True:
        start = first_day(policy, rule_id, facts, snapshot, as_of)
    if start is None:
        return None
    for day in sorted(turning_days(policy.rules[rule_id], facts, snapshot, as_of)):
        if day > start:
            value = value_on(policy, rule_id, facts, snapshot, day)
            if value is not True:
                return day - A_DAY if value is False else None
    return None


def _met(
    policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, days: list[date]
) -> Iterator[date]:
    return (d for d in days if value_on(policy, rule_id, facts, snapshot, d) is True)


def value_on(policy: Policy, rule_id: str, facts: Facts, snapshot: Snapshot, day: date) -> Tri:
    """Return the value on a day, from the facts as given."""
    condition = ready(policy, rule_id, snapshot, day).condition
    return Judge(policy.dictionary, facts.values).value(condition)


def turning_days(rule: Rule, facts: Facts, snapshot: Snapshot, as_of: date) -> set[date]:
    """Return all days on which the answer may change; between two of them it cannot."""
    windows = windows_of(rule, facts.dictionary)
    found = snapshot.boundaries(rule.parameters | rule.rulings | windows)
    for name in rule.facts:
        known, spec = facts.known(name), facts.dictionary[name]
        if known and known.observed_on and spec.max_age_days is not None:
            found.add(known.observed_on + timedelta(days=spec.max_age_days + 1))
    for expression in rule.expressions:
        for leaf in leaves(expression):
            if any(isinstance(each, nodes.AsOf) for each in walk(leaf)):
                found |= _days_of(leaf, facts, snapshot)
    if windows:
        found |= _new_years(rule, facts, as_of)
    return {day for day in found if day > date.min}


def _days_of(leaf: Any, facts: Facts, snapshot: Snapshot) -> set[date]:
    """Return the days around each day fact of a leaf, moved by all months it may be moved by."""
    shifts = {0}
    days: set[date] = set()
    for each in walk(leaf):
        if isinstance(each, nodes.Shift):
            shifts |= {sign * n for n in _months(each.months, snapshot) for sign in (1, -1)}
        elif isinstance(each, nodes.Fact) and isinstance(facts.value(each.name), date):
            days.add(facts.value(each.name))
        elif isinstance(each, nodes.Literal) and isinstance(each.value, str):
            days.add(date.fromisoformat(each.value))
    turns = {
        turn for d in days for n in shifts for turn in (add_months(d, n), earliest_start(d, n))
    }
    return {moved for turn in turns for moved in (turn, turn + A_DAY)}


def _months(node: Any, snapshot: Snapshot) -> set[int]:
    if isinstance(node, nodes.Literal):
        return {int(str(node.value))}
    rows = (row for row in snapshot.rows if isinstance(row, Parameter) and row.name == node.name)
    return {row.value for row in rows}


def windows_of(rule: Rule, dictionary: Dictionary) -> frozenset[str]:
    """Return the parameters that say how many years of a series count."""
    series = {name for expression in rule.expressions for name in series_of(expression)}
    specs = (dictionary.get(name) for name in series)
    return frozenset(spec.window for spec in specs if spec and spec.window)


def _new_years(rule: Rule, facts: Facts, as_of: date) -> set[date]:
    """Return the New Year's Days on which a window of years moves on to or off a known row."""
    years = {as_of.year}
    for expression in rule.expressions:
        for name in series_of(expression):
            key = facts.dictionary[name].key
            years |= {int(row[key]) for row in facts.value(name) or () if key}
    return {date(year, 1, 1) for year in range(min(years), max(years) + 12)}
