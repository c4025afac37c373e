"""Who is on the stage? Applicants who wait, a manager who approves, and the ledger to look at."""

from datetime import date
from typing import Any

from backend.access import Principal
from backend.applications import actions as applications
from backend.cases import actions as cases
from backend.cases.granting import Wish
from backend.parks.kinds import UnitKind
from backend.tenancies import actions, queries, waiting
from tests import records
from tests.backend.applications.test_actions import whole
from tests.records import change, look, one, person, staff

OFFICE = UnitKind.OFFICE


def applicant(name: str, *, park: str = "P05", **space: Any) -> tuple[Principal, dict]:
    """Somebody with a submitted application."""
    her, sections = person(name), whole()
    sections["space"] |= space
    begun = applications.create(
        applications.Kind.TENANCY,
        park=records.park(park)["public_id"],
        sections=sections,
        by=her,
    )
    return her, applications.submit(begun["id"], seen=begun["version"], by=her)


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
    """Somebody who has moved in."""
    her, tenancy = granted(name, code)
    signed(tenancy, her)
    return her, signed(tenancy, staff())


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
   WHERE t.status IN ('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE', 'LEFT_ON_TIME')) t
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
  count(*) FILTER (WHERE t.status IN ('ACTIVE', 'LEFT_ON_TIME')) AS occupied,
  count(*) FILTER (WHERE h.kind = 'OUT_OF_SERVICE') AS closed
FROM unit u
LEFT JOIN holding h ON h.unit_id = u.id AND h.during @> CAST(:day AS date)
LEFT JOIN application a ON a.public_id = h.application_id
LEFT JOIN tenancy t ON t.application_id = a.id
  AND t.status IN ('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE', 'LEFT_ON_TIME')
"""


def the_books_agree(day: str = "2027-06-01") -> dict[str, int]:
    """Hold tenancies and ledger against each other; return the count of a day."""
    assert [] == look(ASTRAY)
    assert [] == look(OVERLAPPING)
    (counted,) = look(COUNTED, day=day)
    parts = sum(counted[name] for name in ("free", "held", "occupied", "closed"))
    assert counted["units"] == parts, counted
    return counted
