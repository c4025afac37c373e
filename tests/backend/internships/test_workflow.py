"""Does the table say what may be done, by whom, and what comes of it?"""

from itertools import permutations, product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.access import PERMISSIONS
from backend.access import Relation as R
from backend.db import session
from backend.errors import NotAllowed, WrongStatus
from backend.internships.workflow import (
    EVENT_LABELS,
    GRANTED,
    HELD_BY,
    LIVE,
    STEPS,
    TIMED,
    Status,
)
from backend.steps import step
from notifications.catalogue import readers_of
from tests.backend.internships.stage import granted

S = Status
OPERATIONS = {
    "amend": "amendInternshipAgreement",
    "sign": "signInternshipAgreement",
    "attend": "confirmAttendance",
    "settle": "settleMonth",
    "end_early": "completeInternship",
    "confirm_venture": "confirmVenture",
    "accept_venture": "acceptVenture",
    "return_venture": "returnVenture",
    "approve_stipend": "approveStipend",
    "return_stipend": "returnStipend",
    "pay": "recordStipendPayment",
    "recover": "recoverStipend",
}
# Typed a second time: who gets from where to where.
SIDES = (R.APPLICANT, R.CONTACT)
LEGAL = {
    (S.AGREEMENT_PENDING, "amend", R.DECIDER): S.AGREEMENT_PENDING,
    **{(S.AGREEMENT_PENDING, "sign", each): S.AGREEMENT_PENDING for each in (*SIDES, R.DECIDER)},
    (S.AGREEMENT_PENDING, "begin", R.SYSTEM): S.IN_PROGRESS,
    (S.AGREEMENT_PENDING, "expire", R.SYSTEM): S.CANCELLED,
    (S.AGREEMENT_PENDING, "cancel", R.SYSTEM): S.CANCELLED,
    **{(S.IN_PROGRESS, "attend", each): S.IN_PROGRESS for each in SIDES},
    (S.IN_PROGRESS, "settle", R.DECIDER): S.IN_PROGRESS,
    (S.IN_PROGRESS, "complete", R.SYSTEM): S.COMPLETED,
    **{(S.IN_PROGRESS, "end_early", each): S.TERMINATED for each in (*SIDES, R.DECIDER)},
    (S.IN_PROGRESS, "cancel", R.SYSTEM): S.CANCELLED,
    (S.COMPLETED, "open_window", R.SYSTEM): S.WINDOW_OPEN,
    (S.TERMINATED, "open_window", R.SYSTEM): S.WINDOW_OPEN,
    **{(S.WINDOW_OPEN, "attend", each): S.WINDOW_OPEN for each in SIDES},
    (S.WINDOW_OPEN, "settle", R.DECIDER): S.WINDOW_OPEN,
    (S.WINDOW_OPEN, "confirm_venture", R.APPLICANT): S.VENTURE_CONFIRMED,
    (S.WINDOW_OPEN, "expire", R.SYSTEM): S.WINDOW_EXPIRED,
    (S.WINDOW_OPEN, "cancel", R.SYSTEM): S.CANCELLED,
    **{(S.VENTURE_CONFIRMED, "attend", each): S.VENTURE_CONFIRMED for each in SIDES},
    (S.VENTURE_CONFIRMED, "settle", R.DECIDER): S.VENTURE_CONFIRMED,
    (S.VENTURE_CONFIRMED, "accept_venture", R.DECIDER): S.STIPEND_REVIEW,
    (S.VENTURE_CONFIRMED, "return_venture", R.DECIDER): S.WINDOW_OPEN,
    (S.VENTURE_CONFIRMED, "cancel", R.SYSTEM): S.CANCELLED,
    (S.STIPEND_REVIEW, "approve_stipend", R.APPROVER): S.STIPEND_APPROVED,
    (S.STIPEND_REVIEW, "return_stipend", R.APPROVER): S.VENTURE_CONFIRMED,
    (S.STIPEND_REVIEW, "cancel", R.SYSTEM): S.CANCELLED,
    (S.STIPEND_APPROVED, "pay", R.DECIDER): S.PAID,
    (S.STIPEND_APPROVED, "cancel", R.SYSTEM): S.CANCELLED,
    (S.PAID, "recover", R.DECIDER): S.RECOVERED,
}
VERBS = sorted({verb for _, verb, _ in LEGAL})


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_leads_where_it_should_and_nowhere_else(verb):
    for status, party in product(Status, R):
        expected = LEGAL.get((status, verb, party))
        if expected:
            assert expected is step(STEPS, status, verb, {party}).to
        else:
            with pytest.raises((NotAllowed, WrongStatus)):
                step(STEPS, status, verb, {party})


def test_the_table_has_no_verb_that_is_not_typed_here():
    assert set(VERBS) == {each.action for each in STEPS}


def test_an_operation_is_open_to_those_who_have_its_step():
    for verb, operation in OPERATIONS.items():
        assert {each.by for each in STEPS if each.action == verb} == PERMISSIONS[operation]


def test_every_event_has_a_label_and_a_reader_or_is_silent_on_purpose():
    for event in (GRANTED, *(each.event for each in STEPS)):
        readers_of(f"internship.{event}")
        assert event in EVENT_LABELS


def test_whoever_waits_and_whatever_runs_out_is_live():
    assert {*HELD_BY, *TIMED} <= set(LIVE)


@pytest.mark.usefixtures("simulator")
def test_only_the_steps_of_the_table_are_possible_even_by_sql(in_app):
    granted()
    legal = {(each.status, each.to) for each in STEPS if each.status is not each.to}

    assert legal == {pair for pair in permutations(Status, 2) if _moves(*pair)}


def _moves(before: Status, after: Status) -> bool:
    """Put the only internship into one status behind the trigger's back, then try the step."""
    day = {each: "'2027-01-01'" if each in TIMED else "NULL" for each in Status}
    update = "UPDATE internship SET status = :s, expires_on = "
    try:
        session.execute(text("ALTER TABLE internship DISABLE TRIGGER internship_legal_step"))
        session.execute(text(update + day[before]), {"s": before.name})
        session.execute(text("ALTER TABLE internship ENABLE TRIGGER internship_legal_step"))
        session.execute(text(update + day[after]), {"s": after.name})
    except IntegrityError as refused:
        assert "no step from" in str(refused)
        return False
    finally:
        session.rollback()
    return True
