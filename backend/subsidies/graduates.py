"""Which households have graduated, which firms are in incubation, and who has been taken on there?

All of it as the records of the park have it: graduations, stays and confirmed head counts.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from backend.applications.models import Application
from backend.db import row, rows
from backend.subsidies.kinds import SubsidyKind
from backend.subsidies.models import SubsidyLine
from backend.tenancies.episodes import Graduation, Head, Headcount
from backend.tenancies.models import Tenancy
from backend.tenancies.workflow import STAYING

VENTURE = Application.sections["venture"]["name"].astext.label("name")
GRADUATED = exists().where(Graduation.tenancy_id == Tenancy.id)
INCUBATING = Tenancy.status.in_(STAYING)
# What was confirmed and not put right since.
_CURRENT = and_(Headcount.confirmed_at.is_not(None), Headcount.replaced_at.is_(None))
_WITH_ITS_CASE: Select[Any] = select(
    Tenancy.id.label("tenancy_key"), Tenancy.credit_code, Tenancy.starts_on, VENTURE
).join(Application, Application.id == Tenancy.application_id)
_GRADUATES: Select[Any] = (
    select(
        Tenancy.id.label("tenancy_key"),
        Graduation.credit_code,
        Graduation.registered_on,
        Graduation.moved_out_on,
        VENTURE,
    )
    .join(Tenancy, Tenancy.id == Graduation.tenancy_id)
    .join(Application, Application.id == Tenancy.application_id)
)


def of_park(
    park_id: int | None, *, tenancy: UUID | None, credit_code: str | None
) -> dict[str, Any] | None:
    """Return what the records of a park know of a household, by its tenancy or else its code."""
    by_code = Graduation.credit_code == credit_code
    which = Tenancy.public_id == tenancy if tenancy is not None else by_code
    found = row(_GRADUATES.where(Graduation.park_id == park_id, which))
    return dict(found) if found else None


def incubating(park_id: int, tenancy: UUID) -> dict[str, Any] | None:
    """Return a firm that is in incubation in a park now."""
    found = row(
        _WITH_ITS_CASE.where(Tenancy.park_id == park_id, Tenancy.public_id == tenancy, INCUBATING)
    )
    return dict(found) if found else None


def incubated_since(tenancy_id: int) -> date:
    """Return the first day of a tenancy."""
    found = row(select(Tenancy.starts_on).where(Tenancy.id == tenancy_id))
    assert found is not None
    day: date = found["starts_on"]
    return day


def works_there(
    tenancy: SQLColumnExpression[Any], who: SQLColumnExpression[Any]
) -> ColumnElement[bool]:
    """Say in SQL that a confirmed head count of a firm names this worker."""
    return (
        exists()
        .where(Headcount.tenancy_id == tenancy, _CURRENT)
        .where(Head.headcount_id == Headcount.id, Head.who == who)
    )


def new_jobs(tenancies: Collection[int]) -> Mapping[int, int]:
    """Count whom each firm has had in its last count and not in its first, and nobody has claimed.

    Of a firm that was counted once, or never, nobody knows; it is not in it.
    """
    first, last = (_count(each) for each in (Headcount.month, Headcount.month.desc()))
    earlier = aliased(Head)
    before = select(earlier.who).where(earlier.headcount_id == first.c.id)
    claimed = exists().where(
        SubsidyLine.kind == SubsidyKind.JOB_CREATION,
        SubsidyLine.counts,
        SubsidyLine.credit_code == Tenancy.credit_code,
        SubsidyLine.worker_hash == Head.who,
    )
    is_new = and_(Head.counted, Head.who.not_in(before), ~claimed)
    found = rows(
        select(last.c.tenancy_id, func.count().filter(is_new).label("people"))
        .join(first, and_(first.c.tenancy_id == last.c.tenancy_id, first.c.month < last.c.month))
        .join(Tenancy, Tenancy.id == last.c.tenancy_id)
        .outerjoin(Head, Head.headcount_id == last.c.id)
        .where(last.c.tenancy_id.in_(tenancies))
        .group_by(last.c.tenancy_id)
    )
    return {each["tenancy_id"]: each["people"] for each in found}


def _count(order: Any) -> Any:
    """Return the first head count of each firm, or with the order turned the last."""
    asked = select(Headcount.id, Headcount.tenancy_id, Headcount.month).where(_CURRENT)
    ordered = asked.order_by(Headcount.tenancy_id, order).ext(distinct_on(Headcount.tenancy_id))
    return ordered.subquery()
