"""The language: what it says, and what it refuses."""

import pytest

from eligibility.expression import (
    ExpressionRefused,
    canonical,
    digest,
    facts_of,
    labels_of,
    parameters_of,
    parse,
    rulings_of,
)  # fmt: skip
from eligibility.normal import normal


@pytest.mark.parametrize(
    "text",
    [
        "all(a, not b, c + months(p.n) <= as_of)",
        "any(a * 100 >= 90 * b, h in {'x', 'y'}, choose(r.z, b=any(a, b), a=not c))",
        "max(p.a, p.b[c]) - (1 - x) * -2 // 100",
        "every(s, u not in {'k'})",
        "count(s, a) >= 2",
        "1 <= a <= p.b != 3",
        "monthly_sum(p.wage, start, min(n, 12)) * p.rate // 100",
        "d - months(3) < '2022-04-30'",
    ],
)
def test_the_canonical_text_says_the_same(text):
    node = parse(text)

    assert node == parse(canonical(node))
    assert digest(node) == digest(parse(f"\n  {text}\n"))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a and b", 1, 1),
        ("all(a,\n    __import__('os'))", 2, 5),
        ("a.b", 1, 1),
        ("all(a, b / 2 > 1)", 1, 8),
        ("[a]", 1, 1),
        ("(lambda: a)()", 1, 1),
        ("a if b else c", 1, 1),
        ("f'{a}'", 1, 1),
        ("1.5 < a", 1, 1),
        ("a is b", 1, 1),
        ("all(*a)", 1, 5),
        ("choose(r.x, a=b)", 1, 1),
        ("months(3)", 1, 1),
        ("p", 1, 1),
        ("a in b", 1, 1),
        ("a := b", 1, 1),
        ("a) + (b", 1, 1),
        ("", 1, 1),
    ],
)
def test_what_is_outside_the_language_is_refused_with_its_place(text, line, column):
    with pytest.raises(ExpressionRefused) as refused:
        parse(text)

    assert (line, column) == (refused.value.line, refused.value.column)


def test_depth_and_length_have_an_end():
    for text in ("not " * 1900 + "a", "a" * 9000, "all(" * 400 + "a" + ")" * 400):
        with pytest.raises(ExpressionRefused):
            parse(text)


def test_everything_it_reads_is_named():
    node = parse("all(a, p.n[c] < x, choose(r.z, u=b, v=exists(s, d)))")

    assert {"a", "c", "x", "b", "s", "d"} == facts_of(node)
    assert {"n"} == parameters_of(node)
    assert {"z"} == rulings_of(node)


def test_labels_belong_to_leaves_with_every_not_pushed_down():
    node = normal(parse("not all(a, not b, any(c >= 2, d in {'x'}), sub)"), {"sub": parse("e < 1")})

    assert ("not a", "b", "c < 2", "d not in {'x'}", "e >= 1") == labels_of(node)
