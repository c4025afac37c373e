"""Parks found by their sound; the expected sounds are spelled by hand."""

import pytest

from backend.parks import pinyin
from tests.backend.parks.appendix import PARKS


@pytest.mark.parametrize("park", PARKS, ids=lambda park: park.key)
def test_every_park_has_the_initials_a_reader_would_type(park):
    assert park.initials == pinyin.initials(park.name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("兴安盟", "xinganmeng"),
        ("恒隆创业广场", "henglongchuangyeguangchang"),
        ("乌兰浩特市", "wulanhaoteshi"),
        ("阿尔山", "aershan"),
        ("扎赉特旗", "zhalaiteqi"),
        ("科右前旗", "keyouqianqi"),
        ("突泉县", "tuquanxian"),
        ("职业技术学院", "zhiyejishuxueyuan"),
    ],
)
def test_a_name_is_spelled_without_tones_and_spaces(name, expected):
    assert expected == pinyin.spelled(name)


def test_latin_letters_and_digits_stay_as_they_are_in_lower_case():
    assert "itzhongxin2" == pinyin.spelled("IT中心2")
    assert "itzx2" == pinyin.initials("IT中心2")


def test_what_may_be_searched_is_one_lower_case_text_of_normal_width():
    # Full-width letters and digits, as Chinese keyboards write them, become plain ones.
    assert "恒隆\nxam 12" == pinyin.searchable("恒隆", "ＸＡＭ　１２")


def test_two_texts_do_not_run_into_each_other():
    assert "ab" not in pinyin.searchable("a", "b")
