"""Consents: for what the caller lets us use what we know about her."""

from typing import Any

from backend.access import Principal
from backend.consents import actions, queries
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import consents as shapes

routes = Routes("consents", __name__, description="授权管理")


@routes.operation("GET", "/me/consents", "listConsents", gives=shapes.ConsentListSchema)
def list_consents(by: Principal) -> dict[str, Any]:
    """Every purpose with its words, and whether the caller consents to them."""
    return queries.listed(by)


@routes.operation(
    "POST",
    "/me/consents",
    "grantConsent",
    body=shapes.Granted,
    gives=shapes.ConsentListSchema,
    key="natural",
)
def grant_consent(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Consent to one purpose, in the words that were read; nothing else depends on it."""
    return actions.grant(body["purpose"], body["version"], by=by)


@routes.operation(
    "POST",
    "/me/consents/withdraw",
    "withdrawConsent",
    body=shapes.Withdrawn,
    gives=shapes.ConsentListSchema,
    key="natural",
)
def withdraw_consent(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Consent no more; what is done for that purpose stops at once."""
    return actions.withdraw(body["purpose"], by=by)
