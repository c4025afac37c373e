"""Who is told that a park has not said whether it takes somebody from its list?

Once, when its days are over: the park again, and whoever stands above it. Silence stays no yes.
"""

import logging
from typing import Any

from sqlalchemy import Select, select

from backend import clock
from backend.applications import occasions
from backend.applications.models import Application
from backend.db import action, rows, session
from backend.tenancies import lists
from backend.tenancies.models import Admission, WaitingEntry
from backend.tenancies.onlists import TO_ANSWER

log = logging.getLogger(__name__)


def sweep() -> None:
    """Remind of every answer that is overdue; one that cannot be told does not hold up others."""
    if not occasions.may_speak():
        return
    due = _overdue(Admission.entry_id).order_by(Admission.entry_id).limit(occasions.AT_ONCE)
    for each in rows(due):
        try:
            remind(each["entry_id"])
        except Exception:
            log.exception("place %s: cannot remind of its answer", each["entry_id"])


@action
def remind(entry_id: int) -> None:
    """Say that the answer is overdue, if it is still so and nobody has said it."""
    found = session.execute(
        _overdue(Admission, WaitingEntry)
        .where(Admission.entry_id == entry_id)
        .with_for_update(of=Admission, skip_locked=True)
    ).first()
    if found is not None:
        asked, entry = found
        asked.reminded_at = clock.now()
        lists.told("admission_overdue", entry, None, due_on=asked.due_on.isoformat())


def _overdue(*what: Any) -> Select[*tuple[Any, ...]]:
    """Ask for what belongs to each answer whose days are over, and of which nobody was told."""
    return (
        select(*what)
        .select_from(Admission)
        .join(WaitingEntry, WaitingEntry.id == Admission.entry_id)
        .join(Application, Application.id == WaitingEntry.application_id)
        .where(
            *TO_ANSWER,
            Admission.reminded_at.is_(None),
            Admission.due_on < clock.today(),
            WaitingEntry.left_at.is_(None),
        )
    )
