"""Has every condition its label, and every unclear point of the policy its answer?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eligibility.expression import labels_of
from eligibility.facts import Dictionary, FactSpec
from eligibility.parameters import Readings, Ruling
from eligibility.rules import Rule
from eligibility.sheets import Reading

SHEET = "labels.zh"
POINTS = tuple(f"A{number:02d}" for number in range(1, 48))
NEEDED = {
    "fact": ("label", "question"),
    "group": ("question",),
    "rule": ("title", "summary"),
    "ruling": ("label",),
}
PLACEHOLDER = re.compile(r"\{p\.([^}]*)\}")


def missing_labels(
    reading: Reading, dictionary: Dictionary, rules: Mapping[str, Rule], readings: Readings
) -> None:
    """Note every fact, rule, ruling, number, condition and choice without words of its own."""
    labels = reading.tables[SHEET]
    rulings = [row for row in readings.rows if isinstance(row, Ruling)]
    names = {
        "fact": [name for name, spec in dictionary.items() if spec.who],
        "group": sorted({spec.group for spec in dictionary.values() if spec.group}),
        "rule": list(rules),
        "ruling": [row.id for row in rulings],
    }
    for kind, each in names.items():
        for name in each:
            for key in NEEDED[kind]:
                if not labels.get(kind, {}).get(name, {}).get(key):
                    reading.fault(SHEET, f"[{kind}.{name}]", f"{key} is missing")
    for name in sorted(set(readings.declared) - set(labels.get("parameter", {}))):
        reading.fault(SHEET, "[parameter]", f"{name} is missing")
    chosen = [("fact", name, "options", spec.values) for name, spec in dictionary.items()]
    chosen += [("ruling", row.id, "readings", row.readings) for row in rulings]
    for kind, name, key, values in chosen:
        worded = labels.get(kind, {}).get(name, {}).get(key, {})
        for value in sorted(set(values) - set(worded)):
            reading.fault(SHEET, f"[{kind}.{name}]", f"{key}.{value} is missing")
    _conditions(reading, rules)
    _placeholders(reading, set(readings.declared))


def _conditions(reading: Reading, rules: Mapping[str, Rule]) -> None:
    labels = reading.tables[SHEET].get("condition", {})
    wanted: dict[str, str] = {}
    for rule in rules.values():
        for expression in rule.expressions:
            for key in labels_of(expression):
                wanted.setdefault(key, rule.id)
    for key, rule_id in wanted.items():
        if not labels.get(key):
            reading.fault(SHEET, "[condition]", f"{key!r} is missing (rule {rule_id})")
    for key in sorted(set(labels) - set(wanted)):
        reading.fault(SHEET, "[condition]", f"{key!r} is no condition of any rule")


def _placeholders(reading: Reading, declared: set[str]) -> None:
    for where, words in _texts(reading.tables[SHEET], ()):
        for name in PLACEHOLDER.findall(words):
            if name not in declared:
                reading.fault(SHEET, ".".join(where), f"p.{name} is no declared parameter")


def _texts(table: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(table, str):
        yield where, table
    elif isinstance(table, Mapping):
        for key, value in table.items():
            yield from _texts(value, (*where, key))


def missing_points(reading: Reading, specs: Mapping[str, FactSpec], readings: Readings) -> None:
    """Note every unclear point that no ruling, note or judgement of staff answers."""
    head = reading.tables["policy"]
    answered: set[str] = set()
    for row in readings.rows:
        answered |= set(row.points) if isinstance(row, Ruling) else set()
    for note in head.get("note", ()):
        answered |= {*_listed(note.get("points")), *_listed(note.get("point"))}
    for spec in specs.values():
        answered |= set(spec.points) if spec.who == "staff" else set()
    for point in sorted(set(head.get("unclear_points", POINTS)) - answered):
        reading.fault("policy", point, "no ruling, note or judgement fact of staff answers it")


def _listed(value: Any) -> Iterable[str]:
    return (value,) if isinstance(value, str) else tuple(value or ())
