"""What may be asked about loans and institutions, and what does each party get to see?"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from backend import clock
from backend.access import THE_BUREAU, Audience, Principal, Role, can
from backend.accounts.models import Staff
from backend.applications import nearness
from backend.applications.models import Application
from backend.applications.verdict import facts_in
from backend.db import Row, row, rows
from backend.errors import NotAllowed, NotFound
from backend.loans import telling, waiver
from backend.loans.kinds import InstitutionKind
from backend.loans.models import Institution, Loan, Partner
from backend.loans.workflow import Status
from backend.parks.models import Division
from backend.profiles.queries import facts_of

# A loan is the bureau's to qualify and to refer.
OFFICE = {"office": THE_BUREAU}
# The institution for which the account of a row reports.
REPORTS_FOR = (
    select(Partner.institution_id)
    .where(Partner.staff_id == Staff.id)
    .correlate(Staff)
    .scalar_subquery()
    .label("institution")
)
Bank, Guarantor = aliased(Institution), aliased(Institution)
_WHOLE = (
    select(
        *Loan.__table__.columns,
        Application.public_id.label("application_public_id"),
        Application.number,
        Application.kind,
        Application.applicant_id,
        Application.park_id,
        Application.jurisdiction_code,
        Application.submitted_at,
        Application.handler_id,
        Application.decided_by,
        Application.sections,
        Division.name.label("county_name"),
        Bank.public_id.label("bank_public_id"),
        Bank.name.label("bank_name"),
        Guarantor.public_id.label("guarantor_public_id"),
        Guarantor.name.label("guarantor_name"),
        nearness.RECUSED,
    )
    .join(Application, Application.id == Loan.application_id)
    .join(Division, Division.code == Application.jurisdiction_code)
    .outerjoin(Bank, Bank.id == Loan.bank_id)
    .outerjoin(Guarantor, Guarantor.id == Loan.guarantor_id)
)


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one loan as the principal may see it; raise NotFound for everybody else.

    Whoever knows the case sees by which routes a counter-guarantee is spared as well.
    """
    found = find(public_id)
    if found is None or not can(by, "getLoan", found):
        raise NotFound
    seen = telling.seen_by(by, found)
    if telling.knows_the_case(by, found):
        day = clock.today()
        facts = facts_in(found["applicant_id"], found["kind"], found["sections"], day)
        seen["routes"] = waiver.routes(facts, day)
    return seen


def routes_of(by: Principal, as_of: date | None) -> dict[str, Any]:
    """Tell a person by which routes she is spared a counter-guarantee, by what is known of her."""
    day = as_of or clock.today()
    return waiver.routes(facts_of(by.id, day), day)


def find(public_id: UUID) -> Row | None:
    """Return the row of a loan with its case and its institutions, whoever asks."""
    found = row(_WHOLE.where(Loan.public_id == public_id))
    return found and {**found, **OFFICE}


def numbered(loan_id: int) -> Row:
    """Return the row of the loan that an event speaks of."""
    found = row(_WHOLE.where(Loan.id == loan_id))
    assert found is not None
    return {**found, **OFFICE}


def listed(
    by: Principal, *, status: Status | None, after: int | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page of the loans within reach, newest first."""
    statement = _WHOLE.where(_within_reach(by))
    if status is not None:
        statement = statement.where(Loan.status == status)
    if after is not None:
        statement = statement.where(Loan.id < after)
    found = rows(statement.order_by(Loan.id.desc()).limit(limit))
    return [telling.seen_by(by, {**each, **OFFICE}) for each in found]


def sequel(application: UUID) -> dict[str, Any] | None:
    """Tell what became of a case in its loans, and who has to act; None where there is none.

    For whoever may read the case.
    """
    found = rows(_WHOLE.where(Application.public_id == application).order_by(Loan.id))
    if not found:
        return None
    items = [told for each in found for told in telling.happened(each)]
    return {"items": items, **telling.standing(found[-1])}


def institutions(by: Principal, kind: InstitutionKind | None) -> Sequence[Row]:
    """Return the register of banks and guarantors; raise NotAllowed to all but the bureau."""
    if not can(by, "listInstitutions", {}):
        raise NotAllowed
    statement = select(
        Institution.public_id.label("id"),
        Institution.name,
        Institution.kind,
        Institution.jurisdiction_code,
    ).order_by(Institution.kind, Institution.name)
    return rows(statement if kind is None else statement.where(Institution.kind == kind))


def reporters_of(institution_id: int | None) -> frozenset[int]:
    """Return the accounts in use that report for an institution."""
    found = rows(
        select(Partner.staff_id)
        .join(Staff, Staff.id == Partner.staff_id)
        .where(Partner.institution_id == institution_id, Staff.disabled_at.is_(None))
    )
    return frozenset(each["staff_id"] for each in found)


def _within_reach(by: Principal) -> ColumnElement[bool]:
    """Say in SQL what the relations that open `getLoan` say of one row."""
    if by.audience is Audience.CITIZEN:
        return Loan.person_id == by.id
    if by.role is Role.BUREAU_STAFF:
        hers = Application.jurisdiction_code == by.county if by.county else true()
        return and_(hers, ~nearness.keeps_away(by.id))
    if by.role is Role.PARTNER and by.institution is not None:
        return or_(Loan.bank_id == by.institution, Loan.guarantor_id == by.institution)
    return false()
