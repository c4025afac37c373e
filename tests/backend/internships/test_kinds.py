"""Which months has an internship, and until when is its agreement signed?"""

from datetime import UTC, date, datetime

from backend.internships.kinds import sign_by, spans


def test_a_month_runs_from_the_day_of_its_beginning_to_the_day_before():
    assert [
        ("2027-01", date(2027, 1, 4), date(2027, 2, 3)),
        ("2027-02", date(2027, 2, 4), date(2027, 3, 3)),
    ] == spans(date(2027, 1, 4), 2)


def test_months_that_begin_with_the_calendar_end_with_it():
    (only,) = spans(date(2028, 2, 1), 1)

    assert date(2028, 2, 29) == only.last_on


def test_from_the_last_of_january_no_two_months_begin_in_the_same_one():
    found = spans(date(2027, 1, 31), 3)

    assert ["2027-01", "2027-02", "2027-03"] == [each.name for each in found]
    assert [date(2027, 2, 27), date(2027, 3, 30), date(2027, 4, 29)] == [
        each.last_on for each in found
    ]


def test_an_agreement_is_signed_within_fifteen_days_of_shanghai():
    # Half past eleven at night in Shanghai, and one hour later.
    assert date(2027, 1, 16) == sign_by(datetime(2027, 1, 1, 15, 30, tzinfo=UTC))
    assert date(2027, 1, 17) == sign_by(datetime(2027, 1, 1, 16, 30, tzinfo=UTC))
