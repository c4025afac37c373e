"""How does a case go from a park to the next one that the applicant has named?

She consented when she named it. The next park has its own working days from when the case comes;
the longest limit goes on counting from when the case was handed in.
"""

from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.applications import clocks, ranked
from backend.applications import queries as applications
from backend.applications.kinds import OF_ONE_PARK, Reason
from backend.applications.taking import View, moved, taken
from backend.db import action, session
from backend.errors import Invalid, WrongStatus
from backend.parks.models import Park
from backend.tenancies import lists
from backend.tenancies.kinds import Left

NO_NEXT = "申请人没有填报其他志愿，或已是最后一个志愿"
NOT_OURS = "此处只选与本园区有关的原因；项目或材料本身的问题请退回补正或不予通过"
IN_WORDS = "选择“其他”时请说明原因"


@action
def pass_on(
    public_id: UUID, *, seen: int, by: Principal, reasons: list[Reason], note: str = ""
) -> View:
    """Hand the case to the next park on her list, for coded reasons of this park's own.

    Unless the reason is want of room she no longer waits on this park's list. Raise WrongStatus
    where there is no next park, Invalid for reasons that would hold in every park.
    """
    case = taken("passOnCase", "pass_on", public_id, seen, by)
    application, to = case.application, ranked.next_of(case.application)
    if to is None:
        actions = applications.seen_by(by, case.before)["actions"]
        raise WrongStatus(NO_NEXT, current_status=application.status.name.lower(), actions=actions)
    _refuse_other_reasons(reasons, note)
    assert application.park_id is not None  # What names another park has one.
    now, before = clock.now(), application.park_id
    to.came_at, to.from_park_id, to.passed_by = now, before, by.id
    to.reasons, to.note = [each.name for each in reasons], note
    application.park_id = to.park_id
    application.jurisdiction_code = session.get_one(Park, to.park_id).jurisdiction_code
    application.handler_id, application.received_on = None, clocks.received_on(now)
    if set(reasons) != {Reason.NO_SPACE}:
        lists.leave_park(application, before, Left.NOT_ADMITTED, by)
    moved(case, from_park=before, to_park=to.park_id, reasons=to.reasons, words=note)
    return {"application_id": public_id, "number": application.number, "passed_on_at": now}


def _refuse_other_reasons(reasons: list[Reason], note: str) -> None:
    faults = []
    if not set(reasons) <= {*OF_ONE_PARK, Reason.OTHER}:
        faults.append({"pointer": "#/reasons", "detail": NOT_OURS})
    if Reason.OTHER in reasons and not note.strip():
        faults.append({"pointer": "#/note", "detail": IN_WORDS})
    if faults:
        raise Invalid(errors=faults)
