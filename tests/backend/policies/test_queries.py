"""What held on a day, as known at a moment: exactly what two people had confirmed until then."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from backend.policies import actions, queries
from tests.backend.policies.proposals import (
    COUNTY,
    COUNTY_STANDARD,
    DAY,
    FLOOR,
    READING,
    clerk,
    confirmed,
    proposed,
)
from tests.records import change, one, person, staff

pytestmark = pytest.mark.usefixtures("in_bureau")
NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)


def floor(day: date = DAY, known_at: datetime | None = None) -> int | None:
    return queries.snapshot(day, known_at).value("startup_floor")


class TestTheSnapshot:
    def test_without_anything_confirmed_it_is_the_policys_own(self):
        own = queries.current().readings.at(DAY, date(2026, 11, 23))

        assert own.key == queries.snapshot(DAY).key

    def test_it_is_put_together_once_for_the_same_rows(self):
        confirmed()

        assert queries.snapshot(DAY)._parameters is queries.snapshot(DAY)._parameters

    def test_a_later_confirmation_is_seen_at_once(self):
        confirmed()
        assert 1_500_000 == floor()

        confirmed(value=1_600_000)

        assert 1_600_000 == floor()

    def test_an_older_proposal_confirmed_last_is_not_overlooked(self):
        """Ids count proposals, not confirmations."""
        older = proposed(COUNTY_STANDARD)
        confirmed(FLOOR)
        before = queries.snapshot(DAY).scopes("startup_subsidy_county")

        actions.confirm_change(older["id"], seen=1, by=clerk("second"))

        assert {} == before
        assert {COUNTY} == set(queries.snapshot(DAY).scopes("startup_subsidy_county"))

    def test_of_two_rows_confirmed_on_one_day_the_later_one_stands(self):
        with time_machine.travel(NOON, tick=False) as now:
            confirmed(value=15_000_000)  # A zero too many, seen within the hour.
            now.shift(600)
            confirmed(value=1_500_000)

            assert 1_500_000 == floor()

    def test_what_was_known_at_a_moment_stays_known(self):
        with time_machine.travel(NOON, tick=False) as now:
            before = floor(known_at=NOON)
            now.shift(60)
            confirmed()
            now.shift(60)
            confirmed(value=1_600_000)

        seconds = [0, 59, 60, 119, 120]
        known = [floor(known_at=NOON.replace(minute=s // 60, second=s % 60)) for s in seconds]
        assert 1_000_000 == before
        assert [1_000_000, 1_000_000, 1_500_000, 1_500_000, 1_600_000] == known

    def test_after_the_last_day_of_an_entered_row_the_one_below_holds_again(self):
        confirmed(valid_to="2027-01-31", review_by=None)

        found = [floor(day) for day in (date(2027, 1, 31), date(2027, 2, 1))]

        assert [1_500_000, 1_000_000] == found

    @time_machine.travel(NOON, tick=False)
    def test_confirmed_rows_say_when_they_became_known_and_from_where(self):
        confirmed()

        row = queries.snapshot(DAY).row("startup_floor")

        assert (date(2026, 12, 1), "盟人社局会议纪要", True) == (
            row.known_from,
            row.source,
            row.verified,
        )

    def test_known_from_is_the_day_in_shanghai(self):
        with time_machine.travel(datetime(2026, 12, 1, 16, 1, tzinfo=UTC), tick=False):
            confirmed()
            assert date(2026, 12, 2) == queries.snapshot(DAY).row("startup_floor").known_from

    def test_a_dropped_row_is_never_known(self):
        key = proposed()["id"]
        actions.drop_change(key, seen=1, why="误填", by=clerk())

        assert 1_000_000 == floor()

    def test_a_number_whose_unit_a_release_changed_has_no_value(self):
        confirmed()
        change("ALTER TABLE parameter_row DISABLE TRIGGER parameter_row_settled_once")
        change("UPDATE parameter_row SET unit = 'yuan', public_id = gen_random_uuid()")
        change("ALTER TABLE parameter_row ENABLE TRIGGER parameter_row_settled_once")

        assert floor() is None

    def test_a_reading_that_a_release_took_away_is_open_again(self):
        confirmed(READING)
        change("ALTER TABLE ruling_row DISABLE TRIGGER ruling_row_settled_once")
        change("UPDATE ruling_row SET in_use = 'everybody', public_id = gen_random_uuid()")
        change("ALTER TABLE ruling_row ENABLE TRIGGER ruling_row_settled_once")

        found = queries.snapshot(DAY).ruling("waiver_scope")

        assert (None, True) == (found.reading, found.pending)


class TestTheLists:
    def test_parameters_are_those_in_force_on_the_day(self):
        confirmed(COUNTY_STANDARD)
        confirmed(FLOOR)

        found = {(row.name, row.scope): row.value for row in queries.parameters(DAY)}
        before = {(row.name, row.scope): row.value for row in queries.parameters(date(2026, 12, 1))}

        assert 1_200_000 == found["startup_subsidy_county", COUNTY]
        assert 1_500_000 == found["startup_floor", "league"]
        assert 1_000_000 == before["startup_floor", "league"]
        assert ("startup_subsidy_county", COUNTY) not in before

    def test_rulings_are_those_in_force_on_the_day(self):
        confirmed(READING)

        found = {row.id: row.reading for row in queries.rulings(DAY)}

        assert "anyone" == found["waiver_scope"]
        assert "any_of_three" == found["waiver_reading"]
        assert "youth_age" in found and found["youth_age"] is None

    def test_proposals_are_the_regulators_own_with_what_each_may_do(self):
        proposed(FLOOR)
        proposed(READING, by=clerk("second"))
        proposed(COUNTY_STANDARD, by=clerk("hers", county=COUNTY))

        seen = {each["name"]: each["actions"] for each in queries.proposals(clerk())}

        assert {
            "startup_floor": ["drop"],
            "waiver_scope": ["confirm", "drop"],
            "startup_subsidy_county": ["confirm", "drop"],
        } == seen
        assert ["startup_subsidy_county"] == [
            each["name"] for each in queries.proposals(clerk("hers"))
        ]
        for stranger in (person(), staff("demo-manager")):
            assert [] == queries.proposals(stranger)

    def test_a_change_says_who_proposed_it_but_no_keys_of_ours(self):
        shown = queries.get(proposed()["id"], clerk("second"))

        assert ("parameter", False) == (shown["what"], shown["is_mine"])
        assert not {"public_id", "proposed_by", "proposed_by_person"} & set(shown)


def test_asking_writes_nothing():
    queries.snapshot(DAY)
    queries.parameters(DAY)
    queries.proposals(clerk())

    assert 0 == one("SELECT count(*) FROM parameter_row")
