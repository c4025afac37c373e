"""How do we read numbers that people write in many ways? (reliability.md G2)"""

import pytest

from backend.accounts import numerals

KEPT = "13800138000"
ACCEPTED = {
    "PH-01": "13800138000",
    "PH-02": "+86 138 0013 8000",
    "PH-03": "008613800138000",
    "PH-04": "8613800138000",
    "PH-05": "138-0013-8000",
    "PH-14": "１３８００１３８０００",
    "PH-16": "１３８00138000",
    "an en dash": "138\u20130013\u20138000",
    "wide spaces": "\u3000138\u00a00013 8000\u3000",
    "a wide plus": "＋86 13800138000",
}
REFUSED = {
    "PH-06": "1380013800",
    "PH-07": "138001380000",
    "PH-08-10": "10800138000",
    "PH-08-11": "11800138000",
    "PH-08-12": "12800138000",
    "PH-11": "0482-8266490",
    "PH-12": "0482-8266490转801",
    "PH-13": "+852 5123 4567",
    "PH-15": "1380013800a",
    "PH-17": "13800138000 13800138001",
    "Arabic-Indic": "١٣٨٠٠١٣٨٠٠٠",
    "superscript": "¹3800138000",
    "zero width": "\u200b13800138000",
    "a line feed": "13800138000\n",
    "nothing": "",
}


@pytest.mark.parametrize("written", list(ACCEPTED.values()), ids=list(ACCEPTED))
def test_every_way_of_writing_a_mobile_number_comes_to_one(written):
    assert KEPT == numerals.mobile(written)


@pytest.mark.parametrize("written", list(REFUSED.values()), ids=list(REFUSED))
def test_what_is_no_mobile_number_is_none(written):
    assert numerals.mobile(written) is None


@pytest.mark.parametrize(
    "number", ["17012345678", "17112345678", "14512345678", "16612345678", "19912345678"]
)
def test_ph09_ph10_every_operator_counts(number):
    assert number == numerals.mobile(number)


def test_a_landline_keeps_its_digits():
    assert "04828266490" == numerals.plain("０４８２-8266490")
