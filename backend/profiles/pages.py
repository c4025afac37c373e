"""How is what is known about a person told to her?"""

from typing import Any

from backend.profiles.columns import POLICY
from backend.profiles.evidence import Source
from eligibility.facts import Facts, Known, as_json
from eligibility.values import yuan

SAID_BY = {source.word: source.value for source in Source}
STATES = {"known": "有效", "stale": "已过期，请重新填写", "conflict": "前后不一致，请核对"}


def facts(found: Facts) -> list[dict[str, Any]]:
    """Tell each fact with its source, its day and whether it counts; money is yuan.

    Of proofs that contradict each other none is told as the value.
    """
    names = sorted({*found.everything, *found.conflicts})
    return [told for name in names if (told := _fact(found, name)) is not None]


def _fact(found: Facts, name: str) -> dict[str, Any] | None:
    known = found.known(name)
    said = known is not None and known.source != "default"
    if not said and name not in found.conflicts:
        return None
    state = "conflict" if name in found.conflicts else "stale" if name in found.stale else "known"
    return {
        "name": name,
        "label": POLICY.label("fact", name),
        **_evidence(name, known if said else None),
        "state": state,
        "state_label": STATES[state],
    }


def _evidence(name: str, known: Known | None) -> dict[str, Any]:
    if known is None:
        return dict.fromkeys(("value", "source", "source_label", "observed_on"))
    return {
        "value": shown(name, as_json(known)["value"]),
        "source": known.source,
        "source_label": SAID_BY[known.source],
        "observed_on": known.observed_on,
    }


def shown(name: str, value: Any) -> Any:
    """Write a fact's value, as the engine writes it for JSON, as others see it: money in yuan."""
    is_money = POLICY.dictionary[name].unit == "fen" and type(value) is int
    return yuan(value) if is_money else value
