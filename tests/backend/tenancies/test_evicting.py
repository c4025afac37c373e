"""Nobody is evicted unheard, nor by the park alone, nor before her days to answer are over."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from backend.errors import NotAllowed, TooLate, TooSoon, WrongStatus
from backend.tenancies import evicting, queries, sweeping
from backend.tenancies.grounds import Eviction
from tests.backend.tenancies.stage import (
    did,
    events,
    fresh,
    moved_in,
    on,
    the_books_agree,
    told,
)
from tests.records import change, one, staff

pytestmark = pytest.mark.usefixtures("simulator")
# Announced on Monday 1 March 2027: she may answer through Monday the 8th.
ANNOUNCED, LAST, AFTER = "2027-03-01", "2027-03-08", "2027-03-09"


@pytest.fixture
def hers(in_app):
    her, tenancy = moved_in()
    with on(ANNOUNCED):
        announce(tenancy)
    return her, tenancy


def announce(tenancy: dict) -> dict:
    said = {"ground": Eviction.IDLE_OR_CLOSED, "words": "三次巡查均无人办公"}
    return did(evicting.announce, tenancy, staff(), **said)


def hear(hers: Any, *, attended: bool = True, by: str = "demo-manager") -> dict:
    said = {"attended": attended, "note": "当面听取，入驻人称出差"}
    return did(evicting.hear, hers[1], staff(by), **said)


def evict(hers: Any, by: str = "demo-bureau") -> dict:
    return did(evicting.evict, hers[1], staff(by), why="经核查属实")


def test_she_is_told_for_what_and_until_when_she_may_answer(hers):
    shown = queries.get(hers[1]["id"], hers[0])

    assert (Eviction.IDLE_OR_CLOSED, date(2027, 3, 8)) == (
        shown["eviction"]["ground"],
        shown["eviction"]["hear_until"],
    )
    assert {"answer", "leave"} <= set(shown["actions"])
    assert "ACTIVE" == fresh(hers[1])["status"]
    told_her = one("SELECT body FROM message WHERE event = 'tenancy.eviction_announced'")
    assert "长期闲置或停业，三次巡查均无人办公" in told_her
    assert "2027年3月8日" in told_her


@pytest.mark.parametrize(("day", "in_time"), [(LAST, True), (AFTER, False)])
def test_she_may_answer_through_the_last_day(hers, day, in_time):
    with on(day):
        if in_time:
            said = did(evicting.answer, hers[1], hers[0], words="设备检修，下周恢复")
            assert "设备检修，下周恢复" == said["eviction"]["answer"]
            assert 2 == told("tenancy.eviction_answered")  # Both managers of the park.
        else:
            with pytest.raises(TooLate):
                did(evicting.answer, hers[1], hers[0], words="设备检修，下周恢复")


def test_announced_heard_decided(hers):
    with on("2027-03-03"):
        heard = hear(hers)
        assert ["supervisor"] == heard["waits_for"]
        assert 2 + 1 == told("tenancy.eviction_heard")  # Two clerks of the league, and she.
    with on(AFTER):
        gone = evict(hers)

    assert ("EVICTED", date(2027, 3, 9)) == (gone["status"].name, gone["ended_on"])
    assert gone["eviction"]["evicted"]
    assert [f"eviction_{what}" for what in ("announced", "heard")] + ["evicted"] == events()[-3:]
    assert 5 == gone["exit"]["open"]
    # The unit is hers in the ledger until it was handed over.
    the_books_agree("2027-06-01")


def test_not_before_her_days_are_over_however_soon_she_was_heard(hers):
    with on("2027-03-03"):
        hear(hers)
        with pytest.raises(WrongStatus, match="期限届满"):
            evict(hers)
    with on(LAST), pytest.raises(WrongStatus):
        evict(hers)


def test_not_unheard_however_long_she_is_silent(hers):
    with on("2027-05-01"), pytest.raises(WrongStatus, match="听取意见"):
        evict(hers)


def test_that_she_did_not_come_is_known_after_her_last_day(hers):
    with on(LAST), pytest.raises(TooSoon) as refused:
        hear(hers, attended=False)
    assert {"again_on": "2027-03-09"} == refused.value.more

    with on(AFTER):
        hear(hers, attended=False)
        assert "EVICTED" == evict(hers)["status"].name


def test_the_park_does_not_decide_and_the_bureau_does_not_announce(hers):
    with on("2027-03-03"):
        hear(hers)
    with on(AFTER):
        with pytest.raises(NotAllowed):
            evict(hers, "demo-manager")
        with pytest.raises(NotAllowed):
            did(evicting.announce, hers[1], staff("demo-bureau"), ground=Eviction.SUBLET, words="…")


def test_whoever_announced_it_does_not_decide_even_from_above(hers):
    """Where a park has nobody left, the bureau announces; then somebody else decides."""
    first, second = staff("demo-bureau"), staff("demo-bureau-2")
    change("UPDATE proceeding SET announced_by = :id", id=first.id)
    with on("2027-03-03"):
        hear(hers)
    with on(AFTER):
        with pytest.raises(NotAllowed):
            evict(hers, "demo-bureau")
        assert "EVICTED" == evict(hers, "demo-bureau-2")["status"].name
    assert second.id == one("SELECT closed_by FROM proceeding")


@pytest.mark.parametrize("by", ["demo-manager", "demo-bureau"])
def test_either_of_them_may_let_it_be_and_begin_anew(hers, by):
    with on("2027-03-03"):
        with pytest.raises(WrongStatus, match="已有"):
            announce(hers[1])
        let_be = did(evicting.drop, hers[1], staff(by), why="已恢复经营")
        assert (False, "已恢复经营") == (let_be["eviction"]["evicted"], let_be["eviction"]["why"])
        announce(hers[1])

    assert 1 == told("tenancy.eviction_dropped")
    assert 2 == one("SELECT count(*) FROM proceeding")


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("closed_at = now(), evicted = true, closed_by = :other", "nobody_unheard"),
        (
            "heard_at = now(), hearing = '…', attended = true, closed_at = now(), evicted = true,"
            " closed_by = announced_by",
            "two_people",
        ),
    ],
)
def test_the_database_knows_it_too(hers, what, rule):
    values = {"other": staff("demo-bureau").id} if ":other" in what else {}
    with pytest.raises(IntegrityError, match=f"ck_proceeding_{rule}"):
        change(f"UPDATE proceeding SET {what}", **values)


def test_with_the_end_of_the_term_it_is_moot(hers):
    with on("2028-01-01"):
        sweeping.sweep()

    assert "LEFT_ON_TIME" == fresh(hers[1])["status"]
    assert (False, "入驻已经结束") == (
        one("SELECT evicted FROM proceeding"),
        one("SELECT why FROM proceeding"),
    )
