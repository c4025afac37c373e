"""Does one statement find for everybody what the engine would, and only those who are due?"""

from datetime import timedelta
from random import Random

import pytest
import time_machine

from backend.matches import asking, enrolling
from backend.matches.asking import Basis
from backend.matches.kinds import AHEAD
from backend.policies import queries as policies
from backend.profiles.columns import POLICY
from eligibility.engine import PERSONAL, evaluate
from eligibility.turning import value_on
from tests.backend.matches.stage import MORNING, TODAY, consenting, sweep
from tests.backend.policies.proposals import FLOOR, confirmed
from tests.backend.profiles.crowd import NOT_TARGETABLE, fill, someone
from tests.eligibility.chance import Chance
from tests.records import change

BENEFITS = [
    rule.id
    for rule in POLICY.rules.values()
    if rule.kind == "benefit" and PERSONAL & set(rule.subject) and rule.id not in NOT_TARGETABLE
]
LATER = TODAY + timedelta(days=max(AHEAD) + 1)


@pytest.fixture(autouse=True)
def morning(in_mended_app):
    with time_machine.travel(MORNING, tick=False) as now:
        yield now


def test_it_answers_for_everybody_as_the_engine_does():
    """Four hundred at random, some facts old, some contradictory, some not known."""
    snapshot = policies.snapshot(TODAY)
    source = Chance(POLICY, snapshot, TODAY, Random(5))
    people = [someone(source, (0.0, 0.1, 0.4)[number % 3]) for number in range(400)]
    fill(people)
    change(
        "INSERT INTO consent (public_id, person_id, purpose, version, granted_at)"
        " SELECT gen_random_uuid(), id, 'POLICY_MATCHING', '2026-11', now() FROM person"
    )
    enrolling.enrol()
    basis = Basis(POLICY, snapshot, TODAY)

    found = asking.portion(basis, size=1000)

    assert 400 == len(found)
    answers = {True: 0, False: 0, None: 0}
    for each in found:
        facts = people[each["person_id"] - 1].on(TODAY)
        for benefit in BENEFITS:
            now = evaluate(POLICY, benefit, facts, snapshot, TODAY)
            answers[now] += 1
            then = value_on(POLICY, benefit, facts, snapshot, LATER)
            assert (benefit in each["now_met"]) is (now is True), benefit
            assert (benefit in each["now_unmet"]) is (now is False), benefit
            assert (benefit in each["closing"]) is (now is True and then is False), benefit
    # Each answer was asked for often enough to be worth something.
    assert min(answers.values()) > 200


class TestWhoIsDue:
    @staticmethod
    def is_due() -> bool:
        return asking.is_due(asking.basis())

    def test_nobody_twice_on_one_day(self):
        consenting()
        enrolling.enrol()
        assert self.is_due()
        sweep()
        assert not self.is_due()

    def test_everybody_again_after_midnight_in_shanghai(self, morning):
        consenting()
        sweep()
        morning.move_to(MORNING.replace(hour=15, minute=59, second=59))
        assert not self.is_due()

        morning.shift(timedelta(seconds=1))

        assert self.is_due()

    def test_everybody_to_whom_nothing_was_told_that_day_when_a_number_changes(self, morning):
        consenting(is_veteran=False, in_park=False)
        sweep()
        assert not self.is_due()
        morning.shift(timedelta(minutes=11))

        confirmed(FLOOR | {"valid_from": "2026-11-30"})

        assert self.is_due()

    def test_the_basis_has_another_name_as_soon_as_a_number_is_another(self):
        before = asking.basis().key
        confirmed()

        assert before != asking.basis().key
