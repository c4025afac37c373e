"""Who is on the stage? Applicants who wait, a manager who approves, and the ledger to look at."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import time_machine

from backend import clock
from backend.access import Principal
from backend.cases import actions as cases
from backend.cases.granting import Wish
from backend.db import new_id
from backend.parks.kinds import UnitKind
from backend.tenancies import actions, arriving, queries, waiting
from tests import records
from tests.filing import draft, handed_in, whole
from tests.records import change, look, one, person, staff

OFFICE = UnitKind.OFFICE


def applicant(name: str, *, park: str = "P05", **space: Any) -> tuple[Principal, dict]:
    """Somebody with a submitted application."""
    her, sections = person(name), whole()
    sections["space"] |= space
    return her, handed_in(draft(her, park, sections), her)


def approve(case: dict, **wish: Any) -> dict:
    return cases.approve(case["id"], seen=seen(case), by=staff(), wish=Wish(**wish))


def granted(name: str = "qiqige", code: str = "B201") -> tuple[Principal, dict]:
    """Somebody who was granted a unit, and her tenancy."""
    her, case = applicant(name)
    approve(case, unit=records.unit(code))
    return her, tenancy_of(case, her)


def waits(
    name: str, *, park: str = "P05", kind: UnitKind = OFFICE, **space: Any
) -> tuple[Principal, dict]:
    """Somebody who is approved and waits for a unit."""
    her, case = applicant(name, **space)
    join(case, her, park=park, kind=kind)
    return her, approve(case)


def join(case: dict, her: Principal, *, park: str = "P05", kind=OFFICE, choice: int = 1) -> dict:
    place = records.park(park)["public_id"]
    return waiting.join(case["id"], by=her, park=place, unit_kind=kind, choice=choice)


def signed(tenancy: dict, by: Principal, text: str | None = None) -> dict:
    """Sign what she has before her, or another text."""
    sha256 = text or queries.agreement(tenancy["id"], by)["sha256"]
    return actions.sign(tenancy["id"], seen=fresh(tenancy)["version"], by=by, sha256=sha256)


def settled(name: str = "qiqige", code: str = "B201") -> tuple[Principal, dict]:
    """Somebody whose agreement both have signed; she has not moved in."""
    her, tenancy = granted(name, code)
    signed(tenancy, her)
    return her, signed(tenancy, staff())


# Monday 4 January 2027, the first working day of the term that applicants ask for.
FIRST = "2027-01-04"


def on(day: date | str, hour: int = 10) -> Any:
    """Be there on a day, at this hour in Shanghai."""
    at = datetime.combine(date.fromisoformat(str(day)), time(hour), clock.SHANGHAI)
    return time_machine.travel(at, tick=False)


def arrive(tenancy: dict, day: str = FIRST) -> dict:
    return arriving.confirm(
        tenancy["id"],
        seen=fresh(tenancy)["version"],
        by=staff(),
        arrived_on=date.fromisoformat(day),
    )


def moved_in(
    name: str = "qiqige", code: str = "B201", day: str | None = FIRST
) -> tuple[Principal, dict]:
    """Somebody who has moved in on a day, or has signed: the rows that the steps leave behind.

    `test_arriving` holds that they do leave these.
    """
    her, key = person(name), new_id()
    assert 4 == sum(change(sql, **_stay(her, key, code, day)) for sql in PLANTED)
    return her, queries.get(key, her)


def _stay(her: Principal, key: UUID, code: str, day: str | None) -> dict[str, Any]:
    return {"her": her.id, "key": key, "asked": key.hex, "code": code, "day": day}


# An application that came to its end, the unit in the ledger, the tenancy and its signed text.
PLANTED = (
    "INSERT INTO application (public_id, number, kind, status, applicant_id, park_id,"
    " jurisdiction_code, sections, held_since, created_at, changed_at, submitted_at, decided_at,"
    " reasons, note, version)"
    " SELECT CAST(:asked AS uuid), 'T-' || :asked, 'TENANCY', 'COMPLETED', :her, park.id,"
    " jurisdiction_code, '{}', at, at, at, at, at, '[]', '', 3"
    " FROM park, CAST('2026-11-24' AS timestamptz) AS at"
    " WHERE park.id = (SELECT park_id FROM unit WHERE code = :code)",
    "INSERT INTO holding (public_id, unit_id, kind, during, application_id, created_at)"
    " SELECT :key, id, 'TENANCY', '[2027-01-01,2028-01-01)', CAST(:asked AS uuid), '2026-11-24'"
    " FROM unit WHERE code = :code",
    "INSERT INTO tenancy (public_id, application_id, person_id, park_id, unit_id, status,"
    " starts_on, until_on, arrived_on, arrive_by, created_at, changed_at, version)"
    " SELECT :key, a.id, :her, unit.park_id, unit.id, 'ACTIVE', '2027-01-01', '2028-01-01', :day,"
    " CASE WHEN CAST(:day AS date) IS NULL THEN DATE '2027-01-15' END,"
    " '2026-11-24', '2026-11-24', 5"
    " FROM unit, application a WHERE code = :code AND a.public_id = CAST(:asked AS uuid)",
    "INSERT INTO agreement (tenancy_id, edition, special_terms, text, sha256, drawn_up_at,"
    " applicant_signed_at, park_signed_at, park_signed_by)"
    " SELECT t.id, '2026-2', '', '……', :asked, '2026-11-24', '2026-11-24', '2026-11-24',"
    " (SELECT id FROM staff WHERE username = 'demo-manager')"
    " FROM tenancy t WHERE t.public_id = :key",
)


def did(step: Callable[..., dict], tenancy: dict, by: Principal, *told: Any, **more: Any) -> dict:
    """Take a step with the version as it stands."""
    return step(tenancy["id"], *told, seen=fresh(tenancy)["version"], by=by, **more)


def seen(case: dict) -> int:
    return one("SELECT version FROM application WHERE public_id = :id", id=case["id"])


def fresh(tenancy: dict) -> dict:
    (found,) = look("SELECT * FROM tenancy WHERE public_id = :id", id=tenancy["id"])
    return found


def tenancy_of(case: dict, her: Principal) -> dict:
    """Her newest tenancy as she sees it."""
    public_id = one(
        "SELECT t.public_id FROM tenancy t JOIN application a ON a.id = application_id"
        " WHERE a.public_id = :id ORDER BY t.id DESC LIMIT 1",
        id=case["id"],
    )
    return queries.get(public_id, her)


def offers() -> list[tuple[str, str, str]]:
    """Every tenancy in the order of its making: status, unit, and whose (by number of person)."""
    found = look(
        "SELECT t.status, u.code, i.subject FROM tenancy t JOIN unit u ON u.id = t.unit_id"
        " JOIN identity i ON i.person_id = t.person_id ORDER BY t.id"
    )
    return [(each["status"], each["code"], name_of(each["subject"])) for each in found]


def name_of(openid: str) -> str:
    """The name that `openid_of` was given."""
    return bytes.fromhex(openid[1:].rstrip("0")[: len(openid[1:].rstrip("0")) // 2 * 2]).decode()


def status_of(case: dict) -> str:
    return one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


def events(kind: str = "tenancy") -> list[str]:
    found = look("SELECT name FROM event WHERE subject_kind = :kind ORDER BY id", kind=kind)
    return [each["name"].removeprefix(f"{kind}.") for each in found]


def told(event: str) -> int:
    return one("SELECT count(*) FROM message WHERE event = :event", event=event)


def occupy(code: str, first: date, end: date | None) -> None:
    """Take a unit out of service."""
    records.out_of_service(records.unit(code), first, end)


def release(code: str) -> None:
    """End whatever takes a unit out of service."""
    change(
        "DELETE FROM holding USING unit WHERE unit.id = unit_id AND code = :code"
        " AND holding.kind = 'OUT_OF_SERVICE'",
        code=code,
    )


# What is or was a tenancy and what the ledger holds for its case, one for one.
ASTRAY = """
SELECT t.id AS tenancy, h.id AS holding FROM
  (SELECT t.*, a.public_id AS asking FROM tenancy t JOIN application a ON a.id = t.application_id
   WHERE t.status IN ('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE', 'RENEWING', 'SUSPENDED')
      OR (t.status IN ('LEFT_ON_TIME', 'LEFT_EARLY', 'EVICTED', 'GRADUATED')
          AND t.arrived_on IS NOT NULL)) t
FULL JOIN (SELECT * FROM holding WHERE application_id IS NOT NULL) h
  ON h.application_id = t.asking AND h.unit_id = t.unit_id
  AND h.during = daterange(t.starts_on, t.until_on)
  AND (h.kind = 'OFFER') = (t.status = 'OFFERED')
WHERE t.id IS NULL OR h.id IS NULL
"""
OVERLAPPING = """
SELECT a.id FROM holding a JOIN holding b ON a.unit_id = b.unit_id AND a.id < b.id
  AND a.during && b.during
"""
COUNTED = """
SELECT count(*) AS units,
  count(*) FILTER (WHERE h.kind IS NULL) AS free,
  count(*) FILTER (WHERE h.kind = 'OFFER' OR t.status = 'AGREEMENT_PENDING') AS held,
  count(*) FILTER (WHERE h.kind = 'TENANCY' AND t.status <> 'AGREEMENT_PENDING') AS occupied,
  count(*) FILTER (WHERE h.kind = 'OUT_OF_SERVICE') AS closed
FROM unit u
LEFT JOIN holding h ON h.unit_id = u.id AND h.during @> CAST(:day AS date)
LEFT JOIN application a ON a.public_id = h.application_id
LEFT JOIN tenancy t ON t.application_id = a.id
  AND t.status NOT IN ('DECLINED', 'OFFER_LAPSED', 'CANCELLED')
"""


def the_books_agree(day: str = "2027-06-01") -> dict[str, int]:
    """Hold tenancies and ledger against each other; return the count of a day."""
    assert [] == look(ASTRAY)
    assert [] == look(OVERLAPPING)
    (counted,) = look(COUNTED, day=day)
    parts = sum(counted[name] for name in ("free", "held", "occupied", "closed"))
    assert counted["units"] == parts, counted
    return counted
