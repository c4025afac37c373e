"""In which words is an answer told?  Short ones, with the numbers of the day filled in."""

import re
from collections.abc import Mapping
from typing import Any

from backend.screenings.answers import Ground
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
# A reading that asks for nothing, or that nobody meets.
CONSTANTS: Mapping[str, str] = {"true": "没有别的要求", "false": "谁都不符合"}
NOT_YET = "金额要等资料齐全才能算出"
BETWEEN = "{lower}元到{upper}元之间"


def verdict(on: Ground, value: bool | None, applicable: bool | None = True) -> str:
    """Say a value in words."""
    names = {True: "true", False: "false", None: "unknown"}
    key = "not_applicable" if applicable is False else names[value]
    return str(on.policy.labels["verdict"][key])


def amount(on: Ground, found: Amount | None) -> dict[str, Any] | None:
    """Tell an amount in its proper form, never as a number that is not promised."""
    return priced(on, None if found is None else found.as_json())


def priced(on: Ground, figures: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Tell an amount as it was written for JSON."""
    if figures is None:
        return None
    return {
        **figures,
        "payer_label": on.policy.label("payer", figures["payer"]),
        "text": _amount_words(figures["kind"], figures["lower"], figures["upper"]),
    }


def tree(on: Ground, node: Mapping[str, Any]) -> dict[str, Any]:
    """Put words to every condition of an explanation; money becomes yuan."""
    told = {name: each for name, each in node.items() if name not in ("children", "label")}
    told["value_label"] = verdict(on, node["value"])
    if "label" in node:
        told |= {"label": condition(on, node["label"]), "code": node["label"]}
    if node.get("rule"):
        told["label"] = on.policy.label("rule", node["rule"], "title")
    if node.get("ruling"):
        told["label"] = on.policy.label("ruling", node["ruling"])
    if node.get("unit") == "fen":
        told |= {"unit": "yuan", **{k: shown("fen", node[k]) for k in ("have", "need")}}
    if "children" in node:
        told["children"] = [tree(on, child) for child in node["children"]]
    # The engine has the readings in order of their names; a tree that was stored may not.
    readings = sorted(node.get("branches", ()))
    for name, child in zip(readings, told.get("children", ()), strict=False):
        child["reading_label"] = on.policy.label("ruling", node["ruling"], "readings")[name]
    return told


def condition(on: Ground, code: str) -> str:
    """Say what a condition asks for."""
    return filled(on, on.policy.labels["condition"].get(code) or CONSTANTS[code])


def filled(on: Ground, words: str) -> str:
    """Fill the numbers of the day into a sentence."""

    def number(place: re.Match[str]) -> str:
        row = on.snapshot.on(on.as_of).row(place[1])
        if row is None:
            return "（待定）"
        return yuan(row.value).removesuffix(".00") if row.unit == "fen" else str(row.value)

    return _PLACE.sub(number, words)


def _amount_words(kind: str, lower: Any, upper: Any) -> str:
    if kind == "exact" and lower != upper:
        return BETWEEN.format(lower=lower, upper=upper) if lower and upper else NOT_YET
    if kind in ("exact", "at_least", "at_most") and lower is None and upper is None:
        return NOT_YET
    return AMOUNTS[kind].format(lower=lower, upper=upper)


def shown(unit: str, value: Any) -> Any:
    """Write a value as others see it: money in yuan."""
    return yuan(value) if unit == "fen" and type(value) is int else value
