"""Who is this, and which sessions does she have?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    and_,
    bindparam,
    or_,
    select,
    text,
    update,
)

from backend import clock
from backend.access import Audience, Principal, Role
from backend.accounts.models import (
    Person,
    Session,
    Staff,
)
from backend.db import Row, reading, row, rows
from backend.plans import built_once

# GB/T 22239: an unattended console must not stay open. Citizens' devices may.
STAFF_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
# In SQL: the openid under which WeChat knows a person. Of several the first one counts. All of hers
# are looked at, and no others: an order with a limit, or the provider beside her, might have the
# whole table read in that order.
OPENID = """(SELECT (array_agg(subject ORDER BY id) FILTER (WHERE provider = 'wechat'))[1]
        FROM identity WHERE identity.person_id = {person})"""
_OPENID = text(f"SELECT {OPENID.format(person=':id')} AS openid")


def session_of(session_id: UUID, *beside: ColumnElement[Any]) -> Row | None:
    """Return a session that is still good, with its holder, as the records stand now.

    `beside` names what else is to be read of the holder, as columns of her row.
    """
    now = clock.now()
    return row(_alive(beside), session_id=session_id, now=now, idle_since=now - STAFF_IDLE)


@built_once(8)
def _alive(beside: tuple[ColumnElement[Any], ...]) -> Select[Any]:
    """Build the statement once: every request asks it."""
    alive: ColumnElement[bool] = and_(
        Session.id == bindparam("session_id", type_=Uuid),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now", type_=DateTime(timezone=True)),
        or_(
            Session.audience == Audience.CITIZEN,
            Session.seen_at > bindparam("idle_since", type_=DateTime(timezone=True)),
        ),
        Person.disabled_at.is_(None),
        Staff.disabled_at.is_(None),
        or_(
            Person.credential_version == Session.credential_version,
            Staff.credential_version == Session.credential_version,
        ),
    )
    columns: tuple[Any, ...] = (
        Session.id.label("session_id"),
        Session.audience,
        Session.confirmed,
        Session.seen_at,
        Session.refresh_number,
        Session.expires_at,
        Person.id.label("person_id"),
        Person.public_id.label("person_public_id"),
        Person.name.label("person_name"),
        Staff.id.label("staff_id"),
        Staff.public_id.label("staff_public_id"),
        Staff.name.label("staff_name"),
        Staff.role,
        Staff.county,
        Staff.person_id.label("staff_person_id"),
        *beside,
    )
    return (
        select(*columns)
        .select_from(Session)
        .outerjoin(Person, Person.id == Session.person_id)
        .outerjoin(Staff, Staff.id == Session.staff_id)
        .where(alive)
    )


def principal(
    found: Row, parks: frozenset[int] = frozenset(), institution: int | None = None
) -> Principal:
    """Build the principal of a session row."""
    if found["audience"] is Audience.CITIZEN:
        return Principal(
            audience=Audience.CITIZEN,
            id=found["person_id"],
            public_id=found["person_public_id"],
            session_id=found["session_id"],
            role=Role.ENTREPRENEUR,
            name=found["person_name"],
        )
    return Principal(
        audience=Audience.STAFF,
        id=found["staff_id"],
        public_id=found["staff_public_id"],
        session_id=found["session_id"],
        role=found["role"],
        name=found["staff_name"],
        county=found["county"],
        parks=parks,
        person=found["staff_person_id"],
        institution=institution,
    )


def sessions_of(by: Principal) -> Sequence[Row]:
    """Return the open sessions of one account, the latest first."""
    return rows(
        select(Session.id, Session.device, Session.created_at, Session.seen_at, Session.expires_at)
        .where(
            _holder(by),
            Session.ended_at.is_(None),
            Session.expires_at > clock.now(),
            or_(Session.audience == Audience.CITIZEN, Session.confirmed),
        )
        .order_by(Session.seen_at.desc(), Session.id)
    )


def password_hash_of(username: str) -> str | None:
    """Return the hash of an account that may sign in; None for any other name."""
    found = row(
        select(Staff.password_hash).where(Staff.username == username, Staff.disabled_at.is_(None))
    )
    return found["password_hash"] if found else None


def challenged(session_id: UUID) -> str | None:
    """Return the account whose second factor a session is waiting for."""
    found = row(
        select(Staff.username)
        .join(Session, Session.staff_id == Staff.id)
        .where(
            Session.id == session_id,
            Session.ended_at.is_(None),
            Session.expires_at > clock.now(),
            Session.confirmed.is_(False),
            Staff.disabled_at.is_(None),
        )
    )
    return found["username"] if found else None


def touch(session_id: UUID, seen_at: datetime) -> None:
    """Note, at most once a minute, that a session is in use: the idle limit needs it.

    The one write outside of an action; losing it costs nothing.
    """
    now = clock.now()
    if now - seen_at > SEEN_EVERY:
        with reading() as connection:
            connection.execute(update(Session).where(Session.id == session_id).values(seen_at=now))


def openid_of(person_id: int) -> str | None:
    """Return the openid under which WeChat knows a person."""
    found = row(_OPENID, id=person_id)
    assert found is not None
    openid: str | None = found["openid"]
    return openid


def _holder(by: Principal) -> ColumnElement[bool]:
    if by.audience is Audience.CITIZEN:
        return Session.person_id == by.id
    return Session.staff_id == by.id
