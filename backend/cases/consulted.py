"""What were other offices asked about a case, and what have they said?"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from backend import clock, vault
from backend.access import Principal, Relation, can, relations
from backend.accounts.models import Staff
from backend.applications import queries as applications
from backend.applications.advice import UNDECIDED
from backend.applications.models import Application, Opinion
from backend.cases.kinds import Heard
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.parks.models import Division, Park
from backend.parties import is_adviser

_asker, _giver = aliased(Staff), aliased(Staff)
_OPINIONS = (
    select(
        *Opinion.__table__.columns,
        Application.public_id.label("application"),
        Application.status,
        Park.public_id.label("park"),
        Park.name.label("park_name"),
        Division.name.label("division_name"),
        _asker.name.label("asked_by_name"),
        _giver.name.label("given_by_name"),
    )
    .join(Application, Application.id == Opinion.application_id)
    .outerjoin(Park, Park.id == Opinion.park_id)
    .outerjoin(Division, Division.code == Opinion.division_code)
    .join(_asker, _asker.id == Opinion.asked_by)
    .outerjoin(_giver, _giver.id == Opinion.given_by)
    .order_by(Opinion.id)
)


def find(public_id: UUID) -> Row | None:
    """Return one question to an office, whoever asks."""
    return row(_OPINIONS.where(Opinion.public_id == public_id))


def one(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one question to an office as whoever has just asked or answered sees it."""
    found = find(public_id)
    assert found is not None
    case = applications.find(found["application"])
    assert case is not None
    return _told(found, case, by)


def listed(application: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return what was asked about a case; an office that is asked reads its own question only.

    Raise NotFound for a foreign case.
    """
    case = applications.find(application)
    if case is None or not can(by, "listOpinions", case):
        raise NotFound
    found = rows(_OPINIONS.where(Application.public_id == application))
    all_ = relations(by, case) & {Relation.DECIDER, Relation.OVERSEER}
    return [_told(each, case, by) for each in found if all_ or is_adviser(by, asked(each, case))]


def asked(found: Row, case: Row) -> dict[str, Any]:
    """Return the case with the one office to which this question was put."""
    return {
        **case,
        "advising_parks": [found["park_id"]] if found["park_id"] else [],
        "advising_counties": [found["division_code"]] if found["division_code"] else [],
    }


def place(column: str, public_id: UUID) -> str:
    """Name the place to which a text is bound."""
    return f"opinion|{column}|{public_id}"


def _told(found: Row, case: Row, by: Principal) -> dict[str, Any]:
    heard = _heard(found)
    hers = heard is not Heard.GIVEN and is_adviser(by, asked(found, case))
    return {
        **{column: _opened(found, column) for column in ("question", "words")},
        "id": found["public_id"],
        "application_id": found["application"],
        "office": found["park_name"] or f"{found['division_name']}人社局",
        "status": heard,
        "asked_by": found["asked_by_name"],
        "asked_at": found["asked_at"],
        "due_on": found["due_on"],
        "given_by": found["given_by_name"],
        "given_at": found["given_at"],
        "in_favour": found["in_favour"],
        "actions": ["give"] if hers and found["status"] in UNDECIDED else [],
    }


def _opened(found: Row, column: str) -> str | None:
    sealed = found[column]
    return sealed and vault.keys().unseal(place(column, found["public_id"]), sealed)


def _heard(found: Row) -> Heard:
    if found["given_at"] is not None:
        return Heard.GIVEN
    in_time = found["due_on"] >= clock.today() and found["status"] in UNDECIDED
    return Heard.ASKED if in_time else Heard.SILENT
