"""Does the table say what may be done, by whom, and what comes of it?"""

from itertools import permutations, product

import pytest
from sqlalchemy.exc import IntegrityError

from backend.access import PERMISSIONS
from backend.access import Relation as R
from backend.errors import NotAllowed, WrongStatus
from backend.notices.workflow import CREATED, STEPS, Status
from backend.steps import step
from notifications.catalogue import readers_of
from tests.backend.notices import stage
from tests.records import change

S = Status
OPERATIONS = {
    "update": "updateNotice",
    "submit": "submitNotice",
    "approve": "approveNotice",
    "refuse": "refuseNotice",
    "schedule": "scheduleNotice",
    "pause": "pauseNotice",
    "resume": "resumeNotice",
    "cancel": "cancelNotice",
}
# Typed a second time: who gets from where to where.
LEGAL = {
    (S.DRAFT, "update", R.PROPOSER): S.DRAFT,
    (S.DRAFT, "submit", R.PROPOSER): S.AWAITING_APPROVAL,
    (S.DRAFT, "cancel", R.REGULATOR): S.CANCELLED,
    (S.AWAITING_APPROVAL, "approve", R.CONFIRMER): S.SCHEDULED,
    (S.AWAITING_APPROVAL, "refuse", R.CONFIRMER): S.REFUSED,
    (S.AWAITING_APPROVAL, "cancel", R.REGULATOR): S.CANCELLED,
    (S.SCHEDULED, "schedule", R.REGULATOR): S.SCHEDULED,
    (S.SCHEDULED, "start", R.SYSTEM): S.SENDING,
    (S.SCHEDULED, "cancel", R.REGULATOR): S.CANCELLED,
    (S.SENDING, "pause", R.REGULATOR): S.PAUSED,
    (S.SENDING, "halt", R.SYSTEM): S.PAUSED,
    (S.SENDING, "finish", R.SYSTEM): S.SENT,
    (S.SENDING, "cancel", R.REGULATOR): S.CANCELLED,
    (S.PAUSED, "resume", R.REGULATOR): S.SENDING,
    (S.PAUSED, "cancel", R.REGULATOR): S.CANCELLED,
}
VERBS = {verb for _, verb, _ in LEGAL}


@pytest.mark.parametrize("status", Status)
def test_every_step_is_as_written_here_and_there_is_no_other(status):
    for verb, by in product(VERBS, R):
        expected = LEGAL.get((status, verb, by))
        if expected is not None:
            assert expected is step(STEPS, status, verb, {by}).to
        else:
            with pytest.raises((NotAllowed, WrongStatus)):
                step(STEPS, status, verb, {by})


def test_the_permissions_name_the_same_parties():
    for verb, operation in OPERATIONS.items():
        assert PERMISSIONS[operation] == {by for _, v, by in LEGAL if v == verb}, verb


def test_every_event_has_a_reader_or_is_silent():
    for event in {CREATED} | {each.event for each in STEPS}:
        readers_of(f"notice.{event}")


def test_the_database_knows_the_same_steps(in_app):
    """Each of them is tried by hand, with all that the checks ask for."""
    made = stage.approved()
    change(
        "INSERT INTO event (id, public_id, name, subject_kind, subject_id, at, particulars)"
        " VALUES (0, gen_random_uuid(), 'x', 'notice', 0, now(), '{}')"
    )
    change("UPDATE notice SET event_id = 0, published_at = now()")
    legal = {(before.name, after.name) for (before, _, _), after in LEGAL.items()}

    for before, after in permutations((each.name for each in Status), 2):
        change("ALTER TABLE notice DISABLE TRIGGER notice_legal_step")
        change("UPDATE notice SET status = :status", status=before)
        change("ALTER TABLE notice ENABLE TRIGGER notice_legal_step")
        if (before, after) in legal:
            assert 1 == change("UPDATE notice SET status = :status", status=after)
        else:
            with pytest.raises(IntegrityError, match="no step from"):
                change("UPDATE notice SET status = :status", status=after)
    assert made["people"] == 0


@pytest.mark.parametrize(
    "what",
    [
        "title = 'x'",
        "body = 'x'",
        "audience = '{}'",
        "topics = ARRAY['LOAN']",
        "people = 7",
        "figures = '{}'",
        "scope = '152201'",
    ],
)
def test_what_was_submitted_stays_as_the_second_person_saw_it(in_app, what):
    stage.submitted()

    with pytest.raises(IntegrityError, match="stays as it was submitted"):
        change(f"UPDATE notice SET {what}")


def test_nobody_is_her_own_second_person_whatever_the_program_says(in_app):
    stage.submitted()

    with pytest.raises(IntegrityError, match="second_person"):
        change(
            "UPDATE notice SET status = 'SCHEDULED', approved_by = proposed_by, approved_at = now()"
        )
