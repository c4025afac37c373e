"""How does a licence become a stipend, by two people, and the stipend money?"""

from datetime import date
from typing import Any
from uuid import UUID

from backend import clock, workdays
from backend.access import Principal
from backend.db import action, session
from backend.errors import Invalid, Unsettled
from backend.internships import endings, queries, stipend
from backend.internships.kinds import TO_ANSWER
from backend.internships.models import Internship, Payment
from backend.internships.taking import View, moved, seen_now, taken
from eligibility.quantities import money

OUTSIDE = "执照登记日期应不晚于 {until}（创业窗口期最后一天），也不能晚于今天"
NOT_AS_APPROVED = "应与核定的补贴金额一致：{total} 元"
TOO_EARLY = "应在补贴核定之后、今天或以前"


@action
def confirm(
    public_id: UUID, *, seen: int, by: Principal, credit_code: str, registered_on: date
) -> View:
    """Say that the business is registered; raise Invalid for a day after the window.

    A day before the end of the internship is taken in: what it means is an open reading.
    """
    case = taken("confirmVenture", "confirm_venture", public_id, seen, by)
    until = case.internship.window_ends_on
    assert until is not None  # The window is open.
    if registered_on > min(until, clock.today()):
        words = OUTSIDE.format(until=until)
        raise Invalid(errors=[{"pointer": "#/registered_on", "detail": words}])
    case.internship.credit_code, case.internship.registered_on = credit_code, registered_on
    case.internship.returned_why = ""
    moved(case)
    return seen_now(case)


@action
def accept(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Accept the licence and put the stipend forward, month by month; another one approves it.

    Raise Unsettled while a month is uncertain, NotMet where the rules say no.
    """
    case = taken("acceptVenture", "accept_venture", public_id, seen, by)
    internship, months = case.internship, queries.months_of(case.internship.id)
    if uncertain := [each["name"] for each in months if each["counts"] is None]:
        raise Unsettled(months=uncertain)
    assert internship.ended_on is not None and internship.registered_on is not None
    internship.stipend = stipend.computed(
        case.application.applicant_id,
        internship.starts_on,
        internship.ended_on,
        internship.registered_on,
        [each for each in months if each["counts"]],
    )
    internship.proposed_by = by.id
    moved(case)
    return seen_now(case)


@action
def give_back(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Have the licence put right: in the window, or within fifteen working days if these end later.

    What was registered by the last day of the window counts, whenever it is put right.
    """
    case = taken("returnVenture", "return_venture", public_id, seen, by)
    internship = case.internship
    assert internship.window_ends_on is not None
    internship.returned_why = why
    internship.expires_on = max(internship.window_ends_on, workdays.after(clock.today(), TO_ANSWER))
    moved(case, why=why, until=str(internship.expires_on))
    return seen_now(case)


@action
def approve(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Approve, as another person, what was put forward."""
    case = taken("approveStipend", "approve_stipend", public_id, seen, by)
    moved(case)
    return seen_now(case)


@action
def send_back(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Have the stipend looked at again; what was put forward is gone."""
    case = taken("returnStipend", "return_stipend", public_id, seen, by)
    case.internship.stipend = case.internship.proposed_by = None
    moved(case, why=why)
    return seen_now(case)


@action
def pay(
    public_id: UUID, *, seen: int, by: Principal, amount: str, paid_on: date, reference: str
) -> View:
    """Record that so many yuan were paid, and end the application.

    Raise Invalid for another amount than was approved, or a day that has not come.
    """
    case = taken("recordStipendPayment", "pay", public_id, seen, by)
    fen = money(amount)
    if faults := _faults(case.internship, fen, paid_on):
        raise Invalid(errors=faults)
    session.add(
        Payment(
            internship_id=case.internship.id,
            amount=fen,
            paid_on=paid_on,
            reference=reference,
            recorded_by=by.id,
            recorded_at=clock.now(),
        )
    )
    moved(case)
    endings.over(case.application, "complete")
    return seen_now(case)


@action
def recover(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Record that a stipend had to be given back, and why."""
    case = taken("recoverStipend", "recover", public_id, seen, by)
    payment = session.get_one(Payment, case.internship.id)
    payment.recovered_at, payment.recovered_by, payment.recovered_why = clock.now(), by.id, why
    moved(case, why=why)
    return seen_now(case)


def _faults(internship: Internship, fen: int, paid_on: date) -> list[dict[str, str]]:
    approved: dict[str, Any] | None = internship.stipend
    assert approved is not None
    words = {}
    if fen != approved["fen"]:
        words["amount"] = NOT_AS_APPROVED.format(total=approved["total"])
    if not date.fromisoformat(approved["as_of"]) <= paid_on <= clock.today():
        words["paid_on"] = TOO_EARLY
    return [{"pointer": f"#/{name}", "detail": each} for name, each in words.items()]
