"""How does a park announce that the order of a list will be drawn, and call it off?"""

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock, vault
from backend.access import Principal, can, relations
from backend.audit.actions import record
from backend.db import action, new_id, session
from backend.draws import kinds, lots, queries, workflow
from backend.draws.models import Draw
from backend.draws.workflow import Status
from backend.errors import Invalid, NotAllowed, NotFound, Outdated
from backend.parks import queries as parks
from backend.parks.kinds import UnitKind
from backend.steps import step
from backend.tenancies import lists

View = dict[str, Any]
SECRET_BYTES = 32
RUNNING = "该类场地已有一次摇号正在进行"
NOT_SO_MANY = "超过本园区该类场地的数量"
WHY = "请说明取消的原因"


@action
def announce(
    park_id: UUID,
    *,
    unit_kind: UnitKind,
    places: int,
    freezes_on: date,
    draws_on: date,
    by: Principal,
) -> View:
    """Announce a draw for the list of a kind of unit, and bind ourselves to a secret.

    From now until the draw nothing of this list is given away. Raise NotFound for an unknown park,
    NotAllowed for a foreign one, Invalid with every fault.
    """
    park, now, public_id = parks.find(park_id), clock.now(), new_id()
    if park is None:
        raise NotFound
    if not can(by, "announceDraw", {"park_id": park["id"], "submitted_at": now}):
        raise NotAllowed
    faults = kinds.faults(clock.today(), freezes_on, draws_on)
    if places > queries.units_of_kind(park["id"], unit_kind):
        faults.append({"pointer": "#/places", "detail": NOT_SO_MANY})
    if not faults and not lists.stop(park["id"], unit_kind):
        faults.append({"pointer": "#/unit_kind", "detail": RUNNING})
    if faults:
        raise Invalid(errors=faults)
    secret = secrets.token_bytes(SECRET_BYTES)
    draw = Draw(
        public_id=public_id,
        park_id=park["id"],
        unit_kind=unit_kind,
        places=places,
        status=Status.ANNOUNCED,
        commitment=lots.commitment(secret),
        sealed=vault.keys().seal(sealed_place(public_id), secret.hex()),
        announced_by=by.id,
        announced_at=now,
        freezes_at=kinds.freezes_at(freezes_on),
        draws_at=kinds.draws_at(draws_on),
    )
    session.add(draw)
    session.flush()
    told = {"draw": str(public_id), "commitment": draw.commitment}
    record("draw.announced", "draw", draw.id, by, **told)
    days = {"freezes_at": draw.freezes_at.isoformat(), "draws_at": draw.draws_at.isoformat()}
    lists.told_all("draw_announced", park["id"], unit_kind, by, **told, **days)
    return queries.get(public_id, by)


@action
def cancel(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Call a draw off before its list is closed; the list goes on as it was.

    Raise NotFound, NotAllowed for a foreign park, Outdated, WrongStatus once the list is closed,
    Invalid without a reason.
    """
    draw = session.scalar(select(Draw).where(Draw.public_id == public_id).with_for_update())
    found = queries.find(public_id)
    if draw is None or found is None:
        raise NotFound
    if not can(by, "cancelDraw", found):
        raise NotAllowed
    if draw.version != seen:
        raise Outdated(seen=seen, current=draw.version)
    to = step(workflow.STEPS, draw.status, "cancel", relations(by, found)).to
    if not why.strip():
        raise Invalid(errors=[{"pointer": "#/why", "detail": WHY}])
    draw.status, draw.cancelled_at, draw.why = Status[to.name], clock.now(), why.strip()
    session.flush()
    lists.go_on(draw.park_id, draw.unit_kind)
    record("draw.cancelled", "draw", draw.id, by, why=draw.why)
    lists.told_all("draw_cancelled", draw.park_id, draw.unit_kind, by, why=draw.why)
    return queries.get(public_id, by)


def sealed_place(public_id: UUID) -> str:
    """Name the place to which the secret of a draw is sealed."""
    return f"draw|sealed|{public_id}"
