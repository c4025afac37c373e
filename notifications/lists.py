"""Of what do events of choices, waiting lists and draws speak, and with which words?"""

from collections.abc import Mapping
from typing import Any

from backend.audit.models import Event
from backend.db import Row as Record
from backend.draws import queries as draws
from backend.parks import queries as parks
from backend.tenancies import queries as tenancies
from notifications import fields, words


def passed_on(told: Mapping[str, Any]) -> dict[str, str]:
    """Say from which park a case was passed on, if it was, and why."""
    if "from_park" not in told:
        return {}
    (before,) = parks.named(frozenset({told["from_park"]}))
    return {
        "from_park": before["name"],
        "passed_for": words.reasons(told["reasons"]),
        "words": words.note(told["words"]),
    }


def of_waiting(event: Event) -> tuple[Record, dict[str, Any]]:
    """Return the place on a list, and what its messages may say."""
    found, told = tenancies.entry_numbered(event.subject_id), event.particulars
    return found, {
        "id": found["application_public_id"],
        "number": found["number"],
        "park_name": found["park_name"],
        "office": found["park_name"],
        "unit_kind": found["unit_kind"].value,
        "due_on": words.day(told.get("due_on")),
        "reasons": words.reasons(told.get("reasons", ())),
        "words": words.note(told.get("note", "")),
        "why": words.why(told),
        "commitment": told.get("commitment", ""),
        "freezes_at": words.moment(told.get("freezes_at")),
        "draws_at": words.moment(told.get("draws_at")),
        "at": fields.moment(event.at),
    }


def of_ticket(event: Event) -> tuple[Record, dict[str, Any]]:
    """Return the ticket with its draw, and what its messages may say."""
    found = draws.ticket_numbered(event.subject_id)
    shown = ("number", "park_name", "code", "place", "places", "entrants", "list_sha256")
    return found, {
        "id": found["application_public_id"],
        "office": found["park_name"],
        **{name: found[name] for name in shown},
        "unit_kind": found["unit_kind"].value,
        "draws_at": fields.moment(found["draws_at"]),
        "at": fields.moment(event.at),
    }
