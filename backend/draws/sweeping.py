"""What happens to a draw by itself?  Its list is closed, and it is held, each at its moment.

Each is a transaction of its own, under the lock of the draw; doing it twice does nothing.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select

from backend import clock, vault
from backend.access import Relation
from backend.audit.actions import record
from backend.db import action, rows, session
from backend.draws import lots, workflow
from backend.draws.actions import sealed_place
from backend.draws.lots import Entrant
from backend.draws.models import Draw, Ticket
from backend.draws.workflow import Status
from backend.steps import step
from backend.tenancies import lists, ranking
from backend.tenancies.models import WaitingEntry

log = logging.getLogger(__name__)
AT_ONCE = 100


def sweep() -> None:
    """Do all that has become due; a draw that cannot be moved does not hold up the others."""
    for due, do in ((_closes(), freeze), (_is_drawn(), reveal)):
        for each in rows(select(Draw.id).where(due).order_by(Draw.id).limit(AT_ONCE)):
            try:
                do(each["id"])
            except Exception:
                log.exception("draw %s cannot be swept", each["id"])


@action
def freeze(draw_id: int) -> None:
    """Close the list: give everybody on it a ticket, and publish what binds us to it."""
    draw = _still(draw_id, _closes())
    if draw is None:
        return
    its = str(draw.public_id)
    tickets = [
        Ticket(
            draw_id=draw.id,
            entry_id=each["id"],
            code=lots.code(its, str(each["public_id"])),
            class_rank=each["rank"],
        )
        for each in ranking.entrants(draw.park_id, draw.unit_kind)
    ]
    session.add_all(tickets)
    session.flush()
    draw.list_sha256, draw.frozen_at = lots.list_hash(its, _entrants(tickets)), clock.now()
    _moved(draw, "freeze", list_sha256=draw.list_sha256, entrants=len(tickets))
    for each in tickets:
        record("ticket.issued", "ticket", each.id, None)


@action
def reveal(draw_id: int) -> None:
    """Hold the draw: publish the secret, and put the list into the order that follows from it."""
    draw = _still(draw_id, _is_drawn())
    if draw is None:
        return
    secret = bytes.fromhex(vault.keys().unseal(sealed_place(draw.public_id), draw.sealed))
    tickets = session.scalars(
        select(Ticket).where(Ticket.draw_id == draw.id).order_by(Ticket.id)
    ).all()
    assert draw.list_sha256 is not None  # What is frozen has one.
    drawn = lots.order(secret, draw.list_sha256, _entrants(tickets))
    places = {code: place for place, code in enumerate(drawn, 1)}
    for each in tickets:
        each.place = places[each.code]
    session.flush()
    draw.secret, draw.revealed_at = secret.hex(), clock.now()
    _moved(draw, "reveal", secret=draw.secret)
    lists.drawn(
        draw.park_id, draw.unit_kind, {each.entry_id: places[each.code] for each in tickets}
    )
    lists.go_on(draw.park_id, draw.unit_kind)
    for each in _waiting(tickets):
        record("ticket.drawn", "ticket", each.id, None, place=each.place)


def _moved(draw: Draw, verb: str, **particulars: object) -> None:
    row = step(workflow.STEPS, draw.status, verb, {Relation.SYSTEM})
    draw.status = Status[row.to.name]
    session.flush()
    record(f"draw.{row.event}", "draw", draw.id, None, **particulars)


def _entrants(tickets: Sequence[Ticket]) -> list[Entrant]:
    return [Entrant(each.class_rank, each.code) for each in tickets]


def _waiting(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Leave out whoever has given up her place since the list was closed."""
    keys = [each.entry_id for each in tickets]
    left = set(
        session.scalars(
            select(WaitingEntry.id).where(
                WaitingEntry.id.in_(keys), WaitingEntry.left_at.is_not(None)
            )
        )
    )
    return [each for each in tickets if each.entry_id not in left]


def _closes() -> ColumnElement[bool]:
    return and_(Draw.status == Status.ANNOUNCED, Draw.freezes_at <= clock.now())


def _is_drawn() -> ColumnElement[bool]:
    return and_(Draw.status == Status.FROZEN, Draw.draws_at <= clock.now())


def _still(draw_id: int, due: ColumnElement[bool]) -> Draw | None:
    """Lock the draw if it is still so and nobody else is at it."""
    return session.scalar(
        select(Draw).where(Draw.id == draw_id, due).with_for_update(skip_locked=True)
    )
