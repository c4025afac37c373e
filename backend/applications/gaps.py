"""With what missing was a case taken in, and what has become of it?"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select, update

from backend import clock, workdays
from backend.access import Relation
from backend.applications import promises, workflow
from backend.applications.models import Application, Gap
from backend.applications.promises import LIVE, UNSETTLED, GapStatus
from backend.db import row, rows, session
from backend.errors import GapOpen
from backend.steps import open_to

TOLD = ("items", "text", "sha256", "workdays", "offered_at", "promised_at", "due_on", "filled_at")
_SHOWN = tuple(
    getattr(Gap, name).label(f"gap_{name}")
    for name in ("public_id", "status", "why", "ended_at", *TOLD)
)
# The gap that a case has now, beside the row of the case.
LIVE_GAP = (
    select(Gap.application_id.label("gap_of"), *_SHOWN)
    .where(Gap.status.in_(LIVE))
    .subquery("live_gap")
)
IS_LIVE: ColumnElement[bool] = LIVE_GAP.c.gap_of == Application.id
COLUMNS = tuple(LIVE_GAP.c[each.key] for each in _SHOWN)


def of_row(found: Mapping[str, Any], held: frozenset[Relation]) -> dict[str, Any] | None:
    """Tell the live gap of a case from its row, with what a party may do to it now."""
    if found["gap_status"] is None:
        return None
    gap = {name.removeprefix("gap_"): found[name] for name in found if name.startswith("gap_")}
    is_open = found["status"] in workflow.OPEN
    return _told(gap, open_to(promises.STEPS, gap["status"], held) if is_open else [])


def told(application_id: int) -> list[dict[str, Any]]:
    """Tell every gap that a case has had, the first one first."""
    asked = select(*Gap.__table__.columns).where(Gap.application_id == application_id)
    return [_told(each, []) for each in rows(asked.order_by(Gap.id))]


def live_of(application: Application) -> Gap | None:
    """Lock the gap that a locked application has now."""
    return session.scalar(
        select(Gap)
        .where(Gap.application_id == application.id, Gap.status.in_(LIVE))
        .with_for_update()
    )


def is_promised(application_id: int, pointer: str) -> bool:
    """Tell whether something is promised, and not yet handed in or too late."""
    found = row(
        select(Gap.items, Gap.due_on).where(
            Gap.application_id == application_id, Gap.status == GapStatus.PROMISED
        )
    )
    named = found and any(each["pointer"] == pointer for each in found["items"])
    return bool(named and found and found["due_on"] >= clock.today())


def is_unsettled(application_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Say in SQL that what was promised is not there, or has not been looked at."""
    return exists().where(Gap.application_id == application_id, Gap.status.in_(UNSETTLED))


def refuse_while_unsettled(application: Application) -> None:
    """Raise GapOpen while what was promised is not there or has not been looked at."""
    open_ = row(
        select(Gap.items, Gap.due_on).where(
            Gap.application_id == application.id, Gap.status.in_(UNSETTLED)
        )
    )
    if open_ is not None:
        raise GapOpen(items=open_["items"], due_on=str(open_["due_on"]))


def end_with(application: Application, *statuses: GapStatus) -> None:
    """End the gap of a locked application if it stands at one of these."""
    session.execute(
        update(Gap)
        .where(Gap.application_id == application.id, Gap.status.in_(statuses))
        .values(status=GapStatus.ENDED, ended_at=clock.now())
    )


def prolong(application: Application) -> None:
    """Leave some days at least for what was promised, when a decision has been set aside."""
    least = workdays.after(clock.today(), promises.AGAIN_WITHIN)
    session.execute(
        update(Gap)
        .where(
            Gap.application_id == application.id,
            Gap.status == GapStatus.PROMISED,
            Gap.due_on < least,
        )
        .values(due_on=least)
    )


def _told(gap: Mapping[str, Any], actions: list[str]) -> dict[str, Any]:
    return {
        "id": gap["public_id"],
        "status": gap["status"],
        "why": gap["why"],
        "ended_at": gap["ended_at"],
        "actions": actions,
        **{name: gap[name] for name in TOLD},
    }
