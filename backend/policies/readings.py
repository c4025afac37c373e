"""How do the rows that two people confirmed come into the engine's hands?"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select, union_all

from backend import clock
from backend.db import Row, rows
from backend.policies import drafts
from backend.policies.models import ParameterRow, RulingRow
from backend.policies.workflow import Status
from eligibility.parameters import Parameter, Readings, Ruling
from eligibility.policy import Policy

Known = tuple[UUID, ...]


def known_until(moment: datetime | None) -> Known:
    """Return which rows were confirmed until a moment; None leaves out none of them."""
    confirmed = [
        select(table.public_id).where(
            table.status == Status.CONFIRMED,
            *([] if moment is None else [table.confirmed_at <= moment]),
        )
        for table in (ParameterRow, RulingRow)
    ]
    return tuple(sorted(each["public_id"] for each in rows(union_all(*confirmed))))


@lru_cache(maxsize=64)
def put_together(policy: Policy, known: Known) -> Readings:
    """Return the policy's own rows and these; the same ones are put together once.

    Confirmed rows never change, so their ids are all one has to remember them by. What was
    confirmed last comes first: of two rows known since one day the engine takes the first.
    """
    shipped = policy.readings
    numbers = [_parameter(each) for each in _confirmed(ParameterRow, known)]
    readings = [_ruling(policy, each) for each in _confirmed(RulingRow, known)]
    # A release that counts a number in another unit leaves it without a value until two people
    # have entered it again: nothing is ever paid by the hundredfold.
    estranged = {row.name for row in numbers if row.unit != _unit(shipped, row.name)}
    kept = (row for row in (*numbers, *shipped.rows) if _name(row) not in estranged)
    return Readings([*(row for row in readings if row), *kept], shipped.declared.values())


def _confirmed(table: type[ParameterRow] | type[RulingRow], known: Known) -> Sequence[Row]:
    return rows(
        select(*table.__table__.columns)
        .where(table.public_id.in_(known))
        .order_by(table.confirmed_at.desc(), table.id.desc())
    )


def _parameter(stored: Row) -> Parameter:
    names = ("name", "value", "valid_from", "valid_to", "scope", "unit", "source", "clause")
    return Parameter(
        **{name: stored[name] for name in names},
        known_from=clock.day_of(stored["confirmed_at"]),
        verified=stored["verified"],
        review_by=stored["review_by"],
    )


def _ruling(policy: Policy, stored: Row) -> Ruling | None:
    """Return the reading; where a release has taken it out of the list, all are asked again."""
    shipped = drafts.shipped_ruling(policy, stored["name"])
    if shipped is None:
        return None
    lost = stored["in_use"] not in ("", *shipped.readings)
    return Ruling(
        stored["name"],
        shipped.readings,
        "" if lost else stored["in_use"],
        "open" if lost else stored["kind"],
        stored["valid_from"],
        stored["valid_to"],
        known_from=clock.day_of(stored["confirmed_at"]),
        decided_by=stored["decided_by"],
        decided_on=stored["decided_on"],
        points=shipped.points,
    )


def _unit(shipped: Readings, name: str) -> str | None:
    declared = shipped.declared.get(name)
    return declared.unit if declared else None


def _name(row: Parameter | Ruling) -> str | None:
    return row.name if isinstance(row, Parameter) else None
