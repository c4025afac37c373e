"""How do tests reach behind the API? Plain SQL, and principals for calling actions directly.

Everything here needs the app's context (`in_app`, or `own_app` with its context pushed).
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import Connection, text

from backend import clock
from backend.access import Audience, Principal, Role
from backend.accounts import actions as accounts
from backend.db import action, db, new_id, rows
from backend.profiles.actions import tell
from tests.backend.parks.appendix import NAMES
from tests.factories import openid_of

# Of the demo account `demo-manager` (demo.ACCOUNTS).
TOTP_SECRET = "JBSWY3DPEHPK3PXP" * 2


# What was found out about a person, in a transaction of its own.
record_facts = action(tell)


def look(sql: str, **values: Any) -> list[dict[str, Any]]:
    """Return all rows of a query."""
    return [dict(each) for each in rows(text(sql), **values)]


def one(sql: str, **values: Any) -> Any:
    """Return the only value of a query."""
    (found,) = look(sql, **values)
    (value,) = found.values()
    return value


def change(sql: str, **values: Any) -> int:
    """Change records directly, in a transaction of its own; return how many there were."""
    with db.engine.begin() as connection:
        return connection.execute(text(sql), values).rowcount


def person(name: str = "qiqige") -> Principal:
    """A signed-in person; the same name is the same person."""
    opened = accounts.sign_in_person(openid_of(name), None, device="")
    return Principal(
        Audience.CITIZEN, opened.holder_id, opened.public_id, opened.session_id, opened.role
    )


def staff(username: str = "demo-manager") -> Principal:
    """A staff account as the records stand now, with the parks that it has not left.

    From which day it runs them is left out: the seed appoints from the day of the run on, and
    tests travel to other days.
    """
    (found,) = look("SELECT * FROM staff WHERE username = :name", name=username)
    managed = look(
        "SELECT park_id FROM park_manager"
        " WHERE staff_id = :id AND (until_on IS NULL OR until_on > :today)",
        id=found["id"],
        today=clock.today(),
    )
    return Principal(
        Audience.STAFF,
        found["id"],
        found["public_id"],
        uuid4(),
        Role[found["role"]],
        county=found["county"],
        parks=frozenset(each["park_id"] for each in managed),
        person=found["person_id"],
        institution=next(
            (
                each["institution_id"]
                for each in look(
                    "SELECT institution_id FROM partner WHERE staff_id = :id", id=found["id"]
                )
            ),
            None,
        ),
    )


def new_staff(username: str, role: Role, *, county: str | None = None) -> Principal:
    """A new account, for a database of one's own."""
    accounts.create_staff(
        username,
        name=username,
        role=role,
        password="a-long-Password-1",
        totp_secret=TOTP_SECRET,
        county=county,
    )
    return staff(username)


def park(key: str = "P05") -> Mapping[str, Any]:
    """The row of a park by its seed key."""
    (found,) = look("SELECT * FROM park WHERE name = :name", name=NAMES[key])
    return found


def unit(code: str = "B201") -> UUID:
    """The public id of a unit by its code, which is unique among the demo units."""
    return one("SELECT public_id FROM unit WHERE code = :code", code=code)


def new_unit(park_key: str, code: str, *, closed_on: Any = None) -> UUID:
    """A new office in a park, for a database of one's own."""
    public_id = new_id()
    change(
        "INSERT INTO unit (public_id, park_id, code, kind, is_demo, closed_on)"
        " VALUES (:id, :park, :code, 'OFFICE', true, :closed)",
        id=public_id,
        park=park(park_key)["id"],
        code=code,
        closed=closed_on,
    )
    return public_id


def out_of_service(unit_id: UUID, first: Any, end: Any) -> None:
    """Take a unit out of service from the first day until, not including, the end."""
    change(
        "INSERT INTO holding (public_id, unit_id, kind, during, created_at)"
        " SELECT :id, unit.id, 'OUT_OF_SERVICE', daterange(:first, :end), :now"
        " FROM unit WHERE public_id = :unit",
        id=new_id(),
        first=first,
        end=end,
        now=clock.now(),
        unit=unit_id,
    )


def at_once(times: int, call: Callable[[int], Any]) -> list[Any]:
    """Call from so many threads at once; return what each got, exceptions included."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run(number: int) -> Any:
        with app.app_context():
            try:
                return call(number)
            except Exception as error:
                return error

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


SEEDED = ("staff", "park", "park_tier", "park_manager", "unit")


def keep_seed() -> None:
    """Copy what the seed brought; the template has these copies, and so has every copy of it."""
    change("CREATE SCHEMA kept")
    for table in SEEDED:
        change(f"CREATE TABLE kept.{table} AS TABLE {table}")


def mend_seed() -> None:
    """Put the copies back, past whatever refers to what a test made or changed."""
    db.session.remove()
    with db.engine.begin() as connection:
        mend(connection)


def mend(connection: Connection) -> None:
    """Put the copies back inside a transaction."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for table in SEEDED:
        connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text(f"INSERT INTO {table} SELECT * FROM kept.{table}"))
