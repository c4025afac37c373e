"""Subsidies: amounts granted by two people, payment and recovery, of every kind alike."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.subsidies import actions, queries
from backend.subsidies.workflow import MONEY
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import subsidies as shapes

routes = Routes("subsidies", __name__, description="补贴")
ONE = "/subsidies/<uuid:subsidy_id>"
# What every step of the workflow promises.
PROMISES: dict[str, Any] = {
    "gives": shapes.WholeSubsidySchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
}
A_STEP = PROMISES | {"steps": MONEY}


@routes.operation(
    "GET", "/subsidies", "listSubsidies", query=shapes.SubsidyQuery, gives=shapes.SUBSIDY_PAGE
)
def list_subsidies(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Her own, what a manager's parks have claimed, or a county's, newest first."""
    asked = {name: query[name] for name in ("kind", "status")}
    return cursors.page(
        "listSubsidies", asked, by, query, lambda **at: queries.listed(by, **asked, **at)
    )


@routes.operation("GET", ONE, "getSubsidy", gives=shapes.WholeSubsidySchema, versioned=True)
def get_subsidy(by: Principal, subsidy_id: UUID) -> dict[str, Any]:
    """One subsidy: where it stands, who holds it, its lines, bounds and money."""
    return queries.get(subsidy_id, by)


@routes.operation(
    "POST", f"{ONE}/grant", "grantSubsidy", verbs=("grant",), body=shapes.NewGrant, **A_STEP
)
def grant_subsidy(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Grant an amount within the bounds of the day; a second person approves it."""
    said = {"amount": body["amount"], "given": body["lines"]}
    return actions.grant(subsidy_id, seen=seen, by=by, **said)


@routes.operation("POST", f"{ONE}/approve", "approveSubsidy", verbs=("approve",), **A_STEP)
def approve_subsidy(by: Principal, subsidy_id: UUID, seen: int) -> dict[str, Any]:
    """Approve, as another person, what a colleague has granted."""
    return actions.approve(subsidy_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/return",
    "returnSubsidy",
    verbs=("return",),
    body=shapes.SubsidyReason,
    **A_STEP,
)
def return_subsidy(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Have the amount looked at again."""
    return actions.send_back(subsidy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/refuse",
    "refuseSubsidy",
    verbs=("refuse",),
    body=shapes.SubsidyRefusal,
    **A_STEP,
)
def refuse_subsidy(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Pay nothing, for coded reasons."""
    return actions.refuse(subsidy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/payment",
    "recordPayment",
    verbs=("pay",),
    body=shapes.NewPayment,
    **A_STEP,
)
def record_payment(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Record what was paid, when and under which voucher; the case is completed."""
    return actions.pay(subsidy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/recover",
    "recoverSubsidy",
    verbs=("recover",),
    body=shapes.NewRecovery,
    **A_STEP,
)
def recover_subsidy(
    by: Principal, subsidy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Record what came back, when and on which ground."""
    return actions.recover(subsidy_id, seen=seen, by=by, **body)
