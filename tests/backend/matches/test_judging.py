"""What is there to tell one person? Worked out by hand from dates and conditions."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.matches.judging import Looked, news
from backend.matches.kinds import Cause, What
from backend.profiles.columns import POLICY
from backend.screenings.answers import Ground
from eligibility.facts import read
from tests.backend.matches.stage import OWNER
from tests.eligibility.scenarios import overridden

SUBSIDY = "startup_subsidy"
# Read so that a graduate without work may apply for two years after she left school.
BY_APPLICATION = {"category_date": "application"}
GRADUATE: dict[str, Any] = OWNER | {
    "is_veteran": False,
    "is_hei_graduate": True,
    "unemployed_since_graduation": True,
    "left_school_date": "2025-01-29",
    "registered_unemployed": False,
    "employment_difficulty": False,
    "is_current_student": False,
    "returning_migrant_entrepreneur": False,
}
# The twenty-four months are over with that day.
LAST_DAY = date(2027, 1, 29)
DAY = timedelta(days=1)


def ground(facts: dict[str, Any], day: date, rulings: dict[str, str] | None = None) -> Ground:
    snapshot = overridden(POLICY, rulings or {}, {}).at(day, date.max)
    given = {name: value for name, value in facts.items() if value is not None}
    return Ground(POLICY, snapshot, day, read(POLICY.dictionary, given, day))


def looked(**changed: Any) -> Looked:
    """Somebody who was looked at the day before and for whom nothing is so."""
    nothing: frozenset[str] = frozenset()
    sets = dict.fromkeys(("met", "unmet", "now_met", "now_unmet", "closing"), nothing)
    known = {"judged_on": date(2026, 11, 29), "wants_losses": False} | sets
    return Looked(
        **known | {k: frozenset({v}) if isinstance(v, str) else v for k, v in changed.items()}
    )


class TestClosing:
    @staticmethod
    def told(day: date, heard: frozenset[Any] = frozenset()) -> list[tuple[What, int | None]]:
        on = ground(GRADUATE, day, BY_APPLICATION)
        hers = looked(
            met=SUBSIDY, now_met=SUBSIDY, closing=SUBSIDY, told=heard, judged_on=day - DAY
        )
        return [(each.what, each.ahead) for each in news(hers, on)]

    @pytest.mark.parametrize(
        ("days_before", "expected"),
        [(61, None), (60, 60), (59, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7)],
    )
    def test_at_sixty_thirty_and_seven_days_before_the_last(self, days_before, expected):
        wanted = [] if expected is None else [(What.CLOSING, expected)]

        assert wanted == self.told(LAST_DAY - timedelta(days=days_before))

    @pytest.mark.parametrize(
        ("heard", "expected"),
        [(60, [(What.CLOSING, 30)]), (30, []), (7, [])],
    )
    def test_each_of_the_three_is_heard_once_and_none_after_a_later_one(self, heard, expected):
        day = LAST_DAY - timedelta(days=20)

        assert expected == self.told(day, frozenset({(SUBSIDY, LAST_DAY, heard)}))

    def test_another_last_day_is_told_anew(self):
        day = LAST_DAY - timedelta(days=20)
        heard = frozenset({(SUBSIDY, LAST_DAY + DAY, 30)})

        assert [(What.CLOSING, 30)] == self.told(day, heard)

    def test_it_says_until_when_and_how_many_days_are_left(self):
        on = ground(GRADUATE, LAST_DAY - timedelta(days=7), BY_APPLICATION)
        hers = looked(met=SUBSIDY, now_met=SUBSIDY, closing=SUBSIDY)

        (told,) = news(hers, on)

        assert ("最晚 2027-01-29 申请，还有 7 天", LAST_DAY) == (told.why, told.closes_on)

    def test_what_closes_soon_and_is_new_is_told_as_new_with_its_last_day(self):
        day = LAST_DAY - timedelta(days=30)
        on = ground(GRADUATE, day, BY_APPLICATION)
        hers = looked(now_met=SUBSIDY, closing=SUBSIDY, judged_on=day - DAY)

        (told,) = news(hers, on)

        assert (What.ELIGIBLE, LAST_DAY, 30) == (told.what, told.closes_on, told.ahead)


class TestPossible:
    """On the day on which twelve months are over, with something that is not known yet."""

    DAY = date(2026, 11, 30)

    def told(self, judged_on: date | None, **changed: Any) -> list[tuple[What, Cause, Any]]:
        hers = looked(unmet=SUBSIDY, judged_on=judged_on)
        found = news(hers, ground(OWNER | changed, self.DAY))
        return [(each.what, each.cause, each.on) for each in found]

    def test_a_day_that_has_come_is_told_although_an_answer_is_missing(self):
        expected = [(What.POSSIBLE, Cause.TIME, self.DAY)]

        assert expected == self.told(self.DAY - DAY, other_workers_employed=None)

    def test_what_was_not_known_before_either_is_no_news(self):
        assert [] == self.told(self.DAY - DAY, other_workers_employed=None, reg_date="2024-01-01")

    def test_nor_is_a_first_look(self):
        assert [] == self.told(None, other_workers_employed=None)

    @pytest.mark.parametrize(
        ("missing", "expected"),
        [
            (("other_workers_employed", "normal_operation", "in_park"), 1),
            (("other_workers_employed", "normal_operation", "in_park", "is_first_startup"), 0),
        ],
    )
    def test_three_answers_are_few_enough_and_four_are_not(self, missing, expected):
        assert expected == len(self.told(self.DAY - DAY, **dict.fromkeys(missing)))


class TestNobodyIsTold:
    @pytest.mark.parametrize("what", [{"now_met": SUBSIDY}, {"unmet": SUBSIDY}])
    def test_of_what_she_is_applying_for(self, what):
        on = ground(OWNER, date(2026, 11, 30))

        assert [] == news(looked(**what, applied=SUBSIDY), on)

    def test_of_what_she_has_lost_unless_she_wants_it(self):
        on = ground(OWNER | {"startup_subsidy_received": True}, date(2026, 11, 30))
        lost = {"met": SUBSIDY, "now_unmet": SUBSIDY}

        assert [] == news(looked(**lost), on)
        (told,) = news(looked(**lost, wants_losses=True, changed="startup_subsidy_received"), on)
        assert (What.LOST, Cause.FACTS) == (told.what, told.cause)

    def test_a_yes_that_the_engine_does_not_give(self, caplog):
        on = ground(OWNER, date(2026, 11, 29))

        assert [] == news(looked(now_met=SUBSIDY), on)
        assert "differ about startup_subsidy" in caplog.text


def test_what_is_met_comes_first_and_of_it_what_closes_soonest():
    day = LAST_DAY - timedelta(days=7)
    on = ground(GRADUATE, day, BY_APPLICATION)
    met = frozenset({SUBSIDY, "loan_priority", "fee_relief"})

    told = news(looked(now_met=met, closing=SUBSIDY), on)

    assert [SUBSIDY, "loan_priority", "fee_relief"] == [each.found.rule for each in told]


@pytest.mark.parametrize(
    ("before", "now_met", "now_unmet", "expected"),
    [
        (set(), {"a"}, set(), {"a"}),
        ({"a"}, set(), set(), {"a"}),
        ({"a"}, set(), {"a"}, set()),
        ({"a"}, {"b"}, {"a"}, {"b"}),
    ],
    ids=["met", "not known any more", "surely not", "another"],
)
def test_only_a_sure_no_takes_away_what_was_met(before, now_met, now_unmet, expected):
    hers = looked(met=frozenset(before), now_met=frozenset(now_met), now_unmet=frozenset(now_unmet))

    assert expected == hers.still_met
