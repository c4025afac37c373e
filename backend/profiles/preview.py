"""Whom would a change of the policy touch, before it takes effect?

Counts by county and group, never a person. Somebody gains a benefit who is not surely entitled to
it now and would be then; she loses it the other way round, also to "not known".
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, false, func, not_

from backend import clock
from backend.errors import Invalid
from backend.policies import queries as policies
from backend.profiles import audience
from backend.profiles.audience import Cell, NotTargetable
from backend.profiles.predicates import Predicate
from eligibility.engine import PERSONAL
from eligibility.expression import parameters_of, rulings_of
from eligibility.parameters import Parameter, Ruling
from eligibility.rules import Rule

Counted = Sequence[Cell]


class Shift(NamedTuple):
    """What happens to one benefit.

    `repriced` are those who keep it, where its amount rests on what is changed. A benefit that
    cannot be counted exactly has no cells and says why.
    """

    rule: str
    gained: Counted = ()
    lost: Counted = ()
    repriced: Counted = ()
    not_counted: str = ""


class Preview(NamedTuple):
    """The day looked at, and every benefit that the change bears on."""

    as_of: date
    shifts: tuple[Shift, ...]


def preview(change: Parameter | Ruling, as_of: date | None = None) -> Preview:
    """Count who would gain and who would lose on a day, from its first day on unless one is given.

    Raise Invalid for a day that is over: profiles say what is known now.
    """
    today = clock.today()
    day = as_of or max(today, change.valid_from)
    if day < today:
        raise Invalid(errors=[{"pointer": "#/as_of", "detail": "只能预览今天或以后的日期"}])
    return Preview(day, tuple(_shift(rule, change, day) for rule in touched(change)))


def touched(change: Parameter | Ruling) -> Iterator[Rule]:
    """Return the benefits of people and businesses that read the number or rest on the reading."""
    for rule in policies.current().rules.values():
        if rule.kind == "benefit" and PERSONAL & set(rule.subject):
            if name_of(change) in rule.parameters | rule.rulings:
                yield rule


def name_of(change: Parameter | Ruling) -> str:
    """Return the name by which rules know it."""
    return change.name if isinstance(change, Parameter) else change.id


def _shift(rule: Rule, change: Parameter | Ruling, day: date) -> Shift:
    policy = policies.current()
    try:
        now, then = (
            _surely(audience.yes(policy, rule.id, known, day))
            for known in (policies.snapshot(day), policies.drafted(change, day))
        )
    except NotTargetable as refused:
        return Shift(rule.id, not_counted=refused.reason)
    return Shift(
        rule.id,
        gained=audience.count_by(and_(then, not_(now))),
        lost=audience.count_by(and_(now, not_(then))),
        repriced=audience.count_by(and_(now, then)) if _prices(rule, change) else (),
    )


def _surely(predicate: Predicate) -> Predicate:
    """Return the predicate without a third value, so that its opposite takes in the unknown."""
    return func.coalesce(predicate, false())


def _prices(rule: Rule, change: Parameter | Ruling) -> bool:
    worth = rule.amount.value if rule.amount else None
    return worth is not None and name_of(change) in parameters_of(worth) | rulings_of(worth)
