"""What happens by itself: the chain of hand-overs, the rest after silence, free units."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from backend import workdays
from backend.tenancies import actions, queries, sweeping
from tests import records
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    events,
    granted,
    join,
    moved_in,
    occupy,
    offers,
    release,
    settled,
    signed,
    status_of,
    tenancy_of,
    the_books_agree,
    told,
    waits,
)
from tests.records import change, look, new_unit, one, staff

pytestmark = pytest.mark.usefixtures("simulator")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
FOR_EVER = date(2026, 1, 1), None


def at(moment: datetime):
    return time_machine.travel(moment, tick=False)


class TestTheChain:
    def test_five_silent_people_pass_a_unit_on_and_a_sixth_gets_it(self, in_app):
        names = ["one", "two", "three", "four", "five", "six"]
        with at(NOW):
            for name in names:
                waits(name)
            sweeping.sweep()
        offered_on = date(2026, 11, 24)

        for number, name in enumerate(names[:5], 1):
            assert ("OFFERED", "B201", name) == offers()[-1]
            ends = one("SELECT expires_at FROM tenancy WHERE status = 'OFFERED'")
            # Three working days after the day of the offer, at 17:00 in Shanghai.
            last = workdays.after(offered_on, 3)
            assert datetime(last.year, last.month, last.day, 9, tzinfo=UTC) == ends
            with at(ends - timedelta(seconds=1)):
                sweeping.sweep()
                assert number == len(offers())
            with at(ends + timedelta(seconds=59)):
                sweeping.sweep()
                the_books_agree()
            # It was handed on after the office had closed: the next working day counts.
            offered_on = workdays.after(last, 1)

        assert [("OFFER_LAPSED", "B201", name) for name in names[:5]] == offers()[:5]
        ends = one("SELECT expires_at FROM tenancy WHERE status = 'OFFERED'")
        with at(ends - timedelta(minutes=1)):
            her = records.person("six")
            (offer,) = queries.listed(her, status=None, after=None, limit=9)
            taken = actions.accept(offer["id"], seen=offer["version"], by=her)
            signed(taken, her)
            signed(taken, staff())
        assert ("ACTIVE", "B201", "six") == offers()[-1]
        assert (6, 5) == (told("tenancy.offered"), told("tenancy.offer_lapsed"))
        the_books_agree()

    def test_when_nobody_is_left_the_unit_is_free_and_stays_so(self, in_app):
        with at(NOW):
            for name in ("one", "two", "three", "four", "five"):
                waits(name)
        for day in range(0, 60, 6):
            with at(NOW + timedelta(days=day)):
                sweeping.sweep()
                the_books_agree()

        assert 5 == len(offers())
        assert {"OFFER_LAPSED"} == {status for status, _, _ in offers()}
        assert 0 == one("SELECT count(*) FROM holding")

    def test_sweeping_twice_does_it_once(self, in_app):
        with at(NOW):
            waits("one")
            sweeping.sweep()
            sweeping.sweep()

        assert (1, 1) == (len(offers()), told("tenancy.offered"))


class TestSilence:
    def test_after_the_second_silent_offer_the_place_rests_with_notice(self, in_mended_app):
        new_unit("P05", "B299")
        occupy("B299", *FOR_EVER)
        with at(NOW):
            her, case = waits("one")
            sweeping.sweep()
        with at(NOW + timedelta(days=7)):
            sweeping.sweep()
            assert 0 == told("waiting.paused")
            release("B299")
            sweeping.sweep()
            assert ("OFFERED", "B299", "one") == offers()[-1]
        with at(NOW + timedelta(days=14)):
            sweeping.sweep()

        (place,) = queries.waiting(case["id"], her)["items"]
        assert (None, 0) == (place["rank"], place["waiting"])
        assert place["rests_since"] is not None
        assert 1 == told("waiting.paused")
        assert "APPROVED" == status_of(case)

        with at(NOW + timedelta(days=15)):
            (place,) = join(case, her)["items"]
            assert (1, None) == (place["rank"], place["rests_since"])
            sweeping.sweep()
        # Asked anew, she is offered again what she left unanswered.
        assert "OFFERED" == offers()[-1][0]
        assert ["joined", "paused", "resumed"] == events("waiting")

    def test_an_answer_in_between_begins_the_count_anew(self, in_mended_app):
        for code in ("B298", "B299"):
            new_unit("P05", code)
            occupy(code, *FOR_EVER)
        with at(NOW):
            her, case = waits("one")
            sweeping.sweep()
        with at(NOW + timedelta(days=7)):
            sweeping.sweep()
            release("B298")
            sweeping.sweep()
            offer = tenancy_of(case, her)
            actions.decline(offer["id"], seen=offer["version"], by=her)
            release("B299")
            sweeping.sweep()
        with at(NOW + timedelta(days=14)):
            sweeping.sweep()

        # Silent, declined, silent.
        assert ["OFFER_LAPSED", "DECLINED", "OFFER_LAPSED"] == [each[0] for each in offers()]
        assert 0 == told("waiting.paused")


class TestHandingOut:
    def test_an_agreement_that_lapses_frees_the_unit_for_the_next(self, in_app):
        with at(NOW):
            her, tenancy = granted("late")
            waits("next")
        with at(tenancy["expires_at"]):
            sweeping.sweep()

        assert [("OFFER_LAPSED", "B201", "late"), ("OFFERED", "B201", "next")] == offers()
        assert "LAPSED" == status_of({"id": tenancy["application_id"]})
        assert (1, 1) == (told("application.lapsed"), told("tenancy.offered"))
        the_books_agree()

    def test_only_whoever_is_approved_is_offered_anything(self, in_app):
        her, case = applicant("submitted")
        join(case, her)
        waits("approved")

        sweeping.sweep()

        assert [("OFFERED", "B201", "approved")] == offers()

    def test_a_unit_that_is_added_is_offered_within_the_next_sweep(self, in_mended_app):
        settled("tenant")
        waits("waiting")
        sweeping.sweep()
        assert 1 == len(offers())

        new_unit("P05", "B299")
        sweeping.sweep()

        assert ("OFFERED", "B299", "waiting") == offers()[-1]

    def test_a_unit_that_is_not_free_for_as_long_as_she_asks_goes_to_one_who_asks_for_less(
        self, in_app
    ):
        occupy("B201", date(2027, 7, 1), date(2027, 8, 1))
        waits("a year")
        waits("half a year", term_months=6)

        sweeping.sweep()

        assert [("OFFERED", "B201", "half a year")] == offers()
        the_books_agree()

    def test_of_two_free_units_the_first_choice_is_offered(self, in_app):
        her, case = applicant("qiqige")
        join(case, her, park="P01", choice=2)
        join(case, her, park="P05", choice=1)
        approve(case)

        sweeping.sweep()

        assert [("OFFERED", "B201", "qiqige")] == offers()

    def test_the_rank_at_the_time_is_kept_with_the_offer(self, in_app):
        waits("qiqige")
        sweeping.sweep()

        (event,) = look("SELECT particulars FROM event WHERE name = 'tenancy.offered'")
        assert 2 == event["particulars"]["rank"]

    def test_what_cannot_be_swept_does_not_hold_up_the_rest(self, in_app):
        with at(NOW):
            granted("broken", "B202")
            _, tenancy = granted("late", "B201")
        # Its application stands where nothing lapses any more.
        change("ALTER TABLE application DISABLE TRIGGER application_legal_step")
        change("UPDATE application SET status = 'COMPLETED' WHERE id = 1")
        change("ALTER TABLE application ENABLE TRIGGER application_legal_step")
        with at(tenancy["expires_at"]):
            sweeping.sweep()

        assert ["AGREEMENT_PENDING", "OFFER_LAPSED"] == [each[0] for each in offers()]


class TestTheEndOfTheTerm:
    @pytest.mark.parametrize(("day", "over"), [("2027-12-31", False), ("2028-01-01", True)])
    def test_a_tenancy_ends_when_its_last_day_is_over(self, in_app, day, over):
        moved_in()
        with at(NOW):
            waits("next", starts_on=date(2027, 12, 1))
            sweeping.sweep()

        # Noon in Shanghai.
        with at(datetime.fromisoformat(f"{day}T04:00:00+00:00")):
            sweeping.sweep()
            sweeping.sweep()

        assert ("LEFT_ON_TIME" if over else "ACTIVE", "B201", "qiqige") == offers()[0]
        assert int(over) == told("tenancy.left_on_time")
        # The unit goes to the next, who asked for a day that is past by now: from today on.
        assert ([("OFFERED", "B201", "next")] if over else []) == offers()[1:]
        the_books_agree("2027-06-01")

    def test_whoever_has_left_may_have_a_place_again(self, in_app):
        moved_in()
        with at(datetime(2028, 1, 1, 4, tzinfo=UTC)):
            sweeping.sweep()
            _, again = applicant("qiqige", starts_on=date(2028, 2, 1))
            approve(again, unit=records.unit("B201"))

        assert ["LEFT_ON_TIME", "AGREEMENT_PENDING"] == [each[0] for each in offers()]


def test_a_step_that_the_table_does_not_have_is_refused_by_the_database(in_app):
    settled()

    with pytest.raises(Exception, match="no step from ACTIVE to OFFERED"):
        change("UPDATE tenancy SET status = 'OFFERED', expires_at = now()")
