"""Which households have graduated from a park, and which firms are in incubation there now?"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, select

from backend.applications.models import Application
from backend.db import row
from backend.tenancies.models import Tenancy
from backend.tenancies.workflow import Status

VENTURE = Application.sections["venture"]["name"].astext.label("name")
GRADUATED = cast(Tenancy.status, Text) == "GRADUATED"
INCUBATING = Tenancy.status == Status.ACTIVE
_WITH_ITS_CASE: Select[Any] = select(
    Tenancy.id.label("tenancy_key"), Tenancy.credit_code, Tenancy.starts_on, VENTURE
).join(Application, Application.id == Tenancy.application_id)


def of_park(park_id: int | None, tenancy: UUID) -> dict[str, Any] | None:
    """Return what the records of a park know of a household that graduated from it."""
    found = row(
        _WITH_ITS_CASE.add_columns(Tenancy.until_on.label("moved_out_on")).where(
            Tenancy.park_id == park_id, Tenancy.public_id == tenancy, GRADUATED
        )
    )
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
