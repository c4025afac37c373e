"""Whom does a rule fit, whom not, and whom perhaps?

The same bound expression that the engine evaluates, asked of all profiles at once. A profile is
what is known now, so the day asked about is today or a later one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from backend.db import rows
from backend.profiles import predicates
from backend.profiles.columns import HELD
from backend.profiles.lacking import Lacking
from backend.profiles.predicates import Predicate, Sides, all_of, any_of, missed
from backend.profiles.spans import COLUMNS, NotTargetable
from eligibility import engine
from eligibility.bound import facts_in
from eligibility.parameters import Snapshot
from eligibility.policy import Policy

__all__ = ["NotTargetable", "Sides", "all_of", "any_of", "missed"]

# Fewer than these are not shown, for one could guess who they are.
FEWEST = 10
GROUPS: Mapping[str, str] = {
    "graduate": "is_hei_graduate",
    "student": "is_current_student",
    "unemployed": "registered_unemployed",
    "difficulty": "employment_difficulty",
    "veteran": "is_veteran",
    "returning": "returning_migrant_entrepreneur",
    "farmer_herder": "farmer_herder",
    "woman": "gender_female",
}


class Cell(NamedTuple):
    """How many people there are of a county and a group; None for fewer than ten, be it nobody.

    The group is empty for all of the county. Somebody may belong to several groups, and the
    county is None where it is not known.
    """

    county: str | None
    group: str
    people: int | None


def sides(
    policy: Policy, rule: str, snapshot: Snapshot, as_of: date, *, aged_on: date | None = None
) -> Sides:
    """Return both predicates of a rule on a day; they can be joined by `all_of`, `any_of`, `~`.

    Facts are as old as they are on that day, or on another. Raise NotTargetable for a rule that
    SQL cannot ask exactly.
    """
    with _named(rule):
        return predicates.sides(_condition(policy, rule, snapshot, as_of), aged_on or as_of)


def yes(policy: Policy, rule: str, snapshot: Snapshot, as_of: date) -> Predicate:
    """Return where the rule is surely met."""
    return sides(policy, rule, snapshot, as_of).yes


def no(policy: Policy, rule: str, snapshot: Snapshot, as_of: date) -> Predicate:
    """Return where the rule is surely not met."""
    return sides(policy, rule, snapshot, as_of).no


def unknown(policy: Policy, rule: str, snapshot: Snapshot, as_of: date) -> Predicate:
    """Return where it is not known."""
    return sides(policy, rule, snapshot, as_of).unknown


def likely(
    policy: Policy, rule: str, snapshot: Snapshot, as_of: date, *, at_most: int
) -> Predicate:
    """Return where it is met, or not known for want of a few facts that the person can tell."""
    known = sides(policy, rule, snapshot, as_of)
    lacking = Lacking(engine.bound(policy, rule, snapshot, as_of), as_of)
    return or_(known.yes, and_(known.unknown, lacking.at_most(at_most)))


def count_by(predicate: Predicate) -> Sequence[Cell]:
    """Count people by county and group."""
    hit = func.coalesce(predicate, False).label("hit")
    members = {group: COLUMNS[column].label(group) for group, column in GROUPS.items()}
    asked = select(COLUMNS.county_code, hit, *members.values()).subquery()
    counted = [_tally(asked.c.hit).label("everybody")]
    counted += [_tally(and_(asked.c.hit, asked.c[group])).label(group) for group in GROUPS]
    found = rows(
        select(asked.c.county_code, *counted)
        .group_by(asked.c.county_code)
        .order_by(asked.c.county_code)
    )
    return [
        Cell(each["county_code"], group, _shown(each[group or "everybody"]))
        for each in found
        for group in ("", *GROUPS)
    ]


def _condition(policy: Policy, rule: str, snapshot: Snapshot, as_of: date) -> Any:
    """Return the bound condition; raise NotTargetable where it means other facts than we hold."""
    condition = engine.bound(policy, rule, snapshot, as_of)
    for fact in facts_in(condition):
        if fact in HELD and policy.dictionary[fact] != HELD[fact].spec:
            raise NotTargetable(f"profiles hold {fact} as another policy means it")
    return condition


@contextmanager
def _named(rule: str) -> Iterator[None]:
    """Say which rule cannot be asked."""
    try:
        yield
    except NotTargetable as refused:
        raise NotTargetable(refused.reason, rule) from None


def _tally(predicate: Predicate) -> ColumnElement[int]:
    return func.count().filter(predicate)


def _shown(count: int) -> int | None:
    return None if count < FEWEST else count
