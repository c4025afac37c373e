"""What was named to be put right, and what did the applicant change since?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import select

from backend import clock, vault
from backend.applications import forms
from backend.applications.clocks import Pause
from backend.applications.kinds import Fault
from backend.applications.models import Correction
from backend.db import Row, rows

Sections = Mapping[str, Mapping[str, Any]]


def rounds_of(application_id: int) -> Sequence[Row]:
    """Return the rounds of correction of an application, the first one first."""
    asked = select(*Correction.__table__.columns).where(Correction.application_id == application_id)
    return rows(asked.order_by(Correction.round))


def pauses_of(application_id: int) -> tuple[Pause, ...]:
    """Return when the office waited for the applicant, in days of Asia/Shanghai."""
    return tuple(
        Pause(clock.day_of(each["asked_at"]), each["ended_at"] and clock.day_of(each["ended_at"]))
        for each in rounds_of(application_id)
    )


def told(found: Row, *, in_full: bool) -> list[dict[str, Any]]:
    """Tell every round: what was named, until it was answered or recalled, and what changed."""
    rounds = rounds_of(found["id"])
    after = [each["before"] for each in rounds[1:]]
    return [
        {
            "round": each["round"],
            "items": [_item(item) for item in each["items"]],
            "why": each["why"],
            "asked_at": each["asked_at"],
            "ended_at": each["ended_at"],
            "answered": each["answered"],
            "changes": list(_changes(found, each["before"], later or found["sections"], in_full)),
        }
        for each, later in zip_longest(rounds, after)
    ]


def opened(found: Mapping[str, Any], sections: Sections) -> dict[str, dict[str, Any]]:
    """Copy sections of an application with their sealed answers opened."""
    copied = {name: dict(answers) for name, answers in sections.items()}
    for section, field in forms.sensitive(found["kind"]):
        sealed = copied.get(section, {}).get(field)
        if sealed:
            place = sealed_place(found["public_id"], section, field)
            copied[section][field] = vault.keys().unseal(place, sealed)
    return copied


def masked(found: Mapping[str, Any], sections: Sections) -> dict[str, dict[str, Any]]:
    """Copy opened sections with their sensitive answers masked."""
    copied = {name: dict(answers) for name, answers in sections.items()}
    for section, field in forms.sensitive(found["kind"]):
        plain = copied.get(section, {}).get(field)
        if plain:
            copied[section][field] = vault.mask_phone(plain)
    return copied


def sealed_place(public_id: Any, section: str, field: str) -> str:
    """Name the place to which a sealed answer is bound."""
    return f"application|sections.{section}.{field}|{public_id}"


def _item(item: Mapping[str, str]) -> dict[str, Any]:
    return {**item, "fault": Fault[item["fault"]], "fault_label": Fault[item["fault"]].value}


def _changes(
    found: Row, before: Sections, after: Sections, in_full: bool
) -> Iterator[dict[str, Any]]:
    """Tell each field that differs; what is masked may look alike and still be told."""
    old, new = opened(found, before), opened(found, after)
    shown_old, shown_new = (each if in_full else masked(found, each) for each in (old, new))
    for pointer, label in forms.labels(found["kind"]).items():
        section, _, field = pointer.removeprefix("#/sections/").partition("/")
        if not field or _at(old, section, field) == _at(new, section, field):
            continue
        yield {
            "pointer": pointer,
            "label": label,
            "before": _at(shown_old, section, field),
            "after": _at(shown_new, section, field),
        }


def _at(sections: Sections, section: str, field: str) -> Any:
    return sections.get(section, {}).get(field)
