"""Does the table say what may be done, by whom, and what comes of it?"""

from itertools import product

import pytest

from backend.access import PERMISSIONS
from backend.access import Relation as R
from backend.errors import NotAllowed, WrongStatus
from backend.loans.kinds import REFUSALS, Report
from backend.loans.workflow import (
    BEGINNING,
    CLOSING,
    EVENT_LABELS,
    HELD_BY,
    NEXT,
    PAID,
    PENDING,
    REACHABLE,
    RUNNING,
    STEPS,
    WITHIN,
    Status,
)
from backend.steps import step
from notifications.catalogue import readers_of

S = Status
BANK, GUARANTOR = (R.BANK, R.DECIDER), (R.GUARANTOR, R.DECIDER)
EITHER, ITSELF = (R.BANK, R.GUARANTOR, R.DECIDER), (R.SYSTEM,)
# Typed a second time: what, from where, by whom, to where.
TYPED = (
    ("publish", (S.QUALIFIED,), ITSELF, S.PUBLISHED),
    ("refer", (S.PUBLISHED,), (R.DECIDER,), S.REFERRED),
    ("due_diligence", (S.REFERRED,), EITHER, S.DUE_DILIGENCE),
    ("guarantee_given", (S.REFERRED, S.DUE_DILIGENCE), GUARANTOR, S.GUARANTEED),
    ("guarantor_refused", (S.REFERRED, S.DUE_DILIGENCE), GUARANTOR, S.REFUSED),
    ("bank_approved", (S.GUARANTEED,), BANK, S.BANK_APPROVED),
    (
        "bank_refused",
        (S.REFERRED, S.DUE_DILIGENCE, S.GUARANTEED, S.BANK_APPROVED),
        BANK,
        S.REFUSED,
    ),
    ("disbursed", (S.BANK_APPROVED,), BANK, S.DISBURSED),
    ("interest_subsidised", (S.DISBURSED, S.INTEREST_SUBSIDISED), BANK, S.INTEREST_SUBSIDISED),
    ("overdue", (S.DISBURSED, S.INTEREST_SUBSIDISED), BANK, S.OVERDUE),
    ("arrears_cleared", (S.OVERDUE,), BANK, S.DISBURSED),
    ("repaid", (S.DISBURSED, S.INTEREST_SUBSIDISED, S.OVERDUE), BANK, S.REPAID),
    *(
        (verb, (S.QUALIFIED, S.PUBLISHED, S.REFERRED, S.DUE_DILIGENCE), ITSELF, to)
        for verb, to in (("withdraw", S.WITHDRAWN), ("set_aside", S.CANCELLED))
    ),
    *(
        (verb, (S.GUARANTEED, S.BANK_APPROVED), ITSELF, to)
        for verb, to in (("withdraw", S.WITHDRAWN), ("set_aside", S.CANCELLED))
    ),
)
LEGAL = {
    (status, verb, party): to
    for verb, statuses, parties, to in TYPED
    for status in statuses
    for party in parties
}
VERBS = sorted({verb for _, verb, _ in LEGAL})
REPORTS = {report.name.lower() for report in Report}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_leads_where_it_should_and_nowhere_else(verb):
    for status, party in product(Status, R):
        expected = LEGAL.get((status, verb, party))
        if expected:
            assert expected is step(STEPS, status, verb, {party}).to
        else:
            with pytest.raises((NotAllowed, WrongStatus)):
                step(STEPS, status, verb, {party})


def test_the_table_has_no_row_that_is_not_typed_here():
    assert set(LEGAL) == {(row.status, row.action, row.by) for row in STEPS}
    assert len(LEGAL) == len(STEPS)


def test_everything_that_may_be_reported_is_a_verb_and_nothing_else_is_reported():
    assert REPORTS == set(VERBS) - {"publish", "refer", "withdraw", "set_aside"}


def test_an_operation_is_open_to_those_who_have_its_steps():
    referring = {row.by for row in STEPS if row.action == "refer"}
    reporting = {row.by for row in STEPS if row.action in REPORTS}

    assert referring == PERMISSIONS["recordReferral"]
    assert reporting == PERMISSIONS["recordBankState"]


def test_every_event_has_a_reader_or_is_silent_on_purpose_and_is_told_in_the_timeline():
    for event in {row.event for row in STEPS}:
        readers_of(f"loan.{event}")
        assert event in EVENT_LABELS
    readers_of(f"loan.{BEGINNING}")
    assert set(EVENT_LABELS) == {row.event for row in STEPS} | {"contact_opened"}


def test_whoever_is_late_is_told_with_the_bureau():
    for holder in {HELD_BY[status] for status in WITHIN}:
        readers = {row.reader for row in readers_of(f"loan.{holder.name.lower()}_late")}
        assert {holder, R.DECIDER} == readers


def test_whoever_holds_a_loan_has_a_step_to_take():
    for status, holder in HELD_BY.items():
        mine = {row.action for row in STEPS if row.status is status and row.by is holder}
        assert mine or status is S.QUALIFIED, status
    assert set(HELD_BY) == {*WITHIN, S.QUALIFIED}


def test_what_runs_ends_and_what_has_ended_stays():
    ends = {S.REPAID, S.REFUSED, S.WITHDRAWN, S.CANCELLED}

    assert set(Status) == {*RUNNING, *ends}
    assert {row.status for row in STEPS} == set(RUNNING)
    assert set(PENDING) == {row.status for row in STEPS if row.action == "withdraw"}
    assert set(PAID) == set(RUNNING) - set(PENDING)
    assert set(REACHABLE) == set(RUNNING) - {S.QUALIFIED, S.PUBLISHED}
    assert set(RUNNING) <= set(NEXT)


def test_a_payment_and_a_refusal_complete_the_application():
    assert {Report.DISBURSED, *REFUSALS} == set(CLOSING)
    for report in CLOSING:
        ends = {row.to for row in STEPS if row.action == report.name.lower()}
        assert ends <= {S.DISBURSED, S.REFUSED}
