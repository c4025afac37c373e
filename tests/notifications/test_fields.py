"""WeChat refuses what does not fit (47003); it never cuts for us (wechat.md §4)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.wechat.simulator.field_rules import fits
from notifications import fields
from notifications.fields import Unfit, fit, moment
from tests.backend.parks.appendix import LONGEST_NAME, NAMES


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (1, "好"),
        (19, "好" * 19),
        (20, "好" * 20),
        # One too many: nineteen stay and an ellipsis says that something is missing.
        (21, "好" * 19 + "…"),
        (500, "好" * 19 + "…"),
    ],
)
def test_a_thing_has_at_most_twenty_characters(length, expected):
    assert expected == fit("thing1", "好" * length)


def test_the_longest_park_name_of_the_appendix_is_cut_by_two():
    # 兴安职业技术学院 8, 创新创业学院 6, 电子商务孵化园 7: 21 characters, one too many.
    assert 21 == len(LONGEST_NAME)

    assert "兴安职业技术学院创新创业学院电子商务孵…" == fit("thing1", LONGEST_NAME)


@pytest.mark.parametrize("name", [name for key, name in NAMES.items() if key != "P02"])
def test_every_other_park_name_stays_whole(name):
    assert name == fit("thing1", name)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("两行\n字", "两行字"),
        ("一\t二", "一二"),
        ("  多   空格  ", "多 空格"),
        ("全角\u3000空格", "全角 空格"),
        ("控\x00制\x07符", "控制符"),
        ("零\u200b宽", "零宽"),
        ("笑😀脸", "笑脸"),
        ("生僻𠮷字", "生僻字"),
        ("", "无"),
        ("   ", "无"),
        ("😀", "无"),
        ("\n", "无"),
    ],
)
def test_a_thing_is_cleaned_of_what_wechat_refuses(words, expected):
    assert expected == fit("thing4", words)


def test_what_is_cleaned_away_does_not_count():
    assert "好" * 20 == fit("thing1", "😀" * 10 + "好" * 20)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("phrase2", "审"),
        ("phrase2", "审核不通过"),  # five characters
        ("date3", "2026年11月23日"),
        ("date3", "2026年1月3日 08:05"),
        ("time3", "08:05"),
        ("time3", "2026年11月23日 16:01"),
        ("character_string5", "RZ-2026-000123"),
        ("character_string5", "x" * 32),
        ("number6", "0"),
        ("number6", "9" * 32),
    ],
)
def test_what_fits_stays_as_it_is(key, words):
    assert words == fit(key, words)
    assert fits(key, words)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("phrase2", ""),
        ("phrase2", "审核没有通过"),  # six
        ("phrase2", "通过2"),
        ("phrase2", "OK"),
        ("phrase2", "通过！"),
        ("date3", "2026-11-23"),
        ("date3", "2026年11月23日16:01"),
        ("date3", "16:01"),
        ("time3", "16:1"),
        ("time3", ""),
        ("character_string5", ""),
        ("character_string5", "x" * 33),
        ("character_string5", "有中文"),
        ("character_string5", "a b"),
        ("number6", ""),
        ("number6", "9" * 33),
        ("number6", "1.5"),
        ("number6", "٣"),  # Arabic-Indic three
    ],
)
def test_what_cannot_be_cut_without_changing_its_meaning_is_an_error(key, words):
    with pytest.raises(Unfit):
        fit(key, words)


def test_a_key_of_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        fit("colour1", "红")


# 16:00 in UTC is midnight in Shanghai.
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 23, 8, 1, tzinfo=UTC), "2026年11月23日 16:01"),
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), "2026年11月23日 23:59"),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "2026年11月24日 00:00"),
        (datetime(2026, 12, 31, 16, 5, tzinfo=UTC), "2027年1月1日 00:05"),
    ],
)
def test_a_moment_is_written_in_shanghai_time(at, expected):
    assert expected == moment(at)
    assert expected == fit("date3", expected)
    assert expected == fit("date3", "", expected)
    assert "无" == fit("thing3", "", expected)


@given(st.text(max_size=60))
def test_any_words_at_all_can_be_made_a_thing(words):
    fitted = fit("thing1", words)

    # UTF-16 units are two bytes each.
    assert 1 <= len(fitted.encode("utf-16-le")) // 2 <= 20
    assert fits("thing1", fitted)


# From 2000-01-01 to 2099-12-31, in seconds since 1970.
@given(st.integers(946_684_800, 4_102_444_799))
def test_any_moment_is_taken_as_a_date(seconds):
    assert fits("date3", fit("date3", moment(datetime.fromtimestamp(seconds, UTC))))


def test_every_rule_that_is_kept_is_told_in_words():
    assert fields.FITTERS.keys() == fields.RULES.keys()
    assert "20" in fields.RULES["thing"]
    assert "5" in fields.RULES["phrase"]
