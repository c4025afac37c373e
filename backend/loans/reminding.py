"""Who is told that a loan has lain longer than it should?

Its holder and the bureau, once for each day that has passed.
"""

import logging
from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from backend.applications import occasions
from backend.applications.following import still
from backend.applications.occasions import Occasion, passed
from backend.db import action, rows
from backend.loans.models import Loan
from backend.loans.taking import noted
from backend.loans.workflow import HELD_BY, WITHIN

log = logging.getLogger(__name__)


def late(holder: str) -> Occasion:
    """Return the occasion on which a holder has let a loan lie."""
    held = tuple(each for each, party in HELD_BY.items() if party.name.lower() == holder)
    timed = tuple(each for each in held if each in WITHIN)
    return Occasion(f"loan_{holder}_late", f"{holder}_late", timed, Loan.due_on, passed)


OCCASIONS = tuple(late(holder) for holder in ("decider", "guarantor", "bank"))


def sweep() -> None:
    """Remind of all that is late; a loan that cannot be told of does not hold up the others."""
    if not occasions.may_speak():
        return
    for occasion in OCCASIONS:
        for loan_id in _found(occasion):
            try:
                remind(loan_id, occasion)
            except Exception:
                log.exception("loan %s: cannot tell %s", loan_id, occasion.kind)


@action
def remind(loan_id: int, occasion: Occasion) -> None:
    """Write down that it was said, and say it, if it is still so and nobody has said it."""
    found = still(Loan, loan_id, _due(occasion))
    if found is None:
        return
    loan, application = found
    assert loan.due_on is not None
    if occasions.says_first(application.id, occasion, loan.due_on):
        noted(occasion.event, loan, None, for_on=loan.due_on.isoformat())


def _found(occasion: Occasion) -> Iterator[int]:
    asked = select(Loan.id).where(_due(occasion)).order_by(Loan.id).limit(occasions.AT_ONCE)
    return (each["id"] for each in rows(asked))


def _due(occasion: Occasion) -> ColumnElement[bool]:
    return occasions.is_due(occasion, Loan.status, Loan.application_id)
