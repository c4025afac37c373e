"""Does a document ever belong to two accounts? Eight people bind it in the same moment."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.accounts import identity
from tests.factories import Caller, World
from tests.races.at_once import all_at_once, tally
from tests.races.crowd import ask, count

RACERS = 8
# Looks whether the number is free and then inserts it: right, as long as nobody hurries.
CHECK_THEN_INSERT = """
ALTER TABLE civil_number DROP CONSTRAINT pk_civil_number;
CREATE FUNCTION look_first() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF EXISTS (SELECT FROM civil_number WHERE hash = NEW.hash) THEN RETURN NULL; END IF;
    PERFORM pg_sleep(0.1);
    RETURN NEW;
END';
CREATE TRIGGER look_first BEFORE INSERT ON civil_number FOR EACH ROW EXECUTE FUNCTION look_first();
"""


def number_of(year: int) -> str:
    """A number of sequence 000, which is not given out."""
    digits = f"152201{year}0101000"
    return digits + identity.check_character(digits)


def people(world: World, of: int) -> list[Caller]:
    return [world.citizen(f"{of}-{place}") for place in range(RACERS)]


def one_gets_it(world: World, year: int) -> None:
    """Let eight people bind one number; hold answers and records against each other."""
    told = {"name": "其其格", "number": number_of(year)}

    def binding(by: Caller) -> Callable[[], Any]:
        return lambda: by.put("/me/identity", told, key="")

    crowd, before = people(world, year), count(world.app, "civil_identity")
    answers = all_at_once([binding(each) for each in crowd])

    seen = tally(answers)
    assert {"200": 1, "409 identity-taken": RACERS - 1} == seen, f"{seen['200']} winners: {seen}"
    assert 1 == count(world.app, "civil_identity") - before
    winner = next(
        by for by, answer in zip(crowd, answers, strict=True) if answer.status_code == 200
    )
    assert [winner] == [by for by in crowd if by.get("/me").json["identity"]]
    holder = winner.get("/me").json["id"]
    noted = ask(
        world.app,
        "SELECT count(*) FROM duplicate d JOIN person p ON p.id = d.holder_id"
        " WHERE p.public_id = :holder",
        holder=holder,
    )
    assert [(RACERS - 1,)] == [tuple(each) for each in noted]


def test_of_eight_people_with_one_number_exactly_one_gets_it(own_world):
    for year in (1980, 1981, 1982):
        one_gets_it(own_world, year)


@pytest.mark.reliability
def test_of_many_rounds_each_has_one_winner(own_world, figures):
    for year in range(1940, 2000):
        one_gets_it(own_world, year)
    figures(rounds=60, racers=RACERS)


def test_two_winners_of_one_number_are_noticed(own_world):
    ask(own_world.app, CHECK_THEN_INSERT)

    with pytest.raises(AssertionError, match=r"[2-8] winners"):
        for year in (1983, 1984, 1985):
            one_gets_it(own_world, year)
