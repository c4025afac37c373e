"""Who moves in, until when, and what becomes of the unit of somebody who does not."""

from datetime import date

import pytest

from backend.cases.timeline import timeline
from backend.errors import Invalid, NotAllowed, WrongStatus
from backend.tenancies import arriving, sweeping
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    arrive,
    did,
    events,
    fresh,
    moved_in,
    offers,
    on,
    settled,
    the_books_agree,
    told,
    waits,
)
from tests.records import change, look, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")
# The term begins on Friday 1 January 2027; ten working days later it is Friday the 15th.
LAST = "2027-01-15"


@pytest.fixture
def her(in_app):
    return moved_in(day=None)


def test_from_the_signatures_to_the_arrival(in_app):
    with on("2026-11-24"):
        her, tenancy = settled()
    assert (date(2027, 1, 15), None) == (tenancy["arrive_by"], tenancy["arrived_on"])
    before = rows_of(tenancy)
    with on("2027-01-04"):
        arrive(tenancy)
    after = rows_of(tenancy)

    # What the stage plants for other tests is what the steps leave behind.
    change("DELETE FROM agreement; DELETE FROM tenancy; DELETE FROM holding")
    assert before == rows_of(moved_in("planted", day=None)[1])
    change("DELETE FROM agreement; DELETE FROM tenancy; DELETE FROM holding")
    assert after == rows_of(moved_in("planted, too")[1])


def rows_of(tenancy: dict) -> list[dict]:
    return look(
        "SELECT t.status, t.starts_on, t.until_on, arrive_by, arrived_on, expires_at, ended_on,"
        " handed_over_on, h.kind, h.during, a.status AS asking, s.edition, park_signed_by,"
        " unit.code FROM tenancy t JOIN application a ON a.id = t.application_id"
        " JOIN holding h ON h.application_id = a.public_id JOIN unit ON unit.id = t.unit_id"
        " JOIN agreement s ON s.tenancy_id = t.id WHERE t.public_id = :id",
        id=tenancy["id"],
    )


@pytest.mark.parametrize(
    ("today", "day"),
    [("2027-01-04", "2026-12-31"), ("2027-01-04", "2027-01-05")],
)
def test_she_moves_in_on_a_day_of_her_term_that_has_come(her, today, day):
    with on(today), pytest.raises(Invalid) as refused:
        arrive(her[1], day)

    assert "#/arrived_on" == refused.value.more["errors"][0]["pointer"]


def test_nobody_moves_in_before_her_term(her):
    with on("2026-12-31"), pytest.raises(WrongStatus, match="尚未到入驻开始之日"):
        arrive(her[1], "2026-12-31")


@pytest.mark.parametrize("day", ["2027-01-01", LAST])
def test_the_park_confirms_it_once(her, day):
    with on(LAST):
        there = arrive(her[1], day)
        with pytest.raises(WrongStatus):
            arrive(her[1], day)
        sweeping.sweep()

    assert (date.fromisoformat(day), None) == (there["arrived_on"], there["arrive_by"])
    assert 1 == told("tenancy.arrived")
    assert "ACTIVE" == fresh(her[1])["status"]
    the_books_agree("2027-01-20")


def test_she_cannot_confirm_it_herself(her):
    with on("2027-01-04"), pytest.raises(NotAllowed):
        did(arriving.confirm, her[1], her[0], arrived_on=date(2027, 1, 4))


@pytest.mark.parametrize(("day", "lapsed"), [(LAST, False), ("2027-01-16", True)])
def test_on_the_last_day_she_may_still_come_and_the_day_after_the_unit_is_the_nexts(
    her, day, lapsed
):
    with on("2026-11-24"):
        waits("next")
    with on(day):
        sweeping.sweep()
        sweeping.sweep()

    expected = [("OFFER_LAPSED", "B201", "qiqige"), ("OFFERED", "B201", "next")]
    assert (expected if lapsed else [("ACTIVE", "B201", "qiqige")]) == offers()
    assert int(lapsed) == told("tenancy.arrival_lapsed")
    the_books_agree("2027-02-01")
    if lapsed:
        gone = fresh(her[1])
        assert ("NO_SHOW", date(2027, 1, 15)) == (gone["ended_why"], gone["ended_on"])


def test_whoever_did_not_come_may_apply_again(her):
    with on("2027-01-16"):
        sweeping.sweep()
        _, again = applicant("qiqige", starts_on="2027-02-01")
        approve(again, unit=unit("B201"))

    assert ["OFFER_LAPSED", "AGREEMENT_PENDING"] == [each[0] for each in offers()]


class TestPostponing:
    @pytest.mark.parametrize(
        ("day", "fits"),
        [(LAST, False), ("2027-01-16", True), ("2027-01-29", True), ("2027-01-30", False)],
    )
    def test_by_ten_more_working_days_at_the_most(self, her, day, fits):
        with on("2027-01-04"):
            if not fits:
                with pytest.raises(Invalid, match="逐项检查"):
                    self.put_off(her, day)
                return
            put_off = self.put_off(her, day)

        assert date.fromisoformat(day) == put_off["arrive_by"]

    def test_only_once_and_with_a_reason_that_she_reads(self, her):
        with on("2027-01-04"):
            self.put_off(her, "2027-01-20")
            with pytest.raises(WrongStatus, match="延后过一次"):
                self.put_off(her, "2027-01-25")
        with on("2027-01-20"):
            sweeping.sweep()

        assert "ACTIVE" == fresh(her[1])["status"]
        assert 1 == told("tenancy.arrival_postponed")
        assert "arrival_postponed" == events()[-1]

    def put_off(self, her, day: str) -> dict:
        more = {"arrive_by": date.fromisoformat(day), "why": "住院治疗"}
        return did(arriving.postpone, her[1], staff(), **more)


def test_what_is_shown_tells_the_story_in_order(in_app):
    with on("2026-11-24"):
        her, tenancy = settled()
    with on("2027-01-04"):
        arrive(tenancy)

    told = timeline(tenancy["application_id"], her)["items"]
    hers = [each for each in told if each["event"].startswith("tenancy.")]
    assert [
        ("入驻人确认协议", "入驻人"),
        ("园区确认协议", "园区"),
        ("双方确认完毕", "系统"),
        ("确认到园", "园区"),
    ] == [(each["label"], each["by"]) for each in hers]
    assert told == sorted(told, key=lambda each: each["row"])
