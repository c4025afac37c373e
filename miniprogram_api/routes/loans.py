"""Guarantee loans: ways to a waiver, referral, what bank and guarantor report, and the register."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.loans import actions, institutions, openings, queries
from backend.loans.kinds import Report
from backend.loans.workflow import STEPS
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import loans as shapes
from miniprogram_api.schemas.policies import AsOf

routes = Routes("loans", __name__, description="创业担保贷款")
ONE = "/loans/<uuid:loan_id>"
# What every step of the workflow promises.
A_STEP: dict[str, Any] = {
    "gives": shapes.LoanSchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
    "steps": STEPS,
}
REPORTS = tuple(report.name.lower() for report in Report)


@routes.operation("GET", "/me/loan-routes", "getLoanRoutes", query=AsOf, gives=shapes.RoutesSchema)
def get_loan_routes(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """By which routes her loan needs no counter-guarantee, before anything is typed."""
    return queries.routes_of(by, query["as_of"])


@routes.operation("GET", "/loans", "listLoans", query=shapes.LoanQuery, gives=shapes.LOAN_PAGE)
def list_loans(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Her own, a county's, or those referred to an institution, newest first."""
    asked, limit = {"status": str(query["status"])}, query["limit"]
    after = cursors.unpack(query["cursor"], "listLoans", asked, by)
    last = after[0] if after else None
    found = queries.listed(by, status=query["status"], after=last, limit=limit + 1)
    more = len(found) > limit
    next_ = cursors.pack((found[limit - 1]["row"],), "listLoans", asked, by) if more else None
    return {"items": found[:limit], "next_cursor": next_}


@routes.operation("GET", ONE, "getLoan", gives=shapes.LoanSchema, versioned=True)
def get_loan(by: Principal, loan_id: UUID) -> dict[str, Any]:
    """One loan: where it stands, who holds it, what comes next, and the routes to a waiver."""
    return queries.get(loan_id, by)


@routes.operation(
    "POST",
    f"{ONE}/referral",
    "recordReferral",
    verbs=("refer",),
    body=shapes.Referral,
    **A_STEP,
)
def record_referral(
    by: Principal, loan_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Pass the applicant on to a bank and a guarantor that serve her county."""
    return actions.refer(
        loan_id, seen=seen, by=by, bank=body["bank_id"], guarantor=body["guarantor_id"]
    )


@routes.operation(
    "POST", f"{ONE}/states", "recordBankState", verbs=REPORTS, body=shapes.StateReport, **A_STEP
)
def record_bank_state(
    by: Principal, loan_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Report what bank or guarantor decided: the state, its day, and what was paid."""
    return actions.report(loan_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/contact",
    "openContact",
    gives=shapes.ContactSchema,
    key="key",
    may_refuse=(409,),
)
def open_contact(by: Principal, loan_id: UUID) -> dict[str, Any]:
    """Name and phone, for whoever the loan was referred to; each look is written down."""
    return openings.open_contact(loan_id, by=by)


@routes.operation(
    "GET",
    "/institutions",
    "listInstitutions",
    query=shapes.InstitutionQuery,
    gives=shapes.InstitutionListSchema,
    may_refuse=(403,),
)
def list_institutions(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The register of banks and guarantors."""
    return {"items": queries.institutions(by, query["kind"])}


@routes.operation(
    "POST",
    "/institutions",
    "createInstitution",
    body=shapes.NewInstitution,
    gives=shapes.InstitutionSchema,
    status=201,
    key="key",
    may_refuse=(403,),
)
def create_institution(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Add a bank or a guarantor to the register."""
    county = body.pop("jurisdiction_code")
    return institutions.create(county=county, by=by, **body)
