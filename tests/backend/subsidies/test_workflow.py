"""Does the table say what may be done, by whom, and what comes of it?"""

from itertools import permutations, product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.access import PERMISSIONS
from backend.access import Relation as R
from backend.db import session
from backend.errors import NotAllowed, WrongStatus
from backend.steps import step
from backend.subsidies.kinds import CLAIMED, SubsidyKind
from backend.subsidies.workflow import (
    APPROVED,
    BEGINNINGS,
    EVENT_LABELS,
    HAD,
    HELD_BY,
    NEXT,
    PENDING,
    PRICED,
    STEPS,
    WAYS,
    WITHIN,
    Status,
)
from notifications.catalogue import readers_of
from tests.backend.subsidies.stage import claim, qualified

S, K = Status, SubsidyKind
OPERATIONS = {
    "update": "updateClaim",
    "submit": "submitClaim",
    "send_back": "returnClaim",
    "review": "reviewClaim",
    "reject": "reviewClaim",
    "publicise": "publiciseClaim",
    "grant": "grantSubsidy",
    "approve": "approveSubsidy",
    "return": "returnSubsidy",
    "refuse": "refuseSubsidy",
    "pay": "recordPayment",
    "recover": "recoverSubsidy",
}
# Typed a second time: from where, what, by whom, to where.
MONEY = {
    (S.PUBLISHED, "grant", R.DECIDER): S.GRANTED,
    (S.PUBLISHED, "refuse", R.DECIDER): S.REFUSED,
    (S.GRANTED, "approve", R.APPROVER): S.PAYABLE,
    (S.GRANTED, "return", R.APPROVER): S.PUBLISHED,
    (S.PAYABLE, "pay", R.DECIDER): S.PAID,
    (S.PAID, "recover", R.DECIDER): S.RECOVERED,
}
UNPAID = (S.QUALIFIED, S.PUBLISHED, S.GRANTED, S.PAYABLE)
OF_A_CASE = MONEY | {
    (S.QUALIFIED, "publish", R.SYSTEM): S.PUBLISHED,
    **{(each, "withdraw", R.SYSTEM): S.WITHDRAWN for each in UNPAID},
    **{(each, "set_aside", R.SYSTEM): S.CANCELLED for each in UNPAID},
}
OF_A_CLAIM = MONEY | {
    (S.DRAFT, "update", R.CLAIMANT): S.DRAFT,
    (S.DRAFT, "submit", R.CLAIMANT): S.SUBMITTED,
    (S.RETURNED, "update", R.CLAIMANT): S.RETURNED,
    (S.RETURNED, "submit", R.CLAIMANT): S.SUBMITTED,
    **{
        (each, "withdraw", R.CLAIMANT): S.WITHDRAWN
        for each in (S.DRAFT, S.SUBMITTED, S.RETURNED, S.QUALIFIED)
    },
    (S.SUBMITTED, "send_back", R.DECIDER): S.RETURNED,
    (S.SUBMITTED, "review", R.DECIDER): S.QUALIFIED,
    (S.SUBMITTED, "reject", R.DECIDER): S.REFUSED,
    (S.QUALIFIED, "publicise", R.DECIDER): S.PUBLICISED,
    (S.PUBLICISED, "object", R.ENTREPRENEUR): S.OBJECTION_HOLD,
    (S.PUBLICISED, "end_publicity", R.SYSTEM): S.PUBLISHED,
    (S.OBJECTION_HOLD, "object", R.ENTREPRENEUR): S.OBJECTION_HOLD,
    (S.OBJECTION_HOLD, "dismiss", R.SUPERVISOR): S.PUBLICISED,
    (S.OBJECTION_HOLD, "uphold", R.SUPERVISOR): S.SUBMITTED,
}
LEGAL = {K.STARTUP: OF_A_CASE, K.INCUBATION: OF_A_CLAIM, K.JOB_CREATION: OF_A_CLAIM}


@pytest.mark.parametrize("kind", list(K))
def test_every_verb_leads_where_it_should_and_nowhere_else(kind):
    legal = LEGAL[kind]
    for status, party, verb in product(Status, R, {verb for _, verb, _ in legal}):
        expected = legal.get((status, verb, party))
        if expected:
            assert expected is step(WAYS[kind], status, verb, {party}).to
        else:
            with pytest.raises((NotAllowed, WrongStatus)):
                step(WAYS[kind], status, verb, {party})
    assert set(legal) == {(row.status, row.action, row.by) for row in WAYS[kind]}


def test_the_whole_table_is_that_of_all_kinds():
    assert set(STEPS) == {row for way in WAYS.values() for row in way}
    assert WAYS[K.INCUBATION] == WAYS[K.JOB_CREATION]
    assert set(CLAIMED) == set(K) - {K.STARTUP}


def test_an_operation_is_open_to_those_who_have_its_step():
    for verb, operation in OPERATIONS.items():
        assert {each.by for each in STEPS if each.action == verb} == PERMISSIONS[operation], verb


def test_every_event_has_a_reader_or_is_silent_on_purpose_and_is_told_in_the_timeline():
    for event in {row.event for row in STEPS} | set(BEGINNINGS.values()):
        readers_of(f"subsidy.{event}")
    untold = {"qualified", "updated", "dropped"}
    named = {row.event for row in STEPS} | set(BEGINNINGS.values())
    assert named - untold == set(EVENT_LABELS)


def test_whoever_is_late_is_told_and_whoever_stands_above_the_bureau_too():
    for holder in {HELD_BY[status] for status in WITHIN}:
        name = holder.name.lower()
        above = set() if holder is R.CLAIMANT else {R.SUPERVISOR}
        assert {holder} == {row.reader for row in readers_of(f"subsidy.{name}_due")}
        assert {holder} | above == {row.reader for row in readers_of(f"subsidy.{name}_late")}


def test_whoever_holds_a_subsidy_has_a_step_to_take_or_the_case_moves_it_on():
    for kind, (status, holder) in product(K, HELD_BY.items()):
        mine = [row for row in WAYS[kind] if row.status is status and row.by is holder]
        there = any(row.status is status for row in WAYS[kind])
        assert mine or not there or (kind, status) == (K.STARTUP, S.QUALIFIED)


def test_the_groups_of_states_are_what_their_names_say():
    assert set(UNPAID) == set(PENDING)
    assert set(HAD) == {*PENDING, S.PAID, S.RECOVERED}
    assert set(APPROVED) < set(PRICED) < set(HAD)
    assert set(WITHIN) | {S.DRAFT, S.OBJECTION_HOLD} == set(HELD_BY)
    assert set(NEXT) >= {row.status for row in STEPS} - {S.DRAFT}


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize("make", [lambda: qualified()[2], claim], ids=["case", "claim"])
def test_only_the_steps_of_the_table_are_possible_even_by_sql(in_app, make):
    kind = make()["kind"]
    legal = {(row.status, row.to) for row in WAYS[kind] if row.status is not row.to}

    assert legal == {pair for pair in permutations(Status, 2) if _moves(*pair)}


def _moves(before: Status, after: Status) -> bool:
    """Put the only subsidy into one status behind the trigger's back, then try the step."""
    update = (
        "UPDATE subsidy SET status = :s, due_on = :day, amount = 1, basis = '{}', proposed_by = 1,"
        " approved_by = 2, reasons = '[\"OTHER\"]'"
    )
    try:
        session.execute(text("ALTER TABLE subsidy DISABLE TRIGGER subsidy_legal_step"))
        session.execute(text(update), _values(before))
        session.execute(text("ALTER TABLE subsidy ENABLE TRIGGER subsidy_legal_step"))
        session.execute(text(update), _values(after))
    except IntegrityError as refused:
        assert "no step from" in str(refused)
        return False
    finally:
        session.rollback()
    return True


def _values(status: Status) -> dict:
    return {"s": status.name, "day": "2027-01-01" if status in WITHIN else None}
