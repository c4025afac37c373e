"""Who wins when bank, guarantor, bureau and applicant move one loan in the same moment?"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from backend import clock
from backend.applications.occasions import Occasion
from backend.cases import actions as cases
from backend.db import action, session
from backend.errors import AlreadyBorrowing, Refusal
from backend.loans import actions, reminding
from backend.loans.kinds import Report, WhyRefused
from backend.loans.models import Loan
from backend.loans.taking import noted
from backend.loans.workflow import Status
from tests.backend.loans.stage import BANK, BUREAU, asked, at, seen
from tests.records import at_once, change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
BECOMES = {
    "loan.disbursed": ("DISBURSED", "COMPLETED"),
    "loan.bank_refused": ("REFUSED", "COMPLETED"),
    "loan.withdrawn": ("WITHDRAWN", "WITHDRAWN"),
}
Reported = Callable[..., Any]


def race(number: int, report: Reported = actions.report) -> None:
    """Let the bank pay, the bureau refuse in its name and the applicant withdraw, twice each."""
    her, case, loan = at(Status.BANK_APPROVED, f"her {number}")
    bank, bureau, version = staff(BANK), staff(BUREAU), seen(case)
    said = {"seen": loan["version"], "on": clock.today()}
    calls = (
        lambda: report(loan["id"], by=bank, state=Report.DISBURSED, amount="80000.00", **said),
        lambda: report(
            loan["id"],
            by=bureau,
            state=Report.BANK_REFUSED,
            reason=WhyRefused.NOT_STATED,
            **said,
        ),
        lambda: cases.withdraw(case["id"], seen=version, by=her),
    )
    got = at_once(6, lambda place: calls[(place + number) % 3]())

    broken = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert [] == broken
    one_won(case, got)


def one_won(case: dict, got: list[Any]) -> None:
    """One was right; loan, application, events and messages say the same."""
    found = look(
        "SELECT l.id, l.status, a.status AS case_status, a.id AS case_id, l.amount, l.why_refused"
        " FROM loan l JOIN application a ON a.id = application_id WHERE a.public_id = :id",
        id=case["id"],
    )[0]
    told = Counter(
        each["name"]
        for each in look(
            "SELECT name FROM event WHERE (subject_kind, subject_id) IN"
            " (('loan', :loan), ('application', :case))",
            loan=found["id"],
            case=found["case_id"],
        )
    )
    ends = {name: told[name] for name in BECOMES if told[name]}
    assert 1 == sum(ends.values()), f"{ends} for one loan"
    (end,) = ends
    assert BECOMES[end] == (found["status"], found["case_status"])
    assert (end == "loan.disbursed", end == "loan.bank_refused") == (
        found["amount"] is not None,
        found["why_refused"] is not None,
    )
    assert int(end != "loan.withdrawn") == told["application.completed"]
    assert 1 == sum(isinstance(each, dict) for each in got)
    hers = "SELECT count(*) FROM message JOIN event ON event.id = event_id"
    hers += " WHERE person_id IS NOT NULL AND subject_kind = 'loan' AND subject_id = :id"
    assert int(end != "loan.withdrawn") == one(hers, id=found["id"])


def test_of_payment_refusal_and_withdrawal_at_once_exactly_one_happens(in_own_app):
    for number in range(2):
        race(number)


@pytest.mark.reliability
def test_of_payment_refusal_and_withdrawal_at_once_exactly_one_happens_60_times(in_own_app):
    for number in range(60):
        race(number)


@action
def report_unlocked(public_id: Any, *, seen: int, by: Any, state: Report, **said: Any) -> Any:
    """Look where the loan stands, then move it, without a lock or a second look: the bug."""
    key = {"id": public_id}
    stands = session.execute(text("SELECT status FROM loan WHERE public_id = :id"), key).scalar()
    if stands != "BANK_APPROVED":
        raise Refusal
    session.execute(text("SELECT pg_sleep(0.2)"))
    paid = state is Report.DISBURSED
    session.execute(
        text(
            "UPDATE loan SET due_on = NULL, status = :status, amount = :amount,"
            " disbursed_on = :on, why_refused = :why, refused_by = :side WHERE public_id = :id"
        ),
        key
        | {
            "status": "DISBURSED" if paid else "REFUSED",
            "amount": 1 if paid else None,
            "on": said["on"] if paid else None,
            "why": None if paid else "NOT_STATED",
            "side": None if paid else "BANK",
        },
    )
    loan = session.query(Loan).filter_by(public_id=public_id).one()
    noted(state.name.lower(), loan, by, party="bank")
    return {}


def test_a_report_that_does_not_look_again_is_caught(in_own_app):
    change("ALTER TABLE loan DISABLE TRIGGER loan_legal_step")

    with pytest.raises(AssertionError, match="for one loan|assert"):
        for number in range(8):
            race(number, report_unlocked)


def two_cases_of_one_person() -> None:
    """Two cases, which the rule of one open case has let through by hand, are approved at once."""
    her = person()
    first = asked(her)
    change("DROP INDEX uq_application_one_open")
    second = asked(her)
    versions = {each["id"]: seen(each) for each in (first, second)}

    def approve(place: int) -> Any:
        case = (first, second)[place % 2]
        return cases.approve(case["id"], seen=versions[case["id"]], by=staff(BUREAU))

    got = at_once(8, approve)

    assert 1 == sum(isinstance(each, dict) for each in got), "more than one was granted"
    assert any(isinstance(each, AlreadyBorrowing) for each in got)
    assert 1 == one("SELECT count(*) FROM loan")


def test_eight_approvals_give_a_person_one_loan(in_own_app):
    two_cases_of_one_person()


def test_without_the_index_she_has_two_loans(in_own_app):
    change("DROP INDEX uq_loan_one_person")
    with pytest.raises(AssertionError, match="more than one was granted"):
        two_cases_of_one_person()


def eight_remind(remind: Callable[..., None] = reminding.remind) -> None:
    at(Status.REFERRED)
    change("UPDATE loan SET due_on = '2026-01-05'")
    key = one("SELECT id FROM loan")

    _, late, _ = reminding.OCCASIONS

    assert [None] * 8 == at_once(8, lambda _: remind(key, late))

    assert 1 == one("SELECT count(*) FROM event WHERE name = 'loan.guarantor_late'")


def test_of_eight_sweeps_at_once_one_reminds(in_own_app):
    eight_remind()


@action
def look_and_remind(loan_id: int, occasion: Occasion) -> None:
    """Look whether somebody has said it, and say it then: the planted bug."""
    name = {"name": f"loan.{occasion.event}"}
    said = session.scalar(text("SELECT count(*) FROM event WHERE name = :name"), name)
    session.execute(text("SELECT pg_sleep(0.2)"))
    if not said:
        loan = session.get_one(Loan, loan_id)
        noted(occasion.event, loan, None, for_on=str(loan.due_on))


def test_a_sweep_that_looks_first_and_reminds_then_is_caught(in_own_app):
    with pytest.raises(AssertionError, match="assert 1 =="):
        eight_remind(look_and_remind)
