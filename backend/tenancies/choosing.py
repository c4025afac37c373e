"""How does an applicant name the parks that she would take if the first one has no place for her?

Naming a park is her standing consent that the case goes there; she may take it back as long as the
case has not come to it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from backend import clock
from backend.access import Principal, can
from backend.applications import queries as applications
from backend.applications import ranked
from backend.applications.kinds import PARKS
from backend.applications.models import Application, ParkChoice
from backend.applications.taking import noted
from backend.applications.workflow import Status
from backend.db import Row, action, session
from backend.errors import Invalid, NotFound, Outdated, WrongStatus
from backend.parks import queries as parks
from backend.tenancies import choices

# What is decided is past this; then one joins and leaves waiting lists.
UNDECIDED = (
    Status.DRAFT,
    Status.SUBMITTED,
    Status.UNDER_REVIEW,
    Status.CORRECTION_REQUESTED,
)
NO_PARKS = "只有入驻申请可以填报其他志愿"
NO_SUCH = "没有这个园区"
TWICE = "每个园区只填报一次，首个志愿为申请的园区"
TOO_MANY = f"最多填报 {PARKS} 个园区，含首个志愿"


@action
def rank(public_id: UUID, *, seen: int, by: Principal, others: Sequence[UUID]) -> dict[str, Any]:
    """Name the parks after the first, in order, in the place of those not reached yet.

    Raise NotFound for a foreign application, Outdated, WrongStatus once it is decided, Invalid for
    a kind without parks, an unknown park, one named twice, or too many.
    """
    application = session.scalar(
        select(Application).where(Application.public_id == public_id).with_for_update()
    )
    found = applications.find(public_id)
    if application is None or found is None or not can(by, "rankParks", found):
        raise NotFound
    if application.version != seen:
        raise Outdated(seen=seen, current=application.version)
    if application.status not in UNDECIDED:
        actions = applications.seen_by(by, found)["actions"]
        raise WrongStatus(current_status=application.status.name.lower(), actions=actions)
    wanted = _known(ranked.been(found), others)
    _replace(application, wanted)
    application.changed_at = clock.now()
    noted("parks_ranked", application, by, parks=wanted)
    return choices.of(public_id, by)


def _known(been: Sequence[Row], others: Sequence[UUID]) -> list[int]:
    """Return the keys of the parks; raise Invalid with every fault."""
    if not been:
        raise Invalid(errors=[{"pointer": "#/other_parks", "detail": NO_PARKS}])
    known, faults = [each["park_id"] for each in been], []
    for place, each in enumerate(others):
        park = parks.find(each)
        fault = NO_SUCH if park is None else TWICE if park["id"] in known else None
        if fault:
            faults.append({"pointer": f"#/other_parks/{place}", "detail": fault})
        elif park is not None:
            known.append(park["id"])
    if len(been) + len(others) > PARKS:
        faults.append({"pointer": "#/other_parks", "detail": TOO_MANY})
    if faults:
        raise Invalid(errors=faults)
    return known[len(been) :]


def _replace(application: Application, wanted: Sequence[int]) -> None:
    its = ParkChoice.application_id == application.id
    session.execute(delete(ParkChoice).where(its, ParkChoice.came_at.is_(None)))
    reached = session.scalar(select(func.max(ParkChoice.choice)).where(its)) or 1
    for choice, park_id in enumerate(wanted, reached + 1):
        session.add(ParkChoice(application_id=application.id, choice=choice, park_id=park_id))
    session.flush()
