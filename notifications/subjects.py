"""Of what does an event speak that came of a case, and in which words?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from backend.audit.models import Event
from backend.cases import reviewing
from backend.db import Row as Record
from backend.internships import queries as internships
from backend.loans import queries as loans
from backend.matches import queries as matching
from backend.notices import queries as notices
from backend.subsidies import queries as subsidies
from backend.subsidies.kinds import Ground, WhyNot
from backend.tenancies import queries as tenancies
from notifications import fields, matches, texts, words

# The record that names its readers, and the words of its messages.
Told = tuple[Record, dict[str, Any]]


def of_tenancy(event: Event) -> Told:
    """Tell of a tenancy."""
    found = tenancies.numbered(event.subject_id)
    expires_at = found["expires_at"]
    return found, {
        "id": found["application_public_id"],
        "number": found["number"],
        "park_name": found["park_name"],
        "office": found["park_name"],
        "unit_code": found["unit_code"],
        "starts_on": found["starts_on"],
        "ends_on": found["until_on"] - timedelta(days=1),
        "expires_at": fields.moment(expires_at) if expires_at else "",
        **_of_any(event),
    }


def of_notice(event: Event) -> Told:
    """Tell staff of a notice."""
    found, told = notices.numbered(event.subject_id), event.particulars
    return found, {
        "id": found["public_id"],
        "title": found["title"],
        "summary": found["summary"],
        "proposer": found["proposed_by_name"],
        "people": found["people"],
        "why": found["why"],
        "at": fields.moment(event.at),
        "urgent": words.urgency(found["urgent_why"]),
        **_alarmed(told),
    }


def _alarmed(told: Mapping[str, Any]) -> dict[str, Any]:
    """Say whom an urgent notice has reached, where the event is the alarm, and what to do."""
    if "could" not in told:
        return {}
    figures = {name: told[name] for name in ("could", "reached", "unknown")}
    return {**figures, "advice": words.advice(figures)}


def of_match(event: Event) -> Told:
    """Tell somebody of policies that concern her."""
    found = matching.numbered(event.subject_id)
    items = found["items"]
    return found, {
        "id": found["id"],
        "headline": matches.headline(items),
        "first": items[0]["why"],
        "policies": matches.policies(items),
        **_of_any(event),
    }


def of_internship(event: Event) -> Told:
    """Tell of an internship."""
    found = internships.numbered(event.subject_id)
    expires_on = found["expires_on"]
    return found, {
        "id": found["application_public_id"],
        "internship": found["public_id"],
        "number": found["number"],
        "office": found["office_name"],
        "post": found["title"],
        "starts_on": found["starts_on"],
        "ends_on": found["ended_on"] or found["until_on"] - timedelta(days=1),
        "expires_on": fields.day(expires_on) if expires_on else "",
        **_of_any(event),
    }


def of_loan(event: Event) -> Told:
    """Tell of a loan."""
    found, told = loans.numbered(event.subject_id), event.particulars
    refused = found["why_refused"]
    return found, {
        "id": found["application_public_id"],
        "loan_id": found["public_id"],
        "number": found["number"],
        "office": f"{found['county_name']}人社局",
        "bank": found["bank_name"],
        "guarantor": found["guarantor_name"],
        "reason": refused.value if refused else "",
        "on": words.day(told.get("on")),
        "due_on": words.day(told.get("due_on")),
        **_of_any(event),
    }


def of_subsidy(event: Event) -> Told:
    """Tell of a subsidy."""
    found, told = subsidies.numbered(event.subject_id), event.particulars
    ground = told.get("ground")
    return found, {
        "id": found["application_public_id"],
        "subsidy": found["public_id"],
        "number": found["number"],
        "kind": found["kind"].value,
        "office": f"{found['county_name']}人社局",
        "park_name": found["park_name"],
        "ground": Ground[ground.upper()].value if ground else "",
        "reasons": "、".join(WhyNot[name].value for name in found["reasons"]),
        "note": f"承办单位留言：{found['note']}。" if found["note"] else "",
        "due_on": words.day(told.get("due_on")),
        **_of_any(event),
    }


def of_text(event: Event) -> Told:
    """Tell of a text: whoever typed it, or whoever has to look at it."""
    found, root = reviewing.numbered(event.subject_id)
    known = {"id": root["public_id"], "subject": found["subject"]}
    (column,) = (each for each in texts.OF_ROOT if found[each] is not None)
    return {**root, "person_id": found["person_id"]}, {
        **known,
        "page": texts.page_of(found["place"]).format_map(known),
        "staff_page": texts.OF_ROOT[column].format_map(known),
        "number": root["number"],
        "typed": found["place"].value,
        "field": reviewing.label_of(found, root),
        "office": root.get("office_name") or f"{root['county_name']}人社局",
        **_of_any(event),
    }


def _of_any(event: Event) -> dict[str, str]:
    """Tell what an event may say whatever it speaks of: when, why, and of which days."""
    told = event.particulars
    return {
        "until": words.day(told.get("until")),
        "for_on": words.day(told.get("for_on")),
        "why": words.why(told),
        "at": fields.moment(event.at),
    }
