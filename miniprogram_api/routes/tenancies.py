"""Tenancies: offers and agreements, waiting lists, and what a withdrawal would give up."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.tenancies import actions, queries, waiting
from backend.tenancies.workflow import STEPS
from miniprogram_api import cached, cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE as APPLICATION
from miniprogram_api.schemas import tenancies as shapes
from miniprogram_api.schemas.stays import WholeTenancySchema

routes = Routes("tenancies", __name__, description="入驻、协议与候补")
ONE = "/tenancies/<uuid:tenancy_id>"
# What every step of the workflow promises.
A_STEP: dict[str, Any] = {
    "gives": WholeTenancySchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
    "steps": STEPS,
}


@routes.operation(
    "GET",
    "/tenancies",
    "listTenancies",
    query=shapes.TenancyQuery,
    gives=shapes.TENANCY_PAGE,
)
def list_tenancies(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The applicant's own, a park's or a county's, newest first."""
    asked = {"status": query["status"]}
    return cursors.page(
        "listTenancies", asked, by, query, lambda **at: queries.listed(by, **asked, **at)
    )


@routes.operation("GET", ONE, "getTenancy", gives=WholeTenancySchema, versioned=True)
def get_tenancy(by: Principal, tenancy_id: UUID) -> dict[str, Any]:
    """One tenancy with all that happened within it, and what the caller may do to it now."""
    return queries.get(tenancy_id, by)


@routes.operation(
    "GET", f"{ONE}/agreement", "getAgreement", gives=shapes.AgreementSchema, versioned=True
)
def get_agreement(by: Principal, tenancy_id: UUID) -> dict[str, Any]:
    """The text of the agreement, its SHA-256, and who has signed it."""
    return queries.agreement(tenancy_id, by)


@routes.operation(
    "POST",
    f"{ONE}/agreement",
    "amendAgreement",
    verbs=("amend",),
    body=shapes.Amendment,
    **A_STEP,
)
def amend_agreement(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Change what was agreed or waived besides; signatures on the text before are gone."""
    return actions.amend(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/sign", "signAgreement", verbs=("sign",), body=shapes.Signature, **A_STEP
)
def sign_agreement(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Sign the text with this SHA-256; the second signature lets the tenancy begin."""
    return actions.sign(tenancy_id, seen=seen, by=by, sha256=body["sha256"])


@routes.operation("POST", f"{ONE}/accept", "acceptOffer", verbs=("accept",), **A_STEP)
def accept_offer(by: Principal, tenancy_id: UUID, seen: int) -> dict[str, Any]:
    """Take the unit that was offered."""
    return actions.accept(tenancy_id, seen=seen, by=by)


@routes.operation("POST", f"{ONE}/decline", "declineOffer", verbs=("decline",), **A_STEP)
def decline_offer(by: Principal, tenancy_id: UUID, seen: int) -> dict[str, Any]:
    """Leave the unit to the next; the place on the list stays."""
    declined = actions.decline(tenancy_id, seen=seen, by=by)
    cached.forget("parks")
    return declined


@routes.operation(
    "POST",
    f"{APPLICATION}/waiting",
    "joinWaitingList",
    body=shapes.Joining,
    gives=shapes.WaitingSchema,
    key="key",
    may_refuse=(409,),
)
def join_waiting_list(by: Principal, application_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Wait for a kind of unit in a park, or go on waiting after a rest."""
    return waiting.join(
        application_id,
        by=by,
        park=body["park_id"],
        unit_kind=body["unit_kind"],
        choice=body["choice"],
    )


@routes.operation("GET", f"{APPLICATION}/waiting", "getWaiting", gives=shapes.WaitingSchema)
def get_waiting(by: Principal, application_id: UUID) -> dict[str, Any]:
    """Which rank, who is ahead by class, and why."""
    return queries.waiting(application_id, by)


@routes.operation(
    "POST",
    "/waiting/<uuid:entry_id>/leave",
    "leaveWaitingList",
    gives=shapes.WaitingSchema,
    key="key",
)
def leave_waiting_list(by: Principal, entry_id: UUID) -> dict[str, Any]:
    """Give up a place on a list."""
    return waiting.leave(entry_id, by=by)


@routes.operation(
    "GET", f"{APPLICATION}/consequences", "getConsequences", gives=shapes.ConsequencesSchema
)
def get_consequences(by: Principal, application_id: UUID) -> dict[str, Any]:
    """What withdrawing would give up: the unit, whether it passes on, and places on lists."""
    return queries.consequences(application_id, by)
