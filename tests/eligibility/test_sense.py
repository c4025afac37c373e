"""Kinds and names."""

import pytest

from eligibility.expression import parse
from eligibility.facts import Dictionary, FactSpec
from eligibility.sense import Vocabulary, faults_of

SPECS = [
    FactSpec("flag", "bool"), FactSpec("day", "date"), FactSpec("n", "count"),
    FactSpec("loan", "yuan"), FactSpec("rank", "enum", values=("low", "high")),
    FactSpec("place", "code"), FactSpec("rows", "series"), FactSpec("x", "int", series="rows"),
]  # fmt: skip
WORDS = Vocabulary(
    Dictionary({spec.name: spec for spec in SPECS}),
    frozenset({"other_rule"}),
    {"cap": "fen", "months": "month"},
    {"scope": ("wide", "narrow")},
)


@pytest.mark.parametrize(
    "text",
    [
        "nothing", "p.nothing > n", "n", "day > 3", "flag < n", "rank >= 'middle'", "rank >= n",
        "loan <= 100", "loan <= p.months", "n * n > 3", "n // n > 1", "n // 0 > 1", "x > 3",
        "every(rows, x > 1) > 2", "every(nothing, flag)", "place < 'a'", "day > '2022-04-31'",
        "p.months[n] > 1", "day + months(n) > as_of", "choose(r.scope, wide=flag, other=flag)",
        "choose(r.scope, wide=flag, narrow=n)", "flag in {'a'}", "n == 'a'", "rank in {'middle'}",
        "every(rows, every(rows, x > 1))", "not n", "flag == other_rule",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(text):
    assert faults_of(parse(text), WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "all(flag, other_rule, not other_rule)", "loan <= p.cap", "rank >= 'high'",
        "day + months(p.months) <= as_of", "day > '2022-04-30'", "every(rows, x * 100 >= 90 * n)",
        "count(rows, x > 1) >= 2", "choose(r.scope, wide=flag, narrow=n > 2)", "flag == true",
        "place in {'a'}", "p.cap[place] > loan",
    ],
)  # fmt: skip
def test_what_makes_sense_is_not(text):
    assert [] == faults_of(parse(text), WORDS)
