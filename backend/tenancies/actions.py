"""How does an applicant answer an offer, and how do both sides sign?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal, Relation
from backend.applications import taking as applications
from backend.db import action
from backend.errors import TooLate
from backend.tenancies import agreements
from backend.tenancies.endings import kept, passed_on
from backend.tenancies.kinds import Left, arrive_by, sign_by
from backend.tenancies.lists import leave_all, spoke
from backend.tenancies.relief import Waived
from backend.tenancies.taking import Taken, View, moved, seen_now, taken, taken_by_itself


@action
def accept(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take the unit that was offered; the agreement is laid out, other places are given up.

    Raise TooLate once the offer has run out, AlreadyTenant for whoever has a place already.
    """
    case = _in_time(taken("acceptOffer", "accept", public_id, seen, by))
    tenancy, application = case.tenancy, case.application
    tenancy.expires_at = sign_by(clock.now())
    moved(case)
    kept(application)
    agreements.draw_up(tenancy, application)
    leave_all(application, Left.PLACED, by)
    return seen_now(case)


@action
def decline(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Leave the unit to the next, who has the offer in the same moment.

    Her place on the list stays; this unit is not offered to her again. Raise TooLate once the
    offer has run out.
    """
    case = _in_time(taken("declineOffer", "decline", public_id, seen, by))
    spoke(case.tenancy.entry_id)
    passed_on(case)
    return seen_now(case)


@action
def sign(public_id: UUID, *, seen: int, by: Principal, sha256: str) -> View:
    """Sign the text with this SHA-256; with the second signature the tenancy begins.

    Raise Outdated when the text is another one by now, TooLate once the time for signing is over.
    """
    case = _in_time(taken("signAgreement", "sign", public_id, seen, by))
    both = agreements.sign(case.tenancy, sha256, party=case.step.by, by=by)
    moved(case, sha256=sha256)
    if both:
        begun = taken_by_itself(case.tenancy, case.application, "activate", by)
        case.tenancy.arrive_by = arrive_by(case.tenancy.starts_on, clock.now())
        moved(begun, until=str(case.tenancy.arrive_by))
        applications.moved(applications.taken_as(Relation.SYSTEM, "complete", case.application))
    return seen_now(case)


@action
def amend(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    special_terms: str,
    relief: Sequence[Mapping[str, Any]] | None = None,
) -> View:
    """Change what was agreed besides, or what is waived; nobody has signed the new text yet.

    Raise Invalid for relief that reaches beyond the term or overlaps.
    """
    case = _in_time(taken("amendAgreement", "amend", public_id, seen, by))
    waived = None if relief is None else [Waived.through(**each) for each in relief]
    agreement = agreements.draw_up(case.tenancy, case.application, special_terms, waived)
    moved(case, sha256=agreement.sha256)
    return seen_now(case)


def _in_time(case: Taken) -> Taken:
    expires_at = case.tenancy.expires_at
    if expires_at is not None and expires_at <= clock.now():
        raise TooLate(ended_at=f"{expires_at:%Y-%m-%dT%H:%M:%SZ}")
    return case
