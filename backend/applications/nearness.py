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
    false,
    func,
    join,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from backend import clock
from backend.access import THE_BUREAU
from backend.accounts.models import Phone, Staff
from backend.applications.kinds import OF_PARKS, Office
from backend.applications.models import Application, Recusal
from backend.parks.models import ParkManager
from backend.plans import unseen

_member, _hers, _his = aliased(Staff), aliased(Phone), aliased(Phone)
_recused = (
    exists()
    .where(Recusal.application_id == Application.id, Recusal.staff_id == _member.id)
    .correlate(Application, _member)
)
_has_her_phone = (
    exists()
    .select_from(join(_hers, _his, _his.hash == _hers.hash))
    .where(
        _hers.person_id == Application.applicant_id,
        _hers.replaced_at.is_(None),
        _his.replaced_at.is_(None),
        _his.person_id == _member.person_id,
    )
    .correlate(Application, _member)
)
_is_herself = _member.person_id.is_not_distinct_from(Application.applicant_id)
_too_near = or_(_recused, _is_herself, _has_her_phone)
_today = unseen(bindparam("today", callable_=clock.today, type_=Date))
# The keys of all staff who are too near to the case of a row, found from the case.
RECUSED: ColumnElement[Any] = func.array(
    union_all(
        select(Recusal.staff_id).where(Recusal.application_id == Application.id),
        select(_member.id).where(_member.person_id == Application.applicant_id),
        select(_member.id)
        .join(_his, _his.person_id == _member.person_id)
        .join(_hers, _hers.hash == _his.hash)
        .where(
            _hers.person_id == Application.applicant_id,
            _hers.replaced_at.is_(None),
            _his.replaced_at.is_(None),
        ),
    ).scalar_subquery()
).label("recused")
# Of the managers that a park has today: whether one may decide the case; null where it has none.
_one_may = (
    select(func.bool_or(~_too_near))
    .where(
        ParkManager.park_id == Application.park_id,
        ParkManager.staff_id == _member.id,
        ParkManager.since_on <= _today,
        or_(ParkManager.until_on.is_(None), ParkManager.until_on > _today),
        _member.disabled_at.is_(None),
    )
    .correlate(Application)
    .scalar_subquery()
)
# A park decides its cases itself unless each of its managers is too near: then the bureau of the
# county does, and the league stands above it.
OFFICE: ColumnElement[str] = case(
    (
        and_(Application.kind.in_(OF_PARKS), _one_may.is_not(false())),
        literal(Office.PARK.name.lower()),
    ),
    else_=literal(THE_BUREAU),
).label("office")


def keeps_away(staff: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Say in SQL that a member of staff is too near to the case of a row."""
    return exists().where(_member.id == staff, _too_near).correlate(Application)
