"""Which other offices are being asked about a case?

Those that have not answered yet, for as long as it is undecided: so long they may see it.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from backend.access import Principal, Role
from backend.applications.models import Application, Opinion
from backend.applications.workflow import Status

UNDECIDED = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.CORRECTION_REQUESTED)
_waiting = and_(
    Opinion.application_id == Application.id,
    Opinion.given_at.is_(None),
    Application.status.in_(UNDECIDED),
)


def is_asked(by: Principal) -> ColumnElement[bool]:
    """Say in SQL that the office of a member of staff is being asked about the case of a row."""
    of_a_park = by.role is Role.PARK_MANAGER
    hers = Opinion.park_id.in_(by.parks) if of_a_park else Opinion.division_code == by.county
    return exists().where(_waiting, hers).correlate(Application)


def _all(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[Any]:
    asked = select(column).where(_waiting, column.is_not(None)).correlate(Application)
    return func.array(asked.scalar_subquery()).label(name)


OFFICES = (
    _all(Opinion.park_id, "advising_parks"),
    _all(Opinion.division_code, "advising_counties"),
)
