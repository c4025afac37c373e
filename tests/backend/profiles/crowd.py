"""Whom is there to ask about? Profiles at random, and what the engine knows of each."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, text

from backend.db import db
from backend.profiles import projection
from backend.profiles.columns import HELD, PERSONAL, POLICY
from backend.profiles.models import Profile
from eligibility.facts import Facts, Known, weigh
from tests.eligibility.chance import DAYS, Chance, snapshots

RULES = tuple(rule.id for rule in POLICY.rules.values() if PERSONAL & set(rule.subject))
# Its park's facts are no facts about her.
NOT_TARGETABLE = frozenset({"free_space"})
TARGETABLE = tuple(rule for rule in RULES if rule not in NOT_TARGETABLE)


class Someone:
    """A case as the engine knows it and as a profile holds it.

    `proofs_differ` are facts that are unknown because proofs of them differ.
    """

    def __init__(self, told: Mapping[str, Known], proofs_differ: frozenset[str]):
        kept = {name: known for name, known in told.items() if name not in proofs_differ}
        self.told, self.proofs_differ = MappingProxyType(kept), proofs_differ

    def on(self, day: date) -> Facts:
        """What the engine knows on a day."""
        facts = weigh(POLICY.dictionary, self.told, day)
        return Facts(
            facts.dictionary,
            facts.everything,
            day,
            facts.stale,
            facts.conflicts | self.proofs_differ,
        )

    def row(self, key: int) -> dict[str, Any]:
        return {"person_id": key, **projection.row_of(self.on(date.min)), "version": 1}


def worlds(chance: Random) -> list[tuple[Any, Chance]]:
    """Every lot of readings on every day, each with a source of cases."""
    return [
        (snapshot.on(day), Chance(POLICY, snapshot, day, chance))
        for snapshot in snapshots(POLICY, chance)
        for day in DAYS
    ]


def someone(source: Chance, unknown: float) -> Someone:
    """A case near where something turns; some of it old, some of it proven twice over."""
    chance, told = source.chance, {}
    for name, known in source.facts(unknown).everything.items():
        if name not in HELD or known.source == "default":
            continue
        age = POLICY.dictionary[name].max_age_days
        days = chance.choice((0, 0, 0, age - 1, age, age + 1)) if age else 0
        told[name] = Known(known.value, "reg", source.as_of - timedelta(days=days))
    differ = (name for name in HELD if chance.random() < 0.02)
    return Someone(told, frozenset(differ))


def fill(people: list[Someone]) -> None:
    """Write all of them; the key of a person is her place among them, from one."""
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, public_id, created_at)"
                " SELECT n, gen_random_uuid(), now() FROM generate_series(1, :many) AS n"
            ),
            {"many": len(people)},
        )
        for start in range(0, len(people), 500):
            some = enumerate(people[start : start + 500], start + 1)
            connection.execute(insert(Profile.__table__), [each.row(key) for key, each in some])
