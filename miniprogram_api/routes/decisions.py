"""Decisions: what was decided on whose application, on which grounds, and does it still hold?"""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.decisions import actions, findings, pages, queries
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import decisions as shapes

routes = Routes("decisions", __name__, description="政策认定")


CASE = "/applications/<uuid:application_id>"


@routes.operation("GET", f"{CASE}/facts", "getCaseFacts", gives=shapes.FINDINGS)
def get_case_facts(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What counts about the applicant, who says so, and what she says otherwise."""
    return findings.known(application_id, by)


@routes.operation(
    "POST",
    f"{CASE}/facts",
    "recordFacts",
    body=shapes.Found,
    gives=shapes.FINDINGS,
    key="key",
    may_refuse=(403,),
)
def record_facts(by: Principal, application_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Write down what a document, a register or a judgement says about the applicant."""
    return findings.find(application_id, by=by, **body)


@routes.operation("GET", f"{CASE}/decisions", "listDecisions", gives=shapes.SHORT_DECISIONS)
def list_decisions(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What was decided about benefits on this case, oldest first."""
    return {"items": pages.listed(queries.on_case(application_id, by)), "next_cursor": None}


@routes.operation(
    "POST",
    "/decisions",
    "recordDecision",
    body=shapes.NewDecision,
    gives=shapes.RecordedDecisionSchema,
    status=201,
    key="key",
    may_refuse=(403, 404, 409),
)
def record_decision(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Assess what is known about an applicant and write the answer down, with its grounds."""
    application = body.pop("application_id")
    return actions.decide(application, by=by, **body)


@routes.operation(
    "GET", "/decisions/overrides", "countOverrides", gives=shapes.OVERRIDDEN, may_refuse=(403,)
)
def count_overrides(by: Principal) -> dict[str, Any]:
    """How often verdicts were set aside, by benefit, within the caller's county or the league."""
    return {"items": pages.overridden(queries.overrides(by)), "next_cursor": None}


@routes.operation(
    "GET", "/decisions/<uuid:decision_id>", "getDecision", gives=shapes.RecordedDecisionSchema
)
def get_decision(by: Principal, decision_id: UUID) -> dict[str, Any]:
    """One decision: its grounds in words, its replay, and what it would be today."""
    return pages.page(queries.visible(decision_id, by), by)


@routes.operation(
    "POST",
    "/decisions/<uuid:decision_id>/override",
    "overrideVerdict",
    body=shapes.NewOverride,
    gives=shapes.RecordedDecisionSchema,
    key="key",
    may_refuse=(403, 412),
)
def override_verdict(by: Principal, decision_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Set the verdict aside, with a reason; both are kept and counted."""
    return actions.override(decision_id, by=by, **body)
