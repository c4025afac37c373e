"""How is a decision on many cases undone?

Within its ten minutes, by whoever made it or stands above her. A case on which somebody has acted
since, or of which somebody has heard, is left as it is and named.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, Relation
from backend.applications.actions import the_only_one
from backend.applications.models import Application
from backend.applications.taking import View, moved, taken_as
from backend.applications.workflow import Status
from backend.audit.actions import take_back
from backend.cases import batches
from backend.cases.kinds import Outcome
from backend.cases.lives import LIVES
from backend.cases.models import Batch, BatchRow
from backend.db import action, session
from backend.errors import AlreadyOpen, NotFound, TooLate, WrongStatus
from backend.tenancies.lists import back_on
from backend.tenancies.taking import live_of

UNDONE_ALREADY = "这一批已经撤销"
# The steps that lead back to where a case may have stood.
BACK = {Status.SUBMITTED: "undo", Status.UNDER_REVIEW: "undo_in_hand"}


@action
def undo(public_id: UUID, *, by: Principal) -> View:
    """Set back every case of a batch that nobody has touched since.

    Raise NotFound for a batch that is not the caller's to undo, WrongStatus for a second time,
    TooLate once the ten minutes are over.
    """
    batch = session.scalar(select(Batch).where(Batch.public_id == public_id).with_for_update())
    if batch is None or not batches.may(by, "undoBatch", batch.id, batch.staff_id):
        raise NotFound
    if batch.undone_at is not None:
        raise WrongStatus(UNDONE_ALREADY, current_status="undone", actions=[])
    if clock.now() >= batch.undo_until:
        raise TooLate(ended_at=f"{batch.undo_until:%Y-%m-%dT%H:%M:%SZ}")
    # All stand where they stood before the first unit is free: none of them is the next to have it.
    for application in [case for case, row in _locked(batch) if _set_back(case, row, by)]:
        LIVES[application.kind].set_aside(application, by)
        back_on(application, batch.made_at, by)
    batch.undone_at, batch.undone_by = clock.now(), by.id
    session.flush()
    return batches.of(batch.id)


def _locked(batch: Batch) -> list[tuple[Application, BatchRow]]:
    """Lock the cases that the batch decided, each with its row, in the order of their keys."""
    asked = (
        select(Application, BatchRow)
        .join(BatchRow, BatchRow.application == Application.public_id)
        .where(BatchRow.batch_id == batch.id, BatchRow.outcome == Outcome.DECIDED)
        .order_by(Application.id)
        .with_for_update(of=Application)
    )
    return [(application, row) for application, row in session.execute(asked)]


def _set_back(application: Application, row: BatchRow, by: Principal) -> bool:
    """Let a case stand where it stood, unless somebody has acted or heard of it since.

    A refused case stays refused when its applicant has begun another one of the kind.
    """
    was, tenancy = row.was or {}, live_of(application)
    untouched = (was["version"], was["tenancy_version"]) == (
        application.version,
        tenancy and tenancy.version,
    )
    row.outcome = Outcome.LEFT
    with suppress(AlreadyOpen), the_only_one(application.applicant_id, application.kind):
        if untouched and take_back(was["events"]):
            _stand_as_before(application, was, by)
            row.outcome = Outcome.UNDONE
    return row.outcome is Outcome.UNDONE


def _stand_as_before(application: Application, was: Mapping[str, Any], by: Principal) -> None:
    back = taken_as(Relation.SYSTEM, BACK[Status[was["status"]]], application, by)
    application.decided_at = application.decided_by = application.office_days = None
    application.reasons, application.note = [], ""
    application.handler_id = was["handler_id"]
    moved(back)
    application.held_since = datetime.fromisoformat(was["held_since"])
