"""Does the table say what may be done, by whom, and what comes of it?"""

from itertools import product

import pytest

from backend.access import PERMISSIONS
from backend.access import Relation as R
from backend.errors import NotAllowed, WrongStatus
from backend.steps import step
from backend.tenancies.workflow import (
    BEGINNINGS,
    EVENT_LABELS,
    HELD_BY,
    HOUSED,
    LIVE,
    STEPS,
    TIMED,
    Status,
)
from notifications.catalogue import readers_of

S = Status
OPERATIONS = {
    "accept": "acceptOffer",
    "decline": "declineOffer",
    "amend": "amendAgreement",
    "sign": "signAgreement",
    "arrive": "confirmArrival",
    "postpone": "postponeArrival",
    "renew": "renewTenancy",
    "grant_renewal": "grantRenewal",
    "refuse_renewal": "refuseRenewal",
    "suspend": "suspendTenancy",
    "leave": "leaveTenancy",
    "graduate": "graduateTenant",
    "announce": "announceEviction",
    "answer": "answerEviction",
    "hear": "recordHearing",
    "drop": "dropEviction",
    "evict": "evictTenant",
    "count": "recordHeadcount",
    "confirm_count": "confirmHeadcount",
    "check_out": "confirmExitItem",
}
STAYING = (S.ACTIVE, S.RENEWING, S.SUSPENDED)
OVER = (S.LEFT_ON_TIME, S.LEFT_EARLY, S.EVICTED, S.GRADUATED)
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
    (S.ACTIVE, "arrive", R.DECIDER): S.ACTIVE,
    (S.ACTIVE, "postpone", R.DECIDER): S.ACTIVE,
    (S.ACTIVE, "no_show", R.SYSTEM): S.OFFER_LAPSED,
    (S.ACTIVE, "renew", R.APPLICANT): S.RENEWING,
    (S.RENEWING, "grant_renewal", R.DECIDER): S.ACTIVE,
    (S.RENEWING, "refuse_renewal", R.DECIDER): S.ACTIVE,
    (S.ACTIVE, "suspend", R.DECIDER): S.SUSPENDED,
    (S.SUSPENDED, "resume", R.DECIDER): S.ACTIVE,
    (S.SUSPENDED, "resume", R.SYSTEM): S.ACTIVE,
    **{(each, "leave", R.APPLICANT): S.LEFT_EARLY for each in STAYING},
    **{(each, "end", R.SYSTEM): S.LEFT_ON_TIME for each in STAYING},
    **{(each, "graduate", R.DECIDER): S.GRADUATED for each in STAYING},
    (S.LEFT_ON_TIME, "graduate", R.DECIDER): S.GRADUATED,
    (S.LEFT_EARLY, "graduate", R.DECIDER): S.GRADUATED,
    **{(each, "announce", R.DECIDER): each for each in STAYING},
    **{(each, "answer", R.APPLICANT): each for each in STAYING},
    **{(each, "hear", R.DECIDER): each for each in STAYING},
    **{(each, "drop", by): each for each in STAYING for by in (R.DECIDER, R.SUPERVISOR)},
    **{(each, "evict", R.SUPERVISOR): S.EVICTED for each in STAYING},
    **{(each, "count", R.APPLICANT): each for each in STAYING},
    **{(each, "count", R.DECIDER): each for each in STAYING + OVER},
    **{(each, "confirm_count", R.DECIDER): each for each in STAYING + OVER},
    **{(each, "check_out", R.DECIDER): each for each in OVER},
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


def test_every_event_has_a_name_for_the_timeline():
    assert {each.event for each in STEPS} <= set(EVENT_LABELS)
    assert {"granted"} == {*BEGINNINGS.values()} - set(EVENT_LABELS)


def test_what_runs_out_and_what_houses_holds_a_unit():
    assert {*TIMED, *HOUSED} == set(LIVE)
    assert set(HELD_BY) <= set(LIVE)


def test_nobody_but_whoever_stands_above_the_park_evicts_and_the_park_cannot_do_it_alone():
    assert {R.SUPERVISOR} == {each.by for each in STEPS if each.action == "evict"}
