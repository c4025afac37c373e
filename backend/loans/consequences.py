"""What becomes of a loan when its case moves?  For use inside an action, once that is locked."""

from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Principal, Relation
from backend.applications.models import Application
from backend.db import constraint_of, session
from backend.errors import AlreadyBorrowing
from backend.loans import workflow
from backend.loans.models import Loan
from backend.loans.taking import follow, noted
from backend.loans.workflow import Status

ONCE = {"uq_loan_one_person", "uq_loan_one_venture"}


def qualified(application: Application, by: Principal) -> None:
    """Begin a loan; raise AlreadyBorrowing where the person or the venture has one."""
    now = clock.now()
    loan = Loan(
        application_id=application.id,
        person_id=application.applicant_id,
        credit_code=application.sections.get("venture", {}).get("credit_code"),
        status=Status.QUALIFIED,
        held_since=now,
        state_on=clock.day_of(now),
        created_at=now,
        changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(loan)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) not in ONCE:
            raise
        raise AlreadyBorrowing from None
    noted(workflow.BEGINNING, loan, by, party=Relation.DECIDER.name.lower())


def published(application: Application, by: Principal | None) -> None:
    """Hand the loan to the bureau for referral: nobody's objection stands in its way."""
    follow("publish", application, by)


def set_aside(application: Application, by: Principal | None) -> None:
    """Cancel the loan with the decision that it rests on."""
    follow("set_aside", application, by)


def given_up(application: Application, by: Principal | None) -> None:
    """End the loan with its application."""
    follow("withdraw", application, by)
