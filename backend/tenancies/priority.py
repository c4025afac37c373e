"""Who comes first on a waiting list, by which dated rule?

The rule is data (`priority.toml`): classes of facts, from a day on, with its source. Whoever is in
no class, or is not known to be in one, is in the ordinary class, and is told so.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ORDINARY = "普通申请人"


class Class(NamedTuple):
    """People who come before the classes of a higher rank; one of the facts is enough."""

    rank: int
    label: str
    any_of: tuple[str, ...]


class Edition(NamedTuple):
    """The classes as they stand from a day on."""

    valid_from: date
    clause: str
    source: str
    verified: bool
    classes: tuple[Class, ...]

    @property
    def ordinary(self) -> int:
        """Return the rank of everybody else."""
        return max((each.rank for each in self.classes), default=0) + 1

    def label(self, rank: int) -> str:
        """Return what a class is called."""
        return next((each.label for each in self.classes if each.rank == rank), ORDINARY)


def in_force(day: date) -> Edition:
    """Return the edition of a day; before the first one everybody is ordinary."""
    found = [each for each in EDITIONS if each.valid_from <= day]
    return found[-1] if found else Edition(date.min, "", "", False, ())


def facts(day: date) -> list[str]:
    """Name every fact that the classes of a day are about."""
    return [fact for each in in_force(day).classes for fact in each.any_of]


def placed(values: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Say in which class somebody is by what is known of her, and what is not known.

    `values` holds true or false by fact; what it does not hold is not known.
    """
    edition = in_force(day)
    met = next((c for c in edition.classes if any(values.get(f) is True for f in c.any_of)), None)
    rank = met.rank if met else edition.ordinary
    better = [each for each in edition.classes if each.rank < rank]
    return {
        "rank": rank,
        "label": edition.label(rank),
        "met": [fact for fact in met.any_of if values.get(fact) is True] if met else [],
        "not_known": [fact for each in better for fact in each.any_of if values.get(fact) is None],
        "clause": edition.clause,
        "source": edition.source,
        "verified": edition.verified,
        "valid_from": edition.valid_from,
    }


def _read(source: Mapping[str, Any]) -> tuple[Edition, ...]:
    editions = [
        Edition(
            each["valid_from"],
            each["clause"],
            each["source"],
            each["verified"],
            tuple(Class(c["rank"], c["label"], tuple(c["any_of"])) for c in each["class"]),
        )
        for each in source["edition"]
    ]
    return tuple(sorted(editions))


EDITIONS = _read(tomllib.loads((Path(__file__).parent / "priority.toml").read_text("utf-8")))
