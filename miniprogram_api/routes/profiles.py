"""Profiles: what is known about the caller, from whom, and what she declares herself."""

from typing import Any

from backend import clock
from backend.access import Principal
from backend.policies.queries import current
from backend.profiles import actions, queries
from backend.screenings import answers, pages
from eligibility.facts import Known
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import profiles as shapes

routes = Routes("profiles", __name__, description="个人资料")


@routes.operation("GET", "/me/facts", "getFacts", gives=shapes.FACTS)
def get_facts(by: Principal) -> dict[str, Any]:
    """What counts about the caller today; what is too old or contradictory says so."""
    found = queries.facts_of(by.id, clock.today())
    return {"items": pages.facts(found), "next_cursor": None}


@routes.operation("PUT", "/me/facts", "setFacts", body=shapes.Declared, gives=shapes.FACTS)
def set_facts(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Declare facts; what is proven stays proven, and null takes a declaration back."""
    on = body["observed_on"]
    typed = answers.read(current(), body["facts"], clock.today()).everything
    told = {
        n: Known(typed[n].value if v is not None else None, "self", on)
        for n, v in body["facts"].items()
    }
    actions.record_facts(by.id, told, by=by)
    return get_facts(by)
