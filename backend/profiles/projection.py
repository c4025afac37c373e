"""How do statements become facts for the engine, and a row that SQL can ask?"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from backend.profiles.columns import HELD, POLICY
from backend.profiles.evidence import Statement, Weighed, weighed
from eligibility.facts import Facts, FactsRefused, Known, read


def facts(statements: Iterable[Statement], as_of: date) -> Facts:
    """Return what counts on a day, with its sources; what is in conflict counts as not known."""
    return counted(weighed(statements), as_of)


def counted(found: Weighed, as_of: date) -> Facts:
    """Return the facts that the engine weighs on a day."""
    told = {
        name: Known(each.value, each.source.word, each.observed_on)
        for name, each in found.known.items()
        if name in POLICY.dictionary
    }
    on_the_day = _typed(told).at(as_of)
    return replace(on_the_day, conflicts=on_the_day.conflicts | found.conflicts)


def _typed(told: Mapping[str, Known]) -> Facts:
    """Read what was kept; what the dictionary of today no longer takes is not known."""
    try:
        return read(POLICY.dictionary, told, date.max)
    except FactsRefused as refused:
        faulty = {each.name for each in refused.faults}
        kept = {name: known for name, known in told.items() if name not in faulty}
        return read(POLICY.dictionary, kept, date.max)


def row(statements: Iterable[Statement]) -> dict[str, Any]:
    """Return the profile's columns; old facts stay in, beside their day."""
    found = weighed(statements)
    columns = row_of(counted(found, date.min))
    return {**columns, "disputed": sorted(found.disputed)}


def row_of(ageless: Facts) -> dict[str, Any]:
    """Return the columns of facts weighed on a day so early that none is too old yet."""
    columns: dict[str, Any] = {"conflicts": sorted(ageless.conflicts), "disputed": []}
    for name, held in HELD.items():
        known = ageless.known(name)
        counts = known is not None and known.source != "default"
        if known is None or not counts or name in ageless.conflicts:
            columns |= dict.fromkeys([*held.names, *([held.day] if held.day else [])])
            continue
        columns |= held.values(known.value)
        if held.day:
            columns[held.day] = known.observed_on
    return columns
