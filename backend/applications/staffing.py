"""Which members of staff have to do with a case?

The records as they stand now decide, and `parties` says who stands how to it. So whoever has left
the office, applied herself or is too near to whoever did is not among them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from backend.access import Audience, Principal, Role
from backend.accounts import queries as accounts
from backend.accounts.models import Staff
from backend.applications.models import Application
from backend.applications.workflow import Status
from backend.db import rows
from backend.parks import queries as parks

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


def of(case: Case, stands: Callable[[Principal, Case], bool]) -> list[Principal]:
    """Return the staff who stand so to a case; accounts out of use are left out."""
    return [each for each in _near(case) if stands(each, case)]


def in_hand(staff: Sequence[Principal]) -> dict[int, int]:
    """Count the cases that each of these has in hand; whoever has none is not in it."""
    found = rows(
        select(Application.handler_id, func.count().label("cases"))
        .where(
            Application.handler_id.in_([each.id for each in staff]),
            Application.status.in_((Status.UNDER_REVIEW, Status.CORRECTION_REQUESTED)),
        )
        .group_by(Application.handler_id)
    )
    return {each["handler_id"]: each["cases"] for each in found}


def _near(case: Case) -> list[Principal]:
    """Return who may have to do with a case.

    These are the managers of its park and of those that are asked about it, the bureau's staff of
    its county and of those asked, and the league's.
    """
    asked = case.get("advising_parks") or ()
    places = [park for park in (case["park_id"], *asked) if park is not None]
    managed = {park: parks.managers_of(park) for park in places}
    managers = frozenset().union(*managed.values())
    counties = (case["jurisdiction_code"], *(case.get("advising_counties") or ()))
    answering = or_(Staff.county.is_(None), Staff.county.in_(counties))
    clerks = and_(Staff.role == Role.BUREAU_STAFF, answering)
    found = rows(
        select(*STAFF)
        .where(Staff.disabled_at.is_(None), or_(clerks, Staff.id.in_(managers)))
        .order_by(Staff.id)
    )
    return [
        accounts.principal(
            {**each, "audience": Audience.STAFF, "session_id": NO_SESSION},
            frozenset(park for park in places if each["staff_id"] in managed[park]),
        )
        for each in found
    ]
