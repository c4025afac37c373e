"""Until when may a draft be taken up again that has lapsed?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from backend import clock
from backend.applications.kinds import RESTORE_DAYS
from backend.applications.workflow import Status


def restorable_until(found: Mapping[str, Any]) -> date | None:
    """Return the last day on which a lapsed draft may be taken up again; None for anything else."""
    if found["status"] is not Status.LAPSED or found["submitted_at"] is not None:
        return None
    return clock.day_of(found["held_since"]) + timedelta(days=RESTORE_DAYS)


def may_be_restored(found: Mapping[str, Any]) -> bool:
    """Tell whether it may be taken up again today."""
    until = restorable_until(found)
    return until is not None and clock.today() <= until
