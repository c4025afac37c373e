"""Who has to be reminded of a month that is over, or of a window that closes?

Whoever has not answered for a month hears of it on the third and the eighth working day after it;
the intern hears of her window sixty, thirty and seven days before its last day.
"""

import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, select, true

from backend.applications import occasions
from backend.applications.following import still
from backend.applications.occasions import Occasion, days_ahead, workdays_since
from backend.db import action, rows
from backend.internships.kinds import ANSWERING, Party
from backend.internships.models import Answer, Internship, Month
from backend.internships.taking import noted
from backend.internships.workflow import ATTENDED, Status

log = logging.getLogger(__name__)


class Due(NamedTuple):
    """An occasion, and what it is about: the days of which rows, of which internships."""

    occasion: Occasion
    asked: Select[*tuple[Any, ...]]


def month_unanswered(day: int, party: Party) -> Due:
    """Return the occasion on which one side is reminded of a month."""
    name = party.name.lower()
    answered = exists().where(
        Answer.internship_id == Month.internship_id,
        Answer.month == Month.name,
        Answer.party == party,
    )
    return Due(
        Occasion(
            f"month_{day}_{name}",
            f"month_unanswered_by_{name}",
            ATTENDED,
            Month.last_on,
            workdays_since(day),
        ),
        select(Internship.id, Month.last_on.label("for_on"))
        .join(Month, Month.internship_id == Internship.id)
        .where(Month.counts.is_(None), ~answered),
    )


def window_closing(days: int) -> Due:
    """Return the occasion on which the intern is reminded of her window."""
    ends_on, open_ = Internship.window_ends_on, (Status.WINDOW_OPEN,)
    occasion = Occasion(f"window_{days}", "window_closing", open_, ends_on, days_ahead(days))
    return Due(occasion, select(Internship.id, ends_on.label("for_on")))


OCCASIONS = (
    *(month_unanswered(day, party) for day in (3, 8) for party in ANSWERING),
    *(window_closing(days) for days in (60, 30, 7)),
)


def sweep() -> None:
    """Remind of all that is due; what cannot be told of does not hold up the others."""
    if not occasions.may_speak():
        return
    for due in OCCASIONS:
        for key in _found(due):
            try:
                remind(key, due)
            except Exception:
                log.exception("internship %s: cannot tell %s", key, due.occasion.kind)


@action
def remind(internship_id: int, due: Due) -> None:
    """Write down that it was said, and say it, if it is still so and nobody has said it."""
    found = still(Internship, internship_id, true())
    if found is None:
        return
    internship, application = found
    for each in rows(_still_due(due).where(Internship.id == internship_id)):
        if occasions.says_first(application.id, due.occasion, each["for_on"]):
            noted(due.occasion.event, internship, None, for_on=each["for_on"].isoformat())


def _found(due: Due) -> Iterator[int]:
    asked = _still_due(due).order_by(Internship.id).limit(occasions.AT_ONCE)
    return (each["id"] for each in rows(asked))


def _still_due(due: Due) -> Select[*tuple[Any, ...]]:
    return due.asked.where(
        occasions.is_due(due.occasion, Internship.status, Internship.application_id)
    )
