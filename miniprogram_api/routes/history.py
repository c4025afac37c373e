"""History: the receipt of a case, and everything that was done in it, as staff read it."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.applications import history, receipts
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE
from miniprogram_api.schemas import history as shapes

routes = Routes("history", __name__, description="回执与办理记录")


@routes.operation("GET", f"{ONE}/receipt", "getReceipt", gives=shapes.ReceiptSchema)
def get_receipt(by: Principal, application_id: UUID) -> dict[str, Any]:
    """The receipt that a case was taken in, with its number, its days and whom to ask."""
    return receipts.receipt(application_id, by)


@routes.operation(
    "GET",
    f"{ONE}/history",
    "listHistory",
    query=shapes.HistoryQuery,
    gives=shapes.HISTORY_PAGE,
)
def list_history(by: Principal, application_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """Everything that was done in a case, oldest first; never for the applicant."""
    asked = {"application": str(application_id)}
    return cursors.page(
        "listHistory", asked, by, query, lambda **at: history.history(application_id, by, **at)
    )
