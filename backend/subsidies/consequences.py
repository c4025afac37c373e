"""What becomes of a subsidy when its case moves?  For use inside an action, once that is locked."""

from sqlalchemy.exc import IntegrityError

from backend import clock, workdays
from backend.access import Principal, Relation
from backend.applications.models import Application
from backend.db import constraint_of, session
from backend.errors import AlreadySubsidised, Invalid
from backend.subsidies import workflow
from backend.subsidies.kinds import SubsidyKind
from backend.subsidies.models import Subsidy
from backend.subsidies.taking import follow, noted
from backend.subsidies.workflow import Status

ONCE = {"uq_subsidy_one_person", "uq_subsidy_one_venture"}
NO_CODE = "申请人没有填写统一社会信用代码，无法核对该实体是否领取过，可以退回补正"
CODE = "#/sections/venture/credit_code"


def qualified(application: Application, by: Principal) -> None:
    """Begin a start-up subsidy.

    Raise Invalid for a venture without a code, by which it could be paid twice, AlreadySubsidised
    where the person or the venture has or had one.
    """
    now, venture = clock.now(), application.sections.get("venture", {})
    if not venture.get("credit_code"):
        raise Invalid(errors=[{"pointer": CODE, "detail": NO_CODE}])
    subsidy = Subsidy(
        kind=SubsidyKind.STARTUP,
        application_id=application.id,
        person_id=application.applicant_id,
        venture=venture.get("name"),
        credit_code=venture["credit_code"],
        jurisdiction_code=application.jurisdiction_code,
        status=Status.QUALIFIED,
        held_since=now,
        due_on=workdays.after(clock.day_of(now), workflow.WITHIN[Status.QUALIFIED]),
        created_at=now,
        changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(subsidy)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) not in ONCE:
            raise
        raise AlreadySubsidised from None
    party = Relation.DECIDER.name.lower()
    noted(workflow.BEGINNINGS[subsidy.status], subsidy, by, party=party)


def published(application: Application, by: Principal | None) -> None:
    """Hand the subsidy to the bureau for its amount: no objection stands in its way."""
    follow("publish", application, by)


def set_aside(application: Application, by: Principal | None) -> None:
    """Cancel the subsidy with the decision that it rests on."""
    follow("set_aside", application, by)


def given_up(application: Application, by: Principal | None) -> None:
    """End the subsidy with its application."""
    follow("withdraw", application, by)
