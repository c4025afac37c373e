"""What may be sent about published decisions."""

import pytest

from miniprogram_api.schemas.publicity import NewObjection, NewPublicity, ObjectionAnswer
from tests.miniprogram_api.schemas.test_applications import faults


@pytest.mark.parametrize("days", [3, 5, 30])
def test_a_decision_is_published_for_three_to_thirty_working_days(days):
    assert {"workdays": days} == NewPublicity().load({"workdays": days})


@pytest.mark.parametrize("days", [2, 31, 0, -1, True, 5.5, "5"])
def test_no_other_period_is_taken(days):
    assert {"/workdays"} == faults(NewPublicity(), {"workdays": days})


def test_five_working_days_unless_another_period_is_named():
    assert {"workdays": 5} == NewPublicity().load({})


@pytest.mark.parametrize("words", ["", " ", "x" * 1001, None, 7])
def test_an_objection_and_its_answer_need_words(words):
    assert {"/words"} == faults(NewObjection(), {"words": words})
    assert {"/answer"} == faults(ObjectionAnswer(), {"upheld": True, "answer": words})


def test_an_answer_says_whether_the_objection_is_right():
    assert {"/upheld"} == faults(ObjectionAnswer(), {"answer": "经核查属实"})
