"""What does a version of the policy say, and is it fit to be used?"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from eligibility import sheets
from eligibility.completeness import missing_labels, missing_points
from eligibility.facts import Dictionary
from eligibility.parameters import Readings
from eligibility.rulebook import conflicts, rules_of
from eligibility.rules import Rule

FOLDER = Path(__file__).parent / "policies"


class PolicyRefused(ValueError):
    """A policy that cannot be used; `faults` says all of why, each with file and place."""

    def __init__(self, faults: tuple[str, ...]):
        """Keep every fault."""
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, eq=False)
class Policy:
    """One immutable version: rules, facts, the rows it came with, and words to show."""

    id: str
    title: str
    source: str
    in_force_from: date
    in_force_confirmed_until: date | None
    rules: Mapping[str, Rule]
    dictionary: Dictionary
    readings: Readings
    labels: Mapping[str, Any]
    notes: tuple[Mapping[str, Any], ...] = ()
    phases: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of all that can change an answer; words and numbers are apart."""
        spec_fields = ("type", "values", "default_false", "max_age_days", "series", "key", "window")
        content = {
            "id": self.id,
            "in_force": [str(self.in_force_from), str(self.in_force_confirmed_until)],
            "rules": [rule.as_json() for _, rule in sorted(self.rules.items())],
            "facts": {
                name: [str(getattr(spec, each)) for each in spec_fields]
                for name, spec in sorted(self.dictionary.items())
            },
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def version(self) -> str:
        """Return the id and the beginning of the hash, as answers show it."""
        return f"{self.id}@{self.hash[:12]}"

    def label(self, kind: str, name: str, key: str = "label") -> Any:
        """Return our own words for a fact, rule, condition, ruling or flag, or None."""
        found = self.labels.get(kind, {}).get(name)
        return found.get(key) if isinstance(found, Mapping) else found

    def confirmed(self, day: date) -> bool:
        """Tell whether the policy is surely in force on that day."""
        until = self.in_force_confirmed_until
        return self.in_force_from <= day and (until is None or day <= until)


def bundled(name: str) -> Policy:
    """Return a policy that comes with the program."""
    return load(FOLDER / name)


@lru_cache(maxsize=16)
def load(folder: Path) -> Policy:
    """Read and check the policy in a folder; raise PolicyRefused with every fault at once."""
    reading = sheets.read(folder)
    specs = sheets.specs(reading)
    rows, declared = sheets.parameters(reading)
    ruled = sheets.rulings(reading)
    readings = Readings([*rows, *ruled], declared)
    reading.faults += [f"parameters.toml or rulings.toml, {each}" for each in readings.faults()]
    plain = Dictionary(specs)
    dictionary = Dictionary(specs, conflicts(reading, plain))
    rules = rules_of(reading, dictionary, readings)
    head = reading.tables["policy"]
    labels = reading.tables["labels.zh"]
    missing_labels(reading, dictionary, rules, readings)
    missing_points(reading, specs, readings)
    for key in ("id", "title", "source", "in_force_from"):
        if key not in head:
            reading.fault("policy", "head", f"{key} is missing")
    if reading.faults:
        raise PolicyRefused(tuple(reading.faults))
    return Policy(
        **{key: head[key] for key in ("id", "title", "source", "in_force_from")},
        in_force_confirmed_until=head.get("in_force_confirmed_until"),
        rules=rules,
        dictionary=dictionary,
        readings=readings,
        labels=labels,
        notes=tuple(head.get("note", ())),
        phases=tuple(head.get("phase", ())),
    )
