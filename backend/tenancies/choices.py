"""In which of her parks does an applicant stand, how, and why?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from backend.access import Principal, Relation, can, relations
from backend.applications import queries as applications
from backend.applications import ranked
from backend.applications.kinds import REFUSALS, Reason
from backend.applications.workflow import HELD_BY
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.tenancies.kinds import Standing
from backend.tenancies.models import Admission, Tenancy, WaitingEntry
from backend.tenancies.workflow import HOUSED, LIVE


def of(application_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the parks that an application names, in her order; a park sees itself alone.

    Raise NotFound for what the principal may not see.
    """
    found = applications.find(application_id)
    if found is None or not can(by, "getChoices", found) or found["park_id"] is None:
        raise NotFound
    sees_all = {Relation.APPLICANT, Relation.OVERSEER} & relations(by, found)
    parks = ranked.parks_of(found)
    entries, live = _entries(found["id"]), _live(found["id"])
    told = [
        _told(found, each, after, entries.get(each["park_id"]), live)
        for each, after in zip(parks, [*parks[1:], None], strict=True)
        if sees_all or each["park_id"] == found["park_id"]
    ]
    return {"items": told, "version": found["version"]}


def _told(
    found: Row, park: Row, after: Row | None, entry: Row | None, live: Row | None
) -> dict[str, Any]:
    standing = _standing(found, park, after, entry, live)
    why: Mapping[str, Any] = {"reasons": [], "note": ""}
    if standing is Standing.NOT_ADMITTED and entry is not None and entry["reasons"]:
        why = entry
    elif after is not None and after["from_park_id"] == park["park_id"]:
        why = after
    reasons = [Reason[name] for name in why["reasons"]]
    return {
        "choice": park["choice"],
        "park_id": park["park_public_id"],
        "park_name": park["park_name"],
        "standing": standing,
        "reasons": [applications.worded(each, REFUSALS[each]) for each in reasons],
        "note": why["note"],
        "came_at": park["came_at"] or (found["submitted_at"] if park["choice"] == 1 else None),
        "due_on": _due_on(found, standing, entry),
    }


def _standing(
    found: Row, park: Row, after: Row | None, entry: Row | None, live: Row | None
) -> Standing:
    if live is not None:
        if live["park_id"] == park["park_id"]:
            return Standing.PLACED if live["status"] in HOUSED else Standing.OFFERED
        if live["status"] in HOUSED:
            return Standing.RELEASED
    if entry is not None and entry["left_at"] is None:
        asked = entry["asked_at"] is not None and entry["park_id"] != found["park_id"]
        return Standing.ASKED if asked and not entry["admitted"] else Standing.WAITING
    if entry is not None and entry["admitted"] is False:
        return Standing.NOT_ADMITTED
    if after is not None and after["from_park_id"] == park["park_id"]:
        return Standing.PASSED_ON
    if found["status"] not in HELD_BY:
        return Standing.RELEASED
    return Standing.IN_HAND if park["park_id"] == found["park_id"] else Standing.TO_COME


def _due_on(found: Row, standing: Standing, entry: Row | None) -> Any:
    if standing is Standing.IN_HAND:
        return found["due_on"]
    return entry["due_on"] if standing is Standing.ASKED and entry is not None else None


def _entries(application_id: int) -> dict[int, Row]:
    """Return the newest place of an application on the list of each park."""
    asked = (
        select(
            WaitingEntry.park_id,
            WaitingEntry.left_at,
            Admission.asked_at,
            Admission.due_on,
            Admission.admitted,
            Admission.reasons,
            Admission.note,
        )
        .outerjoin(Admission, Admission.entry_id == WaitingEntry.id)
        .where(WaitingEntry.application_id == application_id)
        .order_by(WaitingEntry.park_id, WaitingEntry.id.desc())
        .ext(distinct_on(WaitingEntry.park_id))
    )
    return {each["park_id"]: each for each in rows(asked)}


def _live(application_id: int) -> Row | None:
    return row(
        select(Tenancy.park_id, Tenancy.status).where(
            Tenancy.application_id == application_id, Tenancy.status.in_(LIVE)
        )
    )
