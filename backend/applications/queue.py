"""Which statement finds an application, or the page of a queue?

Building a statement costs more than running it, so each shape of question is built once, with its
values left open.
"""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from backend.access import Audience, Principal, Role
from backend.accounts.models import Staff
from backend.applications import advice, gaps, nearness, offered, ranked
from backend.applications.kinds import OF_PARKS
from backend.applications.models import DUE_OR_NEVER, Application, Opinion
from backend.parks.kinds import HoldingKind
from backend.parks.models import Division, Holding, Park, Unit
from backend.plans import built_once, constants_written_out, unseen

_SHOWN = (
    select(
        *Application.__table__.columns,
        Park.public_id.label("park_public_id"),
        Park.name.label("park_name"),
        Park.phone.label("park_phone"),
        Division.name.label("county_name"),
        Staff.name.label("handler_name"),
        nearness.OFFICE,
        ranked.HAS_NEXT,
        *gaps.COLUMNS,
        *offered.COLUMNS,
        Unit.public_id.label("unit_public_id"),
        Unit.code.label("unit_code"),
        func.lower(Holding.during).label("starts_on"),
        (func.upper(Holding.during) - 1).label("ends_on"),
    )
    .join(Division, Division.code == Application.jurisdiction_code)
    .outerjoin(Park, Park.id == Application.park_id)
    .outerjoin(Staff, Staff.id == Application.handler_id)
    .outerjoin(
        Holding,
        and_(Holding.application_id == Application.public_id, Holding.kind == HoldingKind.TENANCY),
    )
    .outerjoin(Unit, Unit.id == Holding.unit_id)
    .outerjoin(gaps.LIVE_GAP, gaps.IS_LIVE)
)
# With it who may not look, and who may look besides: on a page that has been asked already.
WHOLE = _SHOWN.add_columns(nearness.RECUSED, *advice.OFFICES)
ONE = constants_written_out(
    WHOLE.where(Application.public_id == bindparam("public_id", type_=Uuid))
)
_DUE: ColumnElement[Any] = literal_column(DUE_OR_NEVER, Date)
_ME = unseen(bindparam("me", type_=BigInteger))
_PARKS = unseen(bindparam("parks", type_=ARRAY(BigInteger)))
_COUNTY = unseen(bindparam("county", type_=Text))
_STATUS = unseen(bindparam("status", type_=Application.__table__.c.status.type))
_LAST_DUE = unseen(bindparam("last_due", type_=Date))
_LAST_ID = unseen(bindparam("last_id", type_=BigInteger))


class Reach(Enum):
    """Whose applications somebody may list, as the party relations of `access` say of one row."""

    HER_OWN = auto()
    OF_HIS_PARKS = auto()
    OF_THE_COUNTY = auto()
    EVERYWHERE = auto()


class Shape(NamedTuple):
    """What a list narrows, without the values."""

    reach: Reach
    limit: int
    status: bool = False
    goes_on: bool = False


def reach(by: Principal) -> Reach | None:
    """Return whose applications somebody may list; None for nobody's."""
    if by.audience is Audience.CITIZEN:
        return Reach.HER_OWN
    if by.role is Role.PARK_MANAGER:
        return Reach.OF_HIS_PARKS
    if by.role is Role.BUREAU_STAFF:
        return Reach.OF_THE_COUNTY if by.county else Reach.EVERYWHERE
    return None


def values(by: Principal) -> dict[str, Any]:
    """Return what a statement leaves open about who is asking."""
    return {"me": by.id, "parks": sorted(by.parks), "county": by.county}


@built_once(256)
def page(shape: Shape) -> Select[Any]:
    """Return the statement of a page: her own, newest first; an office's, most urgent first.

    Each office's cases are read in the order of its index, no further than the page goes.
    """
    order: tuple[Any, ...] = (_DUE, Application.id)
    after: ColumnElement[bool] = tuple_(*order) > tuple_(_LAST_DUE, _LAST_ID)
    if shape.reach is Reach.HER_OWN:
        order, after = (Application.id.desc(),), Application.id < _LAST_ID
    narrowed = [after] if shape.goes_on else []
    narrowed += [Application.status == _STATUS] if shape.status else []
    # Written out as well: of an unknown limit the planner expects a tenth of all rows.
    limit: ColumnElement[int] = literal_column(str(int(shape.limit)), BigInteger)
    first = select(Application.id, _DUE.label("due")).where(*narrowed).order_by(*order).limit(limit)
    parts = [select(*each.subquery().c) for each in _parts(shape.reach, first)]
    firsts = union(*parts).order_by("due", "id").limit(limit) if len(parts) > 1 else parts[0]
    page = firsts.subquery("page")
    found = _SHOWN.join(page, page.c.id == Application.id)
    return constants_written_out(found.order_by(*order).limit(limit))


def _parts(reach: Reach, first: Select[Any]) -> Iterator[Select[Any]]:
    """Give the first cases of each office within reach."""
    # As a filter, and not as a join, which would look at all rows before the first is shown.
    theirs = first.where(Application.submitted_at.is_not(None), nearness.keeps_away(_ME).is_(False))
    if reach is Reach.HER_OWN:
        yield first.where(Application.applicant_id == _ME)
    if reach is Reach.EVERYWHERE:
        yield theirs
    if reach is Reach.OF_THE_COUNTY:
        yield theirs.where(Application.jurisdiction_code == _COUNTY)
        yield theirs.where(advice.is_asked(Opinion.division_code == _COUNTY))
    if reach is Reach.OF_HIS_PARKS:
        his = func.unnest(_PARKS).table_valued("park_id", name="his").render_derived()
        of_one = Application.kind.in_(OF_PARKS), Application.park_id == his.c.park_id
        each = theirs.where(*of_one).lateral("of_each_park")
        yield select(*each.c).select_from(his).join(each, true())
        yield theirs.where(advice.is_asked(Opinion.park_id.in_(select(his.c.park_id))))
