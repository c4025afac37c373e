"""What is known about a person, from whom, and what did she say herself?"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from backend.db import Row, row, rows
from backend.profiles import projection
from backend.profiles.evidence import Source, Statement
from backend.profiles.models import FactRecord, Profile
from eligibility.facts import Facts

_STATEMENTS = select(
    FactRecord.name,
    FactRecord.value,
    FactRecord.source,
    FactRecord.observed_on,
    FactRecord.id,
    FactRecord.by,
).order_by(FactRecord.id)


def facts_of(person_id: int, as_of: date) -> Facts:
    """Return what counts about a person on a day, each fact with its source and day.

    Nothing observed after that day is used.
    """
    told = [each for each in statements_of(person_id) if each.observed_on <= as_of]
    return projection.facts(told, as_of)


def facts_of_all(person_ids: Collection[int], as_of: date) -> dict[int, Facts]:
    """Return what counts about each of these people on a day, as `facts_of` does, in one query."""
    told: dict[int, list[Statement]] = {person_id: [] for person_id in person_ids}
    asked = _STATEMENTS.add_columns(FactRecord.person_id).where(
        FactRecord.person_id.in_(told), FactRecord.observed_on <= as_of
    )
    for *said, person_id in (each.values() for each in rows(asked)):
        told[person_id].append(Statement(*said))
    return {person_id: projection.facts(said, as_of) for person_id, said in told.items()}


def declared_of(person_id: int) -> Sequence[Row]:
    """Return what the person said herself, by name: of each fact the last statement.

    A value of null is one that she took back.
    """
    return rows(
        select(FactRecord.name, FactRecord.value, FactRecord.observed_on, FactRecord.recorded_at)
        .where(FactRecord.person_id == person_id, FactRecord.source == Source.SELF)
        .order_by(FactRecord.name, FactRecord.id.desc())
        .ext(distinct_on(FactRecord.name))
    )


def doubts_of(person_id: int) -> Row | None:
    """Return the version of a profile, and which facts are in conflict or disputed."""
    columns = Profile.__table__.c
    return row(
        select(columns.version, columns.conflicts, columns.disputed).where(
            columns.person_id == person_id
        )
    )


def statements_of(person_id: int) -> list[Statement]:
    """Return everything said about a person, in the order of recording."""
    found = rows(_STATEMENTS.where(FactRecord.person_id == person_id))
    return [Statement(*each.values()) for each in found]
