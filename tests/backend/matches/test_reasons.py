"""Why is it so now? The condition, the fact or the number that brought it about, by name."""

from datetime import date, timedelta

import pytest

from backend.matches import reasons
from backend.matches.kinds import Cause
from backend.profiles.columns import POLICY
from eligibility.parameters import LEAGUE, Parameter
from tests.backend.matches.stage import OWNER
from tests.backend.matches.test_judging import ground, looked

RULE = POLICY.rules["startup_subsidy"]
TWELVE_MONTHS = date(2026, 11, 30)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("began", "last", "expected"),
    [
        (None, {"judged_on": None}, Cause.FIRST),
        (TWELVE_MONTHS, {"judged_on": None}, Cause.FIRST),
        (TWELVE_MONTHS, {"judged_on": TWELVE_MONTHS - DAY}, Cause.TIME),
        (TWELVE_MONTHS, {"judged_on": TWELVE_MONTHS, "changed": "in_park"}, Cause.FACTS),
        (TWELVE_MONTHS, {"judged_on": TWELVE_MONTHS, "changed": "loan_amount"}, Cause.RULES),
        (TWELVE_MONTHS, {"judged_on": TWELVE_MONTHS}, Cause.RULES),
        # The day on which the numbers of the plan began to hold.
        (date(2022, 3, 30), {"judged_on": date(2022, 3, 29)}, Cause.RULES),
    ],
)
def test_a_day_comes_before_a_fact_and_a_fact_before_a_rule(began, last, expected):
    on = ground(OWNER, TWELVE_MONTHS)

    assert expected is reasons.cause(on, RULE, began, looked(**last))


def words(cause: Cause, began: date | None = TWELVE_MONTHS, **last) -> str:
    on = ground(OWNER, TWELVE_MONTHS)
    return reasons.words(on, RULE, cause, began, looked(**last))


def test_of_a_day_it_names_what_was_met_on_it():
    assert "2026-11-30 起营业执照已满12个月" == words(Cause.TIME)


def test_of_facts_it_names_those_that_the_rule_reads():
    changed = frozenset({"in_park", "other_workers_employed", "loan_amount"})

    assert "您的资料有更新：已入驻创业园、带动就业人数" == words(Cause.FACTS, changed=changed)


def test_of_a_first_look_it_says_just_that():
    assert "按您现有的资料比对得出" == words(Cause.FIRST)


@pytest.mark.parametrize(
    ("known_from", "valid_from", "expected"),
    [
        (TWELVE_MONTHS, date(2022, 3, 30), "政策的数字或口径有调整：创业补贴最少带动就业"),
        (date(2022, 3, 30), TWELVE_MONTHS, "政策的数字或口径有调整：创业补贴最少带动就业"),
        (date(2022, 3, 30), date(2026, 11, 29), "政策规则有更新"),
    ],
    ids=["entered since", "holds since", "neither"],
)
def test_of_numbers_it_names_those_entered_since_or_in_force_since(
    known_from, valid_from, expected
):
    number = Parameter("min_jobs", 1, valid_from, None, LEAGUE, "person", known_from=known_from)
    on = ground(OWNER, TWELVE_MONTHS)
    rows = [row for row in on.snapshot.rows if getattr(row, "name", "") != "min_jobs"]
    snapshot = type(on.snapshot)(TWELVE_MONTHS, (*rows, number), on.snapshot.declared)

    found = reasons.words(
        type(on)(POLICY, snapshot, TWELVE_MONTHS, on.facts),
        RULE,
        Cause.RULES,
        None,
        looked(judged_on=date(2026, 11, 29)),
    )

    assert expected == found
