"""How do all three sign, and how does an internship end before its day?"""

from datetime import date
from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.db import action
from backend.errors import Invalid, TooLate
from backend.internships import agreements, endings, placing
from backend.internships.taking import Taken, View, moved, seen_now, taken
from backend.texts.keeping import keep
from backend.texts.kinds import Looked

NOT_WITHIN = "应在见习开始之日与今天之间"
PAST = "开始日期不能早于今天"


@action
def amend(
    public_id: UUID, *, seen: int, by: Principal, special_terms: str, starts_on: date | None = None
) -> View:
    """Change the first day or what was agreed besides; nobody has signed the new text yet."""
    case = _in_time(taken("amendInternshipAgreement", "amend", public_id, seen, by))
    if starts_on is not None:
        if starts_on < clock.today():
            raise Invalid(errors=[{"pointer": "#/starts_on", "detail": PAST}])
        placing.moved_to(case.internship, starts_on)
    agreement = agreements.draw_up(case.internship, case.application, special_terms)
    moved(case, sha256=agreement.sha256)
    return seen_now(case)


@action
def sign(public_id: UUID, *, seen: int, by: Principal, sha256: str) -> View:
    """Sign the text with this SHA-256; with the third signature the internship begins.

    Raise Outdated when the text is another one by now, TooLate once the time for signing is over.
    """
    case = _in_time(taken("signInternshipAgreement", "sign", public_id, seen, by))
    everybody = agreements.sign(case.internship, sha256, party=case.step.by, by=by)
    moved(case, sha256=sha256)
    if everybody:
        endings.begun(case)
    return seen_now(case)


@action
def end_early(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    last_on: date,
    why: str,
    looked: Looked | None = None,
) -> View:
    """End an internship with a day that has come; raise Invalid for another day.

    Where a month is whole by then the window opens; otherwise the application is over.
    """
    case = taken("completeInternship", "end_early", public_id, seen, by)
    if not case.internship.starts_on <= last_on <= clock.today():
        raise Invalid(errors=[{"pointer": "#/last_on", "detail": NOT_WITHIN}])
    endings.ended(case, last_on, why)
    keep(looked, public_id, by, application_id=case.application.id)
    return seen_now(case)


def _in_time(case: Taken) -> Taken:
    """Refuse what comes after the last day; the system has only not looked yet."""
    last = case.internship.expires_on
    if last is not None and last < clock.today():
        raise TooLate(ended_at=str(last))
    return case
