"""Who is this, which sessions does she have, and what do we know of her papers and phone?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import aliased

from backend import clock, vault
from backend.access import Audience, Principal, Role, can
from backend.accounts import identity, names, sealed
from backend.accounts.models import (
    CivilIdentity,
    CivilNumber,
    Duplicate,
    Identity,
    Person,
    Phone,
    Session,
    Staff,
)
from backend.db import Row, reading, row, rows
from backend.errors import NotAllowed

# GB/T 22239: an unattended console must not stay open. Citizens' devices may.
STAFF_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)


def session_of(session_id: UUID) -> Row | None:
    """Return a session that is still good, with its holder, as the records stand now."""
    now = clock.now()
    alive: ColumnElement[bool] = and_(
        Session.id == session_id,
        Session.ended_at.is_(None),
        Session.expires_at > now,
        or_(Session.audience == Audience.CITIZEN, Session.seen_at > now - STAFF_IDLE),
        Person.disabled_at.is_(None),
        Staff.disabled_at.is_(None),
        or_(
            Person.credential_version == Session.credential_version,
            Staff.credential_version == Session.credential_version,
        ),
    )
    return row(
        select(
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
        )
        .select_from(Session)
        .outerjoin(Person, Person.id == Session.person_id)
        .outerjoin(Staff, Staff.id == Session.staff_id)
        .where(alive)
    )


def principal(found: Row, parks: frozenset[int] = frozenset()) -> Principal:
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
    found = row(
        select(Identity.subject)
        .where(Identity.person_id == person_id, Identity.provider == "wechat")
        .order_by(Identity.id)
    )
    return found["subject"] if found else None


def identity_of(person_id: int) -> Row | None:
    """Return the masked view of a person's identity; None when she has not told it.

    That she is a minor is the only word about her age, because a date of birth would fill in
    what the mask leaves out.
    """
    found = _identity(person_id)
    if found is None:
        return None
    name, number = sealed.identity(found)
    today = clock.today()
    return {
        "name_masked": names.masked(name),
        "number_masked": vault.mask_number(number),
        "document": found["document"],
        "minor": identity.read(number, today).is_minor_on(today),
        "source": found["source"],
        "bound_at": found["bound_at"],
    }


def is_bound(person_id: int, name: str, number: str) -> bool:
    """Tell whether this very name and number are the person's already."""
    found = _identity(person_id)
    return found is not None and sealed.identity(found) == (name, number)


def holder_of(number: str) -> Row | None:
    """Return who has bound a number, under whichever index key."""
    return row(
        select(Person.id, Person.public_id)
        .join(CivilIdentity, CivilIdentity.person_id == Person.id)
        .join(CivilNumber, CivilNumber.identity_id == CivilIdentity.id)
        .where(CivilNumber.hash.in_(sealed.hashes("civil_number.hash", number)))
    )


def phone_of(person_id: int) -> Row | None:
    """Return a person's present phone, masked; None when she has not told one."""
    found = _phone(person_id)
    if found is None:
        return None
    number = sealed.opened("phone", "number", found)
    return {"number_masked": vault.mask_phone(number), "bound_at": found["bound_at"]}


def phone_by_code(person_id: int, code: str) -> str | None:
    """Return the number that a code of WeChat has given this person, while it is hers."""
    found = _phone(person_id)
    if found is None or found["code_hash"] not in sealed.hashes("phone.code_hash", code):
        return None
    return sealed.opened("phone", "number", found)


def phone_shared_with(person_id: int) -> list[int]:
    """Return the other people whose present phone is hers; staff weigh it as an interest."""
    found = _phone(person_id)
    if found is None:
        return []
    number = sealed.opened("phone", "number", found)
    return [each["id"] for each in holders_of_phone(number, besides=person_id)]


def holders_of_phone(number: str, *, besides: int) -> Sequence[Row]:
    """Return whose present phone this is, under whichever index key, but for one person."""
    return rows(
        select(Person.id, Person.public_id)
        .join(Phone, Phone.person_id == Person.id)
        .where(
            Phone.hash.in_(sealed.hashes("phone.hash", number)),
            Phone.replaced_at.is_(None),
            Person.id != besides,
        )
        .order_by(Person.id)
    )


def duplicates(by: Principal, *, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of pairs of accounts that share a document or a phone, newest first.

    Raise NotAllowed for whoever is not of the bureau's staff.
    """
    if not can(by, "listDuplicates", {}):
        raise NotAllowed
    claimant, holder = aliased(Person), aliased(Person)
    statement = (
        select(
            *Duplicate.__table__.columns,
            claimant.public_id.label("claimant"),
            holder.public_id.label("holder"),
        )
        .join(claimant, claimant.id == Duplicate.claimant_id)
        .join(holder, holder.id == Duplicate.holder_id)
        .order_by(Duplicate.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Duplicate.id < after)
    found = rows(statement)
    return [{**each, "number_masked": sealed.opened("duplicate", "shown", each)} for each in found]


def _identity(person_id: int) -> Row | None:
    columns = CivilIdentity.__table__.columns
    return row(select(*columns).where(CivilIdentity.person_id == person_id))


def _phone(person_id: int) -> Row | None:
    columns = Phone.__table__.columns
    hers = and_(Phone.person_id == person_id, Phone.replaced_at.is_(None))
    return row(select(*columns).where(hers))


def _holder(by: Principal) -> ColumnElement[bool]:
    if by.audience is Audience.CITIZEN:
        return Session.person_id == by.id
    return Session.staff_id == by.id
