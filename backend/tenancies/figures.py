"""How many people work where, by what, and which firms have an address and nobody behind it?

A figure says as of when and by whom it is known; where nobody has counted there is none.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from backend import clock
from backend.access import Principal, Relation, Role, relations
from backend.accounts import names, sealed
from backend.db import Row, rows
from backend.parks.models import Park
from backend.tenancies import queries
from backend.tenancies.episodes import Head, Headcount, Suspension
from backend.tenancies.grounds import Idle
from backend.tenancies.models import Tenancy
from backend.tenancies.workflow import Status
from eligibility.dates import add_months, latest_start

CURRENT = and_(Headcount.confirmed_at.is_not(None), Headcount.replaced_at.is_(None))
SOURCES = {True: "实体填报", False: "园区登记"}


def of_tenancy(
    public_id: UUID, by: Principal, *, after: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return a page of a tenancy's head counts, corrected ones included, newest first.

    Names are masked for everybody but the tenant and her park.
    """
    found = queries.allowed(public_id, "listHeadcounts", by)
    asked = select(*Headcount.__table__.columns).where(Headcount.tenancy_id == found["id"])
    if after is not None:
        asked = asked.where(Headcount.id < after)
    counts = rows(asked.order_by(Headcount.id.desc()).limit(limit))
    in_full = bool(relations(by, found) & {Relation.APPLICANT, Relation.DECIDER})
    people = _people([each["id"] for each in counts], in_full=in_full)
    return [_count(each, people.get(each["id"], [])) for each in counts]


def of_parks(by: Principal, month: date) -> list[dict[str, Any]]:
    """Return, park by park, how many different people were counted in a month.

    None where nothing was confirmed: nobody has counted, which is not nobody.
    """
    end = add_months(month, 1)
    there = and_(
        Tenancy.park_id == Park.id,
        Tenancy.arrived_on < end,
        or_(Tenancy.ended_on.is_(None), Tenancy.ended_on >= month),
    )
    of_month = and_(Headcount.park_id == Park.id, Headcount.month == month, CURRENT)
    heads = select(func.count(Head.id)).where(
        Head.park_id == Park.id, Head.month == month, Head.counted
    )
    columns = {
        "tenants": select(func.count(Tenancy.id)).where(there),
        "tenants_counted": select(func.count(Headcount.id)).where(of_month),
        "people": heads,
        "as_of": select(func.max(Headcount.confirmed_at)).where(of_month),
    }
    counted = [each.correlate(Park).scalar_subquery().label(name) for name, each in columns.items()]
    asked = select(Park.public_id, Park.name, *counted).where(_parks_of(by)).order_by(Park.pinyin)
    return [_park(each, month) for each in rows(asked)]


def nameplates(
    by: Principal, *, months: int, after: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return a page of tenants at whom nobody was counted for so many months, newest first.

    Nothing follows from standing here. Whoever rests with leave does not stand here, and her
    months begin anew when she is back.
    """
    since = _idle_since()
    asked = (
        queries.whole(since.label("idle_since"), _why(since).label("idle_why"))
        .where(
            queries.within_reach(by),
            Tenancy.status.in_((Status.ACTIVE, Status.RENEWING)),
            Tenancy.arrived_on.is_not(None),
            since <= latest_start(clock.today(), months),
        )
        .order_by(Tenancy.id.desc())
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(Tenancy.id < after)
    return [
        {
            "tenancy": queries.seen_by(by, each),
            "idle_since": each["idle_since"],
            "why": Idle[each["idle_why"]],
            "is_registered": each["credit_code"] is not None,
            "row": each["id"],
        }
        for each in rows(asked)
    ]


def _idle_since() -> ColumnElement[Any]:
    """Say from when on nobody was counted: after the last month with somebody, or the arrival."""
    last = (
        select(func.max(Head.month))
        .join(Headcount, Headcount.id == Head.headcount_id)
        .where(Headcount.tenancy_id == Tenancy.id, Head.counted)
        .correlate(Tenancy)
        .scalar_subquery()
    )
    rested = (
        select(func.max(Suspension.ended_on))
        .where(Suspension.tenancy_id == Tenancy.id)
        .correlate(Tenancy)
        .scalar_subquery()
    )
    after_it = cast(last + func.make_interval(0, 1), Date)
    return func.greatest(Tenancy.arrived_on, after_it, rested, type_=Date)


def _why(since: ColumnElement[Any]) -> ColumnElement[str]:
    counts = and_(
        Headcount.tenancy_id == Tenancy.id,
        Headcount.month >= cast(func.date_trunc("month", since), Date),
        CURRENT,
    )
    named = exists().where(counts, Head.headcount_id == Headcount.id).correlate(Tenancy)
    return case(
        (named, literal(Idle.COUNTED_ELSEWHERE.name)),
        (exists().where(counts).correlate(Tenancy), literal(Idle.NOBODY.name)),
        else_=literal(Idle.NEVER_COUNTED.name),
    )


def _parks_of(by: Principal) -> ColumnElement[bool]:
    if by.role is Role.PARK_MANAGER:
        return Park.id.in_(by.parks)
    if by.role is Role.BUREAU_STAFF:
        return Park.jurisdiction_code == by.county if by.county else true()
    return false()


def _people(keys: Sequence[int], *, in_full: bool) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    asked: Select[Any] = select(*Head.__table__.columns).where(Head.headcount_id.in_(keys))
    for each in rows(asked.order_by(Head.id)):
        name = sealed.opened("head", "name", each)
        shown = {"name": name if in_full else names.masked(name), "counted": each["counted"]}
        found.setdefault(each["headcount_id"], []).append(shown)
    return found


def _count(found: Row, people: list[dict[str, Any]]) -> dict[str, Any]:
    shown = ("told_at", "confirmed_at", "replaced_at", "why")
    return {
        "id": found["public_id"],
        "month": f"{found['month']:%Y-%m}",
        "source": SOURCES[found["declared"]],
        **{name: found[name] for name in shown},
        "people": people,
        "counted": sum(each["counted"] for each in people),
        "row": found["id"],
    }


def _park(found: Row, month: date) -> dict[str, Any]:
    return {
        "park_id": found["public_id"],
        "park_name": found["name"],
        "month": f"{month:%Y-%m}",
        "tenants": found["tenants"],
        "tenants_counted": found["tenants_counted"],
        "people": found["people"] if found["tenants_counted"] else None,
        "as_of": found["as_of"],
    }
