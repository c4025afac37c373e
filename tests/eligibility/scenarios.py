"""What do the scenario files of a policy say, and what comes out?

A file has the cases of one rule. A case may begin from another one of its file: its facts,
rulings and parameters are then taken over, `set` changes facts and `unset` forgets them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from eligibility import facts, remedies
from eligibility.engine import Assessment, assess
from eligibility.facts import Facts
from eligibility.parameters import LEAGUE, Parameter, Readings, Ruling, Snapshot
from eligibility.policy import FOLDER, Policy
from eligibility.quantities import money

ALWAYS, FOR_EVER = date(1900, 1, 1), date(2199, 12, 31)
KEYS = {"name", "base", "as_of", "facts", "set", "unset", "rulings", "parameters", "expect"}
EXPECTED = {
    "value", "amount", "flags", "missing", "next_change", "applicable", "first_day", "last_day",
    "remedies",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One case of a rule, with everything its base gave it."""

    rule: str
    name: str
    as_of: date
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]
    policy: Policy = field(repr=False)
    rulings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def known(self) -> Facts:
        return facts.read(self.policy.dictionary, self.facts, self.as_of)

    @cached_property
    def snapshot(self) -> Snapshot:
        return overridden(self.policy, self.rulings, self.parameters).at(self.as_of, date.max)

    @cached_property
    def assessment(self) -> Assessment:
        return assess(self.policy, self.rule, self.known, self.snapshot, self.as_of)

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Return each expectation that is not met, with what came out."""
        found = {key: self.found(key, wanted) for key, wanted in self.expect.items()}
        return {
            key: (wanted, found[key]) for key, wanted in self.expect.items() if wanted != found[key]
        }

    def found(self, key: str, wanted: Any) -> Any:
        assessment = self.assessment
        if key == "amount":
            amount = assessment.amount.as_json() if assessment.amount else {}
            return {each: amount.get(each) for each in wanted}
        if key == "flags":
            return [flag for flag in wanted if flag in assessment.flags]
        if key == "missing":
            names = [gap.name for gap in assessment.missing]
            return wanted if sorted(names) == sorted(wanted) else names
        if key == "value" and assessment.applicable is False:
            return "not_applicable"
        if key in ("value", "applicable"):
            value = getattr(assessment, key)
            return "unknown" if value is None else value
        return self.over_time(key)

    def over_time(self, key: str) -> Any:
        asked = (self.policy, self.rule, self.known, self.snapshot, self.as_of)
        if key == "remedies":
            return [[change.fact for change in way] for way in remedies.remedies(*asked)]
        if key == "next_change":
            turn = remedies.next_change(*asked)
            becomes = "unknown" if turn and turn.becomes is None else turn and turn.becomes
            return {} if turn is None else {"on": turn.on, "becomes": becomes}
        return getattr(remedies, key)(*asked) or "none"


def overridden(
    policy: Policy, rulings: Mapping[str, str], parameters: Mapping[str, Any]
) -> Readings:
    """Return the policy's rows with some replaced: "open" opens a ruling, "unknown" empties."""
    if not rulings and not parameters:
        return policy.readings
    emptied = {name for name, value in parameters.items() if value == "unknown"}
    rows = [r for r in policy.readings.rows if getattr(r, "name", "") not in emptied]
    readings = {row.id: row.readings for row in rows if isinstance(row, Ruling)}
    for name, reading in rulings.items():
        assert reading in (*readings[name], "open"), f"r.{name} has no reading {reading}"
        kind = "open" if reading == "open" else "decided"
        rows.append(Ruling(name, readings[name], reading, kind, ALWAYS, known_from=date.max))
    for key, value in parameters.items():
        name, _, scope = key.partition(":")
        unit = policy.readings.declared[name].unit
        if value != "unknown":
            number = money(value) if isinstance(value, str) else value
            rows.append(Parameter(name, number, ALWAYS, FOR_EVER, scope or LEAGUE, unit, date.max))
    return Readings(rows, policy.readings.declared.values())


def cases(policy: Policy, folder: Path | None = None) -> Iterator[Case]:
    """Yield every case of a policy; a key nobody reads or a name told twice is an error."""
    for path in sorted((folder or FOLDER / policy.id / "scenarios").glob("*.toml")):
        written = tomllib.loads(path.read_text("utf-8"))
        seen: dict[str, Case] = {}
        for table in written["case"]:
            assert set(table) <= KEYS, f"{path.name}: {set(table) - KEYS}"
            assert set(table["expect"]) <= EXPECTED, f"{path.name}: {table['expect']}"
            assert table["name"] not in seen, f"{path.name}: {table['name']} twice"
            case = seen[table["name"]] = _case(policy, written["rule"], table, seen)
            yield case


def _case(policy: Policy, rule: str, table: Mapping[str, Any], seen: Mapping[str, Case]) -> Case:
    base = seen[table["base"]] if "base" in table else None
    known = {**(base.facts if base else {}), **table.get("facts", {}), **table.get("set", {})}
    for name in table.get("unset", ()):
        known.pop(name, None)
    return Case(
        rule=rule,
        name=table["name"],
        as_of=table.get("as_of") or (base and base.as_of),
        facts=known,
        expect=table["expect"],
        policy=policy,
        rulings={**(base.rulings if base else {}), **table.get("rulings", {})},
        parameters={**(base.parameters if base else {}), **table.get("parameters", {})},
    )
