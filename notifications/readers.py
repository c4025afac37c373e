"""Whose accounts are meant when the catalogue names the reader of a message?

The records as they stand now decide, and `parties` says who stands how to a case. So nobody is told
of a case who has left the office, applied herself or is too near to whoever did.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from backend.accounts import queries as accounts
from backend.accounts.models import Staff
from backend.db import rows
from backend.parks import queries as parks
from backend.parties import (
    Audience,
    Principal,
    Relation,
    Role,
    is_approver,
    is_decider,
    is_handler,
    is_supervisor,
)

# The columns of a message that name its reader.
Reader = dict[str, int]
Case = Mapping[str, Any]
# The session of whoever is thought of and has not asked.
NO_SESSION = UUID(int=0)
STAFF = (
    Staff.id.label("staff_id"),
    Staff.public_id.label("staff_public_id"),
    Staff.name.label("staff_name"),
    Staff.role,
    Staff.county,
    Staff.person_id.label("staff_person_id"),
)


def applicant(case: Case) -> list[Reader]:
    """Return her who applied."""
    return [{"person_id": case["applicant_id"]}]


def handler(case: Case) -> list[Reader]:
    """Return whoever has the case in hand, if anybody."""
    return _readers(each for each in _near(case) if is_handler(each, case))


def office(case: Case) -> list[Reader]:
    """Return whoever has the case in hand, else everybody who may decide it."""
    return handler(case) or _readers(_nearest([e for e in _near(case) if is_decider(e, case)]))


def above(case: Case) -> list[Reader]:
    """Return whoever stands above the office, the county's staff rather than the league's."""
    return _readers(_nearest([each for each in _near(case) if is_supervisor(each, case)]))


def contact(case: Case) -> list[Reader]:
    """Return whoever speaks for the host, if anybody does."""
    return [{"person_id": case["contact_id"]}] if case["contact_id"] else []


def second(case: Case) -> list[Reader]:
    """Return whoever may approve what a colleague has put forward."""
    return _readers(_nearest([each for each in _near(case) if is_approver(each, case)]))


READERS: Mapping[Relation, Callable[[Case], list[Reader]]] = {
    Relation.APPLICANT: applicant,
    Relation.HANDLER: handler,
    Relation.DECIDER: office,
    Relation.SUPERVISOR: above,
    Relation.CONTACT: contact,
    Relation.APPROVER: second,
}


def _near(case: Case) -> list[Principal]:
    """Return the staff who may have to do with a case; accounts out of use are left out.

    These are the managers of its park, the bureau's staff of its county, and the league's.
    """
    managers = parks.managers_of(case["park_id"])
    answering = or_(Staff.county.is_(None), Staff.county == case["jurisdiction_code"])
    clerks = and_(Staff.role == Role.BUREAU_STAFF, answering)
    found = rows(
        select(*STAFF)
        .where(Staff.disabled_at.is_(None), or_(clerks, Staff.id.in_(managers)))
        .order_by(Staff.id)
    )
    return [
        accounts.principal(
            {**each, "audience": Audience.STAFF, "session_id": NO_SESSION},
            frozenset({case["park_id"]} if each["staff_id"] in managers else ()),
        )
        for each in found
    ]


def _nearest(found: list[Principal]) -> list[Principal]:
    """Leave out the league's staff unless there is nobody else."""
    return [e for e in found if e.role is not Role.BUREAU_STAFF or e.county] or found


def _readers(principals: Iterable[Principal]) -> list[Reader]:
    return [{"staff_id": each.id} for each in principals]
