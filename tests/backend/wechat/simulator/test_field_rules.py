import pytest

from backend.wechat.simulator.field_rules import KINDS, fits

# Key type → what fits and what does not, from the platform's table and its reported refusals.
CASES = {
    "thing1": (
        ["创业孵化园入驻申请", "园" * 20, "A-1号楼 203（东）", "无"],
        ["", " ", "园" * 21, "园" * 19 + "😀", "两行\n文字", "好😀", "a\x00", "\u200b"],
    ),
    "number2": (
        ["0", "3.14", "1" * 32, "1" * 20 + "." + "2" * 11],
        ["", "-1", "1,000", "1" * 33, "1" * 30 + ".123", ".5", "5.", "３", "一"],
    ),
    "letter1": (["abcXYZ", "a" * 32], ["a1", "a b", "a" * 33, "é", "中"]),
    "symbol1": (["!", "#+-*/"], ["", "a", "1", "!!!!!!", "中", "! !"]),
    "character_string1": (
        ["RZ-2026-000123", "a b~!", "x" * 32],
        ["编号1", "x" * 33, "é", "\t", "１"],
    ),
    "time1": (
        [
            "15:01",
            "15:01:59",
            "9:05",
            "2019年10月1日 15:01",
            "15:01~16:30",
            "2026-11-23 08:00",
        ],
        ["24:00", "15:60", "2019年10月1日", "15时", "15:01~", "2019年2月30日 15:01", "3pm", "1:2"],
    ),
    "date3": (
        [
            "2019年10月1日",
            "2019年10月1日 15:01",
            "2019-10-01",
            "2019/10/1",
            "2019.10.1 15:01:02",
            "2019年10月1日~2019年10月7日",
            "2019年10月1日 15:01 ~ 2019年10月7日 15:01",
            "2024-02-29",
        ],
        [
            "15:01",
            "2019-10-01T15:01:00Z",
            "2019-10-01T15:01",
            "2019-10-01 15:01:49.0",
            "2023-02-29",
            "2019-13-01",
            "2019-10/01",
            "19-10-01",
            "10月1日",
            "2019年10月1日~2019年10月2日~2019年10月3日",
        ],
    ),
    "amount1": (
        ["100", "¥100.50", "￥1234567890", "$5", "100元", "￥100.5元"],
        ["12345678901", "100.555", "-1", "一百元", "100 元", "€5", "元"],
    ),
    "phone_number1": (["+86-0766-66888866", "13800000000"], ["1" * 18, "电话138", "13800a"]),
    "car_number1": (["蒙F12345", "蒙F1234学", "粤Z12345澳"], ["蒙F1234567", "蒙", "蒙F中2345"]),
    "name1": (
        ["其其格", "阿拉坦·其其格", "张" * 10, "John Smith", "A" * 20, "张 San"],
        ["用户410774", "张" * 11, "A" * 21, "张" + "A" * 10],
    ),
    "phrase2": (
        ["审核通过", "审核不通过", "通"],
        ["需补充材料2", "审核不通过了", "通过!", "OK", "通 过", ""],
    ),
}
GOOD = [(key, value) for key, (good, _) in CASES.items() for value in good]
BAD = [(key, value) for key, (_, bad) in CASES.items() for value in bad]


@pytest.mark.parametrize(("key", "value"), GOOD)
def test_what_the_platform_takes_fits(key, value):
    assert fits(key, value)


@pytest.mark.parametrize(("key", "value"), BAD)
def test_what_the_platform_refuses_does_not_fit(key, value):
    assert not fits(key, value)


def test_every_kind_of_key_is_tried_here():
    assert {key.rstrip("0123456789") for key in CASES} == set(KINDS)


def test_a_list_of_choices_takes_nothing_else():
    assert fits("enum_string2", "是", ("是", "否"))
    assert not fits("enum_string2", "也许", ("是", "否"))


@pytest.mark.parametrize("key", ["thing", "nothing1", "1", "", "thing1.DATA", "enum_string2"])
def test_a_key_of_no_known_kind_fits_nothing(key):
    assert not fits(key, "x")


@pytest.mark.parametrize("value", [None, 5, True, ["x"], {"value": "x"}])
def test_what_is_no_text_fits_nothing(value):
    assert not fits("thing1", value)
