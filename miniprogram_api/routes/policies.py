"""The policy: what there is to have, by which numbers and readings, and how those change."""

from datetime import date
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.errors import NotFound
from backend.policies import actions, queries
from backend.policies.workflow import STEPS
from backend.profiles import preview
from backend.screenings import answers, pages
from backend.screenings.answers import Ground
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import policies as shapes

routes = Routes("policies", __name__, description="政策与口径")


@routes.operation("GET", "/benefits", "listBenefits", gives=shapes.BENEFITS)
def list_benefits() -> dict[str, Any]:
    """Every benefit of the policy in short, by worth."""
    on = today()
    found = sorted(on.policy.rules.values(), key=lambda rule: rule.order)
    items = [pages.short(on, rule) for rule in found if rule.kind == "benefit"]
    return {"items": items, "next_cursor": None}


@routes.operation(
    "GET",
    "/benefits/<benefit>",
    "getBenefit",
    query=shapes.AsOf,
    gives=shapes.WholeBenefitSchema,
)
def get_benefit(benefit: str, query: dict[str, Any]) -> dict[str, Any]:
    """One benefit: conditions with clauses, papers, steps, who decides, readings, numbers."""
    on = today(query["as_of"])
    rule = on.policy.rules.get(benefit)
    if rule is None or rule.kind not in ("benefit", "target"):
        raise NotFound
    return pages.page(on, rule)


@routes.operation(
    "GET", "/parameters", "listParameters", query=shapes.AsOf, gives=shapes.PARAMETERS
)
def list_parameters(query: dict[str, Any]) -> dict[str, Any]:
    """The numbers in force on a day, each with its source and whether it was checked."""
    found = queries.parameters(query["as_of"] or clock.today())
    return {"items": [pages.parameter(row) for row in found], "next_cursor": None}


@routes.operation("GET", "/stages", "listStages", query=shapes.AsOf, gives=shapes.STAGES)
def list_stages(query: dict[str, Any]) -> dict[str, Any]:
    """The stages of the plan; a day may lie in two of them, or in none."""
    on = today(query["as_of"])
    return {"items": [pages.stage(on, each) for each in on.policy.phases], "next_cursor": None}


@routes.operation("GET", "/policy-changes", "listPolicyChanges", gives=shapes.CHANGES)
def list_policy_changes(by: Principal) -> dict[str, Any]:
    """What waits for a second person, as far as it is the caller's business."""
    return {"items": queries.proposals(by), "next_cursor": None}


@routes.operation(
    "GET",
    "/policy-changes/<uuid:change_id>",
    "getPolicyChange",
    gives=shapes.PolicyChangeSchema,
    versioned=True,
)
def get_policy_change(by: Principal, change_id: UUID) -> dict[str, Any]:
    """One change, and what the caller may do with it."""
    return queries.get(change_id, by)


@routes.operation(
    "POST",
    "/parameters",
    "setParameter",
    body=shapes.NewParameter,
    gives=shapes.PolicyChangeSchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(403,),
)
def set_parameter(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Propose a number; it holds once a second person has confirmed it."""
    return actions.set_parameter(body, by=by)


@routes.operation(
    "POST",
    "/rulings",
    "decideRuling",
    body=shapes.NewRuling,
    gives=shapes.PolicyChangeSchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(403,),
)
def decide_ruling(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Propose how an unclear clause is read; it holds once a second person has confirmed it."""
    return actions.decide_ruling(body, by=by)


@routes.operation(
    "GET",
    "/policy-changes/<uuid:change_id>/preview",
    "previewPolicyChange",
    query=shapes.AsOf,
    gives=shapes.PreviewSchema,
)
def preview_policy_change(by: Principal, change_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """Whom a change would touch, by county and group, before anybody confirms it."""
    draft = queries.draft_of(queries.visible(change_id, by))
    found, on = preview.preview(draft, query["as_of"]), today()
    shifts = [pages.shift(on, each) for each in found.shifts]
    return {"as_of": found.as_of, "shifts": shifts}


@routes.operation(
    "POST",
    "/policy-changes/<uuid:change_id>/confirm",
    "confirmPolicyChange",
    gives=shapes.PolicyChangeSchema,
    key="key",
    if_match=True,
    versioned=True,
    steps=STEPS,
)
def confirm_policy_change(by: Principal, change_id: UUID, seen: int) -> dict[str, Any]:
    """Confirm a change as its second person; from now on it is known and in force on its days."""
    return actions.confirm_change(change_id, seen=seen, by=by)


@routes.operation(
    "POST",
    "/policy-changes/<uuid:change_id>/drop",
    "dropPolicyChange",
    body=shapes.Dropped,
    gives=shapes.PolicyChangeSchema,
    key="key",
    if_match=True,
    versioned=True,
    steps=STEPS,
)
def drop_policy_change(
    by: Principal, change_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Take a proposal off the table, for good."""
    return actions.drop_change(change_id, seen=seen, why=body["why"], by=by)


def today(as_of: date | None = None) -> Ground:
    """Return the policy of a day without anybody's facts."""
    return answers.ground({}, as_of or clock.today())
