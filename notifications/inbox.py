"""What has a person or a member of staff been told, and what has she read?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from backend import clock
from backend.access import Audience, Principal, can
from backend.db import action, row, rows, session
from backend.errors import NotFound
from notifications.models import Delivery, Message, Unread


def listed(by: Principal, *, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of messages with what became of their pushes, newest first."""
    statement = select(*Message.__table__.columns).where(_hers(by))
    if after is not None:
        statement = statement.where(Message.id < after)
    found = rows(statement.order_by(Message.id.desc()).limit(limit))
    return _with_deliveries(found)


def unread(by: Principal) -> int:
    """Return how many she has not read yet, as the records have counted them."""
    found = row(select(Unread.messages).where(_hers(by, Unread)))
    return found["messages"] if found else 0


@action
def mark_read(public_id: UUID, *, by: Principal) -> dict[str, Any]:
    """Note when the message was first read; raise NotFound for anybody else's."""
    message = session.scalar(
        select(Message).where(Message.public_id == public_id).with_for_update()
    )
    if message is None:
        raise NotFound
    reader = {"person_id": message.person_id, "staff_id": message.staff_id}
    if not can(by, "markRead", reader):
        raise NotFound
    if message.read_at is None:
        message.read_at = clock.now()
    session.flush()
    found = rows(select(*Message.__table__.columns).where(Message.id == message.id))
    return _with_deliveries(found)[0]


def _hers(by: Principal, of: type[Message] | type[Unread] = Message) -> ColumnElement[bool]:
    """Keys of people and of staff are counted apart, and may coincide."""
    if by.audience is Audience.CITIZEN:
        return of.person_id == by.id
    return of.staff_id == by.id


def _with_deliveries(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    pushes = rows(
        select(Delivery.message_id, Delivery.channel, Delivery.status)
        .where(Delivery.message_id.in_([each["id"] for each in messages]))
        .order_by(Delivery.id)
    )
    return [
        {**each, "deliveries": [push for push in pushes if push["message_id"] == each["id"]]}
        for each in messages
    ]
