"""How is a screening kept, taken into an account, and forgotten?"""

from datetime import date

import pytest
import time_machine

from backend.access import Role
from backend.errors import NotFound
from backend.profiles.queries import doubts_of, facts_of
from backend.screenings.actions import claim, forget_old, save
from eligibility.facts import Known
from tests.records import at_once, change, look, new_staff, one, person, record_facts

TODAY = date(2026, 11, 23)
TOLD = {"is_veteran": True, "loan_amount": "100000.00"}


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False):
        yield


@pytest.fixture
def her(in_own_app):
    person("somebody else")
    return person()


def kept(**facts) -> str:
    return str(save(facts, TODAY)["token"])


class TestClaiming:
    def test_money_is_kept_in_fen_and_days_as_days(self, her):
        told = {"reg_date": "2022-05-10", "honour_level": "league", "current_staff": 3}

        found = claim(kept(**TOLD, **told), by=her)

        assert sorted([*TOLD, *told]) == found["taken"]
        values = facts_of(her.id, TODAY).values
        assert (100_000_00, date(2022, 5, 10), "league", 3) == tuple(
            values[name] for name in ("loan_amount", *told)
        )

    def test_a_count_known_between_bounds_stays_between_them(self, her):
        claim(kept(current_staff={"at_least": 3, "at_most": 5}), by=her)

        found = facts_of(her.id, TODAY).value("current_staff")
        assert (3, 5) == (found.lower, found.upper)

    def test_nothing_is_learnt_of_what_was_left_open(self, her):
        found = claim(kept(is_veteran=None, in_park=True), by=her)

        assert {"taken": ["in_park"], "kept": [], "left": []} == found
        assert "is_veteran" not in facts_of(her.id, TODAY).values

    def test_it_proves_nothing(self, her):
        claim(kept(in_park={"value": True, "source": "reg"}), by=her)

        assert "self" == facts_of(her.id, TODAY).known("in_park").source

    def test_what_is_proven_stays_proven(self, her):
        clerk = new_staff("clerk", Role.BUREAU_STAFF)
        record_facts(her.id, {"is_veteran": Known(False, "reg", date(2020, 1, 1))}, by=clerk)

        assert ["is_veteran"] == claim(kept(is_veteran=True), by=her)["taken"]

        known = facts_of(her.id, TODAY).known("is_veteran")
        assert (False, "reg") == (known.value, known.source)
        assert ["is_veteran"] == doubts_of(her.id)["disputed"]

    def test_facts_told_of_an_earlier_day_hold_for_that_day(self, her):
        token = str(save({"in_park": True}, date(2023, 5, 10))["token"])

        claim(token, by=her)

        assert date(2023, 5, 10) == facts_of(her.id, TODAY).known("in_park").observed_on

    def test_facts_told_of_a_day_to_come_hold_for_the_day_of_telling(self, her):
        token = str(save({"in_park": True}, date(2030, 1, 1))["token"])

        claim(token, by=her)

        assert facts_of(her.id, TODAY).known("in_park").observed_on == TODAY

    def test_what_she_told_of_a_later_day_before_stays(self, her):
        record_facts(her.id, {"in_park": Known(False, "self", date(2024, 1, 1))}, by=her)

        with time_machine.travel("2026-11-24T04:00:00Z", tick=False):
            token = str(save({"in_park": True}, date(2023, 5, 10))["token"])
            found = claim(token, by=her)

        assert {"taken": [], "kept": ["in_park"], "left": []} == found
        assert False is facts_of(her.id, TODAY).known("in_park").value

    def test_what_no_policy_knows_any_more_is_left(self, her):
        token = kept(in_park=True)
        # As if saved under a dictionary that still had the fact.
        old = str(save({"in_park": True, "no_longer_asked": 1}, TODAY)["token"])

        assert ["no_longer_asked"] == claim(old, by=her)["left"]
        assert ["in_park"] == claim(token, by=person("another"))["taken"]

    def test_an_event_names_the_facts_and_never_what_was_said(self, her):
        claim(kept(**TOLD), by=her)

        (event,) = look("SELECT * FROM event WHERE name = 'screening.claimed'")
        assert {"facts": ["is_veteran", "loan_amount"]} == event["particulars"]
        assert "100000" not in str(look("SELECT * FROM event"))

    def test_of_many_at_once_one_gets_it(self, her):
        token = kept(**TOLD)

        found = at_once(8, lambda _: claim(token, by=her))

        assert 7 == sum(isinstance(each, NotFound) for each in found), found
        assert 2 == one("SELECT count(*) FROM fact_record")
        assert 1 == one("SELECT count(*) FROM event WHERE name = 'screening.claimed'")


def test_what_has_expired_is_forgotten_and_the_rest_kept(in_own_app):
    kept(is_veteran=True), kept(is_veteran=False)
    change("UPDATE screening SET expires_at = '2026-11-23T04:00:00Z' WHERE id = 1")
    change("UPDATE screening SET expires_at = '2026-11-23T04:00:01Z' WHERE id = 2")

    forget_old()

    assert [2] == [each["id"] for each in look("SELECT id FROM screening")]
