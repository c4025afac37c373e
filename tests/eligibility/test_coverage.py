"""Do the scenarios show every condition deciding the answer, both ways?"""

from eligibility.policy import bundled
from tests.eligibility.mcdc import measured
from tests.eligibility.scenarios import cases


def test_every_condition_decides_both_ways_in_some_case():
    policy = bundled("xingan_2022")

    seen = measured(policy, cases(policy))

    assert [] == [side for side, met in seen.items() if not met]
