"""What would have to change, and when."""

from datetime import date

from eligibility.remedies import first_day, last_day, next_change, remedies
from eligibility.turning import Turn
from tests.eligibility.small import DAY, POLICY, SNAPSHOT, known


def ways(rule="grant", **raw):
    found = remedies(POLICY, rule, known(**raw), SNAPSHOT, DAY)
    return [[(change.kind, change.fact, change.to, change.on) for change in w] for w in found]


def test_an_answer_a_change_and_waiting_are_told_apart():
    met = {"founded": "2022-04-10", "local": True}

    assert [[("answer", "member", True, None)]] == ways(**met)
    assert [[("change", "member", True, None)]] == ways(**met, member=False)
    later = [("wait", "founded", None, date(2022, 11, 1))]
    assert [later] == ways(member=True, founded="2022-05-01", local=True)


def test_a_status_is_never_proposed():
    assert [] == ways(member=True, founded="2022-04-10", local=False)


def test_a_number_is_raised_only_as_far_as_needed():
    rows = [{"year": year, "used": 95, "space": 100} for year in (2020, 2021)]

    assert [[("change", "tenants", 20, None)]] == ways("yearly", tenants=3, years=rows)


def test_a_yes_needs_no_remedy():
    assert [] == ways(member=True, founded="2022-04-10", local=True)


def test_the_day_of_the_turn_is_told_from_both_sides():
    facts = known(member=True, founded="2022-05-31", local=True)
    asked = (POLICY, "grant", facts, SNAPSHOT, DAY)

    assert Turn(date(2022, 11, 30), True) == next_change(*asked)
    assert date(2022, 11, 30) == first_day(*asked)
    assert last_day(*asked) is None


def test_a_fact_that_grows_old_turns_a_yes_into_not_known_but_ends_no_period():
    told = {"value": True, "observed_on": "2022-10-10"}
    facts = known(member=told, founded="2022-04-10", local=True)

    assert Turn(date(2023, 1, 19), None) == next_change(POLICY, "grant", facts, SNAPSHOT, DAY)
    assert last_day(POLICY, "grant", facts, SNAPSHOT, DAY) is None
