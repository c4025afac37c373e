"""What is waived is part of the text that both sign, and what was not agreed is not known."""

from datetime import date
from typing import Any

import pytest

from backend.errors import Invalid
from backend.tenancies import actions, queries
from backend.tenancies.grounds import Fee
from tests.backend.tenancies.stage import did, fresh, granted, on, signed
from tests.records import staff

pytestmark = pytest.mark.usefixtures("simulator")
FREE = {
    "fee": Fee.RENT,
    "starts_on": date(2027, 1, 1),
    "ends_on": date(2027, 12, 31),
    "percent": 100,
}


@pytest.fixture
def hers(in_app):
    with on("2026-11-24"):
        yield granted()


def agree(hers: Any, *relief: dict, words: str = "") -> dict:
    return did(actions.amend, hers[1], staff(), special_terms=words, relief=list(relief))


def test_it_stands_in_the_hashed_text_and_beside_it_as_figures(hers):
    before = queries.agreement(hers[1]["id"], hers[0])
    assert [None] * 4 == [each["terms"] for each in before["relief"]]
    assert "房租：未约定减免" in before["text"]

    agree(hers, FREE, FREE | {"fee": Fee.WATER, "ends_on": date(2027, 6, 30), "percent": 50})

    after = queries.agreement(hers[1]["id"], hers[0])
    assert before["sha256"] != after["sha256"]
    assert "自 2027-01-01 至 2027-12-31 减免 100%" in after["text"]
    assert [100, 50, None, None] == [
        each["terms"] and each["terms"][0]["percent"] for each in after["relief"]
    ]
    assert "2027-06-30" == str(after["relief"][1]["terms"][0]["ends_on"])


def test_other_words_leave_it_as_it_was_and_an_empty_list_takes_it_out(hers):
    agree(hers, FREE)
    did(actions.amend, hers[1], staff(), special_terms="车位一个。")
    assert "减免 100%" in queries.agreement(hers[1]["id"], hers[0])["text"]

    agree(hers)
    assert "减免 100%" not in queries.agreement(hers[1]["id"], hers[0])["text"]


def test_what_was_signed_before_is_void(hers):
    signed(hers[1], hers[0])
    agree(hers, FREE)

    assert ["applicant", "decider"] == queries.get(hers[1]["id"], hers[0])["waits_for"]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"starts_on": date(2026, 12, 31)}, "期限之内"),
        ({"ends_on": date(2028, 1, 1)}, "期限之内"),
        # The day before the first leaves no day at all.
        ({"starts_on": date(2027, 6, 1), "ends_on": date(2027, 5, 31)}, "颠倒"),
        ({"fee": Fee.RENT, "starts_on": date(2027, 12, 31)}, "重叠"),
    ],
)
def test_within_the_term_and_one_at_a_time_for_each_fee(hers, second, words):
    one = FREE | {"fee": Fee.WATER} | second
    before = fresh(hers[1])["version"]
    with pytest.raises(Invalid) as refused:
        agree(hers, FREE, one)

    (fault,) = refused.value.more["errors"]
    assert "#/relief/1" == fault["pointer"]
    assert words in fault["detail"]
    assert before == fresh(hers[1])["version"]


def test_two_periods_of_one_fee_may_follow_each_other(hers):
    half = FREE | {"ends_on": date(2027, 6, 30)}
    rest = FREE | {"starts_on": date(2027, 7, 1), "percent": 50}

    agree(hers, rest, half)

    told = queries.agreement(hers[1]["id"], hers[0])["relief"][0]["terms"]
    assert [100, 50] == [each["percent"] for each in told]
