"""Who wins when a subsidy is paid and recalled, claimed twice, or approved twice, at once?"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Role
from backend.cases import actions as cases
from backend.db import action, session
from backend.errors import AlreadySubsidised, Refusal
from backend.subsidies import actions, claiming, reminding
from backend.subsidies.models import Subsidy
from backend.subsidies.taking import noted
from tests.backend.subsidies.stage import (
    BUREAU,
    MANAGER,
    SECOND,
    asked,
    claim,
    grant,
    household,
    payable,
    published,
    seen,
)
from tests.records import at_once, change, look, new_staff, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
RACERS = 8
Paid = Callable[..., Any]


def race_for_the_money(number: int, pay: Paid = actions.pay) -> None:
    """Let the bureau pay, whoever stands above reopen, and the applicant withdraw, twice each."""
    her, case, its = payable(f"her {number}", number)
    bureau, above, version = staff(BUREAU), staff(SECOND), seen(case)
    said = {"amount": "10000.00", "paid_on": clock.today(), "voucher": "财拨 1"}
    calls = (
        lambda: pay(its["id"], seen=its["version"], by=bureau, **said),
        lambda: cases.reopen(case["id"], seen=version, by=above, why="核查有误"),
        lambda: cases.withdraw(case["id"], seen=version, by=her),
    )
    got = at_once(6, lambda place: calls[(place + number) % 3]())

    broken = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert [] == broken
    one_won(case)


BECOMES = {
    "subsidy.paid": ("PAID", "COMPLETED"),
    "subsidy.cancelled": ("CANCELLED", "SUBMITTED"),
    "subsidy.given_up": ("WITHDRAWN", "WITHDRAWN"),
}


def one_won(case: dict) -> None:
    """One was right; subsidy, case, ledger and events say the same."""
    (found,) = look(
        "SELECT s.id, s.status, a.status AS case_status, p.amount FROM subsidy s"
        " JOIN application a ON a.id = application_id"
        " LEFT JOIN subsidy_payment p ON p.subsidy_id = s.id WHERE a.public_id = :id",
        id=case["id"],
    )
    told = [
        each["name"]
        for each in look(
            "SELECT name FROM event WHERE subject_kind = 'subsidy' AND subject_id = :id",
            id=found["id"],
        )
    ]
    ends = [name for name in told if name in BECOMES]
    assert 1 == len(ends), f"{ends} for one subsidy"
    assert BECOMES[ends[0]] == (found["status"], found["case_status"])
    assert (ends[0] == "subsidy.paid") == (found["amount"] is not None)


def test_of_payment_reopening_and_withdrawal_at_once_exactly_one_happens(in_own_app):
    for number in range(2):
        race_for_the_money(number)


@pytest.mark.reliability
def test_of_payment_reopening_and_withdrawal_at_once_exactly_one_happens_60_times(in_own_app):
    for number in range(60):
        race_for_the_money(number)


@action
def pay_unlocked(public_id: Any, *, seen: int, by: Any, **said: Any) -> Any:
    """Look where it stands, then pay, without a lock or a second look: the bug."""
    key = {"id": public_id}
    stands = session.execute(text("SELECT status FROM subsidy WHERE public_id = :id"), key)
    if stands.scalar() != "PAYABLE":
        raise Refusal
    session.execute(text("SELECT pg_sleep(0.2)"))
    paid = text("UPDATE subsidy SET status = 'PAID', due_on = NULL WHERE public_id = :id")
    session.execute(paid, key)
    subsidy = session.query(Subsidy).filter_by(public_id=public_id).one()
    noted("paid", subsidy, by, party="decider")
    return {}


def test_a_payment_that_does_not_look_again_is_caught(in_own_app):
    change("ALTER TABLE subsidy DISABLE TRIGGER subsidy_legal_step")

    with pytest.raises(AssertionError, match="for one subsidy|assert"):
        for number in range(8):
            race_for_the_money(number, pay_unlocked)


def two_of_one(*cases_: dict) -> list[Any]:
    """Let two clerks approve two cases of one person, or of one venture, at once."""
    versions = {each["id"]: seen(each) for each in cases_}
    clerks = [staff(BUREAU), staff(SECOND)]

    def approve(place: int) -> Any:
        case = cases_[place % 2]
        return cases.approve(case["id"], seen=versions[case["id"]], by=clerks[place % 2])

    return at_once(RACERS, approve)


def once(got: list[Any]) -> None:
    assert 1 == sum(isinstance(each, dict) for each in got)
    assert any(isinstance(each, AlreadySubsidised) for each in got)
    assert [] == [e for e in got if isinstance(e, Exception) and not isinstance(e, Refusal)]


def of_one_person() -> tuple[dict, dict]:
    """Two cases of one person, which the rule of one open case has let through by hand."""
    her = person()
    first = asked(her, 1)
    change("DROP INDEX uq_application_one_open")
    return first, asked(her, 2)


def of_one_venture() -> tuple[dict, dict]:
    return asked(person("one"), 1), asked(person("other"), 1)


TWO = pytest.mark.parametrize(
    ("make", "index"),
    [(of_one_person, "uq_subsidy_one_person"), (of_one_venture, "uq_subsidy_one_venture")],
    ids=["person", "venture"],
)


@TWO
def test_eight_approvals_give_a_person_and_a_venture_one_subsidy(in_own_app, make, index):
    once(two_of_one(*make()))

    assert 1 == one("SELECT count(*) FROM subsidy")


@TWO
def test_and_without_the_index_there_would_be_two(in_own_app, make, index):
    change(f"DROP INDEX {index}")

    two_of_one(*make())

    assert 2 == one("SELECT count(*) FROM subsidy")


def handed_in_at_once(submit: Callable[..., Any], *drafts: dict) -> list[Any]:
    """Let two managers hand in two claims for the same household at once."""
    managers = [staff(MANAGER), staff("demo-manager-2")]

    def act(place: int) -> Any:
        its = drafts[place % 2]
        return submit(its["id"], seen=its["version"], by=managers[place % 2])

    return at_once(RACERS, act)


def two_drafts() -> tuple[dict, dict]:
    return claim(household(1)), claim(household(2), household(1))


def counted_once() -> None:
    counted = one("SELECT count(*) FROM subsidy_line WHERE counts AND name = '毕业户1'")
    assert 1 == counted, f"{counted} claims for one household"


def test_of_two_claims_for_one_household_one_goes_in(in_own_app):
    once(handed_in_at_once(claiming.submit, *two_drafts()))

    counted_once()


@action
def submit_unlooked(public_id: Any, *, seen: int, by: Any) -> Any:
    """Look whether somebody has claimed, then count, without the index: the bug."""
    key = {"id": public_id}
    mine = "subsidy_id = (SELECT id FROM subsidy WHERE public_id = :id)"
    same = f"credit_code IN (SELECT credit_code FROM subsidy_line WHERE {mine})"
    if session.execute(text(f"SELECT 1 FROM subsidy_line WHERE counts AND {same}"), key).first():
        raise AlreadySubsidised
    session.execute(text("SELECT pg_sleep(0.5)"))
    session.execute(text(f"UPDATE subsidy_line SET counts = true WHERE {mine}"), key)
    return {}


def test_whoever_looks_first_and_counts_then_is_stopped_by_the_index(in_own_app):
    got = handed_in_at_once(submit_unlooked, *two_drafts())

    assert any(isinstance(each, IntegrityError) for each in got)
    counted_once()


def test_and_without_the_index_a_household_would_be_paid_for_twice(in_own_app):
    change("DROP INDEX uq_subsidy_line_household")

    handed_in_at_once(submit_unlooked, *two_drafts())

    with pytest.raises(AssertionError, match="2 claims for one household"):
        counted_once()


def approved_at_once(approve: Callable[..., Any]) -> list[Any]:
    """Let two other clerks approve what a third has granted, at once."""
    _, _, its = published()
    its = grant(its)
    others = [staff(SECOND), new_staff("third", Role.BUREAU_STAFF)]
    return at_once(
        RACERS, lambda place: approve(its["id"], seen=its["version"], by=others[place % 2])
    )


def approved_once() -> None:
    approvals = one("SELECT count(*) FROM event WHERE name = 'subsidy.approved'")
    assert 1 == approvals, f"approved {approvals} times"


def test_of_two_second_people_one_approves(in_own_app):
    got = approved_at_once(actions.approve)

    approved_once()
    assert 1 == sum(isinstance(each, dict) for each in got)


@action
def approve_unlocked(public_id: Any, *, seen: int, by: Any) -> Any:
    """Look at the version, then approve, without a lock: the bug."""
    key = {"id": public_id}
    found = session.execute(
        text("SELECT id, version FROM subsidy WHERE public_id = :id"), key
    ).one()
    if found.version != seen:
        raise Refusal
    session.execute(text("SELECT pg_sleep(0.5)"))
    session.execute(
        text(
            "UPDATE subsidy SET status = 'PAYABLE', approved_by = :by, version = version + 1"
            " WHERE public_id = :id"
        ),
        key | {"by": by.id},
    )
    noted("approved", session.get_one(Subsidy, found.id), by, party="approver")
    return {}


def test_an_approval_without_a_lock_is_caught_approving_twice(in_own_app):
    approved_at_once(approve_unlocked)

    with pytest.raises(AssertionError, match="approved . times"):
        approved_once()


def reminded(remind: Callable[[int], Any]) -> int:
    published()
    change("UPDATE subsidy SET due_on = '2026-01-05'")
    key = one("SELECT id FROM subsidy")
    at_once(RACERS, lambda _: remind(key))
    return one("SELECT count(*) FROM event WHERE name = 'subsidy.decider_late'")


def test_of_eight_sweeps_at_once_one_reminds(in_own_app):
    assert 1 == reminded(lambda key: reminding.remind(key, reminding.LATE))


@action
def remind_unlocked(subsidy_id: int) -> None:
    """Look whether somebody has said it, then say it: the bug."""
    if session.execute(text("SELECT 1 FROM event WHERE name = 'subsidy.decider_late'")).first():
        return
    session.execute(text("SELECT pg_sleep(0.5)"))
    subsidy = session.get_one(Subsidy, subsidy_id)
    noted("decider_late", subsidy, None, for_on="2026-01-05")


def test_a_reminder_without_a_key_is_caught_saying_it_twice(in_own_app):
    assert 1 < reminded(remind_unlocked)
