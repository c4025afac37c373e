"""The two questions asked of any table of steps, over a small table of our own."""

from enum import Enum

import pytest

from backend.access import Relation
from backend.errors import NotAllowed, WrongStatus
from backend.steps import Step, open_to, step


class Door(Enum):
    SHUT = "关"
    OPEN = "开"
    LOCKED = "锁"


APPLICANT, DECIDER = Relation.APPLICANT, Relation.DECIDER
STEPS = (
    Step(Door.SHUT, "push", APPLICANT, Door.OPEN, "opened"),
    Step(Door.SHUT, "push", DECIDER, Door.OPEN, "opened by the keeper"),
    Step(Door.SHUT, "lock", DECIDER, Door.LOCKED, "locked"),
    Step(Door.OPEN, "push", APPLICANT, Door.SHUT, "shut"),
    Step(Door.LOCKED, "unlock", DECIDER, Door.SHUT, "unlocked"),
)
BOTH = frozenset({APPLICANT, DECIDER})


@pytest.mark.parametrize("row", STEPS)
def test_every_row_is_found_by_its_status_action_and_party(row):
    found = step(STEPS, row.status, row.action, {row.by})

    assert row == found


def test_an_action_that_is_never_this_partys_is_not_allowed():
    with pytest.raises(NotAllowed):
        step(STEPS, Door.SHUT, "lock", {APPLICANT})


def test_an_action_that_nobody_knows_is_not_allowed():
    with pytest.raises(NotAllowed):
        step(STEPS, Door.SHUT, "paint", BOTH)


def test_whoever_is_no_party_is_not_allowed():
    with pytest.raises(NotAllowed):
        step(STEPS, Door.SHUT, "push", {Relation.ANYONE})


def test_an_action_from_the_wrong_status_is_refused_with_those_that_are_open():
    with pytest.raises(WrongStatus) as refused:
        step(STEPS, Door.LOCKED, "push", BOTH)

    assert {"current_status": "locked", "actions": ["unlock"]} == refused.value.more


def test_the_other_partys_row_does_not_help_from_the_wrong_status():
    # The keeper may push a shut door; an open one only the applicant may push.
    with pytest.raises(WrongStatus) as refused:
        step(STEPS, Door.OPEN, "push", {DECIDER})

    assert {"current_status": "open", "actions": []} == refused.value.more


@pytest.mark.parametrize(
    ("status", "held", "expected"),
    [
        (Door.SHUT, {APPLICANT}, ["push"]),
        (Door.SHUT, {DECIDER}, ["push", "lock"]),
        (Door.SHUT, BOTH, ["push", "lock"]),
        (Door.OPEN, {DECIDER}, []),
        (Door.LOCKED, {APPLICANT}, []),
        (Door.LOCKED, {DECIDER}, ["unlock"]),
        (Door.SHUT, set(), []),
    ],
)
def test_what_is_open_stands_in_the_order_of_the_table_and_once(status, held, expected):
    assert expected == open_to(STEPS, status, held)


def test_a_table_may_come_as_any_iterable():
    with pytest.raises(WrongStatus) as refused:
        step(iter(STEPS), Door.LOCKED, "push", BOTH)

    assert ["unlock"] == refused.value.more["actions"]
