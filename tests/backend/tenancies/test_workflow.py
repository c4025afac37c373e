"""Does the table say what may be done, by whom, and what comes of it?"""

from itertools import product

import pytest

from backend.access import PERMISSIONS
from backend.access import Relation as R
from backend.errors import NotAllowed, WrongStatus
from backend.steps import step
from backend.tenancies.workflow import HELD_BY, HOUSED, LIVE, STEPS, TIMED, Status
from notifications.catalogue import readers_of

S = Status
OPERATIONS = {
    "accept": "acceptOffer",
    "decline": "declineOffer",
    "amend": "amendAgreement",
    "sign": "signAgreement",
}
# Typed a second time: who gets from where to where.
LEGAL = {
    (S.OFFERED, "accept", R.APPLICANT): S.AGREEMENT_PENDING,
    (S.OFFERED, "decline", R.APPLICANT): S.DECLINED,
    (S.OFFERED, "lapse", R.SYSTEM): S.OFFER_LAPSED,
    (S.OFFERED, "cancel", R.SYSTEM): S.CANCELLED,
    (S.AGREEMENT_PENDING, "amend", R.DECIDER): S.AGREEMENT_PENDING,
    (S.AGREEMENT_PENDING, "sign", R.APPLICANT): S.AGREEMENT_PENDING,
    (S.AGREEMENT_PENDING, "sign", R.DECIDER): S.AGREEMENT_PENDING,
    (S.AGREEMENT_PENDING, "activate", R.SYSTEM): S.ACTIVE,
    (S.AGREEMENT_PENDING, "lapse", R.SYSTEM): S.OFFER_LAPSED,
    (S.AGREEMENT_PENDING, "cancel", R.SYSTEM): S.CANCELLED,
    (S.ACTIVE, "end", R.SYSTEM): S.LEFT_ON_TIME,
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


def test_an_operation_is_open_to_those_who_have_its_step():
    for verb, operation in OPERATIONS.items():
        assert {each.by for each in STEPS if each.action == verb} == PERMISSIONS[operation]


def test_every_event_has_a_reader_or_is_silent_on_purpose():
    for each in STEPS:
        readers_of(f"tenancy.{each.event}")


def test_what_runs_out_and_what_houses_holds_a_unit():
    assert {*TIMED, *HOUSED} == set(LIVE)
    assert set(HELD_BY) <= set(TIMED)
