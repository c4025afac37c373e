"""How are a benefit, a number, a reading and a stage shown to whoever looks them up?"""

from collections.abc import Mapping
from typing import Any

from backend.policies import queries as policies
from backend.profiles.preview import Shift
from backend.screenings.answers import Ground
from backend.screenings.wording import amount, filled, shown, tree
from eligibility.engine import Assessment, assess
from eligibility.parameters import Parameter, Ruling
from eligibility.rules import Rule
from eligibility.values import Amount

# What a number of each unit is followed by.
UNITS: Mapping[str, str] = {
    "fen": "元",
    "percent": "%",
    "month": "个月",
    "year": "年",
    "person": "人",
    "entity": "户",
    "park": "个",
    "m2": "平方米",
}


def heading(on: Ground, rule: Rule) -> dict[str, Any]:
    """Name a benefit and where it stands."""
    return {
        "id": rule.id,
        "title": on.policy.label("rule", rule.id, "title"),
        "summary": filled(on, on.policy.label("rule", rule.id, "summary")),
        "clause": rule.clause,
        "kind": rule.kind,
        "subject": list(rule.subject),
    }


def short(on: Ground, rule: Rule) -> dict[str, Any]:
    """Tell a benefit in a few words, with what it is worth."""
    bare = assess(on.policy, rule.id, on.facts, on.snapshot, on.as_of)
    return {**heading(on, rule), "amount": amount(on, worth(rule, bare))}


def page(on: Ground, rule: Rule) -> dict[str, Any]:
    """Tell a benefit as its page shows it: its conditions, with nobody's facts."""
    bare = assess(on.policy, rule.id, on.facts, on.snapshot, on.as_of)
    names = sorted(rule.rulings)
    return {
        **heading(on, rule),
        **instructions(on, rule),
        "amount": amount(on, worth(rule, bare)),
        "flags": list(bare.flags),
        "flag_labels": [on.policy.label("flag", flag) for flag in bare.flags],
        "conditions": tree(on, bare.tree),
        "questions": [question(on, name) for name in sorted(rule.facts) if asked(on, name)],
        "rulings": [ruling(on, found) for n in names if (found := on.snapshot.ruling(n))],
        "parameters": [parameter(row) for row in _rows(on, rule)],
        "points": list(rule.points),
    }


def worth(rule: Rule, bare: Assessment) -> Amount | None:
    """Return what a benefit is worth, as far as that is the same for everybody."""
    if bare.amount is None and rule.amount is not None:
        return Amount(rule.amount.kind, None, None, rule.amount.unit, rule.payer)
    return bare.amount


def instructions(on: Ground, rule: Rule) -> dict[str, Any]:
    """Say who decides, what to bring, what to do next and whom to ask."""
    keys = ("papers", "decides", "next_step", "contact")
    return {key: on.policy.label("rule", rule.id, key) for key in keys}


def question(on: Ground, name: str) -> dict[str, Any]:
    """Tell how to ask for a fact and which answers there are."""
    spec = on.policy.dictionary[name]
    options = on.policy.label("fact", name, "options")
    return {
        "fact": name,
        "label": on.policy.label("fact", name),
        "question": on.policy.label("fact", name, "question"),
        "help": on.policy.label("fact", name, "help"),
        "type": spec.type,
        "unit": "yuan" if spec.unit == "fen" else spec.unit,
        "options": [{"value": each, "label": options[each]} for each in spec.values],
        "who": spec.who,
        "who_label": on.policy.label("who", spec.who),
    }


def asked(on: Ground, name: str) -> bool:
    """Tell whether a person can be asked for it."""
    spec = on.policy.dictionary[name]
    return spec.who == "self" and not spec.series


def parameter(row: Parameter) -> dict[str, Any]:
    """Tell a number of the policy with its days and its source."""
    return {
        "id": row.id,
        "name": row.name,
        "label": policies.current().label("parameter", row.name),
        "scope": row.scope,
        "value": shown(row.unit, row.value),
        "unit": "yuan" if row.unit == "fen" else row.unit,
        "text": f"{shown(row.unit, row.value)}{UNITS[row.unit]}",
        **{key: getattr(row, key) for key in ("valid_from", "valid_to", "review_by")},
        **{key: getattr(row, key) for key in ("source", "clause", "verified")},
    }


def ruling(on: Ground, row: Ruling) -> dict[str, Any]:
    """Tell how an unclear clause is read, and which other readings there are."""
    readings = on.policy.label("ruling", row.id, "readings") or {}
    return {
        "id": row.id,
        "label": on.policy.label("ruling", row.id),
        "kind": row.kind,
        "in_use": row.reading,
        "readings": [{"value": each, "label": readings.get(each, each)} for each in row.readings],
        "decided_by": row.decided_by,
        "valid_from": row.valid_from,
    }


def stage(on: Ground, phase: Mapping[str, Any]) -> dict[str, Any]:
    """Tell a stage of the plan; a day that the text prints and no calendar has stays visible."""
    return {
        "id": phase["id"],
        "label": on.policy.labels["phase"][phase["id"]],
        "clause": phase["clause"],
        "starts_on": phase["starts"],
        "ends_on": phase["ends"],
        "printed_end": phase.get("printed_end"),
        "is_now": phase["starts"] <= on.as_of <= phase["ends"],
    }


def shift(on: Ground, found: Shift) -> dict[str, Any]:
    """Tell how many would gain and lose one benefit."""
    title = on.policy.label("rule", found.rule, "title")
    return {**found._asdict(), "benefit": found.rule, "title": title}


def _rows(on: Ground, rule: Rule) -> list[Parameter]:
    today = on.snapshot.on(on.as_of)
    return [row for name in sorted(rule.parameters) if (row := today.row(name))]
