"""How somebody leaves or graduates, and from which day on the unit is the next one's."""

from datetime import date
from typing import Any

import pytest

from backend.errors import Invalid, NotAllowed, NotFound, WrongStatus
from backend.tenancies import leaving, queries, sweeping
from backend.tenancies.grounds import Duty, Leaving, Outcome
from tests.backend.tenancies.stage import (
    did,
    fresh,
    moved_in,
    offers,
    on,
    settled,
    the_books_agree,
    told,
    waits,
)
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
DAY = "2027-06-01"
FIRM = "91152201MA0N0TRE41"


@pytest.fixture
def hers(in_app):
    return moved_in()


def leave(hers: Any, reason: Leaving = Leaving.MOVING, words: str = "") -> dict:
    return did(leaving.leave, hers[1], hers[0], reason=reason, words=words)


def settle(hers: Any, duty: Duty, outcome: Outcome = Outcome.DONE, **more: Any) -> dict:
    told = {"outcome": outcome, "words": "", "on": None} | more
    return did(leaving.check_out, hers[1], staff(), duty, **told)


def graduate(hers: Any, **changed: Any) -> dict:
    told = {
        "credit_code": FIRM,
        "registered_on": date(2027, 3, 1),
        "moved_out_on": date(2027, 5, 31),
        "moved_to": "乌兰浩特市经济技术开发区",
    }
    return did(leaving.graduate, hers[1], staff(), **told | changed)


def faulty(refused: Any) -> list[str]:
    return [each["pointer"] for each in refused.value.more["errors"]]


class TestLeaving:
    def test_what_it_means_is_told_before_and_to_her_alone(self, hers):
        with on(DAY):
            before = queries.leaving(hers[1]["id"], hers[0])
            waits("next")
            after = queries.leaving(hers[1]["id"], hers[0])

        # From 1 June through 31 December.
        assert (True, False, 214, False) == tuple(
            before[name] for name in ("may_leave", "frees_at_once", "days_left", "passes_on")
        )
        assert list(Duty) == before["duties"]
        assert after["passes_on"]
        for by in (person("somebody"), staff()):
            with pytest.raises(NotFound):
                queries.leaving(hers[1]["id"], by)

    def test_the_unit_stays_hers_in_the_ledger_until_it_was_handed_over(self, hers):
        with on(DAY):
            waits("next")
            left = leave(hers)
            sweeping.sweep()

        assert ("LEFT_EARLY", date(2027, 6, 1)) == (left["status"].name, left["ended_on"])
        assert [("LEFT_EARLY", "B201", "qiqige")] == offers()
        assert 2 == told("tenancy.left_early")  # Both managers.
        assert 1 == the_books_agree("2027-06-10")["occupied"]

        with on("2027-06-08"):
            settle(hers, Duty.UNIT, on=date(2027, 6, 7))

        # From the 7th on; what was offered begins on the day of the offer.
        assert "2027-06-07" == str(fresh(hers[1])["until_on"])
        assert [("LEFT_EARLY", "B201", "qiqige"), ("OFFERED", "B201", "next")] == offers()
        assert (1, 0) == (told("tenancy.offered"), the_books_agree("2027-06-07")["occupied"])

    def test_whoever_never_moved_in_frees_it_at_once(self, in_app):
        with on("2026-11-24"):
            hers = settled()
            waits("next")
            told_before = queries.leaving(hers[1]["id"], hers[0])
            left = leave(hers)

        assert (True, []) == (told_before["frees_at_once"], told_before["duties"])
        assert left["exit"] is None
        assert [("LEFT_EARLY", "B201", "qiqige"), ("OFFERED", "B201", "next")] == offers()
        the_books_agree()

    def test_another_reason_needs_words_and_nobody_leaves_for_her(self, hers):
        with on(DAY):
            with pytest.raises(Invalid) as refused:
                leave(hers, Leaving.OTHER)
            assert ["#/words"] == faulty(refused)
            with pytest.raises(NotAllowed):
                did(leaving.leave, hers[1], staff(), reason=Leaving.CLOSING, words="")
            leave(hers, Leaving.OTHER, "家中有事")
            with pytest.raises(WrongStatus):
                leave(hers)

    def test_whoever_has_left_may_have_a_place_again_at_once(self, hers):
        with on(DAY):
            leave(hers)

        assert not queries.is_housed(hers[0].id, None)


class TestGraduating:
    def test_registered_and_moved_out_is_one_row_to_ask_for(self, hers):
        with on(DAY):
            done = graduate(hers)

        assert ("GRADUATED", "GRADUATED") == (done["status"].name, done["ended_why"].name)
        assert date(2027, 5, 31) == done["ended_on"]
        (row,) = look("SELECT credit_code, registered_on, moved_out_on, was FROM graduation")
        assert (FIRM, date(2027, 3, 1), date(2027, 5, 31), "ACTIVE") == tuple(row.values())
        assert 1 == told("tenancy.graduated")
        the_books_agree(DAY)

    @pytest.mark.parametrize(
        ("changed", "pointers"),
        [
            ({"registered_on": date(2027, 6, 1)}, []),
            ({"registered_on": date(2027, 6, 2)}, ["#/registered_on"]),
            ({"moved_out_on": date(2027, 6, 1)}, []),
            ({"moved_out_on": date(2027, 6, 2)}, ["#/moved_out_on"]),
            ({"moved_out_on": date(2027, 1, 4)}, []),
            ({"moved_out_on": date(2027, 1, 3)}, ["#/moved_out_on"]),
            (
                {"registered_on": date(2028, 1, 1), "moved_out_on": date(2028, 1, 1)},
                ["#/registered_on", "#/moved_out_on"],
            ),
        ],
    )
    def test_on_days_that_have_come_and_every_fault_at_once(self, hers, changed, pointers):
        with on(DAY):
            if not pointers:
                assert "GRADUATED" == graduate(hers, **changed)["status"].name
                return
            with pytest.raises(Invalid) as refused:
                graduate(hers, **changed)
        assert pointers == faulty(refused)
        assert 0 == one("SELECT count(*) FROM graduation")

    def test_it_is_the_firm_that_moved_in(self, hers):
        change("UPDATE tenancy SET credit_code = '91152201MA0N00001X'")
        with on(DAY), pytest.raises(Invalid) as refused:
            graduate(hers)

        assert ["#/credit_code"] == faulty(refused)

    def test_a_firm_graduates_once_in_the_league(self, hers):
        other = moved_in("other", "B202")
        with on(DAY):
            graduate(hers)
            with pytest.raises(Invalid) as refused:
                graduate(other)

        assert ["#/credit_code"] == faulty(refused)
        assert "ACTIVE" == fresh(other[1])["status"]

    @pytest.mark.parametrize("way", ["LEFT_EARLY", "LEFT_ON_TIME"])
    def test_whoever_has_left_may_turn_out_to_have_graduated(self, hers, way):
        if way == "LEFT_EARLY":
            with on(DAY):
                leave(hers)
        with on("2028-01-03"):
            sweeping.sweep()
            done = graduate(hers)
            last = date(2027, 6, 1) if way == "LEFT_EARLY" else date(2027, 12, 31)
            assert ("GRADUATED", last) == (done["status"].name, done["ended_on"])

        assert way == one("SELECT was FROM graduation")
        assert 5 == one("SELECT count(*) FROM check_out")
        the_books_agree()


class TestSettling:
    def test_what_is_open_is_counted_and_a_correction_keeps_what_was_said(self, hers):
        with on(DAY):
            leave(hers)
            settle(hers, Duty.ADDRESS, Outcome.NOT_NEEDED, words="未在此注册")
            left = settle(hers, Duty.ADDRESS, words="已变更，见新执照")

        assert 4 == left["exit"]["open"]
        found = look("SELECT particulars FROM event WHERE name = 'tenancy.checked_out' ORDER BY id")
        assert [None, {"outcome": "not_needed", "words": "未在此注册"}] == [
            each["particulars"]["before"] for each in found
        ]

    def test_the_unit_is_handed_over_once_on_a_day_after_the_end_that_has_come(self, hers):
        with on(DAY):
            leave(hers)
        with on("2027-06-05"):
            for day, pointer in (("2027-05-31", "#/on"), ("2027-06-06", "#/on")):
                with pytest.raises(Invalid) as refused:
                    settle(hers, Duty.UNIT, on=date.fromisoformat(day))
                assert [pointer] == faulty(refused)
            with pytest.raises(Invalid) as refused:
                settle(hers, Duty.UNIT, Outcome.NOT_NEEDED)
            assert ["#/outcome"] == faulty(refused)
            settle(hers, Duty.UNIT)
            with pytest.raises(Invalid) as refused:
                settle(hers, Duty.UNIT)
            assert ["#/outcome"] == faulty(refused)
        assert 1 == told("tenancy.handed_over")
        the_books_agree("2027-06-05")

    def test_after_the_term_there_is_nothing_left_to_shorten(self, hers):
        with on("2028-01-03"):
            sweeping.sweep()
            settle(hers, Duty.UNIT, on=date(2027, 12, 31))

        assert ("2028-01-01", "2027-12-31") == (
            str(fresh(hers[1])["until_on"]),
            str(fresh(hers[1])["handed_over_on"]),
        )
        the_books_agree()

    def test_whoever_goes_on_her_first_day_keeps_that_one_in_the_ledger(self, in_app):
        hers = moved_in(day="2027-01-01")
        with on("2027-01-01"):
            leave(hers)
            settle(hers, Duty.UNIT)

        assert "2027-01-02" == str(fresh(hers[1])["until_on"])
        assert 1 == the_books_agree("2027-01-01")["occupied"]
        assert 0 == the_books_agree("2027-01-02")["occupied"]

    def test_only_after_the_end_and_only_by_the_park(self, hers):
        with on(DAY):
            with pytest.raises(WrongStatus):
                settle(hers, Duty.METERS)
            leave(hers)
            with pytest.raises(NotAllowed):
                did(
                    leaving.check_out,
                    hers[1],
                    hers[0],
                    Duty.METERS,
                    outcome=Outcome.DONE,
                    words="",
                    on=None,
                )
