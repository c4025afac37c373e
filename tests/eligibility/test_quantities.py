"""Single values at the border."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from eligibility.facts import FactSpec
from eligibility.quantities import Misread, of
from eligibility.values import Interval


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("bool", 0, "wrong_type"),
        ("bool", "true", "wrong_type"),
        ("int", True, "wrong_type"),
        ("int", 1.0, "wrong_type"),
        ("int", float("nan"), "wrong_type"),
        ("int", 10**13, "out_of_range"),
        ("yuan", 100000, "wrong_type"),
        ("yuan", "100000.001", "wrong_type"),
        ("yuan", "1e5", "wrong_type"),
        ("yuan", "NaN", "wrong_type"),
        ("yuan", "１００", "wrong_type"),
        ("yuan", "-1.00", "out_of_range"),
        ("date", "2022-02-30", "impossible_date"),
        ("date", "2022-2-3", "wrong_type"),
        ("date", "1800-01-01", "out_of_range"),
        ("date", datetime(2022, 1, 1, tzinfo=UTC), "wrong_type"),
        ("count", -1, "out_of_range"),
        ("count", {}, "wrong_type"),
        ("ratio", {"numerator": 1, "denominator": 0}, "out_of_range"),
        ("ratio", 0.5, "wrong_type"),
        ("text", "a\x00b", "wrong_type"),
        ("code", "", "wrong_type"),
    ],
)
def test_what_a_value_cannot_be_is_refused(kind, given, code):
    with pytest.raises(Misread) as refused:
        of(FactSpec("f", kind), given, typed=False)

    assert code == refused.value.code


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("yuan", "100000.01", 10000001),
        ("yuan", "0.1", 10),
        ("count", {"at_least": 3}, Interval(3, None)),
        ("count", {"at_least": 3, "at_most": 3}, 3),
        ("ratio", "0.9", Fraction(9, 10)),
        ("ratio", {"numerator": 9, "denominator": 10}, Fraction(9, 10)),
    ],
)
def test_what_a_value_can_be_is_read_exactly(kind, given, value):
    assert value == of(FactSpec("f", kind), given, typed=False)


def test_an_enum_has_only_its_values():
    with pytest.raises(Misread):
        of(FactSpec("f", "enum", values=("none", "league")), "nation", typed=False)
