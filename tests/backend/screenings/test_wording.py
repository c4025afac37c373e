"""In which words is an answer told?"""

from datetime import date

import pytest

from backend.screenings.wording import amount, filled, shown, tree, verdict
from eligibility.engine import assess
from eligibility.values import Amount
from tests.backend.screenings.test_answers import on

GROUND = on({})


@pytest.mark.parametrize(
    ("value", "applicable", "words"),
    [
        (True, True, "符合"),
        (False, True, "不符合"),
        (None, True, "还不能确定"),
        (None, None, "还不能确定"),
        (False, False, "不适用"),
    ],
)
def test_every_value_has_words_and_unknown_is_no_no(value, applicable, words):
    assert words == verdict(GROUND, value, applicable)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Amount("exact", 1_900_800, 1_900_800, "yuan", "unstated"), "19008.00元"),
        (Amount("exact", 158_400, 316_800, "yuan", "unstated"), "1584.00元到3168.00元之间"),
        (Amount("exact", 158_400, None, "yuan", "unstated"), "金额要等资料齐全才能算出"),
        (Amount("exact", None, None, "yuan", "unstated"), "金额要等资料齐全才能算出"),
        (Amount("at_least", 1_000_000, None, "yuan", "unstated"), "不低于10000.00元"),
        (Amount("at_most", None, 5_000_000, "yuan", "region"), "最高50000.00元"),
        (Amount("at_most", None, None, "yuan", "region"), "金额要等资料齐全才能算出"),
        (Amount("unspecified", None, None, "yuan", "park"), "文件没有写金额"),
        (Amount("in_kind", None, None, "yuan", "park"), "不发钱，给便利或服务"),
    ],
)
def test_an_amount_is_told_in_its_own_form(found, text):
    assert text == amount(GROUND, found)["text"]


def test_no_amount_has_no_words():
    assert amount(GROUND, None) is None


def test_numbers_of_the_day_are_filled_in_whole_yuan():
    assert "不超过100000元" == filled(GROUND, "不超过{p.waiver_loan_cap}元")
    assert "满12个月" == filled(GROUND, "满{p.reg_months}个月")


def test_a_number_that_is_not_there_on_that_day_is_said_to_be_open():
    earlier = type(GROUND)(GROUND.policy, GROUND.snapshot, date(1950, 1, 1), GROUND.facts)

    assert "满（待定）个月" == filled(earlier, "满{p.reg_months}个月")


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [("fen", 150, "1.50"), ("fen", True, True), ("fen", None, None), ("person", 150, 150)],
)
def test_only_money_is_written_as_yuan(unit, value, words):
    assert words == shown(unit, value)


class TestTrees:
    def told(self, rule: str, **facts):
        ground = on(facts)
        found = assess(ground.policy, rule, ground.facts, ground.snapshot, ground.as_of)
        return tree(ground, found.tree)

    def leaves(self, node):
        inner = [leaf for child in node.get("children", ()) for leaf in self.leaves(child)]
        return inner or [node]

    def test_money_had_and_needed_is_in_yuan(self):
        (leaf,) = [
            each
            for each in self.leaves(self.told("guarantee_waiver", loan_amount=100_000_01))
            if each.get("fact") == "loan_amount"
        ]

        assert ("100000.01", "100000.00", "yuan") == (leaf["have"], leaf["need"], leaf["unit"])
        assert "不符合" == leaf["value_label"]

    def test_an_open_reading_shows_what_each_reading_comes_to(self):
        waiver = self.told("guarantee_waiver", in_park=False)
        (scope,) = [e for e in waiver["children"] if e.get("ruling") == "waiver_scope"]

        assert "免反担保给谁" == scope["label"]
        assert [
            ("全盟创业者都可以", "没有别的要求", "符合"),
            ("只限入驻创业园的人", "已入驻创业园", "不符合"),
        ] == [
            (each["reading_label"], each["label"], each["value_label"])
            for each in scope["children"]
        ]

    def test_a_rule_within_a_rule_has_its_title(self):
        subsidy = self.told("startup_subsidy")
        (group,) = [each for each in subsidy["children"] if each.get("rule") == "category5"]

        assert group["label"] == GROUND.policy.label("rule", "category5", "title")
