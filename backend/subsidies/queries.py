"""What may be asked about subsidies, and what does each party get to see?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array

from backend import clock
from backend.access import THE_BUREAU, Audience, Principal, Role, can
from backend.accounts.models import Staff
from backend.applications import nearness
from backend.applications.models import Application
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.parks.models import Division, Park
from backend.policies.queries import snapshot
from backend.subsidies import bounds, telling, verdict
from backend.subsidies.kinds import SubsidyKind
from backend.subsidies.models import Subsidy
from backend.subsidies.workflow import PENDING, Status

OF_A_CASE = Subsidy.application_id.is_not(None)
# Told under other names, or put together with what the application says.
RENAMED = ("number", "submitted_at")
_COLUMNS = (each for each in Subsidy.__table__.columns if each.name not in RENAMED)
# The bureau decides all of it. A claim has no applicant to whom anybody could be too near.
OFFICE = {"office": THE_BUREAU}
_WHOLE = (
    select(
        *_COLUMNS,
        func.coalesce(Subsidy.number, Application.number).label("number"),
        func.coalesce(Subsidy.submitted_at, Application.submitted_at).label("submitted_at"),
        func.coalesce(Subsidy.reviewed_by, Application.decided_by).label("decided_by"),
        Subsidy.person_id.label("applicant_id"),
        Subsidy.park_id.label("claiming_park"),
        Application.public_id.label("application_public_id"),
        Application.handler_id,
        Application.status.label("case_status"),
        Application.sections["applicant"]["name"].astext.label("applicant"),
        Division.name.label("county_name"),
        Park.public_id.label("park_public_id"),
        Park.name.label("park_name"),
        Staff.person_id.label("proposed_by_person"),
        case((OF_A_CASE, nearness.RECUSED.element), else_=cast(array([]), ARRAY(BigInteger))).label(
            "recused"
        ),
    )
    .join(Division, Division.code == Subsidy.jurisdiction_code)
    .outerjoin(Application, Application.id == Subsidy.application_id)
    .outerjoin(Park, Park.id == Subsidy.park_id)
    .outerjoin(Staff, Staff.id == Subsidy.proposed_by)
)


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one subsidy as the principal may see it; raise NotFound for everybody else.

    While no amount stands, the bounds of today are told; the bureau and the park see what the rule
    says and what it lacks.
    """
    found = find(public_id)
    if found is None or not can(by, "getSubsidy", found):
        raise NotFound
    whole = telling.in_full(by, found)
    if found["amount"] is None and found["status"] in (*PENDING, Status.SUBMITTED):
        today = bounds.of(found["kind"], found["jurisdiction_code"], snapshot(clock.today()))
        whole["basis"] = today.as_json()
    whole["verdict"] = verdict.of(found) if by.audience is Audience.STAFF else None
    return whole


def find(public_id: UUID) -> Row | None:
    """Return the row of a subsidy with its case or its park, whoever asks."""
    found = row(_WHOLE.where(Subsidy.public_id == public_id))
    return found and {**found, **OFFICE}


def numbered(subsidy_id: int) -> Row:
    """Return the row of the subsidy that an event speaks of."""
    found = row(_WHOLE.where(Subsidy.id == subsidy_id))
    assert found is not None
    return {**found, **OFFICE}


def listed(
    by: Principal,
    *,
    kind: SubsidyKind | None,
    status: Status | None,
    after: int | None,
    limit: int,
) -> Sequence[dict[str, Any]]:
    """Return a page of the subsidies within reach, newest first."""
    asked = _WHOLE.where(_within_reach(by))
    if kind is not None:
        asked = asked.where(Subsidy.kind == kind)
    if status is not None:
        asked = asked.where(Subsidy.status == status)
    if after is not None:
        asked = asked.where(Subsidy.id < after)
    found = rows(asked.order_by(Subsidy.id.desc()).limit(limit))
    return [telling.seen_by(by, {**each, **OFFICE}) for each in found]


def sequel(application: UUID) -> dict[str, Any] | None:
    """Tell what became of a case in its subsidies, and who has to act; None where there is none.

    For whoever may read the case.
    """
    found = rows(_WHOLE.where(Application.public_id == application).order_by(Subsidy.id))
    if not found:
        return None
    items = [told for each in found for told in telling.happened(each)]
    return {"items": items, **telling.standing(found[-1])}


def _within_reach(by: Principal) -> ColumnElement[bool]:
    """Say in SQL what the relations that open `getSubsidy` say of one row."""
    if by.audience is Audience.CITIZEN:
        return Subsidy.person_id == by.id
    if by.role is Role.PARK_MANAGER:
        return Subsidy.park_id.in_(by.parks)
    if by.role is Role.BUREAU_STAFF:
        hers = Subsidy.jurisdiction_code == by.county if by.county else true()
        own = and_(OF_A_CASE, ~nearness.keeps_away(by.id))
        claimed = and_(~OF_A_CASE, Subsidy.submitted_at.is_not(None))
        return and_(hers, or_(own, claimed))
    return false()
