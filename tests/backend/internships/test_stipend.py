"""What is paid for which months, and until when does a licence count?"""

from datetime import date

import pytest

from backend.errors import NotMet
from backend.internships import stipend
from backend.internships.kinds import spans
from eligibility.dates import A_DAY, add_months
from eligibility.facts import Known
from tests.backend.internships.stage import on
from tests.records import person, record_facts, staff

pytestmark = pytest.mark.usefixtures("simulator")


def found(first: date, months: int, *, her=None, without: tuple[str, ...] = ()) -> dict:
    """What is put forward on the last day of the window."""
    end = add_months(first, months) - A_DAY
    counted = [each._asdict() for each in spans(first, months) if each.name not in without]
    day = stipend.window_end(first, end)
    with on(day):
        her = her or person()
        return stipend.computed(her.id, first, end, day, counted)


def test_twelve_months_of_2022_come_to_19008(in_app):
    # 1980.00 × 80 % = 1584.00 a month.
    got = found(date(2022, 1, 1), 12)

    assert ("19008.00", 1_900_800) == (got["total"], got["fen"])
    assert 12 == len(got["months"])
    assert {"month": "2022-01", "wage": "1980.00", "amount": "1584.00"} == got["months"][0]


def test_fourteen_months_are_paid_as_twelve(in_app):
    # 1 January 2022 to 28 February 2023: 12 × 1584.00.
    got = found(date(2022, 1, 1), 14)

    assert ("19008.00", 12) == (got["total"], len(got["months"]))
    assert "ruling_pending" in got["flags"]


def test_each_month_has_the_wage_of_its_first_day(in_app):
    # July to November 2024: 5 × 1584.00; December: 2270.00 × 80 % = 1816.00.
    got = found(date(2024, 7, 1), 6)

    assert "9736.00" == got["total"]
    assert ["1584.00"] * 5 + ["1816.00"] == [each["amount"] for each in got["months"]]


def test_a_month_that_straddles_the_change_has_the_old_wage(in_app):
    # 30 November to 29 December, then 30 December to 29 January.
    got = found(date(2024, 11, 30), 2)

    assert ["1584.00", "1816.00"] == [each["amount"] for each in got["months"]]


def test_a_month_that_does_not_count_is_left_out_with_its_own_wage(in_app):
    got = found(date(2024, 7, 1), 6, without=("2024-08",))

    # 4 × 1584.00 + 1816.00.
    assert "8152.00" == got["total"]


def test_the_lines_add_up_to_what_the_rule_pays_for_the_whole(in_app):
    """The rule asked once about six months says the same as asked about each."""
    got = found(date(2024, 7, 1), 6)

    assert got["fen"] == sum(round(float(each["amount"]) * 100) for each in got["months"])


def test_no_month_is_no_stipend(in_app):
    with pytest.raises(NotMet) as refused:
        found(date(2024, 7, 1), 1, without=("2024-07",))

    assert refused.value.more["verdict"]["value"] is False


def test_nothing_is_put_forward_where_the_rules_say_no(in_app):
    her = person()
    no = {
        name: Known(False, "staff", date(2024, 12, 1))
        for name in ("is_young_student_or_grad", "is_current_student", "is_hei_graduate")
    }
    with on("2024-12-02"):
        record_facts(her.id, no, by=staff("demo-bureau"), evidence="学信网")

    with pytest.raises(NotMet):
        found(date(2024, 7, 1), 6, her=her)


def test_what_is_unknown_is_said_and_stands_in_nobodys_way(in_app):
    assert found(date(2024, 7, 1), 6)["value"] is None


@pytest.mark.parametrize(
    ("starts_on", "months", "expected"),
    [
        # It ends on 31 August: six months later is the last of February.
        (date(2026, 9, 1), 12, date(2028, 2, 29)),
        (date(2026, 3, 1), 6, date(2027, 2, 28)),
        (date(2027, 1, 4), 6, date(2028, 1, 3)),
    ],
)
def test_the_window_is_six_months_from_the_end_and_never_beyond_a_months_last_day(
    in_app, starts_on, months, expected
):
    assert expected == stipend.window_end(starts_on, add_months(starts_on, months) - A_DAY)


@pytest.mark.parametrize(
    ("today", "left", "label"),
    [
        ("2027-11-04", 60, "还剩 60 天，2028-01-03 当天有效"),
        ("2028-01-02", 1, "还剩 1 天，2028-01-03 当天有效"),
        ("2028-01-03", 0, "今天是最后一天"),
        ("2028-01-04", 0, "窗口期已过"),
    ],
)
def test_the_countdown_counts_the_last_day(today, left, label):
    with on(today):
        shown = stipend.window(date(2028, 1, 3))

    assert {"ends_on": date(2028, 1, 3), "days_left": left, "label": label} == shown


def test_whoever_has_no_window_has_no_countdown():
    assert stipend.window(None) is None
