"""How a licence becomes a stipend, by two people, and the stipend money."""

from datetime import date

import pytest

from backend.errors import Invalid, NotAllowed, TooSoon, Unsettled, WrongStatus
from backend.internships import actions, attendance, queries, sweeping, venture
from tests.backend.internships.stage import (
    LICENCE,
    accepted,
    attend,
    begun,
    events,
    fresh,
    messages,
    on,
    over,
    status_of,
    told,
)
from tests.records import person, staff

pytestmark = pytest.mark.usefixtures("simulator")
ONE, OTHER = "demo-bureau", "demo-bureau-2"
# Two months from 4 January 2027 end on 3 March; the window on 3 September, a Friday.
LAST = date(2027, 9, 3)
AFTER = "2027-09-04"


@pytest.fixture
def scene(in_app):
    """An internship of two months that is over, both of them confirmed."""
    return over(months=2)


def step(verb, its: dict, by: str, **said) -> dict:
    return verb(its["id"], seen=fresh(its)["version"], by=staff(by), **said)


def approved(its: dict) -> dict:
    accepted(its)
    return step(venture.approve, its, OTHER)


def paid(its: dict, **said) -> dict:
    day = date(2027, 9, 3)
    wish = {"amount": "3632.00", "paid_on": day, "reference": "财拨 2027-0815"}
    return step(venture.pay, its, ONE, **wish | said)


class TestTheWindow:
    def test_a_licence_of_the_last_day_is_eligible(self, scene):
        her, _, its = scene
        with on(LAST, hour=23):
            sweeping.sweep()
            its = told(its, her, LAST)

            assert {"credit_code": LICENCE, "registered_on": LAST, "returned_why": ""} == its[
                "venture"
            ]
            # 2 × 1816.00.
            assert "3632.00" == accepted(its)["stipend"]["total"]

    def test_on_the_next_day_the_window_is_over_and_the_application_with_it(self, scene):
        her, _, its = scene
        with on(AFTER, hour=0):
            with pytest.raises(Invalid):
                told(its, her, date(2027, 9, 4))
            sweeping.sweep()
            with pytest.raises(WrongStatus):
                told(its, her, LAST)

        assert "WINDOW_EXPIRED" == fresh(its)["status"]
        assert "LAPSED" == status_of({"id": its["application_id"]})
        assert 1 == messages("window_expired")

    def test_no_licence_is_of_tomorrow(self, scene):
        her, _, its = scene
        with on("2027-05-01"), pytest.raises(Invalid):
            told(its, her, date(2027, 5, 2))

    def test_a_licence_from_within_the_internship_is_taken_in_as_an_open_reading(self, scene):
        """Ruling `started_before_end`: the clerk sees that the rules do not know."""
        her, _, its = scene
        with on("2027-05-01"):
            told(its, her, date(2027, 2, 1))

            assert accepted(its)["stipend"]["value"] is None

    def test_a_licence_that_is_put_right_late_counts_by_its_own_day(self, scene):
        her, _, its = scene
        with on(LAST):
            told(its, her, LAST)
            its = step(venture.give_back, its, ONE, why="代码有误")
            # Fifteen working days after Friday 3 September 2027 end on the 24th.
            assert date(2027, 9, 24) == its["expires_on"]
            assert LAST == its["window"]["ends_on"]
        with on("2027-09-24"):
            sweeping.sweep()
            with pytest.raises(Invalid):
                told(its, her, date(2027, 9, 4))
            assert "venture_confirmed" == told(its, her, LAST)["status"].name.lower()


class TestAccepting:
    def test_nothing_is_put_forward_while_a_month_is_uncertain(self, in_app):
        with on("2027-01-04"):
            her, speaks, its = begun(months=2)
        with on("2027-03-04"):
            sweeping.sweep()
            attend(its, "2027-01", her, speaks)
            told(its, her, date(2027, 3, 4))
            with pytest.raises(Unsettled) as refused:
                accepted(its)
            assert ["2027-02"] == refused.value.more["months"]
            step(
                lambda key, **said: attendance.settle(key, "2027-02", **said),
                its,
                ONE,
                counts=False,
                why="查无出勤记录",
            )
            # One month of 1816.00 is left.
            assert "1816.00" == accepted(its)["stipend"]["total"]

    def test_the_month_that_is_not_over_is_none_of_it(self, in_app):
        with on("2027-01-04"):
            her, speaks, its = begun(months=6)
        with on("2027-02-10"):
            with pytest.raises(TooSoon):
                attend(its, "2027-02", her)
            seen = fresh(its)["version"]
            why = {"last_on": date(2027, 2, 10), "why": "提前创业"}
            actions.end_early(its["id"], seen=seen, by=her, **why)
            attend(its, "2027-01", her, speaks)
            told(its, her, date(2027, 2, 10))

            assert "1816.00" == accepted(its)["stipend"]["total"]

    def test_it_goes_back_with_a_reason_that_she_reads(self, scene):
        her, _, its = scene
        with on("2027-05-01"):
            told(its, her, date(2027, 4, 30))
            step(venture.give_back, its, ONE, why="代码有误")

            seen = queries.get(its["id"], her)
        assert ("window_open", "代码有误") == (
            seen["status"].name.lower(),
            seen["venture"]["returned_why"],
        )
        assert 1 == messages("venture_returned")


class TestApproving:
    @pytest.fixture
    def put_forward(self, scene):
        her, _, its = scene
        with on("2027-05-01"):
            told(its, her, date(2027, 4, 30))
            accepted(its)
            yield her, its

    def test_whoever_put_it_forward_does_not_approve_it(self, put_forward):
        _, its = put_forward

        with pytest.raises(NotAllowed):
            step(venture.approve, its, ONE)
        assert "stipend_approved" == step(venture.approve, its, OTHER)["status"].name.lower()

    def test_the_second_person_is_told_and_nobody_else_of_the_staff(self, put_forward):
        assert 2 == messages("venture_accepted")  # She and he.

    def test_what_he_sends_back_is_computed_anew(self, put_forward):
        her, its = put_forward

        back = step(venture.send_back, its, OTHER, why="请核对月份")

        assert (None, "venture_confirmed") == (back["stipend"], back["status"].name.lower())
        assert "3632.00" == accepted(its)["stipend"]["total"]

    def test_months_are_fixed_once_it_is_put_forward(self, put_forward):
        her, its = put_forward

        with pytest.raises(WrongStatus):
            attend(its, "2027-01", her, present=False, words="改主意")


class TestPaying:
    @pytest.fixture
    def approved_one(self, scene):
        her, _, its = scene
        with on(LAST):
            told(its, her, date(2027, 4, 30))
            approved(its)
            yield her, its

    def test_a_payment_ends_the_case(self, approved_one):
        her, its = approved_one

        done = paid(its)

        assert ("paid", "3632.00", date(2027, 9, 3)) == (
            done["status"].name.lower(),
            done["payment"]["amount"],
            done["payment"]["paid_on"],
        )
        assert "COMPLETED" == status_of({"id": its["application_id"]})
        assert 1 == messages("paid")

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"amount": "3632.01"}, "#/amount"),
            ({"paid_on": date(2027, 9, 2)}, "#/paid_on"),
            ({"paid_on": date(2027, 9, 4)}, "#/paid_on"),
        ],
    )
    def test_it_is_what_was_approved_on_a_day_that_has_come(self, approved_one, said, pointer):
        with pytest.raises(Invalid) as refused:
            paid(approved_one[1], **said)

        assert [pointer] == [each["pointer"] for each in refused.value.more["errors"]]

    def test_all_that_is_wrong_is_named_at_once(self, approved_one):
        with pytest.raises(Invalid) as refused:
            paid(approved_one[1], amount="1.00", paid_on=date(2028, 1, 1))

        assert 2 == len(refused.value.more["errors"])

    def test_it_is_paid_once(self, approved_one):
        paid(approved_one[1])

        with pytest.raises(WrongStatus):
            paid(approved_one[1])

    def test_what_was_wrongly_paid_is_recovered_with_a_reason(self, approved_one):
        her, its = approved_one
        paid(its)

        back = step(venture.recover, its, ONE, why="材料不实")

        assert ("recovered", "材料不实") == (
            back["status"].name.lower(),
            back["payment"]["recovered_why"],
        )
        assert ["paid", "recovered"] == events()[-2:]

    def test_strangers_pay_nothing(self, approved_one):
        _, its = approved_one
        its_key = {"seen": fresh(its)["version"], "by": person("contact")}

        with pytest.raises(NotAllowed):
            venture.recover(its["id"], why="x", **its_key)
