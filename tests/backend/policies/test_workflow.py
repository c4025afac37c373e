"""The life of a change: two people, one way in, two ways out."""

from itertools import product

import pytest

from backend.access import Relation
from backend.errors import NotAllowed, WrongStatus
from backend.policies.workflow import STEPS, Status
from backend.steps import open_to, step

S, PROPOSER, CONFIRMER = Status, Relation.PROPOSER, Relation.CONFIRMER
LIFE = {
    (S.PROPOSED, "confirm", CONFIRMER): S.CONFIRMED,
    (S.PROPOSED, "drop", PROPOSER): S.DROPPED,
    (S.PROPOSED, "drop", CONFIRMER): S.DROPPED,
}


def test_the_table_is_the_life_of_a_change():
    assert LIFE == {(row.status, row.action, row.by): row.to for row in STEPS}


def test_the_one_who_proposed_it_may_only_drop_it():
    assert ["drop"] == open_to(STEPS, S.PROPOSED, {PROPOSER, Relation.REGULATOR})
    with pytest.raises(NotAllowed):
        step(STEPS, S.PROPOSED, "confirm", {PROPOSER, Relation.REGULATOR})


def test_the_second_person_may_confirm_or_drop_it():
    assert ["confirm", "drop"] == open_to(STEPS, S.PROPOSED, {CONFIRMER})


@pytest.mark.parametrize(
    ("status", "verb"), list(product((S.CONFIRMED, S.DROPPED), ("confirm", "drop")))
)
def test_what_is_settled_stays_settled(status, verb):
    assert [] == open_to(STEPS, status, set(Relation))
    with pytest.raises(WrongStatus):
        step(STEPS, status, verb, set(Relation))
