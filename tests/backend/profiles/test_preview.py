"""Whom a change would touch: counted as the engine would, before anybody confirms it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import pytest
import time_machine

from backend.errors import Invalid
from backend.policies import drafts, queries
from backend.profiles import preview
from backend.profiles.audience import FEWEST
from backend.profiles.columns import POLICY
from eligibility.engine import evaluate
from eligibility.facts import Facts, Known, read
from tests.backend.policies.decisions import HERS, LOAN
from tests.backend.policies.proposals import FLOOR, READING
from tests.backend.profiles.crowd import Someone, fill, someone
from tests.eligibility.chance import Chance
from tests.records import one

TODAY, NOW = date(2026, 11, 24), "2026-11-24T04:00:00Z"
LOANS = ("90000.00", "200000.00", "300000.00", "300000.01")
COUNTIES = (*drafts.COUNTIES[:3], None)
SOONER = FLOOR | {"name": "reg_months", "value": 6, "unit": "month", "valid_from": "2026-11-24"}
HIGHER = FLOOR | {"valid_from": "2026-11-24"}
LAW = {"name": "waiver_loan_cap", "value": 30_000_000, "valid_from": "2026-11-24"}


@pytest.fixture(scope="module")
def people(shared_app) -> list[Someone]:
    """Three hundred at random, and six hundred who have most of what the subsidy asks for."""
    with time_machine.travel(NOW, tick=False), shared_app.app_context():
        chance = Random(3)
        source = Chance(POLICY, queries.snapshot(TODAY), TODAY, chance)
        made = [someone(source, (0.0, 0.1)[number % 2]) for number in range(300)]
        return made + [nearly_entitled(chance) for _ in range(600)]


@pytest.fixture
def crowd(people, in_app) -> Iterator[list[Someone]]:
    """All of them, with profiles."""
    with time_machine.travel(NOW, tick=False):
        fill(people)
        yield people


def nearly_entitled(chance: Random) -> Someone:
    """Somebody whose firm is from half a year to one and a half years old."""
    day = TODAY - timedelta(days=chance.randrange(150, 550))
    raw = HERS | {"reg_date": day.isoformat(), "county_code": chance.choice(COUNTIES)}
    raw |= LOAN | {"in_park": chance.random() < 0.8, "loan_amount": chance.choice(LOANS)}
    raw = {name: value for name, value in raw.items() if value is not None}
    told = {
        name: Known(known.value, "reg", TODAY)
        for name, known in read(POLICY.dictionary, raw, TODAY).everything.items()
        if known.source != "default" and chance.random() > 0.02
    }
    return Someone(told, frozenset())


def cells(counted) -> dict[tuple[str | None, str], int | None]:
    return {(cell.county, cell.group): cell.people for cell in counted}


def by_engine(
    change, rule: str, day: date, people: list[Someone]
) -> tuple[Counter[str | None], Counter[str | None]]:
    """Who gains and who loses by county, one by one."""
    now, then = queries.snapshot(day), queries.drafted(change, day)
    gained: Counter[str | None] = Counter()
    lost: Counter[str | None] = Counter()
    for each in people:
        facts: Facts = each.on(day)
        before = evaluate(POLICY, rule, facts, now, day) is True
        after = evaluate(POLICY, rule, facts, then, day) is True
        county = facts.value("county_code")
        gained[county] += after and not before
        lost[county] += before and not after
    return gained, lost


CHANGES: dict[str, Callable[[], object]] = {
    "number": lambda: drafts.parameter(POLICY, FLOOR | LAW),
    "months": lambda: drafts.parameter(POLICY, SOONER),
    "reading": lambda: drafts.ruling(POLICY, READING),
    "opened": lambda: drafts.ruling(
        POLICY,
        READING | {"name": "waiver_reading", "kind": "open", "in_use": "", "decided_by": ""},
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_gained_and_lost_are_those_of_the_engine(crowd, what):
    change = CHANGES[what]()
    found = preview.preview(change)
    moved = 0

    for shift in found.shifts:
        if shift.not_counted:
            continue
        for counted, expected in zip(
            (shift.gained, shift.lost),
            by_engine(change, shift.rule, found.as_of, crowd),
            strict=True,
        ):
            shown = {county: n for (county, group), n in cells(counted).items() if group == ""}
            for county, people in shown.items():
                assert (people or 0) == (expected[county] if expected[county] >= FEWEST else 0)
            moved += sum(expected.values())

    assert moved > FEWEST, "the change moves nobody, so nothing was compared"


def test_no_cell_is_smaller_than_ten(crowd):
    for what in CHANGES.values():
        for shift in preview.preview(what()).shifts:
            for counted in (shift.gained, shift.lost, shift.repriced):
                assert all(cell.people is None or cell.people >= FEWEST for cell in counted)


def test_those_whose_amount_changes_are_counted_though_nobody_gains_or_loses(crowd):
    (shift,) = preview.preview(drafts.parameter(POLICY, HIGHER)).shifts

    assert "startup_subsidy" == shift.rule
    assert {None} == {cell.people for cell in (*shift.gained, *shift.lost)}
    assert any(cell.people for cell in shift.repriced)


def test_it_looks_at_the_first_day_of_the_change_unless_told_otherwise(in_app):
    draft = drafts.parameter(
        POLICY, FLOOR | {"valid_from": "2099-01-01", "review_by": "2099-12-31"}
    )

    assert date(2099, 1, 1) == preview.preview(draft).as_of
    with pytest.raises(Invalid):
        preview.preview(draft, date(2020, 1, 1))


def test_a_number_on_which_no_benefit_rests_touches_none(in_app):
    unread = {name for rule in POLICY.rules.values() for name in rule.parameters}
    name = next(each for each in POLICY.readings.declared if each not in unread)
    unit = POLICY.readings.declared[name].unit
    draft = drafts.parameter(POLICY, FLOOR | {"name": name, "unit": unit, "value": 1})

    assert () == preview.preview(draft).shifts


def test_previewing_changes_nothing(in_app):
    before = queries.snapshot(TODAY + timedelta(days=200)).key

    preview.preview(drafts.parameter(POLICY, HIGHER))

    assert before == queries.snapshot(TODAY + timedelta(days=200)).key
    assert 0 == one("SELECT count(*) FROM parameter_row") + one("SELECT count(*) FROM event")
