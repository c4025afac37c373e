"""Which decision on an application is it, and who may look at it?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.access import Principal, Relation, can, relations
from backend.applications import queries as applications
from backend.errors import NotAllowed, NotFound
from backend.policies import queries as policies
from eligibility.parameters import LEAGUE

# What of an application says who is party to the decision on it.
PARTIES_BY = (
    "applicant_id",
    "park_id",
    "submitted_at",
    "jurisdiction_code",
    "office",
    "recused",
)


def visible(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return a decision with its application; raise NotFound for what the caller may not see."""
    decision = policies.find_decision(public_id)
    if decision is None:
        raise NotFound
    found = {**decision, **_application_of(decision)}
    if not can(by, "getDecision", found):
        raise NotFound
    return found


def on_case(application: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return what was decided on an application, oldest first; raise NotFound like `visible`."""
    found = applications.find(application)
    if found is None or not can(by, "listDecisions", found):
        raise NotFound
    return policies.decisions_on(found["id"])


def is_own(by: Principal, applicant_id: int | None) -> bool:
    """Tell whether a member of staff would decide on herself."""
    return by.person is not None and by.person == applicant_id


def overrides(by: Principal) -> dict[str, int]:
    """Count the overrides of each rule's verdicts within the caller's scope.

    Raise NotAllowed for whoever has none.
    """
    if Relation.REGULATOR not in relations(by, {"scope": by.county or LEAGUE}):
        raise NotAllowed
    return policies.overrides_count(scope=by.county)


def _application_of(decision: Mapping[str, Any]) -> dict[str, Any]:
    if decision["application_id"] is None:
        return {"application": None}
    public_id = applications.public_id_of(decision["application_id"])
    found = applications.find(public_id)
    assert found is not None
    return {"application": public_id, **{name: found[name] for name in PARTIES_BY}}
