"""Who has to be reminded of a day of a stay?

Whoever has not moved in three working days before her last one; both sides sixty, thirty and seven
days before a term is over; the park of a renewal on the day of its answer and, with whoever stands
above it, when that has passed; both sides of a month without a head count on its third working day
after, seven days before idleness ends, and of what is unsettled on the fifth working day after the
end.
"""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, exists, literal, select, true

from backend import clock
from backend.applications import occasions
from backend.applications.following import still
from backend.applications.occasions import (
    Occasion,
    days_ahead,
    passed,
    workdays_ahead,
    workdays_since,
)
from backend.db import action, rows
from backend.tenancies.episodes import CheckOut, Headcount, Renewal, Suspension
from backend.tenancies.models import Tenancy
from backend.tenancies.taking import noted
from backend.tenancies.workflow import OVER, STAYING, Status
from eligibility.dates import A_DAY

log = logging.getLogger(__name__)
# Their last days: what is kept is the day after.
LAST_OF_TERM, LAST_OF_IDLENESS = Tenancy.until_on - 1, Suspension.until_on - 1


class Due(NamedTuple):
    """An occasion, and of which tenancies it speaks with which day."""

    occasion: Occasion
    asked: Select[*tuple[Any, ...]]


def arrival() -> Due:
    """Return the occasion on which somebody is reminded to move in."""
    occasion = Occasion(
        "arrival_due", "arrival_due", (Status.ACTIVE,), Tenancy.arrive_by, workdays_ahead(2, 4)
    )
    return Due(occasion, _tenancies(occasion).where(Tenancy.arrived_on.is_(None)))


def term_ending(days: int) -> Due:
    """Return the occasion on which both sides hear that a term will be over."""
    occasion = Occasion(f"term_{days}", "term_ending", STAYING, LAST_OF_TERM, days_ahead(days))
    return Due(occasion, _tenancies(occasion))


def renewal() -> tuple[Due, Due]:
    """Return the occasions on which the park, and then whoever stands above it, hears."""
    of_renewal = (Status.RENEWING,)
    told = (
        Occasion("renewal_due", "renewal_due", of_renewal, Renewal.due_on, workdays_ahead(0, 1)),
        Occasion("renewal_late", "renewal_overdue", of_renewal, Renewal.due_on, passed),
    )
    today, late = (
        Due(
            each,
            _tenancies(each)
            .join(Renewal, Renewal.tenancy_id == Tenancy.id)
            .where(Renewal.closed_at.is_(None)),
        )
        for each in told
    )
    return today, late


def idleness() -> Due:
    """Return the occasion on which both sides hear that business is to go on."""
    occasion = Occasion(
        "suspension_7", "suspension_ending", (Status.SUSPENDED,), LAST_OF_IDLENESS, days_ahead(7)
    )
    asked = _tenancies(occasion).join(Suspension, Suspension.tenancy_id == Tenancy.id)
    return Due(occasion, asked.where(Suspension.ended_on.is_(None)))


def heads(today: date) -> Due:
    """Return the occasion on which both sides hear that nobody has counted for last month."""
    last_on = today.replace(day=1) - A_DAY
    month = last_on.replace(day=1)
    occasion = Occasion(
        "heads_missing",
        "heads_missing",
        (Status.ACTIVE, Status.RENEWING),
        literal(last_on, Date),
        workdays_since(3),
    )
    counted = exists().where(
        Headcount.tenancy_id == Tenancy.id,
        Headcount.month == month,
        Headcount.replaced_at.is_(None),
    )
    return Due(occasion, _tenancies(occasion).where(Tenancy.arrived_on <= last_on, ~counted))


def duties() -> Due:
    """Return the occasion on which both sides hear of what is unsettled after the end."""
    occasion = Occasion("exit_open", "exit_open", OVER, Tenancy.ended_on, workdays_since(5))
    open_ = exists().where(CheckOut.tenancy_id == Tenancy.id, CheckOut.outcome.is_(None))
    return Due(occasion, _tenancies(occasion).where(open_))


def occasions_of(today: date) -> tuple[Due, ...]:
    """Return every occasion as it stands on a day."""
    ending = (term_ending(days) for days in (60, 30, 7))
    return (arrival(), *ending, *renewal(), idleness(), heads(today), duties())


def sweep() -> None:
    """Remind of all that is due; what cannot be told of does not hold up the others."""
    if not occasions.may_speak():
        return
    for due in occasions_of(clock.today()):
        for key in _found(due):
            try:
                remind(key, due)
            except Exception:
                log.exception("tenancy %s: cannot tell %s", key, due.occasion.kind)


@action
def remind(tenancy_id: int, due: Due) -> None:
    """Write down that it was said, and say it, if it is still so and nobody has said it."""
    found = still(Tenancy, tenancy_id, true())
    if found is None:
        return
    tenancy, application = found
    for each in rows(_still_due(due).where(Tenancy.id == tenancy_id)):
        if occasions.says_first(application.id, due.occasion, each["for_on"]):
            noted(due.occasion.event, tenancy, None, for_on=each["for_on"].isoformat())


def _tenancies(occasion: Occasion) -> Select[*tuple[Any, ...]]:
    return select(Tenancy.id, occasion.for_on.label("for_on"))


def _found(due: Due) -> Iterator[int]:
    asked = _still_due(due).order_by(Tenancy.id).limit(occasions.AT_ONCE)
    return (each["id"] for each in rows(asked))


def _still_due(due: Due) -> Select[*tuple[Any, ...]]:
    return due.asked.where(occasions.is_due(due.occasion, Tenancy.status, Tenancy.application_id))
