"""What is known about someone, from whom, and since when?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from eligibility import quantities
from eligibility.quantities import Misread

SOURCES = ("self", "document", "reg", "park", "staff", "bank", "derived", "default")
NUMBERS = ("int", "yuan", "count", "ratio")
TYPES = ("bool", "date", "enum", "code", "text", "series", *NUMBERS)


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What one fact is: its type and unit, who proves it, and who may be asked.

    `actionable` is y when a person may change it, t when only time does, n when it may never be
    proposed. `max_age_days` is the age after which it counts as not known. Facts with a `series`
    stand in the rows of that series; a series itself may have a `key` (the year of a row) and a
    `window` (the parameter that says how many full years before the day asked about count). Those
    of one `group` can be asked together: which of these is so?
    """

    name: str
    type: str
    unit: str = ""
    subject: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    sensitivity: str = "-"
    actionable: str = "n"
    who: str = ""
    max_age_days: int | None = None
    values: tuple[str, ...] = ()
    default_false: bool = False
    series: str = ""
    min: int | None = None
    max: int | None = None
    key: str = ""
    window: str = ""
    points: tuple[str, ...] = ()
    group: str = ""


class Contradiction(Protocol):
    """Facts that cannot all be true."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Name those that then count as not known."""

    def holds(self, values: Mapping[str, Any], as_of: date) -> bool:
        """Tell whether these values surely contradict each other."""


class Dictionary(Mapping[str, FactSpec]):
    """Every fact there is, by name, and which of them can contradict each other."""

    def __init__(
        self, specs: Mapping[str, FactSpec], contradictions: tuple[Contradiction, ...] = ()
    ):
        """Keep the specifications in the order given."""
        self._specs = dict(specs)
        self.contradictions = contradictions
        self.defaults = tuple(spec.name for spec in specs.values() if spec.default_false)

    # There is one of it for a policy; it is itself and nothing else.
    __eq__, __hash__ = object.__eq__, object.__hash__

    def __getitem__(self, name: str) -> FactSpec:
        """Return what the fact is."""
        return self._specs[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._specs)

    def __len__(self) -> int:
        """Count the facts."""
        return len(self._specs)

    def of_series(self, series: str) -> dict[str, FactSpec]:
        """Return the facts that stand in the rows of a series."""
        return {name: spec for name, spec in self.items() if spec.series == series}


@dataclass(frozen=True, slots=True)
class Known:
    """A typed value (money in fen), who says so, and on which day it was so."""

    value: Any
    source: str = "self"
    observed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one given value."""

    name: str
    code: str
    detail: str


class FactsRefused(ValueError):
    """Some of what was given cannot be a fact; `faults` has all of it."""

    def __init__(self, faults: tuple[Fault, ...]):
        """Keep every fault."""
        self.faults = faults
        super().__init__("; ".join(f"{each.name}: {each.detail}" for each in faults))


@dataclass(frozen=True)
class Facts:
    """What is known on a day, never changed in place.

    `values` holds what may be relied upon; the stale and the contradictory are left out of it
    and named in `stale` and `conflicts`.
    """

    dictionary: Dictionary
    everything: Mapping[str, Known]
    as_of: date
    stale: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    values: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Set aside what cannot be relied upon."""
        doubtful = self.stale | self.conflicts
        # A plain dictionary, for it is asked millions of times; its type says not to change it.
        usable = {n: known.value for n, known in self.everything.items() if n not in doubtful}
        object.__setattr__(self, "values", usable)

    def value(self, name: str) -> Any:
        """Return the value, or None where it is not known, stale or contradictory."""
        return self.values.get(name)

    def known(self, name: str) -> Known | None:
        """Return what was given, even if stale or contradictory, with its source."""
        return self.everything.get(name)

    def at(self, day: date) -> "Facts":
        """Return the same facts as they count on another day, some of them too old by then."""
        return weigh(self.dictionary, self.everything, day)

    def with_values(self, values: Mapping[str, Any]) -> "Facts":
        """Return the facts with some told anew on the same day; None forgets one."""
        told = {n: Known(value, observed_on=self.as_of) for n, value in values.items()}
        merged = {**self.everything, **told}
        kept = {name: known for name, known in merged.items() if known.value is not None}
        return weigh(self.dictionary, kept, self.as_of)


def read(dictionary: Dictionary, raw: Mapping[str, Any], as_of: date) -> Facts:
    """Read facts as they stand in JSON; None and absence both mean "not known".

    A value may be plain, or `{"value": …, "source": …, "observed_on": …}`, or already a `Known`
    with a typed value. Raise FactsRefused with every fault at once; nothing is evaluated then.
    """
    known: dict[str, Known] = {}
    faults: list[Fault] = []
    for name, given in raw.items():
        try:
            if (one := _one(dictionary, name, given, as_of)) is not None:
                known[name] = one
        except Misread as error:
            faults.append(Fault(str(name), error.code, error.detail))
    if faults:
        raise FactsRefused(tuple(faults))
    return weigh(dictionary, known, as_of)


def weigh(dictionary: Dictionary, known: Mapping[str, Known], as_of: date) -> Facts:
    """Fill in the declared defaults, then set aside what is stale or contradictory on a day."""
    defaults = {name: Known(False, "default") for name in dictionary.defaults}
    everything = MappingProxyType({**defaults, **known})
    stale = frozenset(n for n, each in everything.items() if _stale(dictionary[n], each, as_of))
    facts = Facts(dictionary, everything, as_of, stale)
    conflicts = frozenset(
        name
        for each in dictionary.contradictions
        if each.holds(facts.values, as_of)
        for name in each.facts
    )
    return replace(facts, conflicts=conflicts) if conflicts else facts


def _stale(spec: FactSpec, known: Known, as_of: date) -> bool:
    if spec.max_age_days is None or known.observed_on is None:
        return False
    return as_of > known.observed_on + timedelta(days=spec.max_age_days)


def _one(dictionary: Dictionary, name: str, given: Any, as_of: date) -> Known | None:
    spec = dictionary.get(name) if isinstance(name, str) else None
    if spec is None or spec.series:
        raise Misread("unknown_fact", "there is no fact of this name")
    if isinstance(given, Known):
        known = replace(given, value=_typed(dictionary, spec, given.value, typed=True))
    elif isinstance(given, Mapping) and "value" in given:
        known = _with_provenance(dictionary, spec, given)
    else:
        known = Known(_typed(dictionary, spec, given, typed=False))
    if known.source not in SOURCES:
        raise Misread("unknown_source", f"a source is one of {', '.join(SOURCES)}")
    if known.observed_on is not None and known.observed_on > as_of:
        raise Misread("in_the_future", "observed after the day asked about")
    return None if known.value is None else known


def _with_provenance(dictionary: Dictionary, spec: FactSpec, given: Mapping[str, Any]) -> Known:
    if strange := set(given) - {"value", "source", "observed_on"}:
        raise Misread("wrong_type", f"unknown keys {', '.join(sorted(map(str, strange)))}")
    observed = given.get("observed_on")
    return Known(
        _typed(dictionary, spec, given["value"], typed=False),
        given.get("source", "self"),
        None if observed is None else quantities.day(observed),
    )


def _typed(dictionary: Dictionary, spec: FactSpec, given: Any, *, typed: bool) -> Any:
    if given is None:
        return None
    if spec.type != "series":
        return quantities.of(spec, given, typed=typed)
    if not isinstance(given, list | tuple):
        raise Misread("wrong_type", "a list of rows")
    columns = dictionary.of_series(spec.name)
    rows = tuple(_row(columns, row, typed=typed) for row in given)
    keys = [row.get(spec.key) for row in rows] if spec.key else []
    if None in keys or len(keys) != len(set(keys)):
        raise Misread("wrong_rows", f"every row has its own {spec.key}")
    # A list without rows says nothing about the rows there may be.
    return rows or None


def _row(columns: Mapping[str, FactSpec], row: Any, *, typed: bool) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise Misread("wrong_type", "each row is an object")
    if strange := set(row) - set(columns):
        raise Misread("unknown_fact", f"a row has no {', '.join(sorted(map(str, strange)))}")
    read_row = {
        n: quantities.of(columns[n], each, typed=typed)
        for n, each in row.items()
        if each is not None
    }
    return MappingProxyType(read_row)


def as_json(known: Known) -> dict[str, Any]:
    """Write a known value with its provenance; `read` understands it with the value typed back."""
    observed = None if known.observed_on is None else known.observed_on.isoformat()
    return {
        "value": quantities.as_json(known.value),
        "source": known.source,
        "observed_on": observed,
    }
