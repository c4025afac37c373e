"""Each shape of the park question is one statement, built once, with its values left open.

What the statements find is told in `test_queries`.
"""

import pytest

from backend.parks import listing
from backend.parks.kinds import Tier
from backend.parks.listing import Shape, Wanted

WHOLE = Wanted(
    words=("xam", "50%"),
    county="152201",
    tier=Tier.LEAGUE_STANDARD,
    type="student",
    has_free_unit=False,
    near=(122.05, 46.08),
)


def test_an_open_question_has_the_plainest_shape():
    assert Shape() == Wanted().shape(goes_on=False)


def test_the_shape_says_what_is_narrowed_and_not_by_which_value():
    assert Shape(2, True, True, True, False, True, True) == WHOLE.shape(goes_on=True)
    assert Wanted(county="152201").shape(goes_on=False) == Wanted(county="152224").shape(
        goes_on=False
    )


@pytest.mark.parametrize(
    "other",
    [
        Wanted(words=("a",)),
        Wanted(words=("a", "b")),
        Wanted(county="152201"),
        Wanted(tier=Tier.LEAGUE_STANDARD),
        Wanted(type="student"),
        Wanted(has_free_unit=True),
        Wanted(has_free_unit=False),
        Wanted(near=(0.0, 0.0)),
    ],
)
def test_whatever_is_narrowed_changes_the_shape(other):
    assert Wanted().shape(goes_on=False) != other.shape(goes_on=False)


def test_a_place_at_nought_degrees_is_a_place():
    assert Wanted(near=(0.0, 0.0)).shape(goes_on=False).near


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("xam", "xam"),
        ("ＸＡＭ", "xam"),
        ("50%", "50/%"),
        ("a_b", "a/_b"),
        ("a/b", "a//b"),
        ("/%_", "///%/_"),
        ("\\", "\\"),
    ],
)
def test_a_word_is_written_so_that_its_signs_mean_themselves(word, expected):
    assert expected == Wanted(words=(word,)).values()["word_0"]


def test_the_values_fill_what_the_shape_leaves_open():
    assert {
        "county": "152201",
        "tier": Tier.LEAGUE_STANDARD,
        "type": ["student"],
        "longitude": 122.05,
        "latitude": 46.08,
        "word_0": "xam",
        "word_1": "50/%",
    } == WHOLE.values()


def test_one_shape_is_built_once():
    shape = WHOLE.shape(goes_on=True)

    assert listing.page(shape) is listing.page(WHOLE.shape(goes_on=True))


def test_no_value_stands_in_a_statement():
    assert "152201" not in str(listing.page(WHOLE.shape(goes_on=True)))
