"""What of a form is missing, what may be named in it, what is sensitive in it, what a fact?"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from backend.applications.kinds import TERMS, Kind, Office
from backend.applications.questions import FORMS, Field, Type

Sections = Mapping[str, Mapping[str, Any]]
# What names the office that is asked.
NAMED_BY = {Office.PARK: "park_id", Office.BUREAU: "jurisdiction_code"}


def missing(kind: Kind, sections: Sections) -> list[dict[str, Any]]:
    """List everything required that is not there yet, with pointer, label, and may it follow."""
    found = []
    for section in FORMS[kind]:
        answers = sections.get(section.name) or {}
        for field in section.fields:
            if _is_required(field, answers) and not _is_answered(field, answers):
                pointer = f"#/sections/{section.name}/{field.name}"
                label = f"{section.label} · {field.label}"
                found.append({"pointer": pointer, "label": label, "may_follow": field.may_follow})
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


def may_follow(kind: Kind) -> dict[str, str]:
    """Return the label of every answer that may be promised for later, by its pointer."""
    return {
        f"#/sections/{section.name}/{field.name}": f"{section.label} · {field.label}"
        for section in FORMS[kind]
        for field in section.fields
        if field.may_follow
    }


@lru_cache
def sensitive(kind: Kind) -> tuple[tuple[str, str], ...]:
    """Return (section, field) of everything that must be sealed."""
    return tuple((s.name, f.name) for s in FORMS[kind] for f in s.fields if f.sensitive)


def free_texts(kind: Kind, sections: Sections) -> dict[str, str]:
    """Return what was typed freely and others get to read, by pointer."""
    told = {
        f"#/sections/{section.name}/{field.name}": (sections.get(section.name) or {}).get(
            field.name
        )
        for section in FORMS[kind]
        for field in section.fields
        if field.free
    }
    return {pointer: text for pointer, text in told.items() if text}


def misplaced(kind: Kind, office: Mapping[str, Any], sections: Sections) -> list[dict[str, str]]:
    """List what does not belong to this kind of application, as faults.

    `office` holds what names a park and what names a county; only one of the two is asked for.
    """
    known, asked = {section.name for section in FORMS[kind]}, NAMED_BY[TERMS[kind].office]
    given = [name for name, value in office.items() if value is not None and name != asked]
    found = [f"#/sections/{name}" for name in sections if name not in known]
    found += [f"#/{name}" for name in given]
    return [{"pointer": each, "detail": f"{kind.value}没有这一项"} for each in found]


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
