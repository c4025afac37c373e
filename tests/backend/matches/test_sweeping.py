"""Whom does a policy find, on which day, and how often?"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.consents import actions as consents
from backend.consents.kinds import Purpose
from backend.matches import sweeping
from tests.backend.matches.stage import (
    ALWAYS,
    MORNING,
    OWNER,
    consent,
    consenting,
    first,
    sweep,
    tell,
    told,
)
from tests.backend.policies.proposals import FLOOR, confirmed
from tests.records import change, look, one, person

DAY = timedelta(days=1)
SUBSIDY = ("startup_subsidy", "eligible", "time")


@pytest.fixture(autouse=True)
def morning(in_mended_app):
    with time_machine.travel(MORNING, tick=False) as now:
        yield now


class TestEachNight:
    def test_the_day_before_nothing_is_told_and_on_the_day_it_is(self, morning):
        """Twelve months after 1 December 2025 is 1 December 2026, in Shanghai, not in Greenwich."""
        her = consenting(reg_date="2025-12-01")
        sweep()
        morning.move_to(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC))
        sweep()
        assert [first(*ALWAYS)] == told(her)

        morning.move_to(datetime(2026, 11, 30, 16, 0, 0, tzinfo=UTC))
        sweep()

        assert [first(*ALWAYS), {SUBSIDY}] == told(her)

    def test_a_night_that_was_missed_is_made_up_for(self, morning):
        her = consenting(reg_date="2025-12-01")
        sweep()
        morning.shift(5 * DAY)

        sweep()

        assert {SUBSIDY} == told(her)[-1]
        assert "2026-12-01" == str(
            one('SELECT max(on_) FROM (SELECT "on" AS on_ FROM policy_match_item) x')
        )

    def test_whoever_does_not_consent_is_not_looked_at(self, morning):
        her = person("tuya")
        tell(her, OWNER)

        sweep()

        assert [] == told(her)
        assert 0 == one("SELECT count(*) FROM standing")

    def test_of_whom_nothing_is_known_nothing_is_told(self, morning):
        her = person("naren")
        consent(her)

        sweep()

        assert [] == told(her)
        assert [{"met": [], "unmet": []}] == look("SELECT met, unmet FROM standing")

    def test_a_closed_account_is_passed_over(self, morning):
        her = consenting()
        change("UPDATE person SET disabled_at = now() WHERE id = :id", id=her.id)

        sweep()

        assert [] == told(her)


class TestFacts:
    def test_what_she_tells_is_weighed_when_she_has_done_telling(self, morning):
        her = consenting(other_workers_employed=0)
        sweep()
        assert [first(*ALWAYS)] == told(her)
        morning.shift(DAY)
        sweep()
        tell(her, {"other_workers_employed": 1})
        morning.shift(timedelta(minutes=10) - timedelta(seconds=1))
        sweep()
        assert 1 == len(told(her))

        morning.shift(timedelta(seconds=1))
        sweep()

        assert {("startup_subsidy", "eligible", "facts")} == told(her)[-1]

    def test_on_a_day_on_which_she_was_told_something_the_rest_waits_for_the_night(self, morning):
        her = consenting(other_workers_employed=0)
        sweep()
        tell(her, {"other_workers_employed": 1})
        morning.shift(timedelta(hours=1))
        sweep()
        assert 1 == len(told(her))

        morning.shift(DAY)
        sweep()

        assert {("startup_subsidy", "eligible", "facts")} == told(her)[-1]

    def test_what_has_grown_old_takes_nothing_away_and_to_tell_it_again_is_no_news(self, morning):
        """That a business runs normally counts for half a year."""
        her = consenting()
        sweep()
        morning.shift(200 * DAY)
        sweep()
        (stands,) = look("SELECT met, unmet FROM standing")
        assert {*ALWAYS, "startup_subsidy"} <= set(stands["met"])
        tell(her, OWNER)

        morning.shift(DAY)
        sweep()

        assert [first(*ALWAYS, "startup_subsidy")] == told(her)


class TestRules:
    def test_a_number_that_changes_finds_those_whom_it_lets_in(self, morning):
        """Five months instead of twelve, from this day on."""
        her = consenting(reg_date="2026-05-31")
        morning.shift(timedelta(minutes=1))
        sweep()
        morning.shift(timedelta(hours=1))
        shorter = {"name": "reg_months", "value": 5, "unit": "month", "valid_from": "2026-11-30"}
        confirmed(FLOOR | shorter)
        sweep()
        assert 1 == len(told(her))

        morning.shift(DAY)
        sweep()

        assert {("startup_subsidy", "eligible", "rules")} == told(her)[-1]
        assert "政策的数字或口径有调整：办执照后最少经营的月数" in one(
            "SELECT string_agg(why, '') FROM policy_match_item"
        )


class TestLosses:
    @pytest.mark.parametrize(
        ("losses", "expected"),
        [(True, [{("startup_subsidy", "lost", "facts")}]), (False, [])],
        ids=["wanted", "by default"],
    )
    def test_only_whoever_wants_it_is_told_of_what_she_has_lost(self, morning, losses, expected):
        her = consenting(losses=losses)
        sweep()
        morning.shift(DAY)
        tell(her, {"startup_subsidy_received": True})

        morning.shift(timedelta(hours=1))
        sweep()
        morning.shift(DAY)
        sweep()

        assert expected == told(her)[1:]

    def test_what_was_lost_and_is_met_again_is_news(self, morning):
        her = consenting()
        sweep()
        for received in (True, False):
            morning.shift(DAY)
            tell(her, {"startup_subsidy_received": received})
            morning.shift(timedelta(hours=1))
            sweep()

        assert [{("startup_subsidy", "eligible", "facts")}] == told(her)[1:]


class TestConsent:
    def test_whoever_withdraws_is_forgotten_and_begins_anew(self, morning):
        her = consenting()
        sweep()
        consents.withdraw(Purpose.POLICY_MATCHING, by=her)
        assert sweeping.is_due()
        sweep()
        assert (0, False) == (one("SELECT count(*) FROM standing"), sweeping.is_due())
        morning.shift(DAY)
        sweep()
        assert 1 == len(told(her))

        consent(her)
        sweep()

        assert [first(*ALWAYS, "startup_subsidy")] * 2 == told(her)

    def test_consent_to_words_that_were_replaced_is_none(self, morning):
        her = consenting()
        change("DELETE FROM consent")
        change(
            "INSERT INTO consent (public_id, person_id, purpose, version, granted_at)"
            " VALUES (gen_random_uuid(), :id, 'POLICY_MATCHING', '2020-01', now())",
            id=her.id,
        )

        sweep()

        assert [] == told(her)


def test_where_the_statement_and_the_engine_differ_nobody_is_told_and_it_is_said(morning, caplog):
    """Her profile says what nobody has told us: that her firm is older than it is."""
    her, sound = consenting("tuya", reg_date="2026-01-01"), consenting("bayar")
    change("UPDATE profile SET reg_date = '2025-11-30' WHERE person_id = :id", id=her.id)

    sweep()

    assert [first(*ALWAYS)] == told(her)
    assert [first(*ALWAYS, "startup_subsidy")] == told(sound)
    assert ["the statement and the engine differ about startup_subsidy: ELIGIBLE"] == [
        each.message for each in caplog.records
    ]
    met = one("SELECT met FROM standing WHERE person_id = :id", id=her.id)
    assert "startup_subsidy" not in met


def test_a_run_that_the_clock_cut_off_says_so_and_is_gone_on_with(morning):
    consenting()

    assert not sweeping.sweep(run_s=-1)
    assert sweeping.sweep()
