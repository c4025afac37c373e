"""Batches: many cases decided at once, on trial first, and undone within ten minutes."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.cases import batches, bulk, undoing
from miniprogram_api import cached, problems
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import batches as shapes

routes = Routes("batches", __name__, description="批量审核")
ONE = "/cases/bulk/<uuid:batch_id>"


@routes.operation(
    "POST",
    "/cases/bulk",
    "decideInBulk",
    body=shapes.DecidedTogether,
    gives=shapes.BatchSchema,
    key="key",
)
def decide_in_bulk(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Decide up to a hundred cases, each by itself; on trial nothing changes."""
    asked = body.pop("rows")
    decided = bulk.decide(asked=asked, by=by, problems=problems.told, **body)
    cached.forget("parks")
    return decided


@routes.operation("GET", ONE, "getBatch", gives=shapes.BatchSchema)
def get_batch(by: Principal, batch_id: UUID) -> dict[str, Any]:
    """What became of each case that was decided together."""
    return batches.get(batch_id, by)


@routes.operation(
    "POST",
    f"{ONE}/undo",
    "undoBatch",
    gives=shapes.BatchSchema,
    key="key",
)
def undo_batch(by: Principal, batch_id: UUID) -> dict[str, Any]:
    """Set the cases back, except those on which somebody has acted since."""
    undone = undoing.undo(batch_id, by=by)
    cached.forget("parks")
    return undone
