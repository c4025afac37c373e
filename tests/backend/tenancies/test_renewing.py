"""When may more time be asked for, how much is there, and who else wants the unit?"""

from datetime import date
from typing import Any

import pytest

from backend.errors import Invalid, NotAllowed, UnitTaken, WrongStatus
from backend.tenancies import queries, renewing, sweeping
from backend.tenancies.grounds import Refusal
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    did,
    events,
    fresh,
    moved_in,
    offers,
    on,
    the_books_agree,
    told,
    waits,
)
from tests.records import change, one, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")
# The last day of the term is 31 December 2027.
OPENS, LAST = "2027-11-02", "2027-12-31"


@pytest.fixture
def hers(in_app):
    return moved_in()


def ask(hers: Any, months: int = 12) -> dict:
    return did(renewing.ask, hers[1], hers[0], months=months, why="订单稳定，需要继续使用")


def grant(hers: Any, ends_on: str | None = None) -> dict:
    day = ends_on and date.fromisoformat(ends_on)
    return did(renewing.grant, hers[1], staff(), ends_on=day, words="")


@pytest.mark.parametrize(
    ("day", "may"), [("2027-11-01", False), (OPENS, True), (LAST, True), ("2028-01-01", False)]
)
def test_it_is_asked_for_in_the_last_sixty_days(hers, day, may):
    with on(day):
        assert may is ("renew" in queries.get(hers[1]["id"], hers[0])["actions"])
        if may:
            assert ("RENEWING", ["decider"]) == (
                (asked := ask(hers))["status"].name,
                asked["waits_for"],
            )
        else:
            with pytest.raises(WrongStatus, match="六十日"):
                ask(hers)


def test_the_park_answers_within_five_working_days_and_before_the_term_is_over(hers):
    # Tuesday 2 November and five working days; on the 29th of December the 31st is the last one.
    with on(OPENS):
        assert date(2027, 11, 9) == ask(hers)["renewal"]["due_on"]
        did(renewing.refuse, hers[1], staff(), reason=Refusal.IDLE, words="")
    with on("2027-12-29"):
        assert date(2027, 12, 31) == ask(hers)["renewal"]["due_on"]

    assert 2 == one("SELECT count(*) FROM renewal")


@pytest.mark.parametrize(("ends_on", "until"), [(None, "2028-07-01"), ("2028-03-31", "2028-04-01")])
def test_what_is_granted_is_held_in_the_same_moment(hers, ends_on, until):
    with on(OPENS):
        ask(hers, months=6)
        renewed = grant(hers, ends_on)

    assert "ACTIVE" == renewed["status"].name
    assert until == str(fresh(hers[1])["until_on"])
    assert until == str(one("SELECT upper(during) FROM holding"))
    assert renewed["ends_on"] == renewed["renewal"]["granted_to"]
    assert 1 == told("tenancy.renewal_granted")
    the_books_agree("2028-02-01")


@pytest.mark.parametrize("ends_on", ["2027-12-31", "2028-07-01"])
def test_not_less_than_she_has_and_not_more_than_she_asked_for(hers, ends_on):
    with on(OPENS):
        ask(hers, months=6)
        with pytest.raises(Invalid) as refused:
            grant(hers, ends_on)

    assert "#/ends_on" == refused.value.more["errors"][0]["pointer"]
    assert "RENEWING" == fresh(hers[1])["status"]


def test_whoever_was_granted_the_days_to_come_is_not_cheated(hers):
    with on(OPENS):
        _, case = applicant("next", starts_on="2028-03-01")
        approve(case, unit=unit("B201"))
        ask(hers)
        with pytest.raises(UnitTaken) as refused:
            grant(hers)
        assert "2028-03-01" == refused.value.more["held_from"]
        # Until then it is hers to have.
        grant(hers, "2028-02-29")

    the_books_agree("2028-02-29")
    assert ["ACTIVE", "AGREEMENT_PENDING"] == [each[0] for each in offers()]


def test_a_unit_that_will_be_closed_is_not_renewed(hers):
    change("UPDATE unit SET closed_on = '2028-06-01' WHERE code = 'B201'")
    try:
        with on(OPENS):
            ask(hers)
            with pytest.raises(Invalid, match="逐项"):
                grant(hers)
            grant(hers, "2028-05-31")
    finally:
        change("UPDATE unit SET closed_on = NULL WHERE code = 'B201'")


def test_the_park_sees_how_many_wait_for_such_a_unit(hers):
    with on(OPENS):
        waits("one")
        waits("two")

        assert 2 == ask(hers)["renewal"]["people_waiting"]


def test_a_refusal_has_a_code_and_leaves_the_term_as_it_was(hers):
    with on(OPENS):
        ask(hers)
        with pytest.raises(Invalid, match="逐项"):
            did(renewing.refuse, hers[1], staff(), reason=Refusal.OTHER, words="")
        refused = did(renewing.refuse, hers[1], staff(), reason=Refusal.UNIT_NEEDED, words="")

    assert ("ACTIVE", Refusal.UNIT_NEEDED) == (
        refused["status"].name,
        refused["renewal"]["refused_for"],
    )
    assert "2028-01-01" == str(fresh(hers[1])["until_on"])
    assert 1 == told("tenancy.renewal_refused")


def test_it_is_granted_once_and_three_years_are_the_most(hers):
    with on(OPENS):
        ask(hers)
        grant(hers)
    with on("2028-12-01"), pytest.raises(WrongStatus, match="一次续期"):
        ask(hers)
    change("UPDATE renewal SET granted_until = NULL, refused_for = 'IDLE'")
    change("UPDATE tenancy SET starts_on = '2026-06-01'")
    with on("2028-12-01"):
        # From 1 June 2026 on, three years end with 31 May 2029; the term with 31 December 2028.
        with pytest.raises(Invalid) as refused:
            ask(hers, months=6)
        assert "2029-05-31" in refused.value.more["errors"][0]["detail"]
        ask(hers, months=5)


def test_she_asks_and_the_park_answers_and_not_the_other_way_round(hers):
    with on(OPENS):
        with pytest.raises(NotAllowed):
            did(renewing.ask, hers[1], staff(), months=1, why="自行续期")
        ask(hers)
        with pytest.raises(NotAllowed):
            did(renewing.grant, hers[1], hers[0], ends_on=None, words="")


def test_a_term_that_is_over_before_the_answer_is_over(hers):
    with on(OPENS):
        ask(hers)
    with on("2028-01-01"):
        sweeping.sweep()
        assert "renewal_asked" in events()
        with pytest.raises(WrongStatus):
            grant(hers)

    assert "LEFT_ON_TIME" == fresh(hers[1])["status"]
    assert 0 == one("SELECT count(*) FROM renewal WHERE closed_at IS NULL")
    the_books_agree()
