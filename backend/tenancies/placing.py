"""How does a unit come to somebody: outright, or as an offer to the next on the list?

For use inside an action. The unit is locked before whoever is next; nobody who holds the
application of somebody waiting without a unit goes on to ask for a unit, so these two locks never
stand crosswise.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal
from backend.applications.models import Application
from backend.db import session
from backend.errors import Invalid, UnitTaken
from backend.parks.actions import hold
from backend.parks.kinds import HoldingKind
from backend.parks.models import Unit
from backend.tenancies import agreements, ranking
from backend.tenancies.kinds import Left, answer_by, sign_by
from backend.tenancies.lists import leave_all
from backend.tenancies.models import Tenancy
from backend.tenancies.taking import live_of, noted
from backend.tenancies.workflow import BEGINNINGS, Status
from eligibility.dates import add_months

TO_BE_DRAWN = "该类场地已公告摇号，结果公布前不能直接安排"


def grant(
    application: Application, unit: UUID, first: date, end: date, *, by: Principal
) -> Tenancy:
    """Grant a unit outright and lay out the agreement; other places are given up.

    Raise UnitTaken or Invalid as `hold` does, Invalid too while a draw is to give such units away,
    AlreadyTenant for whoever has a place already.
    """
    assert application.park_id is not None  # What is asked of a park has one.
    holding = hold(application.park_id, unit, first, end, application_id=application.public_id)
    _refuse_while_stopped(holding.unit_id)
    tenancy = _begun(application, Status.AGREEMENT_PENDING, holding.unit_id, first, end)
    noted(BEGINNINGS[tenancy.status], tenancy, by)
    agreements.draw_up(tenancy, application)
    leave_all(application, Left.PLACED, by)
    return tenancy


def pass_on(unit_id: int) -> Tenancy | None:
    """Offer a unit to the next who fits; return the offer, or None where nobody does."""
    unit = session.scalars(select(Unit).where(Unit.id == unit_id).with_for_update()).one()
    for each in ranking.next_for(unit):
        application = session.scalars(
            select(Application)
            .where(Application.id == each["application_id"])
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if ranking.still_next_for(unit, each["id"]):
            offer = _offered(application, unit, each["id"], each["rank"])
            if offer is not None:
                return offer
    return None


def _refuse_while_stopped(unit_id: int) -> None:
    stopped = ranking.is_stopped(Unit.park_id, Unit.kind)
    if session.scalar(select(Unit.id).where(Unit.id == unit_id, stopped)) is not None:
        raise Invalid(errors=[{"pointer": "#/unit_id", "detail": TO_BE_DRAWN}])


def _offered(application: Application, unit: Unit, entry_id: int, rank: int) -> Tenancy | None:
    first, end = wished(application)
    try:
        hold(
            unit.park_id,
            unit.public_id,
            first,
            end,
            application_id=application.public_id,
            kind=HoldingKind.OFFER,
        )
    except (UnitTaken, Invalid):
        return None  # Not free, or not open, for as long as she asked for.
    offer = _begun(application, Status.OFFERED, unit.id, first, end)
    offer.entry_id = entry_id
    noted(BEGINNINGS[offer.status], offer, None, rank=rank)
    return offer


def wished(application: Application) -> tuple[date, date]:
    """Return the days asked for, half open; a first day that is past becomes today."""
    space = application.sections["space"]
    first = max(date.fromisoformat(space["starts_on"]), clock.today())
    return first, add_months(first, space["term_months"])


def signable(application: Application, by: Principal | None) -> None:
    """Leave three working days at least to sign, now that nothing stands in the way any more."""
    tenancy = live_of(application)
    if tenancy is not None and tenancy.status is Status.AGREEMENT_PENDING:
        assert tenancy.expires_at is not None  # A condition of the status.
        tenancy.expires_at = max(tenancy.expires_at, answer_by(clock.now()))


def _begun(
    application: Application, status: Status, unit_id: int, first: date, end: date
) -> Tenancy:
    now = clock.now()
    park_id = session.scalars(select(Unit.park_id).where(Unit.id == unit_id)).one()
    return Tenancy(
        application_id=application.id,
        person_id=application.applicant_id,
        credit_code=application.sections.get("venture", {}).get("credit_code"),
        park_id=park_id,
        unit_id=unit_id,
        status=status,
        starts_on=first,
        until_on=end,
        expires_at=answer_by(now) if status is Status.OFFERED else sign_by(now),
        created_at=now,
        changed_at=now,
    )
