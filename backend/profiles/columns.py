"""In which columns does a profile hold each fact?

One typed column a fact, null where it is not known; a count has two, for it may be known only
between bounds. Facts that grow too old have a further column with their day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Text
from sqlalchemy.types import TypeEngine

from eligibility.facts import FactSpec
from eligibility.policy import bundled
from eligibility.quantities import FIRST_DAY, GREATEST, LAST_DAY
from eligibility.values import bounds

POLICY = bundled("xingan_2022")
PERSONAL = frozenset({"person", "business"})
# An enum is kept as its rank.
TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    "bool": Boolean,
    "int": BigInteger,
    "yuan": BigInteger,
    "count": BigInteger,
    "date": Date,
    "enum": BigInteger,
    "code": Text,
}


@dataclass(frozen=True)
class Held:
    """A fact that a profile holds."""

    spec: FactSpec

    @property
    def names(self) -> tuple[str, ...]:
        """Name the columns of the value: one, or for a count the least and the most it can be."""
        name = self.spec.name
        return (f"{name}_least", f"{name}_most") if self.spec.type == "count" else (name,)

    @property
    def day(self) -> str | None:
        """Name the column of the day, where the fact grows too old."""
        return f"{self.spec.name}_on" if self.spec.max_age_days is not None else None

    def columns(self) -> Iterator[Column[Any]]:
        """Yield fresh columns."""
        for name in self.names:
            yield Column(name, TYPES[self.spec.type](), nullable=True)
        if self.day:
            yield Column(self.day, Date(), nullable=True)

    def checks(self) -> Iterator[CheckConstraint]:
        """Yield what keeps each column to values that the engine would read."""
        limits = self._limits()
        for name in self.names:
            if limits:
                yield CheckConstraint(f"{name} BETWEEN {limits[0]} AND {limits[1]}", name=name)
        if len(self.names) == 2:
            least, most = self.names
            ordered = f"coalesce({least} <= {most}, {most} IS NULL)"
            yield CheckConstraint(ordered, name=f"{self.spec.name}_bounds")
        if self.day:
            told = f"({self.names[0]} IS NULL) = ({self.day} IS NULL)"
            yield CheckConstraint(told, name=self.day)

    def _limits(self) -> tuple[str, str] | None:
        if self.spec.type == "date":
            return f"'{FIRST_DAY}'", f"'{LAST_DAY}'"
        if self.spec.type == "enum":
            return "0", str(len(self.spec.values) - 1)
        if self.spec.type in ("int", "yuan", "count"):
            least = -GREATEST if self.spec.min is None else self.spec.min
            return str(least), str(GREATEST if self.spec.max is None else self.spec.max)
        return None

    def values(self, value: Any) -> dict[str, Any]:
        """Return what the columns hold of a typed value."""
        if self.spec.type == "enum":
            return {self.spec.name: self.rank(value)}
        if self.spec.type == "count":
            return dict(zip(self.names, bounds(value), strict=True))
        return {self.spec.name: value}

    def rank(self, value: str) -> int:
        """Return the place of an enum's value."""
        return self.spec.values.index(value)


def _held() -> dict[str, Held]:
    rules = [rule for rule in POLICY.rules.values() if PERSONAL & set(rule.subject)]
    read = frozenset().union(*(rule.facts for rule in rules))
    return {
        name: Held(spec)
        for name, spec in POLICY.dictionary.items()
        if name in read and PERSONAL & set(spec.subject) and spec.type in TYPES and not spec.series
    }


# Every fact about people and their businesses that a rule about either reads.
HELD: Mapping[str, Held] = _held()
