"""How are benefits, numbers and facts shown to whoever looks them up?"""

import re

import pytest

from backend.screenings import pages
from tests.backend.screenings.test_answers import BENEFITS, on

GROUND = on({})


def test_a_page_names_the_clause_who_decides_and_what_to_bring():
    told = pages.page(GROUND, GROUND.policy.rules["startup_subsidy"])

    assert ("一次性创业补贴", "五（三）") == (told["title"], told["clause"])
    assert "旗县人社局审核" == told["decides"]
    assert "营业执照" in told["papers"]
    assert "不低于10000.00元" == told["amount"]["text"]


@pytest.mark.parametrize("rule", BENEFITS)
def test_a_page_asks_only_what_a_person_can_tell_with_words_for_every_option(rule):
    for each in pages.page(GROUND, GROUND.policy.rules[rule])["questions"]:
        assert "self" == each["who"]
        assert re.search("[一-鿿]", each["question"])
        for option in each["options"]:
            assert re.search("[一-鿿]", option["label"]), option


def test_money_of_the_policy_is_in_yuan_and_months_stay_months():
    found = pages.page(GROUND, GROUND.policy.rules["startup_subsidy"])["parameters"]
    values = {each["name"]: (each["value"], each["unit"]) for each in found}

    assert ("10000.00", "yuan") == values["startup_floor"]
    assert (12, "month") == values["reg_months"]


def test_an_amount_that_hangs_on_the_person_is_not_promised_to_everybody():
    told = pages.short(GROUND, GROUND.policy.rules["internship_subsidy"])

    assert (None, None) == (told["amount"]["lower"], told["amount"]["upper"])
