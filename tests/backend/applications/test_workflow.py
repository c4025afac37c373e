"""The life of an application, typed a second time from the contract (api.md §5)."""

from itertools import product

import pytest

from backend.access import PERMISSIONS, Relation
from backend.applications import workflow
from backend.applications.workflow import STEPS, Kind, Reason, Status
from backend.errors import NotAllowed, WrongStatus
from backend.steps import open_to, step

S, APPLICANT, DECIDER = Status, Relation.APPLICANT, Relation.DECIDER
VERBS = ("update", "submit", "withdraw", "approve", "reject")
# (from, verb): (by, to). Every pair that is not here does not exist.
LIFE = {
    (S.DRAFT, "update"): (APPLICANT, S.DRAFT),
    (S.DRAFT, "submit"): (APPLICANT, S.SUBMITTED),
    (S.DRAFT, "withdraw"): (APPLICANT, S.WITHDRAWN),
    (S.SUBMITTED, "withdraw"): (APPLICANT, S.WITHDRAWN),
    (S.SUBMITTED, "approve"): (DECIDER, S.APPROVED),
    (S.SUBMITTED, "reject"): (DECIDER, S.REJECTED),
}


def test_the_table_is_the_life_of_the_contract():
    assert LIFE == {(row.status, row.action): (row.by, row.to) for row in STEPS}
    assert len(LIFE) == len(STEPS)


@pytest.mark.parametrize(("status", "verb"), list(product(Status, VERBS)))
def test_each_verb_works_from_each_status_as_the_contract_says(status, verb):
    """Both parties try together, so that only the status can stand in the way."""
    both = {APPLICANT, DECIDER}

    if (status, verb) in LIFE:
        assert LIFE[status, verb][1] is step(STEPS, status, verb, both).to
    else:
        with pytest.raises(WrongStatus):
            step(STEPS, status, verb, both)


@pytest.mark.parametrize(("status", "verb"), list(LIFE))
def test_nobody_takes_the_other_partys_step(status, verb):
    by, _ = LIFE[status, verb]
    others = set(Relation) - {by}

    with pytest.raises((NotAllowed, WrongStatus)):
        step(STEPS, status, verb, others)


@pytest.mark.parametrize("verb", VERBS)
def test_the_permission_list_names_the_same_parties_as_the_table(verb):
    assert {by for (_, action), (by, _) in LIFE.items() if action == verb} == PERMISSIONS[
        f"{verb}Application"
    ]


@pytest.mark.parametrize(
    ("status", "hers", "his"),
    [
        (S.DRAFT, ["update", "submit", "withdraw"], []),
        (S.SUBMITTED, ["withdraw"], ["approve", "reject"]),
        (S.APPROVED, [], []),
        (S.REJECTED, [], []),
        (S.WITHDRAWN, [], []),
    ],
)
def test_the_buttons_of_each_party_at_each_status(status, hers, his):
    assert hers == open_to(STEPS, status, {APPLICANT})
    assert his == open_to(STEPS, status, {DECIDER})
    assert [] == open_to(STEPS, status, {Relation.OVERSEER, Relation.ANYONE})


def test_what_is_open_is_what_can_still_move():
    movable = {status for status, _ in LIFE}

    assert {S.DRAFT, S.SUBMITTED} == set(workflow.OPEN)
    assert movable == set(workflow.OPEN)


def test_a_draft_is_held_by_its_applicant_and_a_submitted_one_by_the_park():
    assert {S.DRAFT: APPLICANT, S.SUBMITTED: DECIDER} == workflow.HELD_BY


def test_only_a_submitted_application_is_due_in_five_working_days():
    # domain.md §4.1, step 4: review and decide within five working days.
    assert {S.SUBMITTED: 5} == workflow.DUE_IN_WORKDAYS


def test_the_timeline_tells_every_event_but_the_many_savings_of_a_draft():
    told = {"created", "submitted", "withdrawn", "approved", "rejected"}

    assert told == set(workflow.EVENT_LABELS)
    assert told | {"updated"} == {"created"} | {row.event for row in STEPS}
    assert all(workflow.EVENT_LABELS.values())


def test_different_ends_are_called_differently():
    events = {row.event: row.to for row in STEPS}

    assert S.APPROVED is events["approved"]
    assert S.REJECTED is events["rejected"]
    assert S.WITHDRAWN is events["withdrawn"]
    assert S.SUBMITTED is events["submitted"]


def test_the_reasons_for_a_refusal_are_those_of_practice():
    # domain.md §4.1, the entry rejection codes.
    assert {
        "project_restricted_or_polluting",
        "plan_incomplete",
        "not_target_group",
        "no_space",
        "false_material",
        "bad_credit_or_violation",
        "permit_missing",
        "industry_mismatch",
        "already_tenant_elsewhere",
        "other",
    } == {reason.name.lower() for reason in Reason}


def test_every_term_has_a_label_of_its_own():
    for terms in (Status, Reason, Kind):
        assert len(terms) == len({term.value for term in terms})


def test_every_kind_has_a_prefix_for_its_case_numbers():
    assert {Kind.TENANCY: "RZ"} == workflow.NUMBER_PREFIX
