"""How are the TOML files of a policy read, with every fault told at once?"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_origin

from eligibility.facts import TYPES, FactSpec
from eligibility.parameters import Declared, Parameter, Row, Ruling

SHEETS = ("policy", "facts", "parameters", "rulings", "labels.zh")
ACTIONABLE = ("y", "n", "t")
SENSITIVE = ("P", "S", "-")


@dataclass
class Reading:
    """The files of one policy as read, and what is wrong with them so far."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, sheet: str, where: str, detail: str) -> None:
        """Note a fault with its file and place."""
        self.faults.append(f"{sheet}.toml, {where}: {detail}")


def read(folder: Path) -> Reading:
    """Read every file of the folder that a policy has; a missing or broken one is a fault."""
    reading = Reading()
    for sheet in SHEETS:
        try:
            text = (folder / f"{sheet}.toml").read_text("utf-8")
            reading.tables[sheet] = tomllib.loads(text)
        except FileNotFoundError:
            reading.fault(sheet, "file", "is missing")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            # A day that does not exist, such as 31 April, is refused here with its place.
            reading.fault(sheet, "file", str(error))
        reading.tables.setdefault(sheet, {})
    return reading


def taken(
    shape: type, table: Any, reading: Reading, sheet: str, where: str, also: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the keys of a table that a dataclass has; note those that nobody reads."""
    if not isinstance(table, Mapping):
        reading.fault(sheet, where, "is not a table")
        return {}
    known = {each.name for each in fields(shape)}
    for key in sorted(set(table) - known - set(also)):
        reading.fault(sheet, where, f"{key} is unknown; allowed are {', '.join(sorted(known))}")
    content = {key: value for key, value in table.items() if key in known}
    lists = {each.name for each in fields(shape) if get_origin(each.type) is tuple}
    for key in lists & set(content):
        content[key] = several(content[key])
    for key, value in content.items():
        if isinstance(value, float | datetime):
            reading.fault(sheet, where, f"{key} has to be a whole number or a day")
    return content


def several(value: Any) -> tuple[str, ...]:
    """Return one or more names; a single text may separate them with a stroke."""
    return tuple(value.split("/")) if isinstance(value, str) else tuple(value)


def specs(reading: Reading) -> dict[str, FactSpec]:
    """Return the facts, by name."""
    found: dict[str, FactSpec] = {}
    for name, table in reading.tables["facts"].items():
        content = taken(FactSpec, table, reading, "facts", name)
        if content.get("type") not in TYPES:
            reading.fault("facts", name, f"type is one of {', '.join(TYPES)}")
            continue
        spec = FactSpec(**{**content, "name": name})
        found[name] = spec
        for detail in _faults_of(spec):
            reading.fault("facts", name, detail)
    for spec in found.values():
        if spec.key and found.get(spec.key, spec).series != spec.name:
            reading.fault("facts", spec.name, "its key has to be a fact of its rows")
    implied = {spec.series for spec in found.values() if spec.series} - set(found)
    return found | {name: FactSpec(name, "series") for name in sorted(implied)}


def _faults_of(spec: FactSpec) -> Iterable[str]:
    if not spec.name.isidentifier():
        yield "a name is made of letters, digits and _"
    if spec.actionable not in ACTIONABLE:
        yield f"actionable is one of {', '.join(ACTIONABLE)}"
    if spec.sensitivity not in SENSITIVE:
        yield f"sensitivity is one of {', '.join(SENSITIVE)}"
    if spec.type == "enum" and not spec.values:
        yield "an enum lists its values in order of rank"
    if spec.default_false and spec.type != "bool":
        yield "only a true-or-false fact can default to false"
    if spec.group and spec.type != "bool":
        yield "only true-or-false facts can be asked together"
    if spec.window and not spec.key:
        yield "a window counts by the key of its rows"


def parameters(reading: Reading) -> tuple[list[Row], list[Declared]]:
    """Return the rows with a value, and the declarations of those that may have none."""
    rows: list[Row] = []
    for place, table in enumerate(reading.tables["parameters"].get("parameter", ()), 1):
        where = f"parameter {place} {table.get('name', '')}"
        content = taken(Parameter, table, reading, "parameters", where)
        if not _complete(Parameter, content, reading, "parameters", where):
            continue
        if isinstance(content["value"], bool) or not isinstance(content["value"], int):
            reading.fault("parameters", where, "value is a whole number (money in fen)")
        else:
            rows.append(Parameter(**content))
    return rows, _declared(reading)


def _declared(reading: Reading) -> list[Declared]:
    declared = []
    for place, table in enumerate(reading.tables["parameters"].get("declared", ()), 1):
        where = f"declared {place} {table.get('name', '')}"
        content = taken(Declared, table, reading, "parameters", where)
        if "name" not in content:
            reading.fault("parameters", where, "name is missing")
        else:
            declared.append(Declared(**content))
    return declared


def rulings(reading: Reading) -> list[Row]:
    """Return the rulings that the policy came with."""
    rows: list[Row] = []
    for place, table in enumerate(reading.tables["rulings"].get("ruling", ()), 1):
        where = f"ruling {place} {table.get('id', '')}"
        content = taken(Ruling, table, reading, "rulings", where, ("note", "why", "source"))
        content.setdefault("in_use", "")
        content.setdefault("readings", ())
        if _complete(Ruling, content, reading, "rulings", where):
            rows.append(Ruling(**content))
    return rows


def _complete(
    shape: type, content: Mapping[str, Any], reading: Reading, sheet: str, where: str
) -> bool:
    needed = ("id", "name", "value", "valid_from", "kind")
    absent = [n.name for n in fields(shape) if n.name in needed and n.name not in content]
    days = [k for k in ("valid_from", "valid_to", "known_from", "review_by") if k in content]
    wrong = [k for k in days if not isinstance(content[k], date)]
    for key in (*absent, *wrong):
        reading.fault(sheet, where, f"{key} is missing or no day")
    return not absent and not wrong
