"""Does every case that a clerk can read come out as worked out by hand?"""

from itertools import groupby

import pytest

from eligibility.policy import bundled
from tests.eligibility.scenarios import cases

POLICY = bundled("xingan_2022")
CASES = {rule: list(each) for rule, each in groupby(cases(POLICY), lambda case: case.rule)}


@pytest.mark.parametrize("rule", CASES)
def test_every_case_of_a_rule_comes_out_as_worked_out(rule):
    wrong = {case.name: case.differences() for case in CASES[rule] if case.differences()}

    assert {} == wrong


def test_every_rule_has_cases_and_every_case_a_rule():
    assert set(CASES) == set(POLICY.rules)
