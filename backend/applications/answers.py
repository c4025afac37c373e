"""How are answers of a form kept? As JSON, the sensitive ones sealed to their application."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from backend import vault
from backend.applications import corrections, forms
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.errors import Invalid

NOT_PROMISED = "此项不在承诺补齐的内容中，不能修改"
Sections = Mapping[str, Mapping[str, Any]]


def sealed(application: Application, sections: Sections) -> dict[str, Any]:
    """Copy the sections as JSON, with their sensitive answers sealed to this application."""
    kept = {
        name: {field: _plain(answer) for field, answer in answers.items()}
        for name, answers in sections.items()
    }
    for section, field in forms.sensitive(application.kind):
        plain = kept.get(section, {}).get(field)
        if plain:
            place = corrections.sealed_place(application.public_id, section, field)
            kept[section][field] = vault.keys().seal(place, plain)
    return kept


def added(
    application: Application, sections: Sections, items: Iterable[Mapping[str, str]]
) -> dict[str, Any]:
    """Return the sections of an application with those answers added that items point at.

    Raise Invalid, naming each, for any other answer.
    """
    named = {each["pointer"] for each in items}
    given = {
        section: {name: answer for name, answer in answers.items() if answer is not None}
        for section, answers in sections.items()
    }
    pointers = [f"#/sections/{section}/{name}" for section in given for name in given[section]]
    if faults := [each for each in pointers if each not in named]:
        raise Invalid(errors=[{"pointer": each, "detail": NOT_PROMISED} for each in faults])
    new = sealed(application, given)
    before = application.sections
    return {**before, **{name: {**(before.get(name) or {}), **new[name]} for name in new}}


def differing(kind: Kind, yours: Sections, theirs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List each answer that two devices gave differently, with both values."""
    found = []
    for pointer, label in forms.labels(kind).items():
        section, _, name = pointer.removeprefix("#/sections/").partition("/")
        mine = _plain((yours.get(section) or {}).get(name))
        other = (theirs.get(section) or {}).get(name)
        if name and section in yours and mine != other:
            found.append({"pointer": pointer, "label": label, "yours": mine, "theirs": other})
    return found


def _plain(answer: Any) -> Any:
    return answer.isoformat() if isinstance(answer, date) else answer
