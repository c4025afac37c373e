"""How long may a unit stand idle, and does business go on by itself?"""

from datetime import date
from typing import Any

import pytest

from backend.errors import Invalid, WrongStatus
from backend.tenancies import suspending, sweeping
from backend.tenancies.grounds import Pause
from tests.backend.tenancies.stage import (
    did,
    fresh,
    moved_in,
    on,
    settled,
    the_books_agree,
    told,
)
from tests.records import one, staff

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.fixture
def hers(in_app):
    return moved_in()


def suspend(hers: Any, ends_on: str, ground: Pause = Pause.ILLNESS, words: str = "") -> dict:
    more = {"ground": ground, "ends_on": date.fromisoformat(ends_on), "words": words}
    return did(suspending.suspend, hers[1], staff(), **more)


@pytest.mark.parametrize(
    ("today", "ends_on", "fits"),
    [
        ("2027-03-01", "2027-02-28", False),
        ("2027-03-01", "2027-03-01", True),
        ("2027-03-01", "2027-05-31", True),
        ("2027-03-01", "2027-06-01", False),
        # Not beyond the term.
        ("2027-12-01", "2027-12-31", True),
        ("2027-12-01", "2028-01-01", False),
    ],
)
def test_for_three_months_at_the_most_and_within_the_term(hers, today, ends_on, fits):
    with on(today):
        if fits:
            assert "SUSPENDED" == suspend(hers, ends_on)["status"].name
        else:
            with pytest.raises(Invalid, match="逐项"):
                suspend(hers, ends_on)


def test_every_fault_is_told_at_once(hers):
    with on("2027-03-01"), pytest.raises(Invalid) as refused:
        suspend(hers, "2027-12-01", Pause.OTHER)

    assert ["#/ends_on", "#/words"] == [each["pointer"] for each in refused.value.more["errors"]]


@pytest.mark.parametrize(("day", "status"), [("2027-03-31", "SUSPENDED"), ("2027-04-01", "ACTIVE")])
def test_business_goes_on_by_itself_the_day_after(hers, day, status):
    with on("2027-03-01"):
        suspend(hers, "2027-03-31")
    with on(day):
        sweeping.sweep()
        sweeping.sweep()

    assert status == fresh(hers[1])["status"]
    assert int(status == "ACTIVE") == told("tenancy.resumed")
    if status == "ACTIVE":
        assert date(2027, 4, 1) == one("SELECT ended_on FROM suspension")
    the_books_agree("2027-04-01")


def test_the_park_may_let_it_go_on_before(hers):
    with on("2027-03-01"):
        suspend(hers, "2027-03-31", Pause.SEASON, "冬季停业")
    with on("2027-03-10"):
        back = did(suspending.resume, hers[1], staff())
        with pytest.raises(WrongStatus):
            did(suspending.resume, hers[1], staff())

    assert ("ACTIVE", date(2027, 3, 10)) == (back["status"].name, back["suspension"]["ended_on"])


def test_whoever_has_not_moved_in_has_nothing_to_rest_from(in_app):
    with on("2026-11-24"):
        hers = settled()
    with on("2027-01-04"), pytest.raises(WrongStatus, match="尚未到园"):
        suspend(hers, "2027-01-31")


def test_a_term_that_ends_within_ends_the_rest_too(hers):
    with on("2027-12-01"):
        suspend(hers, "2027-12-31")
    with on("2028-01-03"):
        sweeping.sweep()

    assert "LEFT_ON_TIME" == fresh(hers[1])["status"]
    assert date(2028, 1, 1) == one("SELECT ended_on FROM suspension")
