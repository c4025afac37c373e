"""At which of the days ahead does somebody stand?"""

import pytest

from backend.matches.kinds import stage


@pytest.mark.parametrize(
    ("left", "expected"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7)],
)
def test_the_nearest_of_the_days_that_has_been_reached(left, expected):
    assert expected == stage(left)
