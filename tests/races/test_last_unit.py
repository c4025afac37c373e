"""Does a unit ever get two tenants? Two managers approve as fast as they can."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from tests.factories import World
from tests.races.at_once import Timed, p95, tally, timed_at_once
from tests.races.crowd import Case, ask, count, desks, far, submitted
from tests.running_system import Client

MANAGERS = ("demo-manager", "demo-manager-2")
RACERS = 200
# The same rows, read through a function: FOR UPDATE finds nothing to lock.
WITHOUT_ROW_LOCK = """
ALTER TABLE unit RENAME TO unit_locked;
CREATE FUNCTION all_units() RETURNS SETOF unit_locked LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT * FROM unit_locked; END';
CREATE VIEW unit AS SELECT * FROM all_units();
"""
WITHOUT_CONSTRAINT = "ALTER TABLE holding DROP CONSTRAINT ex_holding_unit;"
# Gives a check in Python the time to go wrong.
SLOW_TO_HOLD = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END';
CREATE TRIGGER dawdle BEFORE INSERT ON holding FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def approvals(
    managers: Sequence[Any], cases: Sequence[Case], units: Sequence[Any], *, threads: int = 8
) -> list[Timed]:
    """Let the managers approve all cases at once, the units being dealt out in turn.

    One process has eight connections for eight threads; over HTTP all callers come together.
    """

    def approve(place: int) -> Callable[[], Any]:
        path, wish = f"{cases[place].path}/approve", {"unit_id": str(units[place % len(units)])}
        return lambda: managers[place % len(managers)].post(path, wish, etag='"1"')

    return timed_at_once([approve(place) for place in range(len(cases))], threads=threads)


def so_many_won(app: Flask, places: int, cases: Sequence[Case], answers: Sequence[Any]) -> None:
    """Hold answers and records of one round against each other."""
    seen = tally(answers)
    expected = {"200": places, "409 unit-taken": len(cases) - places}
    assert expected == seen, f"{seen['200']} winners for {places}: {seen}"
    assert all(lost.json["detail"] for lost in answers if lost.status_code == 409)
    winners = sorted(answer.json["id"] for answer in answers if answer.status_code == 200)
    ids = {"ids": [case.id for case in cases]}
    held = ask(app, "SELECT application_id FROM holding WHERE application_id = ANY(:ids)", **ids)
    assert winners == sorted(str(row[0]) for row in held)
    approved = "SELECT public_id FROM application WHERE status = 'APPROVED'"
    granted = ask(app, f"{approved} AND public_id = ANY(:ids)", **ids)
    assert winners == sorted(str(row[0]) for row in granted)
    written = "event e JOIN application a ON a.id = e.subject_id AND e.subject_kind = 'application'"
    assert places == count(
        app, f"{written} WHERE e.name = 'application.approved' AND a.public_id = ANY(:ids)", **ids
    )


def every_loser_is_told_why(answers: Sequence[Any]) -> None:
    for lost in answers:
        if lost.status_code == 409:
            assert "已被占用" in lost.json["detail"]
            assert {"unit_id", "held_from", "held_until", "free_units"} <= lost.json.keys()


def the_last_unit(
    world: World, rounds: int, figures: Callable[..., None], port: int | None = None
) -> None:
    unit, slowest = world.units()[0]["id"], []
    for number in range(rounds):
        cases = submitted(world.app, RACERS, starts_on=far(number))
        managers: list[Any] = [world.staff(name) for name in MANAGERS]
        if port:
            managers = [Client(port, each.token) for each in managers]
        timed = approvals(managers, cases, [unit], threads=RACERS if port else 8)
        answers = [each.result for each in timed]
        so_many_won(world.app, 1, cases, answers)
        every_loser_is_told_why(answers)
        slowest.append(p95([each.seconds for each in timed]))
    assert rounds == count(world.app, "holding")
    figures(rounds=rounds, racers=RACERS, winners=rounds, worst_p95_s=max(slowest))


def test_of_200_approvals_of_the_last_unit_exactly_one_wins(own_world, figures):
    the_last_unit(own_world, 1, figures)


@pytest.mark.reliability
def test_of_200_approvals_of_the_last_unit_exactly_one_wins_50_times(own_world, figures):
    the_last_unit(own_world, 50, figures)


@pytest.mark.reliability
def test_of_200_approvals_over_http_exactly_one_wins_50_times(own_world, served, figures):
    the_last_unit(own_world, 50, figures, served.port)


def a_round(world: World, racers: int = 40) -> tuple[list[Case], list[Any]]:
    cases = submitted(world.app, racers)
    managers = [world.staff(name) for name in MANAGERS]
    timed = approvals(managers, cases, [world.units()[0]["id"]])
    return cases, [each.result for each in timed]


def test_a_check_in_python_alone_is_caught_letting_several_in(own_world, figures):
    ask(own_world.app, WITHOUT_CONSTRAINT + WITHOUT_ROW_LOCK + SLOW_TO_HOLD)

    cases, answers = a_round(own_world)

    figures(planted="no lock, no constraint", winners=tally(answers)["200"])
    with pytest.raises(AssertionError, match="[2-9] winners for 1"):
        so_many_won(own_world.app, 1, cases, answers)


@pytest.mark.parametrize("missing", [WITHOUT_CONSTRAINT, WITHOUT_ROW_LOCK], ids=("lock", "rule"))
def test_the_row_lock_and_the_constraint_each_suffice_alone(own_world, missing):
    ask(own_world.app, missing + SLOW_TO_HOLD)

    cases, answers = a_round(own_world)

    so_many_won(own_world.app, 1, cases, answers)


def thirty_desks(world: World, rounds: int, planted: str = "", *, threads: int = 8) -> None:
    places = desks(world.app, 30)
    ask(world.app, planted or "SELECT 1")
    for number in range(rounds):
        cases = submitted(world.app, 120, starts_on=far(number))
        managers = [world.staff(name) for name in MANAGERS]
        answers = [each.result for each in approvals(managers, cases, places, threads=threads)]
        so_many_won(world.app, 30, cases, answers)
    assert 30 * rounds == count(world.app, "holding")


def test_of_120_approvals_for_30_desks_exactly_30_win(own_world):
    thirty_desks(own_world, 1)


@pytest.mark.reliability
def test_of_120_approvals_for_30_desks_exactly_30_win_50_times(own_world, figures):
    thirty_desks(own_world, 50)
    figures(rounds=50, approvals=120 * 50, winners=30 * 50)


def test_more_than_30_winners_of_30_desks_are_noticed(own_world):
    with pytest.raises(AssertionError, match=r"(3[1-9]|[4-9]\d|1\d\d) winners for 30"):
        # So many that several stand at one desk at the same moment.
        thirty_desks(own_world, 1, WITHOUT_CONSTRAINT + WITHOUT_ROW_LOCK + SLOW_TO_HOLD, threads=40)
