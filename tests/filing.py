"""What lies in the files: drafts, submitted, returned and decided cases, made by the actions."""

import copy
from datetime import date
from typing import Any

from backend.access import Principal
from backend.applications import actions
from backend.applications.kinds import Fault, Kind, Reason
from backend.cases import actions as cases
from backend.cases import correcting, submitting
from backend.cases.granting import Wish
from tests import records
from tests.factories import SECTIONS, ULANHOT, WHOLE_FORMS
from tests.papers import attached
from tests.records import look, one, person, staff

SUMMARY = "#/sections/project/summary"


def whole() -> dict:
    """The whole form as the API hands it on: choices by name, days as days."""
    sections = copy.deepcopy(SECTIONS)
    sections["space"]["starts_on"] = date(2027, 1, 1)
    return sections


def draft(
    by: Principal, park: str = "P05", sections: dict | None = None, *, papers: bool = True
) -> dict:
    """A draft with everything that has to be there, unless something else is said."""
    begun = actions.create(
        Kind.TENANCY,
        park=records.park(park)["public_id"],
        sections=whole() if sections is None else sections,
        by=by,
    )
    if papers:
        attached(begun["id"])
    return begun


def draft_for_the_bureau(
    by: Principal, kind: Kind, *, papers: bool = True, **answers: dict
) -> dict:
    """A draft of what the bureau of Ulanhot decides; sections may be given anew."""
    sections = WHOLE_FORMS[kind.name.lower()] | answers
    begun = actions.create(kind, county=ULANHOT, sections=sections, by=by)
    if papers:
        attached(begun["id"])
    return begun


def handed_in(begun: dict, by: Principal, promise: str | None = None) -> dict:
    """Submit a draft."""
    return submitting.submit(begun["id"], seen=begun["version"], by=by, promise=promise)


def submitted(by: Principal | None = None, park: str = "P05", kind: Kind = Kind.TENANCY) -> dict:
    by = by or person()
    begun = draft(by, park) if kind is Kind.TENANCY else draft_for_the_bureau(by, kind)
    return handed_in(begun, by)


def approved(by: Principal | None = None, note: str = "", **wish) -> dict:
    case = submitted(by)
    wish.setdefault("unit", records.unit("B201"))
    return cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(**wish), note=note)


def rejected(by: Principal | None = None) -> dict:
    case = submitted(by)
    why = [Reason.NO_SPACE]
    return cases.reject(case["id"], seen=case["version"], by=staff(), reasons=why)


def claimed(by: Principal | None = None, clerk: Principal | None = None) -> dict:
    case = submitted(by)
    return cases.claim(case["id"], seen=case["version"], by=clerk or staff())


def events() -> list[str]:
    """What was recorded of applications, oldest first."""
    found = look("SELECT name FROM event WHERE subject_kind = 'application' ORDER BY id")
    return [each["name"].removeprefix("application.") for each in found]


def status_of(case: dict) -> str:
    return one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


def faulty(*pointers: str) -> list[dict[str, Any]]:
    """Items to be put right."""
    return [
        {"pointer": each, "fault": Fault.INCOMPLETE, "text": "请写清楚"}
        for each in pointers or (SUMMARY,)
    ]


def returned(by: Principal | None = None, clerk: Principal | None = None) -> dict:
    """A case that was sent back to the applicant."""
    case = submitted(by)
    return correcting.ask(case["id"], seen=case["version"], by=clerk or staff(), items=faulty())
