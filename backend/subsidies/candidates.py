"""Who might have a subsidy and has not claimed it, as far as the records know?

Whoever the rule surely does not fit is not listed. Whoever it surely fits, and whoever of whom it
is not yet known, stand apart, each with what is lacking and who could tell: unknown is never no.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from backend import clock
from backend.access import Principal, Role
from backend.applications import nearness
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.applications.workflow import OPEN
from backend.db import Row, rows
from backend.parks.models import Park
from backend.policies.queries import current, snapshot
from backend.profiles.queries import facts_of_all
from backend.subsidies import bounds, verdict
from backend.subsidies.bounds import Bounds
from backend.subsidies.graduates import GRADUATED, INCUBATING, VENTURE, new_jobs
from backend.subsidies.kinds import TERMS, Standing, SubsidyKind
from backend.subsidies.models import Subsidy, SubsidyLine
from backend.subsidies.workflow import HAD
from backend.tenancies.models import Tenancy
from eligibility.engine import compiled
from eligibility.facts import Facts

K = SubsidyKind
# So many tenants are looked at in one go; a page is cut out of them.
AT_ONCE = 200
STANDS = {True: Standing.MET, None: Standing.NOT_YET_KNOWN}
_TENANTS: Select[Any] = (
    select(
        Tenancy.id.label("row"),
        Tenancy.public_id.label("tenancy_id"),
        Tenancy.person_id,
        Tenancy.credit_code,
        Tenancy.starts_on,
        VENTURE,
        Application.sections["applicant"]["name"].astext.label("applicant"),
        Park.public_id.label("park_id"),
        Park.name.label("park_name"),
        Park.jurisdiction_code,
    )
    .join(Application, Application.id == Tenancy.application_id)
    .join(Park, Park.id == Tenancy.park_id)
)
_asking = Application.__table__.alias("asking")
_HAS_HAD = exists().where(
    Subsidy.kind == K.STARTUP,
    Subsidy.status.in_(HAD),
    or_(Subsidy.person_id == Tenancy.person_id, Subsidy.credit_code == Tenancy.credit_code),
)
_IS_ASKING = exists().where(
    _asking.c.applicant_id == Tenancy.person_id,
    _asking.c.kind == Kind.STARTUP_SUBSIDY,
    _asking.c.status.in_(OPEN),
)
_IS_CLAIMED = exists().where(
    SubsidyLine.kind == K.INCUBATION,
    SubsidyLine.counts,
    or_(
        SubsidyLine.tenancy_id == Tenancy.id,
        SubsidyLine.credit_code == Tenancy.credit_code,
    ),
)
WHO: Mapping[SubsidyKind, ColumnElement[bool]] = {
    K.STARTUP: and_(INCUBATING, ~_HAS_HAD, ~_IS_ASKING),
    K.INCUBATION: and_(GRADUATED, ~_IS_CLAIMED),
    K.JOB_CREATION: and_(INCUBATING, Tenancy.credit_code.is_not(None)),
}


def listed(
    by: Principal,
    *,
    kind: SubsidyKind,
    park: UUID | None,
    standing: Standing | None,
    after: int | None,
    limit: int,
) -> Sequence[dict[str, Any]]:
    """Return a page of the candidates within reach, in the order in which they came."""
    asked = _TENANTS.where(WHO[kind], _within_reach(by))
    if park is not None:
        asked = asked.where(Park.public_id == park)
    known = snapshot(clock.today())
    fits = compiled(current(), TERMS[kind].rule, known, known.as_of)
    priced = lru_cache(partial(bounds.of, kind, known=known))
    wanted = STANDS if standing is None else {v: s for v, s in STANDS.items() if s is standing}
    found = (
        _told(kind, each, wanted[value], verdict.told(kind, facts, known)["missing"], priced)
        for each, facts in _known(kind, asked, after)
        if (value := fits(facts.values)) in wanted
    )
    return list(islice(found, limit))


def _known(kind: SubsidyKind, asked: Select[Any], after: int | None) -> Iterator[tuple[Row, Facts]]:
    """Go through the tenants, each with what is known, a few hundred at a time."""
    last: int | None = after or 0
    while last is not None:
        page = rows(asked.where(Tenancy.id > last).order_by(Tenancy.id).limit(AT_ONCE))
        yield from FACTS[kind](page, clock.today())
        last = page[-1]["row"] if len(page) == AT_ONCE else None


def _of_people(page: Sequence[Row], day: date) -> Iterator[tuple[Row, Facts]]:
    """Say of each tenant what is known about her, and that she is in the park."""
    known = facts_of_all({each["person_id"] for each in page}, day)
    for each in page:
        here = {"in_park": True, "park_entry_date": each["starts_on"]}
        yield each, known[each["person_id"]].with_values(here)


def _of_graduates(page: Sequence[Row], day: date) -> Iterator[tuple[Row, Facts]]:
    """Say of each household that there is one of it."""
    facts = verdict.of_the_records(K.INCUBATION, 1, day)
    yield from ((each, facts) for each in page)


def _of_firms(page: Sequence[Row], day: date) -> Iterator[tuple[Row, Facts]]:
    """Say of each firm how many new jobs its head counts show, as far as there are two."""
    people = new_jobs({each["row"] for each in page})
    for each in page:
        number = people.get(each["row"])
        yield {**each, "new_jobs": number}, verdict.of_the_records(K.JOB_CREATION, number, day)


FACTS: Mapping[SubsidyKind, Callable[[Sequence[Row], date], Iterator[tuple[Row, Facts]]]] = {
    K.STARTUP: _of_people,
    K.INCUBATION: _of_graduates,
    K.JOB_CREATION: _of_firms,
}


def _told(
    kind: SubsidyKind,
    found: Row,
    standing: Standing,
    missing: Any,
    priced: Callable[[str], Bounds],
) -> dict[str, Any]:
    shown = ("tenancy_id", "park_id", "park_name", "name", "credit_code", "starts_on", "row")
    return {
        "kind": kind,
        **{name: found[name] for name in shown},
        "applicant": found["applicant"] if kind is K.STARTUP else None,
        "new_jobs": found.get("new_jobs"),
        "standing": standing,
        "missing": missing,
        "basis": priced(found["jurisdiction_code"]).as_json(),
    }


def _within_reach(by: Principal) -> ColumnElement[bool]:
    """Say of tenants that they are of a manager's parks, or of the county of the bureau."""
    if by.role is Role.PARK_MANAGER:
        mine: ColumnElement[bool] = Tenancy.park_id.in_(by.parks)
    elif by.role is Role.BUREAU_STAFF:
        mine = Park.jurisdiction_code == by.county if by.county else true()
    else:
        mine = false()
    return and_(mine, ~nearness.keeps_away(by.id))
