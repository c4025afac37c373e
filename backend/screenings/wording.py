"""How is an answer told?  In short words, with the numbers of the day filled in."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from backend.policies.queries import current
from backend.profiles.preview import Shift
from backend.screenings.answers import Answer, Ground
from eligibility.engine import Assessment, assess
from eligibility.facts import Facts, FactSpec, as_json
from eligibility.gaps import Gap
from eligibility.parameters import Parameter, Ruling
from eligibility.questions import Question
from eligibility.remedies import Change
from eligibility.rules import Rule
from eligibility.values import Amount, yuan

_PLACE = re.compile(r"\{p\.(\w+)\}")
# What a figure of each kind is called; {lower} and {upper} are yuan.
AMOUNTS: Mapping[str, str] = {
    "exact": "{lower}元",
    "at_least": "不低于{lower}元",
    "at_most": "最高{upper}元",
    "unspecified": "文件没有写金额",
    "in_kind": "不发钱，给便利或服务",
}
NOT_YET = "金额要等资料齐全才能算出"
BETWEEN = "{lower}元到{upper}元之间"
WAYS: Mapping[str, str] = {
    "answer": "先告诉我们：{label}",
    "change": "{label}：达到{to}",
    "become": "{label}",
    "wait": "等到{on}：{label}",
}
YES_NO = {True: "是", False: "否"}


def result(on: Ground, answer: Answer) -> dict[str, Any]:
    """Tell one benefit's answer in full."""
    found, rule = answer.assessment, on.policy.rules[answer.assessment.rule]
    turn = answer.next_change
    return {
        **heading(on, rule),
        "benefit": rule.id,
        "value": found.value,
        "value_label": verdict(on, found.value, found.applicable),
        "applicable": found.applicable,
        "flags": list(found.flags),
        "flag_labels": [on.policy.label("flag", flag) for flag in found.flags],
        "amount": amount(on, found.amount),
        "missing": [gap(on, each) for each in found.missing],
        "tree": tree(on, found.tree),
        "remedies": [[change.fact for change in way] for way in answer.remedies],
        "ways": [[step(on, change) for change in way] for way in answer.remedies],
        "next_change": turn and turn.as_json() | {"becomes_label": verdict(on, turn.becomes)},
        "first_day": answer.first_day,
        "last_day": answer.last_day,
        "used_parameters": list(found.used_parameters),
        "used_rulings": list(found.used_rulings),
        **instructions(on, rule),
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


def instructions(on: Ground, rule: Rule) -> dict[str, Any]:
    """Say who decides, what to bring, what to do next and whom to ask."""
    keys = ("papers", "decides", "next_step", "contact")
    return {key: on.policy.label("rule", rule.id, key) for key in keys}


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


def verdict(on: Ground, value: bool | None, applicable: bool | None = True) -> str:
    """Say a value in words."""
    names = {True: "true", False: "false", None: "unknown"}
    key = "not_applicable" if applicable is False else names[value]
    return str(on.policy.labels["verdict"][key])


def amount(on: Ground, found: Amount | None) -> dict[str, Any] | None:
    """Tell an amount in its proper form, never as a number that is not promised."""
    if found is None:
        return None
    shown = found.as_json()
    return {
        **shown,
        "payer_label": on.policy.label("payer", found.payer),
        "text": _amount_words(found.kind, shown["lower"], shown["upper"]),
    }


def difference(on: Ground, before: Assessment, after: Assessment) -> dict[str, Any]:
    """Tell one benefit before and after."""
    sides = {
        name: {
            "value": each.value,
            "value_label": verdict(on, each.value, each.applicable),
            "amount": amount(on, each.amount),
        }
        for name, each in (("before", before), ("after", after))
    }
    return {
        "benefit": after.rule,
        "title": on.policy.label("rule", after.rule, "title"),
        "changed": (before.value, before.amount) != (after.value, after.amount),
        **sides,
    }


def gap(on: Ground, missing: Gap) -> dict[str, Any]:
    """Tell what is missing, who can tell, and how to ask for it."""
    about = {"fact": "fact", "ruling": "ruling"}.get(missing.kind)
    label = on.policy.label(about, missing.name) if about else None
    return {
        **missing.as_json(),
        "label": label or missing.name,
        "who_label": on.policy.label("who", missing.who),
        "question": on.policy.label("fact", missing.name, "question"),
    }


def asked(on: Ground, name: str) -> bool:
    """Tell whether a person can be asked for it."""
    spec = on.policy.dictionary[name]
    return spec.who == "self" and not spec.series


def question(on: Ground, name: str) -> dict[str, Any]:
    """Tell how to ask for a fact and which answers there are."""
    spec = on.policy.dictionary[name]
    options = on.policy.label("fact", name, "options") or {}
    return {
        "fact": name,
        "label": on.policy.label("fact", name),
        "question": on.policy.label("fact", name, "question"),
        "help": on.policy.label("fact", name, "help"),
        "type": spec.type,
        "unit": "yuan" if spec.unit == "fen" else spec.unit,
        "options": [{"value": each, "label": options.get(each, each)} for each in spec.values],
        "who": spec.who,
        "who_label": on.policy.label("who", spec.who),
    }


def best(on: Ground, found: Question) -> dict[str, Any]:
    """Tell the question that settles most, and for which benefits it is asked."""
    titles = [on.policy.label("rule", rule, "title") for rule in found.rules]
    return question(on, found.fact) | {
        "settles": round(found.settles, 2),
        "benefits": list(found.rules),
        "because": "用来判断：" + "、".join(titles),
    }


def step(on: Ground, change: Change) -> dict[str, Any]:
    """Tell one thing to do on the way to a yes."""
    spec = on.policy.dictionary[change.fact]
    kind = "become" if change.to is True else change.kind
    words = WAYS[kind].format(
        label=on.policy.label("fact", change.fact), to=_said(spec, change.to), on=change.on
    )
    return change.as_json() | {"to": _shown(spec.unit, change.as_json()["to"]), "words": words}


def tree(on: Ground, node: Mapping[str, Any]) -> dict[str, Any]:
    """Put words to every condition of an explanation; money becomes yuan."""
    told = {name: each for name, each in node.items() if name not in ("children", "label")}
    told["value_label"] = verdict(on, node["value"])
    if "label" in node:
        words = on.policy.labels["condition"].get(node["label"], node["label"])
        told |= {"label": filled(on, words), "code": node["label"]}
    if node.get("rule"):
        told["label"] = on.policy.label("rule", node["rule"], "title")
    if node.get("ruling"):
        told["label"] = on.policy.label("ruling", node["ruling"])
    if node.get("unit") == "fen":
        told |= {"unit": "yuan", **{k: _shown("fen", node[k]) for k in ("have", "need")}}
    if "children" in node:
        told["children"] = [tree(on, child) for child in node["children"]]
    return told


def parameter(row: Parameter) -> dict[str, Any]:
    """Tell a number of the policy with its days and its source."""
    return {
        "id": row.id,
        "name": row.name,
        "scope": row.scope,
        "value": _shown(row.unit, row.value),
        "unit": "yuan" if row.unit == "fen" else row.unit,
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


def facts(known: Facts) -> list[dict[str, Any]]:
    """Tell what is known about a person, each with its source, its day and whether it counts."""
    policy = current()
    told = []
    for name, each in sorted(known.everything.items()):
        if each.source == "default":
            continue
        state = "conflict" if name in known.conflicts else "stale" if name in known.stale else ""
        value = _shown(policy.dictionary[name].unit, as_json(each)["value"])
        row = {"name": name, "label": policy.label("fact", name), "value": value}
        told.append({**row, **asdict(each), "value": value, "state": state or "known"})
    return told


def filled(on: Ground, words: str) -> str:
    """Fill the numbers of the day into a sentence."""

    def number(place: re.Match[str]) -> str:
        row = on.snapshot.on(on.as_of).row(place[1])
        if row is None:
            return "（待定）"
        return yuan(row.value).removesuffix(".00") if row.unit == "fen" else str(row.value)

    return _PLACE.sub(number, words)


def _rows(on: Ground, rule: Rule) -> list[Parameter]:
    today = on.snapshot.on(on.as_of)
    return [row for name in sorted(rule.parameters) if (row := today.row(name))]


def _amount_words(kind: str, lower: Any, upper: Any) -> str:
    if kind == "exact" and lower != upper:
        return BETWEEN.format(lower=lower, upper=upper) if lower and upper else NOT_YET
    if kind in ("exact", "at_least", "at_most") and lower is None and upper is None:
        return NOT_YET
    return AMOUNTS[kind].format(lower=lower, upper=upper)


def _said(spec: FactSpec, value: Any) -> Any:
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, date):
        return value.isoformat()
    return f"{yuan(value)}元" if spec.unit == "fen" and isinstance(value, int) else value


def _shown(unit: str, value: Any) -> Any:
    return yuan(value) if unit == "fen" and type(value) is int else value
