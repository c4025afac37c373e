"""What became of cases that were decided together, and who may look?"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, can
from backend.applications import queries as applications
from backend.cases.kinds import Outcome
from backend.cases.models import Batch, BatchRow
from backend.db import row, rows
from backend.errors import NotFound


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return a batch to whoever made it or stands above her in each case; else raise NotFound."""
    found = row(select(*Batch.__table__.columns).where(Batch.public_id == public_id))
    if found is None or not may(by, "getBatch", found["id"], found["staff_id"]):
        raise NotFound
    return of(found["id"])


def may(by: Principal, operation: str, batch_id: int, maker: int) -> bool:
    """Tell whether somebody may look at a batch, or undo it."""
    if can(by, operation, {"staff_id": maker}):
        return True
    decided = select(BatchRow.application).where(
        BatchRow.batch_id == batch_id, BatchRow.outcome != Outcome.REFUSED
    )
    cases = [applications.find(each["application"]) for each in rows(decided)]
    return bool(cases) and all(case is not None and can(by, operation, case) for case in cases)


def of(batch_id: int) -> dict[str, Any]:
    """Return a batch with its rows as they were asked for, whoever asks."""
    found = row(select(*Batch.__table__.columns).where(Batch.id == batch_id))
    assert found is not None
    asked = select(*BatchRow.__table__.columns).where(BatchRow.batch_id == batch_id)
    open_ = found["undone_at"] is None and clock.now() < found["undo_until"]
    return {
        "id": found["public_id"],
        "decision": found["decision"],
        "made_at": found["made_at"],
        "undo_until": found["undo_until"],
        "undone_at": found["undone_at"],
        "actions": ["undo"] if open_ else [],
        "preview": None,
        "rows": [
            {
                "application_id": each["application"],
                "outcome": each["outcome"],
                "problem": each["problem"],
            }
            for each in rows(asked.order_by(BatchRow.place))
        ],
    }
