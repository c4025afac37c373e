"""Rows with two times."""

from datetime import date

import pytest

from eligibility.parameters import Parameter, Readings, Ruling, row_json, row_of

JAN, JUNE, END = date(2022, 1, 1), date(2022, 6, 1), date(2022, 12, 31)
FIRST = Parameter("wage", 100, JAN, END, known_from=JAN)


def test_a_day_that_no_row_covers_has_no_value():
    readings = Readings([FIRST])

    assert readings.at(END, END).value("wage") == 100
    assert readings.at(date(2023, 1, 1), END).value("wage") is None
    assert readings.at(date(2021, 12, 31), END).value("wage") is None


def test_what_was_known_later_counts_only_for_whoever_asks_later():
    readings = Readings([FIRST]).with_rows([Parameter("wage", 120, JUNE, END, known_from=JUNE)])

    assert readings.at(JUNE, date(2022, 5, 31)).value("wage") == 100
    assert readings.at(JUNE, JUNE).value("wage") == 120
    assert readings.at(date(2022, 5, 31), JUNE).value("wage") == 100


def test_of_two_rows_known_since_one_day_the_first_counts():
    newest, older = (Parameter("wage", n, JAN, END, known_from=JUNE) for n in (120, 110))

    assert Readings([newest, older]).at(JUNE, JUNE).value("wage") == 120


def test_one_clause_read_another_way_leaves_the_others_alone():
    scope = Ruling("scope", ("wide", "narrow"), "", "open", JAN, END)
    other = Ruling("other", ("a", "b"), "a", "decided", JAN, END)
    known = Readings([scope, other, FIRST]).at(JUNE, END)

    read = known.read_as("scope", "narrow")

    assert ("narrow", "a", 100) == (
        read.ruling("scope").reading,
        read.ruling("other").reading,
        read.value("wage"),
    )
    assert known.ruling("scope").reading is None


def test_equal_rows_have_equal_keys_and_others_do_not():
    one, two = Readings([FIRST]).at(JAN, JAN), Readings([FIRST]).at(JUNE, END)

    assert one.key == two.key
    assert one.key != Readings([Parameter("wage", 101, JAN, END)]).at(JAN, JAN).key


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([FIRST, Parameter("wage", 1, END, END, known_from=JAN)], "overlap"),
        ([FIRST, Parameter("wage", 1, date(2023, 2, 1), date(2023, 3, 1))], "nothing holds"),
        ([Parameter("wage", 1, END, JAN)], "before it begins"),
        ([Parameter("wage", 1, JAN)], "review_by"),
        ([Ruling("scope", ("a", "b"), "c", "decided", JAN)], "none of its readings"),
        ([Ruling("scope", ("a", "b"), "a", "perhaps", JAN)], "a ruling is one of"),
    ],
)
def test_overlaps_gaps_and_turned_periods_are_faults(rows, said):
    assert any(said in fault for fault in Readings(rows).faults())


def test_a_row_is_read_back_as_it_was_written():
    ruling = Ruling("scope", ("a", "b"), "a", "open", JAN, decided_on=JUNE, points=("A01",))

    assert [FIRST, ruling] == [row_of(row_json(row)) for row in (FIRST, ruling)]
