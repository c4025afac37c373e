"""Who are the people of an audience?

One statement over the profiles, with the same predicates as the rules: whoever is not known to be
something is neither it nor its opposite. Somebody of whom nothing is known is still a person, so
that a notice to everybody reaches her too.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy import false as nobody
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import Text

from backend.accounts.models import Person
from backend.notices import selectors
from backend.notices.kinds import STAGES
from backend.policies import queries as policies
from backend.policies.drafts import COUNTIES
from backend.profiles import audience, predicates
from backend.profiles.audience import GROUPS, NotTargetable, Sides, all_of, any_of
from backend.profiles.models import Profile
from backend.profiles.predicates import Predicate
from eligibility.engine import PERSONAL
from eligibility.nodes import Flag, In
from eligibility.parameters import LEAGUE

PROFILE = Profile.__table__
GROUP_NAMES: ColumnElement[Any] = func.array_remove(
    cast(array([case((PROFILE.c[fact], name)) for name, fact in GROUPS.items()]), ARRAY(Text)),
    None,
)


def faults(said: Any, as_of: date) -> list[dict[str, str]]:
    """Return everything that is wrong with an audience on a day, each with its place."""
    named = [each.get("benefit") for each in selectors.leaves(said)]
    askable = frozenset(each for each in named if isinstance(each, str) and _can_ask(each, as_of))
    known = selectors.Known(GROUPS.keys(), frozenset(COUNTIES), askable)
    return selectors.faults(said, known)


def readers(notice_id: int, said: Any, scope: str, as_of: date) -> Select[Any]:
    """Select the people of an audience on a day, each with her county and her groups."""
    return (
        select(
            literal(notice_id, BigInteger).label("notice_id"),
            Person.id.label("person_id"),
            PROFILE.c.county_code.label("county"),
            GROUP_NAMES.label("groups"),
        )
        .join_from(Person, PROFILE, PROFILE.c.person_id == Person.id, isouter=True)
        .where(Person.disabled_at.is_(None), meant(said, scope, as_of))
    )


def meant(said: Any, scope: str, as_of: date) -> Predicate:
    """Return where somebody surely belongs to an audience.

    A county's notice goes to that county alone, whatever else was said.
    """
    within = true() if scope == LEAGUE else PROFILE.c.county_code == scope
    return and_(within, sides(said, as_of).yes)


def sides(said: Any, as_of: date) -> Sides:
    """Return where somebody surely is what was said, and where she surely is not."""
    (key,) = said.keys() - {"result"}
    return MEANINGS[key](said, as_of)


def _group(said: Any, as_of: date) -> Sides:
    return predicates.sides(Flag(GROUPS[said["group"]]), as_of)


def _county(said: Any, as_of: date) -> Sides:
    return predicates.sides(In("county_code", (said["county"],)), as_of)


def _stage(said: Any, as_of: date) -> Sides:
    stage = STAGES[said["stage"]]
    return predicates.sides(Flag(stage.fact, negated=not stage.is_so), as_of)


def _benefit(said: Any, as_of: date) -> Sides:
    """Ask for a result; that it is not known can be asked for, and is known of everybody."""
    found = _asked(said["benefit"], as_of)
    settled = or_(*(func.coalesce(each, nobody()) for each in (found.yes, found.no)))
    unsettled = Sides(found.unknown, settled)
    return {"true": found, "false": ~found, "unknown": unsettled}[said["result"]]


def _asked(benefit: str, as_of: date) -> Sides:
    return audience.sides(policies.current(), benefit, policies.snapshot(as_of), as_of)


def _can_ask(benefit: str, as_of: date) -> bool:
    rule = policies.current().rules.get(benefit)
    if rule is None or rule.kind != "benefit" or not PERSONAL & set(rule.subject):
        return False
    try:
        _asked(benefit, as_of)
    except NotTargetable:
        return False
    return True


MEANINGS: Mapping[str, Callable[[Any, date], Sides]] = {
    "all": lambda said, as_of: all_of(sides(each, as_of) for each in said["all"]),
    "any": lambda said, as_of: any_of(sides(each, as_of) for each in said["any"]),
    "not": lambda said, as_of: ~sides(said["not"], as_of),
    "group": _group,
    "county": _county,
    "stage": _stage,
    "benefit": _benefit,
}
