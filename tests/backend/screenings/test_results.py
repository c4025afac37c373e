"""How is an answer told to the one who asked?"""

from datetime import date

import pytest

from backend.screenings import results
from backend.screenings.results import gap, group, step
from eligibility.gaps import Gap
from eligibility.questions import Question
from eligibility.remedies import Change
from tests.backend.screenings.test_answers import on


@pytest.mark.parametrize(
    ("change", "words", "to"),
    [
        (Change("answer", "is_veteran", True), "是退役军人", True),
        (Change("change", "in_park", True), "已入驻创业园", True),
        (Change("change", "other_workers_employed", 1), "带动就业人数：达到1", 1),
        (
            Change("change", "loan_amount", 100_000_00),
            "想贷多少钱：降到100000.00元",
            "100000.00",
        ),
        (Change("change", "honour_level", "league"), "得过的最高荣誉：达到盟级", "league"),
        (
            Change("wait", "reg_date", None, date(2023, 5, 10)),
            "等到2023-05-10：执照日期",
            None,
        ),
    ],
)
def test_a_step_is_told_without_a_code_word(change, words, to):
    told = step(on({"loan_amount": 100_000_01, "other_workers_employed": 0}), change)

    assert (words, to, change.on) == (told["words"], told["to"], told["on"])


@pytest.mark.parametrize(
    ("missing", "label", "who"),
    [
        (Gap("fact", "bank_credit_good", "bank"), "银行评定信用良好", "银行"),
        (Gap("ruling", "waiver_scope", "staff"), "免反担保给谁", "工作人员"),
        (Gap("parameter", "reg_months", "staff"), results.A_NUMBER, "工作人员"),
    ],
)
def test_a_gap_says_in_words_what_is_missing_and_who_can_tell(missing, label, who):
    told = gap(on({}), missing)

    assert (label, who, missing.name) == (told["label"], told["who_label"], told["name"])


def test_questions_asked_together_have_one_question_and_a_label_each():
    rules = ("priority_service",)
    asked = [Question(name, "self", 0.0, rules) for name in ("is_veteran", "farmer_herder")]

    told = group(on({}), asked)

    assert told is not None
    assert ("who", "下面哪些说的是您？") == (told["id"], told["question"])
    assert ["是退役军人", "是农牧民"] == [each["label"] for each in told["facts"]]
    assert {"用来判断：重点帮扶服务"} <= {each["because"] for each in told["facts"]}


@pytest.mark.parametrize("number", [0, 1])
def test_a_single_question_is_no_group(number):
    asked = [Question("reg_date", "self", 0.0, ("startup_subsidy",))]

    assert group(on({}), asked[:number]) is None
