"""A person counts once in a park and a month, a correction keeps what it corrects."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from backend.accounts.identity import check_character
from backend.errors import Invalid, NotAllowed, WrongStatus
from backend.tenancies import counting, figures, leaving, queries
from backend.tenancies.counting import Named
from backend.tenancies.grounds import Leaving
from tests.backend.tenancies.stage import did, fresh, moved_in, on, told
from tests.records import change, look, one, staff

pytestmark = pytest.mark.usefixtures("simulator")
MARCH = date(2027, 3, 1)
DAY = "2027-03-25"


def number(n: int) -> str:
    """A number of the standard's form, of sequence 000, which is not given out."""
    digits = f"15220119{70 + n:02d}0101000"
    return digits + check_character(digits)


def somebody(*which: int) -> list[Named]:
    names = ("其其格", "巴特尔", "乌日娜", "王小明")
    return [Named(names[n % 4], number(n)) for n in which]


def count(hers: Any, *which: int, by: Any = None, month: date = MARCH, why: str = "") -> dict:
    said = {"month": month, "people": somebody(*which), "why": why}
    return did(counting.record, hers[1], by or staff(), **said)


def confirm(hers: Any, month: date = MARCH) -> dict:
    return did(counting.confirm, hers[1], staff(), month=month)


def shown(hers: Any, by: Any = None) -> list[dict]:
    return figures.of_tenancy(hers[1]["id"], by or staff(), after=None, limit=99)


def counted() -> dict[str, int]:
    """How many count at each unit."""
    found = look(
        "SELECT u.code, count(h.id) FILTER (WHERE h.counted) AS people FROM head h"
        " JOIN headcount c ON c.id = h.headcount_id JOIN tenancy t ON t.id = c.tenancy_id"
        " JOIN unit u ON u.id = t.unit_id GROUP BY u.code ORDER BY u.code"
    )
    return {each["code"]: each["people"] for each in found}


@pytest.fixture
def hers(in_app):
    return moved_in()


@pytest.fixture
def other(in_app):
    return moved_in("other", "B202")


@pytest.fixture(autouse=True)
def in_march():
    with on(DAY):
        yield


class TestWhoSaysIt:
    def test_the_park_says_it_and_it_counts(self, hers):
        done = count(hers, 1, 2, 3)

        assert {"B201": 3} == counted()
        assert "confirm_count" not in done["actions"]
        assert 1 == told("tenancy.heads_counted")
        (its,) = shown(hers)
        assert ("园区登记", 3, "2027-03") == (its["source"], its["counted"], its["month"])

    def test_she_says_it_and_it_counts_once_the_park_has_confirmed_it(self, hers):
        count(hers, 1, 2, by=hers[0])
        assert {"B201": 0} == counted()
        assert "confirm_count" in queries.get(hers[1]["id"], staff())["actions"]
        assert 2 == told("tenancy.heads_declared")

        confirm(hers)

        assert {"B201": 2} == counted()
        (its,) = shown(hers)
        assert ("实体填报", 2) == (its["source"], its["counted"])
        assert its["confirmed_at"] is not None
        with pytest.raises(WrongStatus, match="没有待确认"):
            confirm(hers)

    def test_she_cannot_confirm_it_and_a_month_without_any_cannot_be_confirmed(self, hers):
        count(hers, 1, by=hers[0])

        with pytest.raises(NotAllowed):
            did(counting.confirm, hers[1], hers[0], month=MARCH)
        with pytest.raises(Invalid):
            confirm(hers, date(2027, 2, 1))

    def test_nobody_is_an_answer_too(self, hers):
        count(hers)

        (its,) = shown(hers)
        assert ([], 0) == (its["people"], its["counted"])


class TestWhatIsKept:
    def test_no_number_and_no_name_that_can_be_read(self, hers):
        count(hers, 1)

        (head,) = look("SELECT who, name FROM head")
        assert number(1) not in str(head) and "巴特尔" not in str(head)
        assert head["name"].startswith("v1.")
        assert number(1) not in str(look("SELECT particulars FROM event"))

    def test_names_are_masked_for_whoever_need_not_know(self, hers):
        count(hers, 1)

        assert ["巴特尔"] == [each["name"] for each in shown(hers)[0]["people"]]
        assert ["巴特尔"] == [each["name"] for each in shown(hers, hers[0])[0]["people"]]
        assert ["巴**"] == [each["name"] for each in shown(hers, staff("demo-bureau"))[0]["people"]]


class TestOnceInAParkAndAMonth:
    def test_whom_two_tenants_name_counts_with_the_first(self, hers, other):
        count(hers, 1, 2)
        count(other, 2, 3)

        assert {"B201": 2, "B202": 1} == counted()
        assert [False, True] == [each["counted"] for each in shown(other)[0]["people"]]

    def test_in_another_month_she_counts_anew(self, hers, other):
        count(hers, 1)
        count(other, 1, month=date(2027, 2, 1))

        assert {"B201": 1, "B202": 1} == counted()

    def test_once_the_first_leaves_her_out_she_counts_with_the_other(self, hers, other):
        count(hers, 1, 2)
        count(other, 2)
        count(hers, 1, why="二号人员二月已离职")

        assert {"B201": 1, "B202": 1} == counted()

    def test_a_correction_that_names_her_again_leaves_her_where_she_was(self, hers, other):
        count(hers, 1)
        count(other, 1)
        count(hers, 1, 2, why="补登一人")

        assert {"B201": 2, "B202": 0} == counted()

    def test_what_is_only_declared_takes_nobody_away(self, hers, other):
        count(hers, 1, by=hers[0])
        count(other, 1)
        assert {"B201": 0, "B202": 1} == counted()

        # She reported first, and the park says now that it was so; who was counted stays.
        confirm(hers)
        assert {"B201": 0, "B202": 1} == counted()

    def test_the_database_knows_it_too(self, hers, other):
        count(hers, 1)
        count(other, 1)

        with pytest.raises(IntegrityError, match="uq_head_once_a_month"):
            change("UPDATE head SET counted = true")


class TestCorrecting:
    def test_it_needs_a_reason_and_the_old_one_stands(self, hers):
        count(hers, 1, 2)
        with pytest.raises(Invalid) as refused:
            count(hers, 1)
        assert ["#/why"] == [each["pointer"] for each in refused.value.more["errors"]]

        count(hers, 1, why="一人已离职")

        new, old = shown(hers)
        assert ("一人已离职", 1, None) == (new["why"], new["counted"], new["replaced_at"])
        assert (2, 0) == (len(old["people"]), old["counted"])
        assert old["replaced_at"] is not None

    def test_hers_waits_beside_what_counts_until_the_park_confirms_it(self, hers):
        count(hers, 1, 2)
        count(hers, 1, 2, 3, by=hers[0], why="漏登一人")
        assert {"B201": 2} == counted()

        confirm(hers)

        assert {"B201": 3} == counted()
        assert 1 == one(
            "SELECT count(*) FROM headcount WHERE confirmed_at IS NOT NULL AND replaced_at IS NULL"
        )

    def test_what_the_park_says_replaces_what_she_had_declared(self, hers):
        count(hers, 1, 2, by=hers[0])
        count(hers, 1, why="现场核实一人")

        assert {"B201": 1} == counted()
        assert "confirm_count" not in queries.get(hers[1]["id"], staff())["actions"]


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("month", "fits"),
        [("2026-12-01", False), ("2027-01-01", True), ("2027-03-01", True), ("2027-04-01", False)],
    )
    def test_a_month_before_she_came_or_to_come(self, hers, month, fits):
        if fits:
            count(hers, 1, month=date.fromisoformat(month))
        else:
            with pytest.raises(Invalid) as refused:
                count(hers, 1, month=date.fromisoformat(month))
            assert "#/month" == refused.value.more["errors"][0]["pointer"]

    def test_after_she_has_left_the_park_may_still_put_her_months_right(self, hers):
        did(leaving.leave, hers[1], hers[0], reason=Leaving.MOVING, words="")

        count(hers, 1)
        with pytest.raises(WrongStatus):
            count(hers, 1, by=hers[0], why="补登")
        with on("2027-04-02"), pytest.raises(Invalid):
            count(hers, 1, month=date(2027, 4, 1))

    def test_every_faulty_name_and_number_at_once_and_nobody_twice(self, hers):
        people = [
            Named("其其格", number(1)),
            Named("12", number(1)),
            Named("巴特尔", "152201199001010002"),
        ]

        with pytest.raises(Invalid) as refused:
            did(counting.record, hers[1], staff(), month=MARCH, people=people, why="")

        assert ["#/people/1/name", "#/people/1/number", "#/people/2/number"] == [
            each["pointer"] for each in refused.value.more["errors"]
        ]
        assert number(1) not in str(refused.value.more)
        assert 0 == one("SELECT count(*) FROM headcount")

    def test_before_she_has_moved_in_nobody_works_there(self, in_app):
        waiting = moved_in(day=None)

        with pytest.raises(WrongStatus, match="尚未到园"):
            count(waiting, 1)
        assert "ACTIVE" == fresh(waiting[1])["status"]
