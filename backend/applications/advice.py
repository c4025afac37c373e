"""Which other offices are being asked about a case?

Those that have not answered yet, for as long as it is undecided: so long they may see it.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute

from backend.applications.models import Application, Opinion
from backend.applications.workflow import Status

UNDECIDED = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.CORRECTION_REQUESTED)
_waiting = and_(
    Opinion.application_id == Application.id,
    Opinion.given_at.is_(None),
    Application.status.in_(UNDECIDED),
)


def is_asked(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say in SQL that an office, whose opinions these are, is asked about the case of a row."""
    asked = select(Opinion.application_id).where(Opinion.given_at.is_(None), of)
    return and_(Application.id.in_(asked), Application.status.in_(UNDECIDED))


def _all(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[Any]:
    asked = select(column).where(_waiting, column.is_not(None)).correlate(Application)
    return func.array(asked.scalar_subquery()).label(name)


OFFICES = (
    _all(Opinion.park_id, "advising_parks"),
    _all(Opinion.division_code, "advising_counties"),
)
