"""Three values, numbers known between bounds, and amounts."""

import itertools

import pytest

from eligibility.values import (
    Amount,
    Interval,
    between,
    consensus,
    divided,
    highest,
    hull,
    k_all,
    k_any,
    k_not,
    lowest,
    minus,
    plus,
    same,
    times,
    yuan,
)  # fmt: skip

TRIS = (True, False, None)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(TRIS, TRIS)))
def test_all_and_any_are_what_every_way_to_learn_more_agrees_on(a, b):
    worlds = [
        (x, y)
        for x in ((a,) if a is not None else (True, False))
        for y in ((b,) if b is not None else (True, False))
    ]

    assert k_all([a, b]) is consensus(x and y for x, y in worlds)
    assert k_any([a, b]) is consensus(x or y for x, y in worlds)
    assert k_not(k_all([a, b])) is k_any([k_not(a), k_not(b)])


def test_readings_that_differ_leave_it_open_and_one_unknown_does_too():
    assert consensus([True, True]) is True
    assert consensus([False]) is False
    assert consensus([True, False]) is None
    assert consensus([True, None]) is None


def test_an_interval_answers_only_what_all_its_numbers_answer():
    for low, high, other in itertools.product(range(4), range(4), range(5)):
        if low < high:
            numbers = range(low, high + 1)
            interval = Interval(low, high)
            assert (interval < other) is consensus(n < other for n in numbers)
            assert (interval <= other) is consensus(n <= other for n in numbers)
            assert (other < interval) is consensus(other < n for n in numbers)
            assert (interval >= other) is consensus(n >= other for n in numbers)
            assert same(interval, other) is consensus(n == other for n in numbers)


def test_an_interval_without_an_upper_bound_is_surely_above_only():
    assert (Interval(3, None) >= 3) is True
    assert (Interval(3, None) >= 4) is None
    assert (Interval(3, None) < 3) is False


@pytest.mark.parametrize(
    ("combine", "plain"),
    [(plus, lambda a, b: a + b), (minus, lambda a, b: a - b), (lowest, min), (highest, max)],
)
def test_the_bounds_of_a_sum_hold_every_sum(combine, plain):
    for a, b, c in itertools.product(range(4), repeat=3):
        sums = [plain(n, c) for n in range(min(a, b), max(a, b) + 1)]
        assert combine(between(min(a, b), max(a, b)), c) == between(min(sums), max(sums))


def test_a_product_turns_its_bounds_with_a_negative_factor_and_two_intervals_are_refused():
    assert Interval(-6, -2) == times(Interval(1, 3), -2)
    assert Interval(None, -2) == times(-2, Interval(1, None))
    assert times(Interval(1, None), 0) == 0
    assert Interval(0, 1) == divided(Interval(50, 199), 100)
    with pytest.raises(TypeError):
        times(Interval(1, 2), Interval(1, 2))
    with pytest.raises(TypeError):
        divided(5, 0)


def test_the_hull_of_readings_holds_them_all():
    assert Interval(1, 9) == hull([Interval(1, 2), 9])
    assert hull([4, 4]) == 4
    assert Interval(1, None) == hull([1, Interval(2, None)])


def test_a_floor_shows_no_ceiling_and_yuan_have_two_decimals():
    amount = Amount("at_least", 1000000, None, "yuan", "unstated").as_json()

    assert ("at_least", "10000.00", None) == (amount["kind"], amount["lower"], amount["upper"])
    assert ("-0.05", "0.00", "1234.50") == (yuan(-5), yuan(0), yuan(123450))
