"""How does a park answer for somebody on its list whom another park has approved?"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal, can
from backend.applications.following import locked_root
from backend.applications.kinds import OF_ONE_PARK, Reason
from backend.db import action, session
from backend.errors import Invalid, NotFound, WrongStatus
from backend.tenancies import lists, onlists
from backend.tenancies.kinds import Left
from backend.tenancies.models import Admission, WaitingEntry

WHY = "不接收时请选择原因；选择“其他”时请说明"
NOT_OURS = "此处只选与本园区有关的原因"
NO_REASON = "接收时不填写原因"


@action
def answer(
    entry_id: UUID, *, by: Principal, admitted: bool, reasons: list[Reason], note: str = ""
) -> dict[str, Any]:
    """Say whether the park takes her too; a no gives coded reasons and ends her place on its list.

    Raise NotFound for a place that is not the park's, Invalid for a no without reason or a reason
    that is not the park's alone, WrongStatus where nothing is asked, or not any more.
    """
    locked_root(WaitingEntry, WaitingEntry.public_id == entry_id)
    entry = session.scalar(select(WaitingEntry).where(WaitingEntry.public_id == entry_id))
    found = onlists.find(entry_id)
    if entry is None or found is None or not can(by, "answerAdmission", found):
        raise NotFound
    asked = session.get(Admission, entry.id, with_for_update=True, populate_existing=True)
    if asked is None or entry.left_at is not None or onlists.stands(found) != "asked":
        raise WrongStatus(current_status=onlists.stands(found), actions=[])
    _refuse_without_reason(admitted, reasons, note)
    asked.answered_at, asked.answered_by, asked.admitted = clock.now(), by.id, admitted
    asked.reasons, asked.note = [each.name for each in reasons], note
    if not admitted:
        lists.leave(entry, Left.NOT_ADMITTED, by)
    words = {"reasons": asked.reasons, "note": note}
    lists.told("admitted" if admitted else "not_admitted", entry, by, **words)
    return onlists.seen_now(entry_id, by)


def _refuse_without_reason(admitted: bool, reasons: list[Reason], note: str) -> None:
    if admitted:
        faults = [NO_REASON] if reasons else []
    elif not reasons or (Reason.OTHER in reasons and not note.strip()):
        faults = [WHY]
    else:
        faults = [] if set(reasons) <= {*OF_ONE_PARK, Reason.OTHER} else [NOT_OURS]
    if faults:
        raise Invalid(errors=[{"pointer": "#/reasons", "detail": each} for each in faults])
