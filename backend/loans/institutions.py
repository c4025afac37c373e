"""Which banks and guarantors are there, and which accounts report for them?"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Principal, can
from backend.accounts.models import Staff
from backend.audit.actions import record
from backend.db import action, constraint_of, session
from backend.errors import Invalid, NotAllowed
from backend.loans.kinds import InstitutionKind
from backend.loans.models import Institution, Partner
from backend.parks import queries as parks

SAME_NAME, NO_SUCH_COUNTY = "已有同名的{kind}", "没有这个旗县市"
Faults = list[dict[str, str]]


@action
def create(
    name: str, *, kind: InstitutionKind, county: str | None = None, by: Principal
) -> dict[str, Any]:
    """Add a bank or a guarantor to the register; without a county it serves the whole league.

    Raise NotAllowed to all but the bureau, Invalid for one that is there already.
    """
    if not can(by, "createInstitution", {}):
        raise NotAllowed
    if county is not None and not parks.is_county(county):
        raise Invalid(errors=[fault("jurisdiction_code", NO_SUCH_COUNTY)])
    institution = Institution(
        name=name, kind=kind, jurisdiction_code=county, created_at=clock.now()
    )
    try:
        with session.begin_nested():
            session.add(institution)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "uq_institution_name_kind":
            raise
        raise Invalid(errors=[fault("name", SAME_NAME.format(kind=kind.value))]) from None
    record("institution.created", "institution", institution.id, by)
    return {
        "id": institution.public_id,
        "name": name,
        "kind": kind,
        "jurisdiction_code": county,
    }


@action
def appoint(username: str, *, name: str, kind: InstitutionKind) -> None:
    """Let an account report for an institution, which is added if need be.

    Doing it twice changes nothing; an account reports for one institution at a time.
    """
    found = session.scalar(
        select(Institution).where(Institution.name == name, Institution.kind == kind)
    )
    if found is None:
        found = Institution(name=name, kind=kind, created_at=clock.now())
        session.add(found)
        session.flush()
    staff_id = session.scalars(select(Staff.id).where(Staff.username == username)).one()
    session.merge(Partner(staff_id=staff_id, institution_id=found.id))


def serving(public_id: UUID, kind: InstitutionKind, county: str) -> int | None:
    """Return the key of an institution of this kind that serves a county."""
    return session.scalar(
        select(Institution.id).where(
            Institution.public_id == public_id,
            Institution.kind == kind,
            (Institution.jurisdiction_code == county) | Institution.jurisdiction_code.is_(None),
        )
    )


def fault(field: str, words: str) -> dict[str, str]:
    """Say of a field what is wrong with it."""
    return {"pointer": f"#/{field}", "detail": words}
