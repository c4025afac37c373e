"""Which texts does our own list point at?"""

import pytest

from backend.texts.wordlist import category
from tests.factories import WHOLE_FORMS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("兼职刷单返利，日结", "fraud"),
        ("兼职 刷·单 返-利", "fraud"),
        ("提供网络赌博技术", "gambling"),
        ("打通牧区奶食品的线上销路", None),
        ("开展反诈宣传", None),
        ("", None),
    ],
)
def test_a_word_is_found_through_spaces_and_signs_and_nothing_else_is(text, expected):
    assert expected == category(text)


def test_no_form_of_the_tests_and_of_the_examples_is_pointed_at():
    texts = [str(answer) for form in WHOLE_FORMS.values() for s in form.values() for answer in s]

    assert [] == [each for each in texts if category(each)]
