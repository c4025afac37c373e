"""What of a form is missing, what may be named in it, what is sensitive in it, what a fact?"""

from collections.abc import Mapping
from typing import Any

from backend.applications.kinds import Kind
from backend.applications.questions import FORMS, Field, Type

Sections = Mapping[str, Mapping[str, Any]]


def missing(kind: Kind, sections: Sections) -> list[dict[str, str]]:
    """List everything required that is not there yet, each with its pointer and its label."""
    found = []
    for section in FORMS[kind]:
        answers = sections.get(section.name) or {}
        for field in section.fields:
            if _is_required(field, answers) and not _is_answered(field, answers):
                pointer = f"#/sections/{section.name}/{field.name}"
                found.append({"pointer": pointer, "label": f"{section.label} · {field.label}"})
    return found


def labels(kind: Kind) -> dict[str, str]:
    """Return what a correction may point at, by pointer: each section and each of its fields."""
    found = {}
    for section in FORMS[kind]:
        found[f"#/sections/{section.name}"] = section.label
        for field in section.fields:
            pointer = f"#/sections/{section.name}/{field.name}"
            found[pointer] = f"{section.label} · {field.label}"
    return found


def sensitive(kind: Kind) -> list[tuple[str, str]]:
    """Return (section, field) of everything that must be sealed."""
    return [(s.name, f.name) for s in FORMS[kind] for f in s.fields if f.sensitive]


def foreign(kind: Kind, sections: Sections) -> list[dict[str, str]]:
    """List the sections that this kind of application does not have, as faults."""
    known = {section.name for section in FORMS[kind]}
    return [
        {"pointer": f"#/sections/{name}", "detail": f"{kind.value}没有这一部分"}
        for name in sections
        if name not in known
    ]


def facts(kind: Kind, sections: Sections) -> dict[str, Any]:
    """Return the answers that the rules know as facts, by the name of the fact."""
    told = {
        field.fact: (sections.get(section.name) or {}).get(field.name)
        for section in FORMS[kind]
        for field in section.fields
        if field.fact
    }
    return {name: answer for name, answer in told.items() if answer is not None}


def _is_required(field: Field, answers: Mapping[str, Any]) -> bool:
    if field.when:
        sibling, answer = field.when
        return answers.get(sibling) == answer
    return field.required


def _is_answered(field: Field, answers: Mapping[str, Any]) -> bool:
    answer = answers.get(field.name)
    return answer is True if field.kind is Type.CONSENT else answer not in (None, "")
