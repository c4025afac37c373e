"""In which words does somebody hear what a policy has for her?"""

from datetime import date
from typing import Any

import pytest

from backend.matches.kinds import What
from notifications import fields, matches

ANSWER: dict[str, Any] = {
    "title": "一次性创业补贴",
    "clause": "五（三）",
    "amount": {"text": "不低于10000.00元"},
    "papers": ["身份证", "营业执照"],
    "decides": "旗县人社局审核",
    "next_step": "到园区服务台申请。",
    "missing": [],
    "flag_labels": [],
}


def item(what: What = What.ELIGIBLE, closes_on: date | None = None, **changed: Any) -> Any:
    why = "2026-11-30 起营业执照已满12个月"
    return {"what": what, "why": why, "closes_on": closes_on, "answer": ANSWER | changed}


def lines(*items: Any) -> list[str]:
    return matches.policies(list(items)).splitlines()


def test_one_policy_is_told_with_clause_reason_amount_papers_and_the_next_step():
    assert [
        "现在符合：一次性创业补贴（依据：实施方案五（三））",
        "原因：2026-11-30 起营业执照已满12个月。",
        "金额：不低于10000.00元。",
        "材料：身份证、营业执照。",
        "谁来定：旗县人社局审核。",
        "怎么办：到园区服务台申请。",
    ] == lines(item())


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"closes_on": date(2027, 1, 29)}, "最晚申请：2027-01-29。"),
        ({"flag_labels": ["政策口径待确认", "数字待核"]}, "请注意：政策口径待确认；数字待核。"),
        (
            {"what": What.POSSIBLE, "missing": [{"label": "带动就业人数"}, {"label": "已入园"}]},
            "还要确认：带动就业人数、已入园。",
        ),
    ],
)
def test_what_else_there_is_has_a_line_of_its_own(changed, line):
    assert line in lines(item(**changed))


def test_what_is_unknown_has_no_line():
    bare = {"amount": None, "papers": None, "decides": None, "next_step": None}

    assert 2 == len(lines(item(**bare)))


def test_of_what_is_lost_only_the_reason_is_told():
    found = lines(item(What.LOST, flag_labels=["政策口径待确认"]))

    assert ["不再符合", "原因", "请注意"] == [line.partition("：")[0] for line in found]


def test_several_are_numbered_in_one_message():
    found = matches.policies([item(), item(What.CLOSING)]).split("\n\n")

    assert ["1. 现在符合", "2. 即将截止"] == [each.partition("：")[0] for each in found]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([item(What.CLOSING)], "即将截止：一次性创业补贴"),
        ([item(), item(What.CLOSING), item(What.LOST)], "3项政策与您有关"),
    ],
)
def test_the_headline_fits_the_card(items, expected):
    assert expected == matches.headline(items)
    assert len(fields.fit("thing1", matches.headline(items))) <= fields.THING_UNITS


def test_every_message_says_why_it_came_and_how_to_stop_it():
    (row,) = matches.MATCHES

    assert "为什么收到" in row.body
    assert "撤回，立即生效" in row.body
