"""Is a row filled in as a whole, and refused as a whole where something is not known?"""

import pytest

from backend.access import Relation
from notifications.fields import Unfit
from notifications.filling import Unsaid, filled, named_by
from notifications.rows import Row

CARD = {"thing1": "{office}", "date3": "{on}"}
ROW = Row(
    "application.approved",
    Relation.APPLICANT,
    "已通过",
    "{number} 由{office}通过。{note}",
    "pages/x?id={id}",
    "tenancy_result",
    CARD,
)
KNOWN = {
    "id": 7,
    "number": "RZ-1",
    "office": "恒隆创业广场",
    "note": "",
    "on": "2026年12月1日",
    "at": "2026年11月30日 09:00",
}


def without(*names: str) -> dict:
    return {name: value for name, value in KNOWN.items() if name not in names}


def test_a_row_names_what_it_has_blanks_for_wherever_they_are():
    assert {"id", "number", "office", "note", "on"} == named_by(ROW)


def test_inbox_and_card_are_filled_in_together():
    assert (
        "已通过",
        "RZ-1 由恒隆创业广场通过。",
        "pages/x?id=7",
        {"thing1": "恒隆创业广场", "date3": "2026年12月1日"},
    ) == filled(ROW, KNOWN)


def test_everything_that_is_missing_is_named_at_once_and_nothing_of_whom_it_is_about():
    with pytest.raises(Unsaid) as caught:
        filled(ROW, without("number", "on"))

    assert {"number", "on"} == caught.value.missing
    assert "application.approved cannot be told to applicant: number, on missing" == str(
        caught.value
    )


def test_what_is_not_known_is_missing_and_an_empty_word_is_a_word():
    with pytest.raises(Unsaid, match="office missing"):
        filled(ROW, KNOWN | {"office": None})

    assert filled(ROW, KNOWN | {"note": ""}).body.endswith("通过。")


def test_a_name_that_only_the_card_has_is_missed_as_well():
    with pytest.raises(Unsaid, match="on missing"):
        filled(ROW, without("on"))


def test_a_day_that_is_over_is_that_of_the_event_on_the_card():
    assert "2026年11月30日 09:00" == filled(ROW, KNOWN | {"on": ""}).card["date3"]


def test_a_word_that_no_card_can_hold_is_refused():
    with pytest.raises(Unfit):
        filled(ROW, KNOWN | {"on": "next week"})


def test_braces_in_what_is_filled_in_are_words_like_others():
    assert "RZ-1 由{number}通过。{" == filled(ROW, KNOWN | {"office": "{number}", "note": "{"}).body
