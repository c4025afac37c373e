"""What may she have, and what is best asked of her?"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from backend.errors import Invalid
from backend.screenings import answers
from backend.screenings.answers import Ground
from eligibility.engine import evaluate
from eligibility.facts import Known, weigh
from eligibility.policy import bundled
from eligibility.questions import next_questions
from tests.backend.screenings.people import somebody

DAY = date(2023, 5, 10)
POLICY = bundled("xingan_2022")
SNAPSHOT = POLICY.readings.at(DAY, DAY)
PEOPLE = 60
BENEFITS = [rule.id for rule in POLICY.rules.values() if rule.kind == "benefit"]


def on(values: Mapping[str, Any]) -> Ground:
    """Stand on typed values, without a database."""
    facts = weigh(POLICY.dictionary, {n: Known(v) for n, v in values.items()}, DAY)
    return Ground(POLICY, SNAPSHOT, DAY, facts)


def asked(truth: Mapping[str, Any]) -> tuple[list[list[str]], dict[str, Any]]:
    """Ask a truthful person until nothing is left; return what was asked each time."""
    known: dict[str, Any] = {}
    unsure: set[str] = set()
    turns: list[list[str]] = []
    while found := answers.questions(on(known), frozenset(unsure)):
        turns.append([each.fact for each in answers.together(on(known), found)])
        for name in turns[-1]:
            if truth.get(name) is None:
                unsure.add(name)
            else:
                known[name] = truth[name]
    return turns, known


def yes(values: Mapping[str, Any]) -> set[str]:
    facts = on(values).facts
    return {rule for rule in BENEFITS if evaluate(POLICY, rule, facts, SNAPSHOT, DAY)}


@pytest.fixture(scope="module")
def talks() -> list[tuple[dict[str, Any], list[list[str]], dict[str, Any]]]:
    """What each person knows, what she was asked turn by turn, and what she then has told."""
    people = [somebody(number, DAY) for number in range(PEOPLE)]
    return [(truth, *asked(truth)) for truth in people]


class TestAsking:
    def test_most_people_are_done_in_six_questions(self, talks, record_property):
        turns = sorted(len(each[1]) for each in talks)

        record_property("median", turns[PEOPLE // 2])
        record_property("p90", turns[PEOPLE * 9 // 10 - 1])
        assert turns[PEOPLE * 6 // 10 - 1] <= 6, turns
        assert turns[-1] <= 12, turns

    def test_no_yes_is_lost_by_asking_less(self, talks):
        for truth, _, known in talks:
            assert yes(truth) == yes(known)

    def test_no_unknown_is_called_a_no(self, talks):
        """Whatever the answers say no to, the whole truth says no to as well."""
        for truth, _, known in talks:
            for rule in BENEFITS:
                told, whole = (
                    evaluate(POLICY, rule, on(values).facts, SNAPSHOT, DAY)
                    for values in (known, truth)
                )
                assert told is not False or whole is False, rule

    def test_nothing_is_asked_twice_and_only_her_own_affairs(self, talks):
        for _, turns, _ in talks:
            names = [name for turn in turns for name in turn]
            assert len(set(names)) == len(names)
            assert {"self"} == {POLICY.dictionary[name].who for name in names}

    def test_nothing_is_asked_for_a_benefit_that_hangs_on_the_judgement_of_staff(self):
        # Clause 五（八） waits for the quality of the jobs, which staff judge.
        names = {each.fact for each in answers.questions(on({}), frozenset())}

        assert "new_employees" not in names
        assert "is_first_startup" in names

    def test_what_staff_have_said_makes_it_worth_asking(self):
        judged = {"is_incubating": True, "job_quality_good": True, "retention_high": True}

        names = {each.fact for each in answers.questions(on(judged), frozenset())}

        assert "new_employees" in names

    def test_what_belongs_together_is_asked_together(self):
        known = {"in_park": False, "is_first_startup": True, "joined_internship_incubation": False}

        found = answers.questions(on(known), frozenset({"is_veteran"}))
        who = [each for each in found if POLICY.dictionary[each.fact].group == "who"]

        assert {"gender_female", "farmer_herder", "is_hei_graduate"} <= {e.fact for e in who}
        assert who == answers.together(on(known), who)
        assert [found[-1]] == answers.together(on(known), found[-1:])
        assert [] == answers.together(on(known), [])

    def test_a_question_left_out_hides_no_yes(self):
        """Where nothing is asked about a benefit, no answers of hers could make it a yes."""
        for _, known in _stages():
            facts = on(known).facts
            worth = {r for q in next_questions(POLICY, facts, SNAPSHOT, DAY, of=("self",))
                     for r in q.rules}  # fmt: skip
            for truth in (somebody(number, DAY) for number in range(PEOPLE)):
                merged = {**truth, **known}
                assert yes(merged) - yes(known) <= worth


def _stages() -> Iterator[tuple[int, dict[str, Any]]]:
    """How far some people have come after a few answers."""
    for number in range(0, PEOPLE, 6):
        truth = somebody(number, DAY)
        for some in (3, 9):
            yield number, {name: truth[name] for name in sorted(truth)[number % 7 :: some]}


class TestReading:
    @pytest.mark.parametrize("rows", [60, 61])
    def test_rows_are_counted_with_and_without_where_they_come_from(self, rows):
        years = [{"year": year} for year in range(1900, 1900 + rows)]

        for given in (years, {"value": years, "source": "park"}):
            _, faults = answers.read(POLICY, {"park_years": given}, DAY)
            assert ([] if rows == 60 else ["park_years"]) == list(faults)

    def test_a_contradiction_is_named_beside_a_wrong_type(self):
        raw = {"internship_start": "2022-06-01", "internship_end": "2022-05-31", "in_park": 1}

        _, faults = answers.read(POLICY, raw, DAY)

        assert {"in_park", "internship_start", "internship_end"} == set(faults)

    def test_faults_of_what_is_supposed_are_named_where_they_stand(self, in_app):
        facts = {"internship_start": "2022-06-01", "is_veteran": 1}
        changes = {"internship_end": "2022-05-31", "is_first_startup": "yes"}

        with pytest.raises(Invalid) as refused:
            answers.supposed(facts, changes, DAY)

        assert {
            "#/facts/is_veteran",
            "#/facts/internship_start",
            "#/changes/internship_end",
            "#/changes/is_first_startup",
        } == {each["pointer"] for each in refused.value.more["errors"]}
