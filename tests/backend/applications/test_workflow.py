"""The life of an application, typed a second time from the contract (api.md §5)."""

from itertools import product

import pytest

from backend.access import PERMISSIONS, Relation
from backend.applications import promises, workflow
from backend.applications.workflow import STEPS, Status
from backend.errors import NotAllowed, WrongStatus
from backend.steps import open_to, step

S = Status
APPLICANT, DECIDER = Relation.APPLICANT, Relation.DECIDER
SUPERVISOR, SYSTEM = Relation.SUPERVISOR, Relation.SYSTEM
PUBLIC = Relation.ENTREPRENEUR
# Which operation takes the steps of a verb; what the system does by itself has none.
OPERATIONS = {
    "update": "updateApplication",
    "submit": "submitApplication",
    "withdraw": "withdrawApplication",
    "claim": "claimCase",
    "release": "releaseCase",
    "return": "returnForCorrection",
    "return_again": "returnForCorrection",
    "recall": "recallCorrection",
    "resolve": "resolveCorrection",
    "transfer": "transferCase",
    "pass_on": "passOnCase",
    "allow_gap": "allowGap",
    "restore": "restoreApplication",
    "approve": "approveApplication",
    "reject": "rejectApplication",
    "reopen": "reopenCase",
    "publicise": "publiciseDecision",
    "object": "objectToDecision",
    "dismiss": "answerObjection",
    "uphold": "answerObjection",
    "end_publicity": None,
    "lapse": None,
    "complete": None,
    "undo": None,
    "undo_in_hand": None,
}
# (from, verb, by): to. Every triple that is not here does not exist.
LIFE = {
    (S.DRAFT, "update", APPLICANT): S.DRAFT,
    (S.DRAFT, "submit", APPLICANT): S.SUBMITTED,
    (S.DRAFT, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.DRAFT, "lapse", SYSTEM): S.LAPSED,
    (S.SUBMITTED, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.SUBMITTED, "claim", DECIDER): S.UNDER_REVIEW,
    (S.SUBMITTED, "transfer", DECIDER): S.UNDER_REVIEW,
    (S.SUBMITTED, "transfer", SUPERVISOR): S.UNDER_REVIEW,
    (S.SUBMITTED, "pass_on", DECIDER): S.SUBMITTED,
    (S.SUBMITTED, "return", DECIDER): S.CORRECTION_REQUESTED,
    (S.SUBMITTED, "return_again", SUPERVISOR): S.CORRECTION_REQUESTED,
    (S.SUBMITTED, "allow_gap", DECIDER): S.SUBMITTED,
    (S.SUBMITTED, "lapse", SYSTEM): S.LAPSED,
    (S.SUBMITTED, "approve", DECIDER): S.APPROVED,
    (S.SUBMITTED, "reject", DECIDER): S.REJECTED,
    (S.UNDER_REVIEW, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.UNDER_REVIEW, "release", DECIDER): S.SUBMITTED,
    (S.UNDER_REVIEW, "release", SYSTEM): S.SUBMITTED,
    (S.UNDER_REVIEW, "transfer", DECIDER): S.UNDER_REVIEW,
    (S.UNDER_REVIEW, "transfer", SUPERVISOR): S.UNDER_REVIEW,
    (S.UNDER_REVIEW, "pass_on", DECIDER): S.SUBMITTED,
    (S.UNDER_REVIEW, "return", DECIDER): S.CORRECTION_REQUESTED,
    (S.UNDER_REVIEW, "return_again", SUPERVISOR): S.CORRECTION_REQUESTED,
    (S.UNDER_REVIEW, "allow_gap", DECIDER): S.UNDER_REVIEW,
    (S.UNDER_REVIEW, "lapse", SYSTEM): S.LAPSED,
    (S.UNDER_REVIEW, "approve", DECIDER): S.APPROVED,
    (S.UNDER_REVIEW, "reject", DECIDER): S.REJECTED,
    (S.CORRECTION_REQUESTED, "update", APPLICANT): S.CORRECTION_REQUESTED,
    (S.CORRECTION_REQUESTED, "resolve", APPLICANT): S.UNDER_REVIEW,
    (S.CORRECTION_REQUESTED, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.CORRECTION_REQUESTED, "recall", DECIDER): S.UNDER_REVIEW,
    (S.CORRECTION_REQUESTED, "lapse", SYSTEM): S.LAPSED,
    (S.APPROVED, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.APPROVED, "complete", SYSTEM): S.COMPLETED,
    (S.APPROVED, "lapse", SYSTEM): S.LAPSED,
    (S.APPROVED, "reopen", SUPERVISOR): S.SUBMITTED,
    (S.APPROVED, "publicise", DECIDER): S.PUBLICISED,
    (S.PUBLICISED, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.PUBLICISED, "object", PUBLIC): S.OBJECTION_HOLD,
    (S.PUBLICISED, "end_publicity", SYSTEM): S.APPROVED,
    (S.OBJECTION_HOLD, "withdraw", APPLICANT): S.WITHDRAWN,
    (S.OBJECTION_HOLD, "object", PUBLIC): S.OBJECTION_HOLD,
    (S.OBJECTION_HOLD, "dismiss", SUPERVISOR): S.PUBLICISED,
    (S.OBJECTION_HOLD, "uphold", SUPERVISOR): S.SUBMITTED,
    (S.REJECTED, "reopen", SUPERVISOR): S.SUBMITTED,
    (S.LAPSED, "restore", APPLICANT): S.DRAFT,
    **{(at, "undo", SYSTEM): S.SUBMITTED for at in (S.APPROVED, S.REJECTED)},
    **{(at, "undo_in_hand", SYSTEM): S.UNDER_REVIEW for at in (S.APPROVED, S.REJECTED)},
}
ENDS = {S.REJECTED, S.WITHDRAWN, S.LAPSED, S.COMPLETED}


def test_the_table_is_the_life_of_the_contract():
    assert LIFE == {(row.status, row.action, row.by): row.to for row in STEPS}
    assert len(LIFE) == len(STEPS)


@pytest.mark.parametrize(("status", "verb"), list(product(Status, OPERATIONS)))
def test_each_verb_works_from_each_status_as_the_contract_says(status, verb):
    """All parties try together, so that only the status can stand in the way."""
    ends = {to for (at, action, _), to in LIFE.items() if (at, action) == (status, verb)}

    if ends:
        assert ends == {step(STEPS, status, verb, set(Relation)).to}
    else:
        with pytest.raises(WrongStatus):
            step(STEPS, status, verb, set(Relation))


@pytest.mark.parametrize(("status", "verb"), sorted({(s.name, v) for s, v, _ in LIFE}))
def test_nobody_takes_the_other_partys_step(status, verb):
    theirs = {by for at, action, by in LIFE if (at.name, action) == (status, verb)}

    with pytest.raises((NotAllowed, WrongStatus)):
        step(STEPS, Status[status], verb, set(Relation) - theirs)


@pytest.mark.parametrize("operation", sorted({each for each in OPERATIONS.values() if each}))
def test_the_permission_list_names_the_same_parties_as_the_table(operation):
    verbs = {verb for verb, each in OPERATIONS.items() if each == operation}
    parties = {by for _, verb, by in LIFE if verb in verbs} - {SYSTEM}

    assert parties == PERMISSIONS[operation]


def test_every_verb_has_an_operation_or_is_the_systems_own():
    by_itself = {verb for verb, operation in OPERATIONS.items() if operation is None}

    assert set(OPERATIONS) == {row.action for row in STEPS}
    assert {SYSTEM} == {by for _, verb, by in LIFE if verb in by_itself}


@pytest.mark.parametrize(
    ("status", "hers", "his", "above"),
    [
        (S.DRAFT, ["update", "submit", "withdraw"], [], []),
        (
            S.SUBMITTED,
            ["withdraw"],
            ["claim", "transfer", "pass_on", "return", "allow_gap", "approve", "reject"],
            ["transfer", "return_again"],
        ),
        (
            S.UNDER_REVIEW,
            ["withdraw"],
            ["release", "transfer", "pass_on", "return", "allow_gap", "approve", "reject"],
            ["transfer", "return_again"],
        ),
        (S.CORRECTION_REQUESTED, ["update", "resolve", "withdraw"], ["recall"], []),
        (S.APPROVED, ["withdraw"], ["publicise"], ["reopen"]),
        (S.PUBLICISED, ["withdraw"], [], []),
        (S.OBJECTION_HOLD, ["withdraw"], [], ["dismiss", "uphold"]),
        (S.REJECTED, [], [], ["reopen"]),
        (S.WITHDRAWN, [], [], []),
        (S.LAPSED, ["restore"], [], []),
        (S.COMPLETED, [], [], []),
    ],
)
def test_the_buttons_of_each_party_at_each_status(status, hers, his, above):
    assert hers == open_to(STEPS, status, {APPLICANT})
    assert his == open_to(STEPS, status, {DECIDER})
    assert above == open_to(STEPS, status, {SUPERVISOR})
    assert [] == open_to(STEPS, status, {Relation.OVERSEER, Relation.ANYONE})


def test_what_is_open_can_still_move_and_an_end_only_be_reopened_or_restored():
    assert set(Status) - ENDS == set(workflow.OPEN)
    assert {"reopen", "restore", "undo", "undo_in_hand"} == {
        verb for at, verb, _ in LIFE if at in ENDS
    }


def test_each_party_holds_the_case_while_the_next_step_is_its_own():
    assert {
        S.DRAFT: APPLICANT,
        S.SUBMITTED: DECIDER,
        S.UNDER_REVIEW: DECIDER,
        S.CORRECTION_REQUESTED: APPLICANT,
        S.OBJECTION_HOLD: SUPERVISOR,
    } == workflow.HELD_BY


def test_the_applicant_writes_only_while_it_is_in_her_hands():
    assert {at for at, verb, _ in LIFE if verb == "update"} == set(workflow.IN_HER_HANDS)


def test_the_timeline_tells_every_event_but_the_many_savings_of_a_draft():
    besides = {"created", "nudged", "answer_soon", "draft_expiring", "conflict_declared"}
    besides |= {"parks_ranked", "gap_opened", "gap_due", "document_expiring"}
    events = besides | {row.event for row in (*STEPS, *promises.STEPS)}

    assert events - {"updated", "gap_ended"} == set(workflow.EVENT_LABELS)
    assert all(workflow.EVENT_LABELS.values())


@pytest.mark.parametrize(
    ("event", "to"),
    [
        ("approved", S.APPROVED),
        ("publicised", S.PUBLICISED),
        ("objected", S.OBJECTION_HOLD),
        ("rejected", S.REJECTED),
        ("withdrawn", S.WITHDRAWN),
        ("submitted", S.SUBMITTED),
        ("reopened", S.SUBMITTED),
        ("lapsed", S.LAPSED),
        ("returned", S.CORRECTION_REQUESTED),
    ],
)
def test_an_event_always_leads_to_the_same_end(event, to):
    assert {to} == {row.to for row in STEPS if row.event == event}


def test_every_status_has_a_label_of_its_own():
    assert len(Status) == len({term.value for term in Status})
