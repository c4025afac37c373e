"""Which number, and which reading of an unclear clause, held on a day, as known on a day?

Both are rows with two times: when they hold (`valid_from` to `valid_to`, both included), and from
when they were known (`known_from`). Of several rows that cover a day the one known last stands. A
day that no row covers has no value: the last one known is never carried on.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from eligibility.dates import A_DAY

LEAGUE = "league"
KINDS_OF_RULING = ("decided", "provisional", "open", "note")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number in force for a while; `value` is in fen or in whole units, never a float."""

    name: str
    value: int
    valid_from: date
    valid_to: date | None = None
    scope: str = LEAGUE
    unit: str = ""
    known_from: date = date.min
    source: str = ""
    clause: str = ""
    verified: bool = True
    review_by: date | None = None

    @property
    def id(self) -> str:
        """Name the row as explanations do: name@first day, or name:scope@first day."""
        scope = "" if self.scope == LEAGUE else f":{self.scope}"
        return f"{self.name}{scope}@{self.valid_from}"

    def doubtful(self, day: date) -> bool:
        """Tell whether a result that uses it has to say that it is not verified."""
        return not self.verified or (self.review_by is not None and day > self.review_by)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Which reading is in use; `kind` says how sure that is. An open one uses none."""

    id: str
    readings: tuple[str, ...]
    in_use: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    known_from: date = date.min
    decided_by: str = ""
    decided_on: date | None = None
    points: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Tell whether somebody has yet to confirm it."""
        return self.kind in ("open", "provisional")

    @property
    def reading(self) -> str | None:
        """Return the reading to fold to, or None where all have to be asked."""
        return None if self.kind == "open" else self.in_use


@dataclass(frozen=True, slots=True)
class Declared:
    """What a parameter is, apart from its values, and what stands where a scope has no row."""

    name: str
    unit: str = ""
    scoped_required: bool = False
    fallback: int | None = None


Row = Parameter | Ruling


def covers(row: Row, day: date) -> bool:
    """Tell whether the row holds on that day."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Every row known on one day, asked about another; never changed."""

    as_of: date
    rows: tuple[Row, ...]
    declared: Mapping[str, Declared]

    @cached_property
    def key(self) -> str:
        """Return the SHA-256 of the rows: equal keys answer everything alike."""
        fallbacks = sorted((d.name, d.scoped_required, d.fallback) for d in self.declared.values())
        content = json.dumps([[row_json(row) for row in self.rows], fallbacks], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def _parameters(self) -> dict[str, list[Parameter]]:
        found: dict[str, list[Parameter]] = {}
        for row in self.rows:
            if isinstance(row, Parameter):
                found.setdefault(row.name, []).append(row)
        return found

    @cached_property
    def _rulings(self) -> dict[str, list[Ruling]]:
        found: dict[str, list[Ruling]] = {}
        for row in self.rows:
            if isinstance(row, Ruling):
                found.setdefault(row.id, []).append(row)
        return found

    def on(self, day: date) -> "Snapshot":
        """Return the same rows, asked about another day."""
        if day == self.as_of:
            return self
        moved = replace(self, as_of=day)
        for name in ("key", "_parameters", "_rulings"):
            moved.__dict__[name] = getattr(self, name)
        return moved

    def row(self, name: str, scope: str = LEAGUE, on: date | None = None) -> Parameter | None:
        """Return the row that holds for a scope, or None where none covers the day."""
        rows = (row for row in self._parameters.get(name, ()) if row.scope == scope)
        found: Parameter | None = last_known(rows, on or self.as_of)
        return found

    def value(self, name: str, scope: str = LEAGUE, on: date | None = None) -> int | None:
        """Return the value, or None where no row covers the day."""
        row = self.row(name, scope, on)
        return None if row is None else row.value

    def scopes(self, name: str) -> dict[str, Parameter]:
        """Return the rows of the counties that have one on the day."""
        scopes = {row.scope for row in self._parameters.get(name, ())} - {LEAGUE}
        rows = {scope: self.row(name, scope) for scope in sorted(scopes)}
        return {scope: row for scope, row in rows.items() if row is not None}

    def ruling(self, ruling_id: str) -> Ruling | None:
        """Return the ruling that holds, or None where none covers the day."""
        found: Ruling | None = last_known(self._rulings.get(ruling_id, ()), self.as_of)
        return found

    def read_as(self, ruling_id: str, reading: str) -> "Snapshot":
        """Return the same rows with one unclear clause read in a given way."""
        rows = (
            replace(row, in_use=reading, kind="provisional")
            if isinstance(row, Ruling) and row.id == ruling_id
            else row
            for row in self.rows
        )
        return replace(self, rows=tuple(rows))

    def boundaries(self, names: Iterable[str]) -> set[date]:
        """Return the days on which one of these parameters or rulings may change."""
        wanted = set(names)
        found = set()
        for row in self.rows:
            if (row.name if isinstance(row, Parameter) else row.id) in wanted:
                found.add(row.valid_from)
                if row.valid_to is not None:
                    found.add(row.valid_to + A_DAY)
        return found


def last_known(rows: Iterable[Any], day: date) -> Any:
    """Return, of the rows that cover the day, the one known last.

    Of several known on the same day the first one counts: rows are kept newest first.
    """
    covering = [row for row in rows if covers(row, day)]
    return max(covering, key=lambda row: row.known_from, default=None)


class Readings:
    """All rows there are; `at` gives those known on a day."""

    def __init__(self, rows: Iterable[Row], declared: Iterable[Declared] = ()):
        """Keep the rows; a parameter with rows needs no declaration of its own."""
        self.rows = tuple(rows)
        named = {r.name: Declared(r.name, r.unit) for r in self.rows if isinstance(r, Parameter)}
        self.declared: Mapping[str, Declared] = named | {each.name: each for each in declared}
        self._at = lru_cache(maxsize=64)(self._snapshot)

    def at(self, as_of: date, known_at: date) -> Snapshot:
        """Return what was known on `known_at`, asked about `as_of`."""
        return self._at(known_at).on(as_of)

    def _snapshot(self, known_at: date) -> Snapshot:
        known = tuple(row for row in self.rows if row.known_from <= known_at)
        return Snapshot(known_at, known, self.declared)

    def with_rows(self, rows: Iterable[Row]) -> "Readings":
        """Return these and more, such as those entered by staff."""
        return Readings((*self.rows, *rows), self.declared.values())

    def faults(self) -> list[str]:
        """Return what is wrong with the rows: overlaps, gaps, turned periods, open ends."""
        series: dict[tuple[str, str], list[Row]] = {}
        faults = []
        for row in self.rows:
            scope = row.scope if isinstance(row, Parameter) else ""
            series.setdefault((_name(row), scope), []).append(row)
            faults += _faults_of(row)
        for (name, _), rows in series.items():
            faults += _faults_between(name, sorted(rows, key=lambda row: row.valid_from))
        return faults


def _name(row: Row) -> str:
    return row.name if isinstance(row, Parameter) else row.id


def _faults_of(row: Row) -> list[str]:
    faults = []
    if row.valid_to is not None and row.valid_to < row.valid_from:
        faults.append(f"{_name(row)}: ends on {row.valid_to}, before it begins")
    if isinstance(row, Parameter):
        if row.valid_to is None and row.review_by is None:
            faults.append(f"{row.id}: an open end needs a review_by")
    elif row.kind not in KINDS_OF_RULING:
        faults.append(f"{row.id}: a ruling is one of {', '.join(KINDS_OF_RULING)}")
    elif row.kind != "note" and (row.in_use or row.kind != "open"):
        if row.in_use not in row.readings:
            faults.append(f"{row.id}: the reading in use is none of its readings")
    return faults


def _faults_between(name: str, rows: list[Row]) -> list[str]:
    faults = []
    end = rows[0].valid_to
    for before, row in zip(rows, rows[1:], strict=False):
        overlaps = before.valid_to is None or row.valid_from <= before.valid_to
        if overlaps and row.known_from == before.known_from:
            faults.append(f"{name}: two rows known at once overlap on {row.valid_from}")
        if end is not None and row.valid_from > end + A_DAY:
            faults.append(f"{name}: nothing holds from {end + A_DAY} to {row.valid_from - A_DAY}")
        end = None if end is None or row.valid_to is None else max(end, row.valid_to)
    return faults


def row_json(row: Row) -> dict[str, Any]:
    """Write a row for JSON, all of it; `row_of` reads it back."""
    kind = "parameter" if isinstance(row, Parameter) else "ruling"
    shown = {name: getattr(row, name) for name in row.__dataclass_fields__}
    written = {n: v.isoformat() if isinstance(v, date) else v for n, v in shown.items()}
    return {"row": kind, **{n: list(v) if isinstance(v, tuple) else v for n, v in written.items()}}


def row_of(written: Mapping[str, Any]) -> Row:
    """Read a row back from its JSON."""
    content: dict[str, Any] = {
        n: tuple(v) if isinstance(v, list) else v for n, v in written.items() if n != "row"
    }
    for name in ("valid_from", "valid_to", "known_from", "review_by", "decided_on"):
        if isinstance(content.get(name), str):
            content[name] = date.fromisoformat(content[name])
    return Parameter(**content) if written["row"] == "parameter" else Ruling(**content)
