"""A stored decision, evaluated again."""

import json
from datetime import date

import pytest

from eligibility.engine import assess
from eligibility.parameters import Parameter
from eligibility.policy import bundled
from eligibility.replay import PolicyUnknown, record, replay, today
from tests.eligibility.scenarios import cases
from tests.eligibility.small import DAY, POLICY, SNAPSHOT, known


def stored(**raw):
    facts = known(**raw)
    answer = assess(POLICY, "grant", facts, SNAPSHOT, DAY)
    return json.loads(json.dumps(record(answer, facts, POLICY, SNAPSHOT, officer="S1")))


def test_a_decision_comes_out_the_same():
    for raw in (
        {"member": True, "founded": "2022-04-10", "local": False, "county": "152201"},
        {"founded": "2022-05-01", "left": "2022-04-30"},
        {"member": {"value": True, "observed_on": "2022-01-01"}},
    ):
        assert replay(stored(**raw), [POLICY]).same


def test_every_scenario_comes_out_the_same():
    policy = bundled("xingan_2022")
    for case in cases(policy):
        kept = record(case.assessment, case.known, policy, case.snapshot)

        assert replay(json.loads(json.dumps(kept)), [policy]).same, case.name


def test_only_what_the_rule_read_is_kept():
    kept = stored(member=True, founded="2022-04-10", tenants=3)

    assert {"member", "founded"} == set(kept["facts"])


def test_a_record_that_was_changed_is_found_out():
    kept = stored(member=True, founded="2022-04-10", local=True)
    kept["facts"]["member"]["value"] = False

    again = replay(kept, [POLICY])

    assert (False, False) == (again.value_same, again.tree_same)
    assert again.diff


def test_a_policy_that_is_not_at_hand_is_said_to_be_missing():
    with pytest.raises(PolicyUnknown):
        replay(stored(member=True), [bundled("xingan_2022")])


def test_today_shows_what_a_new_number_changes():
    kept = stored(member=True, founded="2022-04-10", local=True)
    row = Parameter("months", 7, date(2022, 1, 1), date(2030, 1, 1), known_from=DAY)
    newer = POLICY.readings.with_rows([row]).at(DAY, DAY)

    now = today(kept, POLICY, newer, DAY)

    assert now.changed
    assert (("founded + months(p.months) <= as_of", True, False),) == now.conditions
