"""How does a park claim for its graduates, or for the new jobs of a firm?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Sequence as Numbers
from sqlalchemy import select

from backend import clock
from backend.access import Principal, Relation, can
from backend.applications import clocks
from backend.db import action, session
from backend.errors import Invalid, NotFound
from backend.parks import queries as parks
from backend.subsidies import graduates, lines, queries, workflow
from backend.subsidies.kinds import CLAIMED, TERMS, SubsidyKind
from backend.subsidies.models import Subsidy, SubsidyReturn
from backend.subsidies.taking import View, moved, noted, seen_now, taken
from backend.subsidies.workflow import Status

NUMBERS = Numbers("claim_number")
NOT_CLAIMED = "一次性创业补贴由本人申请"
NO_FIRM = "请选择本园区在孵的企业"
NO_CODE = "该企业没有登记统一社会信用代码，无法核对是否重复申报"
SURPLUS = "创业孵化补贴按户申报，请勿填写"


@action
def create(
    kind: SubsidyKind,
    *,
    park: UUID,
    tenancy: UUID | None,
    given: Sequence[Mapping[str, Any]],
    by: Principal,
) -> View:
    """Begin a claim of a park: for households, or for jobs at one firm that is in incubation there.

    Raise NotFound for a park that is not the caller's, Invalid with every fault.
    """
    found = parks.find(park)
    if found is None or not can(by, "createClaim", {"claiming_park": found["id"]}):
        raise NotFound
    firm, faults = _firm(kind, found["id"], tenancy)
    if faults:
        raise Invalid(errors=faults)
    now = clock.now()
    claim = Subsidy(
        kind=kind,
        status=Status.DRAFT,
        number=_number(kind),
        park_id=found["id"],
        tenancy_id=firm.get("tenancy_key"),
        venture=firm.get("name"),
        credit_code=firm.get("credit_code"),
        jurisdiction_code=found["jurisdiction_code"],
        held_since=now,
        created_at=now,
        changed_at=now,
    )
    session.add(claim)
    session.flush()
    _written(claim, given)
    party = Relation.CLAIMANT.name.lower()
    noted(workflow.BEGINNINGS[claim.status], claim, by, party=party)
    return queries.get(claim.public_id, by)


@action
def update(
    public_id: UUID, *, seen: int, by: Principal, given: Sequence[Mapping[str, Any]]
) -> View:
    """Write the lines of a claim anew; raise Invalid with every fault."""
    case = taken("updateClaim", "update", public_id, seen, by)
    _written(case.subsidy, given)
    moved(case)
    return seen_now(case)


@action
def submit(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Hand a claim to the bureau; from now on its lines count.

    Raise Incomplete with all that is missing, AlreadySubsidised for a household or job for which
    somebody has claimed.
    """
    case = taken("submitClaim", "submit", public_id, seen, by)
    claim, now = case.subsidy, clock.now()
    lines.count(claim)
    if claim.status is Status.RETURNED:
        _answered(claim)
    else:
        claim.submitted_at, claim.received_on = now, clocks.received_on(now)
    moved(case)
    return seen_now(case)


@action
def withdraw(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take a claim back, for good; its households and jobs may be claimed for again."""
    case = taken("withdrawClaim", "withdraw", public_id, seen, by)
    if case.subsidy.status is Status.RETURNED:
        _answered(case.subsidy)
    lines.release(case.subsidy)
    moved(case)
    return seen_now(case)


def _firm(
    kind: SubsidyKind, park_id: int, tenancy: UUID | None
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the firm whose jobs are claimed for, and what is wrong with what was named."""
    if kind not in CLAIMED:
        return {}, [{"pointer": "#/kind", "detail": NOT_CLAIMED}]
    if kind is SubsidyKind.INCUBATION:
        return {}, [{"pointer": "#/tenancy_id", "detail": SURPLUS}] if tenancy else []
    firm = graduates.incubating(park_id, tenancy) if tenancy else None
    words = NO_FIRM if firm is None else NO_CODE if not firm["credit_code"] else None
    return firm or {}, [{"pointer": "#/tenancy_id", "detail": words}] if words else []


def _number(kind: SubsidyKind) -> str:
    serial = session.scalar(NUMBERS)
    return f"{TERMS[kind].prefix}-{clock.today().year}-{serial:06d}"


def _written(claim: Subsidy, given: Sequence[Mapping[str, Any]]) -> None:
    if faults := lines.write(claim, given):
        raise Invalid(errors=faults)


def _answered(claim: Subsidy) -> None:
    """End the round in which the bureau waited for the park."""
    running = session.scalars(
        select(SubsidyReturn).where(
            SubsidyReturn.subsidy_id == claim.id, SubsidyReturn.ended_at.is_(None)
        )
    ).one()
    running.ended_at = clock.now()
    session.flush()
