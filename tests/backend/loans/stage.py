"""Who is on the stage? Borrowers, the bureau of Ulanhot, a bank and a guarantor."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal
from backend.applications.kinds import Kind
from backend.cases import actions as cases
from backend.cases import publicity
from backend.loans import actions, queries
from backend.loans.kinds import Report, WhyRefused
from backend.loans.workflow import Status
from miniprogram_api.commands import seed_demo_partners
from tests.filing import draft_for_the_bureau, handed_in
from tests.records import change, look, one, person, staff

BUREAU, BANK, GUARANTOR = "demo-bureau", "demo-bank", "demo-guarantor"
# What is reported on the way from the referral to the money, and by whom.
WAY = (
    (GUARANTOR, Report.DUE_DILIGENCE, Status.DUE_DILIGENCE),
    (GUARANTOR, Report.GUARANTEE_GIVEN, Status.GUARANTEED),
    (BANK, Report.BANK_APPROVED, Status.BANK_APPROVED),
    (BANK, Report.DISBURSED, Status.DISBURSED),
)

PLACES = (Status.PUBLISHED, Status.REFERRED, *(reached for _, _, reached in WAY))


def approved(name: str = "qiqige") -> tuple[Principal, dict]:
    """Somebody whom the bureau has qualified, and her case."""
    her = person(name)
    return her, approve(asked(her))


def asked(by: Principal) -> dict:
    """A submitted case of somebody whose venture is not registered yet."""
    draft = draft_for_the_bureau(by, Kind.GUARANTEE_LOAN, venture={"stage": "planned"})
    return handed_in(draft, by)


def approve(case: dict) -> dict:
    return cases.approve(case["id"], seen=seen(case), by=staff(BUREAU))


def published(name: str = "qiqige") -> tuple[Principal, dict, dict]:
    """Somebody against whose loan nobody objected, her case and the loan."""
    her, case = approved(name)
    publish(case)
    return her, case, loan_of(case, her)


def publish(case: dict) -> None:
    """Publish a decision until the end of its days."""
    publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))
    change(
        "UPDATE publicity SET starts_on = :day, ends_on = :day WHERE ended_at IS NULL",
        day=clock.today() - timedelta(days=1),
    )
    for each in publicity.over():
        publicity.end(each)


def referred(name: str = "qiqige") -> tuple[Principal, dict, dict]:
    """Somebody who was referred to the demo bank and the demo guarantor."""
    seed_demo_partners()
    her, case, loan = published(name)
    refer(loan)
    return her, case, loan_of(case, her)


def refer(loan: dict, by: str = BUREAU, **to: UUID) -> dict:
    chosen = {"bank": institution("BANK"), "guarantor": institution("GUARANTOR")} | to
    return actions.refer(loan["id"], seen=version(loan), by=staff(by), **chosen)


def at(status: Status, name: str = "qiqige") -> tuple[Principal, dict, dict]:
    """Somebody whose loan stands at a status of the way, brought there without its clicks."""
    seed_demo_partners()
    her, case = approved(name)
    for each in PLACES[: PLACES.index(status) + 1]:
        change(
            "UPDATE loan SET status = :status, version = version + 1, due_on = :due,"
            " bank_id = CASE WHEN :referred THEN b.id END,"
            " guarantor_id = CASE WHEN :referred THEN g.id END,"
            " amount = :amount, disbursed_on = :paid"
            " FROM institution b, institution g"
            " WHERE b.kind = 'BANK' AND g.kind = 'GUARANTOR' AND application_id ="
            " (SELECT id FROM application WHERE public_id = :case)",
            status=each.name,
            referred=each is not Status.PUBLISHED,
            due=None if each is Status.DISBURSED else clock.today(),
            amount=8_000_000 if each is Status.DISBURSED else None,
            paid=clock.today() if each is Status.DISBURSED else None,
            case=case["id"],
        )
    if status is Status.DISBURSED:
        change(
            "UPDATE application SET status = 'COMPLETED', version = version + 1"
            " WHERE public_id = :case",
            case=case["id"],
        )
    return her, case, loan_of(case, her)


def report(
    loan: dict, state: Report, by: str | Principal, *, on: date | None = None, **said: Any
) -> dict:
    """Report a state as of today; the amount and the reason are filled in."""
    if state is Report.DISBURSED:
        said.setdefault("amount", "80000.00")
    if state in (Report.GUARANTOR_REFUSED, Report.BANK_REFUSED):
        said.setdefault("reason", WhyRefused.NOT_STATED)
    by = staff(by) if isinstance(by, str) else by
    on = on or clock.today()
    return actions.report(loan["id"], seen=version(loan), by=by, state=state, on=on, **said)


def institution(kind: str) -> UUID:
    """The demo institution of a kind."""
    return one(
        "SELECT public_id FROM institution WHERE kind = :kind AND name LIKE '演示%'", kind=kind
    )


def loan_of(case: dict, by: Principal) -> dict:
    """The newest loan of a case."""
    public_id = one(
        "SELECT l.public_id FROM loan l JOIN application a ON a.id = application_id"
        " WHERE a.public_id = :id ORDER BY l.id DESC LIMIT 1",
        id=case["id"],
    )
    return queries.get(public_id, by)


def seen(case: dict) -> int:
    return one("SELECT version FROM application WHERE public_id = :id", id=case["id"])


def version(loan: dict) -> int:
    return one("SELECT version FROM loan WHERE public_id = :id", id=loan["id"])


def status_of(case: dict) -> str:
    return one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


def statuses() -> list[str]:
    """Where every loan stands, in the order of their making."""
    return [each["status"] for each in look("SELECT status FROM loan ORDER BY id")]


def events() -> list[str]:
    found = look("SELECT name FROM event WHERE subject_kind = 'loan' ORDER BY id")
    return [each["name"].removeprefix("loan.") for each in found]


def told(event: str) -> list[str]:
    """Who was told of an event: 'her' or the account, in the order of telling."""
    found = look(
        "SELECT coalesce(staff.username, 'her') AS reader FROM message"
        " LEFT JOIN staff ON staff.id = staff_id WHERE event = :event ORDER BY message.id",
        event=f"loan.{event}",
    )
    return sorted(each["reader"] for each in found)
