"""Which of the three routes of clause 五（二） spares her a counter-guarantee, as far as is known?

Each route is told by itself, with what it lacks and who could say it; unknown is never no. Where
nobody can say how to read the clause, the answer under every reading is told.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from backend.policies.queries import current, snapshot
from backend.screenings.answers import Ground
from backend.screenings.pages import ruling
from backend.screenings.results import gap
from backend.screenings.wording import tree, verdict
from eligibility.engine import assess
from eligibility.explanation import Tree
from eligibility.facts import Facts
from eligibility.gaps import Gap
from eligibility.parameters import Ruling, Snapshot

BENEFIT = "guarantee_waiver"
# What of the explanation a route is: a rule of its own, or what is asked of one fact.
ROUTES: Mapping[str, tuple[str, str]] = {
    "small_loan": ("rule", "waiver_small_loan"),
    "honour": ("fact", "honour_level"),
    "bank_credit": ("fact", "bank_credit_good"),
}


def routes(facts: Facts, day: date) -> dict[str, Any]:
    """Tell every route by these facts, and the whole under each reading of what is open."""
    on = Ground(current(), snapshot(day), day, facts)
    found = assess(on.policy, BENEFIT, facts, on.snapshot, day)
    read = [on.snapshot.ruling(each.partition("=")[0]) for each in found.used_rulings]
    return {
        "as_of": day,
        "benefit": BENEFIT,
        "title": on.policy.label("rule", BENEFIT, "title"),
        "clause": found.clause,
        "decides": on.policy.label("rule", BENEFIT, "decides"),
        "value": found.value,
        "value_label": verdict(on, found.value),
        "flags": list(found.flags),
        "flag_labels": [on.policy.label("flag", flag) for flag in found.flags],
        "missing": [gap(on, each) for each in found.missing],
        "routes": [_route(on, name, found.clause, found.tree) for name in ROUTES],
        "rulings": [ruling(on, each) for each in read if each],
        "readings": [
            told for each in read if each and each.kind == "open" for told in _read(on, each)
        ],
        "policy": found.policy,
    }


def _route(on: Ground, name: str, clause: str, whole: Tree) -> dict[str, Any]:
    key, wanted = ROUTES[name]
    node = next(each for each in _nodes(whole) if each.get(key) == wanted)
    told = tree(on, node)
    return {
        "id": name,
        "label": told["label"],
        "clause": clause,
        "value": node["value"],
        "value_label": told["value_label"],
        "missing": [gap(on, each) for each in dict.fromkeys(_gaps(on, node))],
        "tree": told,
    }


def _read(on: Ground, unclear: Ruling) -> Iterator[dict[str, Any]]:
    """Tell the whole as it would be under each reading of one ruling."""
    for reading in unclear.readings:
        found = assess(
            on.policy, BENEFIT, on.facts, _read_as(on.snapshot, unclear.id, reading), on.as_of
        )
        yield {
            "ruling": unclear.id,
            "label": on.policy.label("ruling", unclear.id),
            "reading": reading,
            "reading_label": on.policy.label("ruling", unclear.id, "readings")[reading],
            "value": found.value,
            "value_label": verdict(on, found.value),
        }


@lru_cache(maxsize=64)
def _read_as(known: Snapshot, unclear: str, reading: str) -> Snapshot:
    """Keep what was put together: finding out that it is the same takes longer than answering."""
    return known.read_as(unclear, reading)


def _gaps(on: Ground, node: Tree) -> Iterator[Gap]:
    """Name what a route waits for; a part of it that is decided waits for nothing."""
    if node["value"] is not None:
        return
    for child in node.get("children", ()):
        yield from _gaps(on, child)
    yield from (Gap("parameter", each, "staff") for each in node.get("lacks", ()))
    named = {node["fact"]: node["have"]} if "fact" in node else node.get("facts", {})
    for fact, have in named.items():
        if have is None:
            who = on.policy.dictionary[fact].who
            yield Gap("fact", fact, who, node.get("reason", "unknown"))


def _nodes(node: Tree) -> Iterator[Tree]:
    yield node
    for child in node.get("children", ()):
        yield from _nodes(child)
