"""Which members of staff have to do with a notice?"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from backend.access import Audience, Principal, Role
from backend.accounts import queries as accounts
from backend.accounts.models import Staff
from backend.db import rows

# The session of whoever is thought of and has not asked.
NO_SESSION = UUID(int=0)


def of(
    notice: Mapping[str, Any], stands: Callable[[Principal, Mapping[str, Any]], bool]
) -> list[Principal]:
    """Return the bureau's staff who stand so to a notice; accounts out of use are left out."""
    found = rows(
        select(
            Staff.id.label("staff_id"),
            Staff.public_id.label("staff_public_id"),
            Staff.name.label("staff_name"),
            Staff.role,
            Staff.county,
            Staff.person_id.label("staff_person_id"),
        )
        .where(
            Staff.disabled_at.is_(None),
            Staff.role == Role.BUREAU_STAFF,
            or_(Staff.county.is_(None), Staff.county == notice["scope"]),
        )
        .order_by(Staff.id)
    )
    known = {"audience": Audience.STAFF, "session_id": NO_SESSION}
    principals = [accounts.principal({**each, **known}, frozenset()) for each in found]
    return [each for each in principals if stands(each, notice)]
