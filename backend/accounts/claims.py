"""What do we know of somebody's document and phone, and who else claims them?"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from backend import clock, vault
from backend.access import Principal, can
from backend.accounts import identity, names, sealed
from backend.accounts.models import CivilIdentity, CivilNumber, Duplicate, Person, Phone
from backend.db import Row, row, rows
from backend.errors import NotAllowed


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


def told_to_herself(person_id: int) -> dict[str, tuple[str, date]]:
    """Return a person's own name and phone in full, each with the day on which it was bound."""
    found = {}
    if identity_row := _identity(person_id):
        name, _ = sealed.identity(identity_row)
        found["name"] = (name, clock.day_of(identity_row["bound_at"]))
    if phone := _phone(person_id):
        number = sealed.opened("phone", "number", phone)
        found["phone"] = (number, clock.day_of(phone["bound_at"]))
    return found


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
