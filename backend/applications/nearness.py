"""Who is too near to a case to have a hand in it, and which office is left to decide it?

Too near is whoever said so or was said to be, whoever applied, and whoever has the applicant's
phone. A proven phone is compared by its keyed hash, so that numbers stay sealed; one that was bound
under an older index key is not the same here.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from backend import clock
from backend.access import THE_BUREAU, Principal
from backend.accounts.models import Phone, Staff
from backend.applications.kinds import OF_PARKS, Office
from backend.applications.models import Application, Recusal
from backend.parks.models import ParkManager

_member, _hers, _his = aliased(Staff), aliased(Phone), aliased(Phone)
_recused = (
    exists()
    .where(Recusal.application_id == Application.id, Recusal.staff_id == _member.id)
    .correlate(Application, _member)
)
_has_her_phone = (
    exists()
    .where(
        _hers.person_id == Application.applicant_id,
        _hers.replaced_at.is_(None),
        _his.hash == _hers.hash,
        _his.replaced_at.is_(None),
        _his.person_id == _member.person_id,
    )
    .correlate(Application, _member)
)
_is_herself = _member.person_id.is_not_distinct_from(Application.applicant_id)
_too_near = or_(_recused, _is_herself, _has_her_phone)
_today: Any = bindparam("today", callable_=clock.today, type_=Date)
_a_manager = exists().where(
    ParkManager.park_id == Application.park_id,
    ParkManager.staff_id == _member.id,
    ParkManager.since_on <= _today,
    or_(ParkManager.until_on.is_(None), ParkManager.until_on > _today),
    _member.disabled_at.is_(None),
)
# The keys of all staff who are too near to the case of a row.
RECUSED: ColumnElement[Any] = func.array(
    select(_member.id).where(_too_near).correlate(Application).scalar_subquery()
).label("recused")
# A park decides its cases itself unless each of its managers is too near: then the bureau of the
# county does, and the league stands above it.
OFFICE: ColumnElement[str] = case(
    (
        and_(
            Application.kind.in_(OF_PARKS),
            or_(
                _a_manager.where(~_too_near).correlate(Application),
                ~_a_manager.correlate(Application),
            ),
        ),
        literal(Office.PARK.name.lower()),
    ),
    else_=literal(THE_BUREAU),
).label("office")


def keeps_away(by: Principal) -> ColumnElement[bool]:
    """Say in SQL that a member of staff is too near to the case of a row."""
    return exists().where(_member.id == by.id, _too_near).correlate(Application)
