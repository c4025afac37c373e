"""How does an applicant get onto a waiting list, and off it?"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Principal, can
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.applications.workflow import Status
from backend.db import Row, action, constraint_of, session
from backend.errors import AlreadyTenant, Invalid, NotFound, WrongStatus
from backend.parks import queries as parks
from backend.parks.kinds import UnitKind
from backend.tenancies import admissions, lists, queries, ranking
from backend.tenancies.kinds import CHOICES, Left
from backend.tenancies.models import WaitingEntry
from backend.tenancies.taking import live_of

# Whom a park has approved already: the other parks on whose lists she waits are asked at once.
DECIDED = (Status.APPROVED, Status.PUBLICISED, Status.OBJECTION_HOLD)
FAULTS = {
    "park_id": "没有这个园区",
    "choice": f"第几志愿已用过，请改选（共 {CHOICES} 个）",
    "again": "已在该园区候补",
}


@action
def join(
    public_id: UUID, *, by: Principal, park: UUID, unit_kind: UnitKind, choice: int
) -> dict[str, Any]:
    """Wait in a park for a kind of unit; whoever rests there goes on from her old place.

    Raise WrongStatus unless the application is with the office or approved without a unit,
    AlreadyTenant for whoever has a place already, Invalid for a park or choice taken before.
    """
    application, found = _hers(public_id, "joinWaitingList", by)
    if application.status not in ranking.WAITING or live_of(application) is not None:
        actions = applications.seen_by(by, found)["actions"]
        raise WrongStatus(current_status=application.status.name.lower(), actions=actions)
    venture = application.sections.get("venture", {})
    if queries.is_housed(application.applicant_id, venture.get("credit_code")):
        raise AlreadyTenant
    place = parks.find(park)
    if place is None:
        raise Invalid(errors=[{"pointer": "#/park_id", "detail": FAULTS["park_id"]}])
    resting = session.scalar(
        select(WaitingEntry).where(
            WaitingEntry.application_id == application.id,
            WaitingEntry.park_id == place["id"],
            WaitingEntry.paused_at.is_not(None),
            WaitingEntry.left_at.is_(None),
        )
    )
    if resting is not None:
        resting.paused_at, resting.resumed_at, resting.silent = None, clock.now(), 0
        lists.told("resumed", resting, by)
    else:
        _joined(application, place["id"], unit_kind, choice, by)
    if application.status in DECIDED:
        admissions.ask(application, by)
    return queries.waiting(public_id, by)


@action
def leave(entry_id: UUID, *, by: Principal) -> dict[str, Any]:
    """Give up a place on a list; an offer that came of it stays open until it is answered."""
    public_id = queries.application_of_entry(entry_id)
    if public_id is None:
        raise NotFound
    application, _ = _hers(public_id, "leaveWaitingList", by)
    entry = session.scalars(select(WaitingEntry).where(WaitingEntry.public_id == entry_id)).one()
    if entry.left_at is None:
        lists.leave(entry, Left.LEFT, by)
    return queries.waiting(public_id, by)


def _hers(public_id: UUID, operation: str, by: Principal) -> tuple[Application, Row]:
    application = session.scalar(
        select(Application).where(Application.public_id == public_id).with_for_update()
    )
    found = applications.find(public_id)
    if application is None or found is None or not can(by, operation, found):
        raise NotFound
    return application, found


def _joined(
    application: Application, park_id: int, unit_kind: UnitKind, choice: int, by: Principal
) -> None:
    entry = WaitingEntry(
        application_id=application.id,
        park_id=park_id,
        unit_kind=unit_kind,
        choice=choice,
        joined_at=clock.now(),
    )
    faults = {
        "uq_waiting_entry_park": ("#/park_id", FAULTS["again"]),
        "uq_waiting_entry_choice": ("#/choice", FAULTS["choice"]),
    }
    try:
        with session.begin_nested():
            session.add(entry)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) not in faults:
            raise
        pointer, detail = faults[constraint_of(error) or ""]
        raise Invalid(errors=[{"pointer": pointer, "detail": detail}]) from None
    lists.told("joined", entry, by, unit_kind=unit_kind.name.lower())
