"""Why is an answer another one now: has a day come, a fact been told, or a rule changed?"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Protocol

from backend.matches.kinds import Cause
from backend.screenings.answers import Ground
from backend.screenings.wording import condition
from eligibility.dates import A_DAY
from eligibility.engine import assess
from eligibility.parameters import Parameter
from eligibility.parameters import Row as Entry
from eligibility.rules import Rule


class Last(Protocol):
    """When we last looked at somebody, and of which facts we have been told since."""

    @property
    def judged_on(self) -> date | None:
        """Return the day; None before the first look."""

    @property
    def changed(self) -> frozenset[str]:
        """Return the facts."""


FIRST = "按您现有的资料比对得出"
NEW_RULES = "政策规则有更新"


def cause(on: Ground, rule: Rule, began: date | None, last: Last) -> Cause:
    """Say why an answer that began on a day is another than when we last looked."""
    if last.judged_on is None:
        return Cause.FIRST
    if began is not None and began > last.judged_on:
        boundaries = on.snapshot.boundaries(rule.parameters | rule.rulings)
        return Cause.RULES if began in boundaries else Cause.TIME
    return Cause.FACTS if rule.facts & last.changed else Cause.RULES


def words(on: Ground, rule: Rule, why: Cause, began: date | None, last: Last) -> str:
    """Put a cause into words, with the conditions, facts or numbers that brought it about."""
    if why is Cause.FACTS:
        labels = [on.policy.label("fact", each) for each in sorted(rule.facts & last.changed)]
        return f"您的资料有更新：{'、'.join(labels)}"
    if why is Cause.RULES:
        labels = list(dict.fromkeys(_revised(on, rule, last)))
        return f"政策的数字或口径有调整：{'、'.join(labels)}" if labels else NEW_RULES
    if why is Cause.FIRST or began is None:
        return FIRST
    return f"{began} 起{'、'.join(turned(on, rule, began))}"


def turned(on: Ground, rule: Rule, day: date) -> list[str]:
    """Name the conditions whose answer became another one on a day."""
    before, after = (
        _leaves(assess(on.policy, rule.id, on.facts, on.snapshot, each).tree)
        for each in (day - A_DAY, day)
    )
    codes = [code for code, value in after.items() if before.get(code, value) is not value]
    return [condition(on, code) for code in codes]


def _leaves(tree: Mapping[str, Any]) -> dict[str, Any]:
    if "children" in tree:
        return {k: v for each in tree["children"] for k, v in _leaves(each).items()}
    return {tree["label"]: tree["value"]} if "label" in tree else {}


def _revised(on: Ground, rule: Rule, last: Last) -> Iterator[str]:
    """Name the numbers and readings of a rule that were entered or began to hold since then."""
    assert last.judged_on is not None
    for entry in on.snapshot.rows:
        kind, name = _name(entry)
        begun = last.judged_on < entry.valid_from <= on.as_of
        entered = entry.known_from >= last.judged_on
        if name in rule.parameters | rule.rulings and (begun or entered):
            yield on.policy.label(kind, name)


def _name(entry: Entry) -> tuple[str, str]:
    if isinstance(entry, Parameter):
        return "parameter", entry.name
    return "ruling", entry.id
