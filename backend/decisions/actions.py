"""How is it decided what an applicant may have, and how is a verdict set aside?"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, can
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.applications.workflow import Status
from backend.db import action, session
from backend.decisions import pages, queries
from backend.errors import Invalid, NotAllowed, NotFound, WrongStatus
from backend.policies import actions as policies
from backend.policies.queries import current, snapshot
from backend.profiles.queries import facts_of
from eligibility.engine import PERSONAL, assess

View = dict[str, Any]
NO_BENEFIT = "没有这项可以申请的政策"
IN_THE_FUTURE = "不能晚于今天"


@action
def decide(application: UUID, *, benefit: str, as_of: date | None = None, by: Principal) -> View:
    """Assess what is known about the applicant, and write the answer down with all its grounds.

    Raise NotFound for an application that is not the caller's to see, WrongStatus for one taken
    back, Invalid with everything that is wrong.
    """
    # Whoever withdraws or decides the case meanwhile waits, so that its status holds to the end.
    case = select(Application.id).where(Application.public_id == application)
    session.execute(case.with_for_update(read=True))
    found = applications.find(application)
    if found is None or not can(by, "recordDecision", found):
        raise NotFound
    if found["status"] is Status.WITHDRAWN:
        raise WrongStatus(current_status="withdrawn", actions=[])
    day = as_of or clock.today()
    _check(benefit, day)
    facts, known = facts_of(found["applicant_id"], day), snapshot(day)
    public_id = policies.record_decision(
        assess(current(), benefit, facts, known, day),
        facts,
        known,
        by=by,
        person_id=found["applicant_id"],
        application_id=found["id"],
        scope=found["jurisdiction_code"],
    )
    return pages.page(queries.visible(public_id, by), by)


@action
def override(public_id: UUID, *, verdict: bool, reason: str, seen: int, by: Principal) -> View:
    """Set the verdict of a decision aside, with a reason.

    `seen` is how many overrides the caller saw. Raise NotFound for a decision that is not the
    caller's to see, NotAllowed for one that she may only see or that is on herself, Outdated when
    there is one more override by now, Invalid without a reason or a different verdict.
    """
    found = queries.visible(public_id, by)
    if not can(by, "overrideVerdict", found):
        raise NotAllowed
    policies.set_aside(public_id, verdict=verdict, reason=reason, seen=seen, by=by)
    return pages.page(queries.visible(public_id, by), by)


def _check(benefit: str, day: date) -> None:
    """Raise Invalid unless it is a benefit for people or firms, asked about a day that has come."""
    faults = []
    rule = current().rules.get(benefit)
    if rule is None or rule.kind != "benefit" or not PERSONAL & set(rule.subject):
        faults.append({"pointer": "#/benefit", "detail": NO_BENEFIT})
    if day > clock.today():
        faults.append({"pointer": "#/as_of", "detail": IN_THE_FUTURE})
    if faults:
        raise Invalid(errors=faults)
