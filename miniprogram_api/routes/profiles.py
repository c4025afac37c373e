"""Profiles: what is known about the caller, from whom, and what she declares herself."""

from typing import Any

from backend import clock
from backend.access import Principal
from backend.profiles import actions, pages, queries
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import profiles as shapes

routes = Routes("profiles", __name__, description="个人资料")


@routes.operation("GET", "/me/facts", "getFacts", gives=shapes.FACTS)
def get_facts(by: Principal) -> dict[str, Any]:
    """What counts about the caller today; what is too old or contradictory says so."""
    found = queries.facts_of(by.id, clock.today())
    return {"items": pages.facts(found), "next_cursor": None}


@routes.operation(
    "PUT", "/me/facts", "setFacts", body=shapes.Declared, gives=shapes.FACTS, key="natural"
)
def set_facts(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Declare facts; what is proven stays proven, and null takes a declaration back."""
    return actions.declare(body["facts"], on=body["observed_on"], by=by)
