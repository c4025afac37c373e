"""Whom is there to look at, and for whom has the answer of a policy changed?

One statement asks every benefit of a portion of the people who consent: the same bound expressions
that the engine evaluates. The engine itself looks only at those for whom there is something new.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from backend import clock
from backend.accounts.models import Person
from backend.consents.kinds import Purpose
from backend.consents.models import Consent
from backend.consents.queries import in_force
from backend.db import Row, rows
from backend.matches.kinds import AHEAD
from backend.matches.models import Standing
from backend.plans import built_once
from backend.policies import queries as policies
from backend.profiles import audience
from backend.profiles.audience import NotTargetable
from backend.profiles.models import FactRecord, Profile
from backend.profiles.predicates import Predicate
from eligibility.engine import PERSONAL
from eligibility.parameters import Snapshot
from eligibility.policy import Policy

PROFILE = Profile.__table__
VERSION: ColumnElement[int] = func.coalesce(PROFILE.c.version, 0)
PORTION = 200
# Whoever is just telling us about herself is looked at when she has done so.
PAUSE = timedelta(minutes=10)


class Basis(NamedTuple):
    """By what people are judged: the policy, its numbers and readings, and the day."""

    policy: Policy
    snapshot: Snapshot
    day: date

    @property
    def key(self) -> str:
        """Name them; the name is another as soon as a rule, a number or a reading is."""
        return f"{self.policy.version}:{self.snapshot.key[:16]}"


def basis() -> Basis:
    """Return by what people are judged today."""
    today = clock.today()
    return Basis(policies.current(), policies.snapshot(today), today)


def is_due(on: Basis) -> bool:
    """Tell whether there is anybody to look at."""
    return bool(rows(_of_those_who_consent(Standing.person_id).where(_due(on)).limit(1)))


def portion(on: Basis, after: int = 0, size: int = PORTION) -> Sequence[Row]:
    """Lock the next people who are due, with what the rules surely say of them now.

    For use inside an action. They come by their keys, from behind `after` on; whom another worker
    looks at is passed over. Each is due once a day, and again when her facts, a number, a reading
    or a rule has changed, unless she has been told something that day already. `closing` are the
    benefits that are met and surely are not any more when the longest time ahead is over.
    """
    due = _asked(*on).where(Standing.person_id > after, _due(on))
    chosen = due.order_by(Standing.person_id).limit(size)
    return rows(chosen.with_for_update(of=[Standing, Consent], skip_locked=True))


def _due(on: Basis) -> ColumnElement[bool]:
    still_telling = exists().where(
        FactRecord.person_id == Standing.person_id, FactRecord.recorded_at > clock.now() - PAUSE
    )
    changed = or_(Standing.basis != on.key, Standing.profile_version != VERSION)
    told_nothing = Standing.told_on.is_distinct_from(on.day)
    return or_(
        Standing.judged_on.is_(None),
        Standing.judged_on < on.day,
        and_(changed, told_nothing, ~still_telling),
    )


def _of_those_who_consent(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Standing)
        .join(
            Consent,
            and_(Consent.person_id == Standing.person_id, in_force(Purpose.POLICY_MATCHING)),
        )
        .join(Person, and_(Person.id == Standing.person_id, Person.disabled_at.is_(None)))
        .outerjoin(PROFILE, PROFILE.c.person_id == Standing.person_id)
    )


@built_once(4)
def _asked(policy: Policy, snapshot: Snapshot, day: date) -> Select[Any]:
    met, unmet, closing = _predicates(policy, snapshot, day)
    also = aliased(Consent)
    losses = exists().where(
        also.person_id == Standing.person_id, in_force(Purpose.POLICY_LOSSES, also)
    )
    return _of_those_who_consent(
        *Standing.__table__.columns,
        VERSION.label("version"),
        _named(met).label("now_met"),
        _named(unmet).label("now_unmet"),
        _named(closing).label("closing"),
        losses.label("wants_losses"),
    )


def _predicates(
    policy: Policy, snapshot: Snapshot, day: date
) -> tuple[Mapping[str, Predicate], ...]:
    """Say where each benefit is met, is not met, and is met but will not be.

    That a fact grows old on the way ends nothing: the last day is that of the facts as they are.
    """
    later = day + timedelta(days=max(AHEAD) + 1)
    met, unmet, closing = {}, {}, {}
    for rule in policy.rules.values():
        if rule.kind != "benefit" or not PERSONAL & set(rule.subject):
            continue
        try:
            now = audience.sides(policy, rule.id, snapshot, day)
            then = audience.sides(policy, rule.id, snapshot, later, aged_on=day)
        except NotTargetable:
            # Whether a person's park is the government's is not hers to tell; it stays unknown.
            continue
        met[rule.id], unmet[rule.id] = now.yes, now.no
        closing[rule.id] = and_(now.yes, then.no)
    return met, unmet, closing


def _named(predicates: Mapping[str, Predicate]) -> ColumnElement[Any]:
    cases = [case((each, name)) for name, each in predicates.items()]
    return func.array_remove(cast(array(cases), ARRAY(Text)), None)
