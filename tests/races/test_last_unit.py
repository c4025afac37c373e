"""Does a unit ever get two tenants? Two managers approve as fast as they can."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from tests.factories import World
from tests.races.at_once import Timed, p95, tally, timed_at_once
from tests.races.crowd import Case, ask, count, far, submitted

MANAGERS = ("demo-manager", "demo-manager-2")
RACERS = 200


def approvals(world: World, cases: Sequence[Case], unit: str) -> list[Timed]:
    """Let two managers approve all cases for one unit at once."""
    managers = [world.staff(name) for name in MANAGERS]

    def approve(place: int) -> Callable[[], Any]:
        path, wish = f"{cases[place].path}/approve", {"unit_id": unit}
        return lambda: managers[place % 2].post(path, wish, etag='"1"')

    return timed_at_once([approve(place) for place in range(len(cases))])


def exactly_one_won(app: Flask, cases: Sequence[Case], answers: Sequence[Any]) -> None:
    """Hold the answers and the records of one round against each other."""
    assert {"200": 1, "409 unit-taken": len(cases) - 1} == tally(answers)
    for lost in answers:
        if lost.status_code == 409:
            assert "已被占用" in lost.json["detail"]
            assert lost.json["held_until"]
    (winner,) = [answer.json["id"] for answer in answers if answer.status_code == 200]
    ids = [case.id for case in cases]
    held = ask(app, "SELECT application_id FROM holding WHERE application_id = ANY(:ids)", ids=ids)
    assert [winner] == [str(row[0]) for row in held]
    approved = "application WHERE status = 'APPROVED' AND public_id = ANY(:ids)"
    assert 1 == count(app, approved, ids=ids)
    written = (
        "event e JOIN application a ON a.id = e.subject_id AND e.subject_kind = 'application' "
        "WHERE e.name = 'application.approved' AND a.public_id = ANY(:ids)"
    )
    assert 1 == count(app, written, ids=ids)


def the_last_unit(world: World, rounds: int, figures: Callable[..., None]) -> None:
    unit = world.units()[0]["id"]
    slowest = []
    for number in range(rounds):
        cases = submitted(world.app, RACERS, starts_on=far(number), months=12)
        timed = approvals(world, cases, unit)
        exactly_one_won(world.app, cases, [each.result for each in timed])
        slowest.append(p95([each.seconds for each in timed]))
    assert rounds == count(world.app, "holding")
    figures(rounds=rounds, racers=RACERS, winners=rounds, worst_p95_s=max(slowest))


def test_of_200_approvals_of_the_last_unit_exactly_one_wins(own_world, figures):
    the_last_unit(own_world, 2, figures)


@pytest.mark.reliability
def test_of_200_approvals_of_the_last_unit_exactly_one_wins_50_times(own_world, figures):
    the_last_unit(own_world, 50, figures)
