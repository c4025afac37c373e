"""How is an answer told to the one who asked?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.screenings.answers import Answer, Ground
from backend.screenings.pages import heading, instructions, question
from backend.screenings.wording import amount, shown, tree, verdict
from eligibility.engine import Assessment
from eligibility.facts import FactSpec
from eligibility.gaps import Gap
from eligibility.questions import Question
from eligibility.remedies import Change
from eligibility.turning import Turn
from eligibility.values import Amount, yuan

WAYS: Mapping[str, str] = {
    "answer": "先告诉我们：{label}",
    "change": "{label}：达到{to}",
    "lower": "{label}：降到{to}",
    "become": "{label}",
    "wait": "等到{on}：{label}",
}
YES_NO = {True: "是", False: "否"}
A_NUMBER = "政策里的一个数字，还没有登记"


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
        "amount_readings": [_reading(on, *each) for each in found.amounts],
        "missing": [gap(on, each) for each in found.missing],
        "tree": tree(on, found.tree),
        "remedies": [[change.fact for change in way] for way in answer.remedies],
        "ways": [[step(on, change) for change in way] for way in answer.remedies],
        "next_change": turn and _turn(on, turn),
        "first_day": answer.first_day,
        "last_day": answer.last_day,
        "used_parameters": list(found.used_parameters),
        "used_rulings": list(found.used_rulings),
        **instructions(on, rule),
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
    known = missing.kind in ("fact", "ruling")
    return {
        **missing.as_json(),
        "label": on.policy.label(missing.kind, missing.name) if known else A_NUMBER,
        "who_label": on.policy.label("who", missing.who),
        "question": on.policy.label("fact", missing.name, "question"),
    }


def best(on: Ground, found: Question) -> dict[str, Any]:
    """Tell the question that settles most, and for which benefits it is asked."""
    titles = [on.policy.label("rule", rule, "title") for rule in found.rules]
    return question(on, found.fact) | {
        "benefits": list(found.rules),
        "because": "用来判断：" + "、".join(titles),
    }


def group(on: Ground, found: list[Question]) -> dict[str, Any] | None:
    """Tell questions that are asked together; None where there is only one."""
    if len(found) < 2:
        return None
    name = on.policy.dictionary[found[0].fact].group
    words = {key: on.policy.label("group", name, key) for key in ("question", "help")}
    return {"id": name, **words, "facts": [best(on, each) for each in found]}


def step(on: Ground, change: Change) -> dict[str, Any]:
    """Tell one thing to do on the way to a yes."""
    spec = on.policy.dictionary[change.fact]
    words = WAYS[_way(on, change)].format(
        label=on.policy.label("fact", change.fact), to=_said(on, spec, change.to), on=change.on
    )
    to = shown(spec.unit, change.as_json()["to"])
    return {"kind": change.kind, "fact": change.fact, "to": to, "on": change.on, "words": words}


def _reading(on: Ground, name: str, reading: str, worth: Amount) -> dict[str, Any]:
    """Tell what one way to read an unconfirmed clause would pay."""
    row = on.snapshot.on(on.as_of).ruling(name)
    return {
        "ruling": name,
        "label": on.policy.label("ruling", name),
        "reading": reading,
        "reading_label": on.policy.label("ruling", name, "readings")[reading],
        "in_use": row is not None and row.reading == reading,
        "amount": amount(on, worth),
    }


def _turn(on: Ground, turn: Turn) -> dict[str, Any]:
    words = verdict(on, turn.becomes)
    return {"on": turn.on, "becomes": turn.becomes, "becomes_label": words}


def _way(on: Ground, change: Change) -> str:
    if change.to is True:
        return "become"
    have = on.facts.value(change.fact)
    less = type(have) is int and type(change.to) is int and change.to < have
    return "lower" if less else change.kind


def _said(on: Ground, spec: FactSpec, value: Any) -> Any:
    if spec.values:
        return on.policy.label("fact", spec.name, "options")[value]
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, date):
        return value.isoformat()
    return f"{yuan(value)}元" if spec.unit == "fen" and isinstance(value, int) else value
