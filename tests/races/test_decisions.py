"""Can one application be decided twice? Two parties act on the same case in the same moment."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import World
from tests.races.at_once import all_at_once, kind_of
from tests.races.crowd import Case, ask, count, no_job_waits, signed_in, submitted

BECOMES = {"approve": "APPROVED", "reject": "REJECTED", "withdraw": "WITHDRAWN"}
EVENTS = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}
LOST = {"409 wrong-status", "412 outdated"}
PAIRS = (
    ("approve", "approve"),
    ("approve", "withdraw"),
    ("approve", "reject"),
    ("reject", "withdraw"),
)
# The lock is gone, any step is legal, and whoever comes last writes over what has been written.
NO_GUARD = """
ALTER TABLE application DISABLE TRIGGER application_legal_step;
ALTER TABLE application DROP CONSTRAINT ck_application_decided;
ALTER TABLE application RENAME TO application_locked;
CREATE FUNCTION all_applications() RETURNS SETOF application_locked LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT * FROM application_locked; END';
CREATE VIEW application AS SELECT * FROM all_applications();
CREATE FUNCTION change_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.05);
    UPDATE application_locked SET status = NEW.status, decided_at = NEW.decided_at,
        decided_by = NEW.decided_by, reasons = NEW.reasons, note = NEW.note, version = NEW.version
    WHERE id = OLD.id;
    RETURN NEW;
END $$;
CREATE TRIGGER change_application INSTEAD OF UPDATE ON application
    FOR EACH ROW EXECUTE FUNCTION change_application();
"""


class Parties:
    """Everybody who may act on a case: two managers and its applicant."""

    def __init__(self, world: World):
        self.world = world
        self.unit = world.units()[0]["id"]
        self.managers = [world.staff("demo-manager"), world.staff("demo-manager-2")]

    def acting(self, case: Case, verb: str, place: int) -> Callable[[], Any]:
        contents: dict[str, Any] = {
            "approve": {"unit_id": self.unit},
            "reject": {"reasons": ["no_space"]},
            "withdraw": {},
        }
        actor = self.managers[place]
        if verb == "withdraw":
            actor = signed_in(self.world.app, case.openid)
        return lambda: actor.post(f"{case.path}/{verb}", contents[verb], etag='"1"')


def one_of(parties: Parties, case: Case, verbs: tuple[str, ...]) -> str:
    """Let the verbs race for a case; return the winner once answers and records agree."""
    app = parties.world.app
    no_job_waits(app)
    answers = all_at_once([parties.acting(case, verb, at) for at, verb in enumerate(verbs)])
    kinds = [kind_of(answer) for answer in answers]
    assert 1 == kinds.count("200"), kinds
    assert set(kinds) - {"200"} <= LOST, kinds
    winner = verbs[kinds.index("200")]
    ((status, version, id_),) = ask(
        app, "SELECT status, version, id FROM application WHERE public_id = :id", id=case.id
    )
    assert (BECOMES[winner], 2) == (status, version)
    written = "SELECT name FROM event WHERE subject_kind = 'application' AND subject_id = :id"
    assert [f"application.{EVENTS[winner]}"] == [row[0] for row in ask(app, written, id=id_)]
    assert (winner == "approve") == count(app, "holding WHERE application_id = :id", id=case.id)
    told = winner != "withdraw"
    assert told == count(app, "message WHERE person_id = :id", id=case.applicant_id)
    assert told == count(app, "delivery WHERE person_id = :id", id=case.applicant_id)
    return winner


@pytest.mark.parametrize("verbs", PAIRS, ids=" and ".join)
def test_of_two_decisions_at_once_exactly_one_counts(own_world, verbs):
    parties = Parties(own_world)
    for month in range(5):
        (case,) = submitted(own_world.app, 1, starts_on=f"20{30 + month}-01-01")
        one_of(parties, case, verbs)


def test_of_ten_hands_on_one_case_exactly_one_counts(own_world):
    parties = Parties(own_world)
    (case,) = submitted(own_world.app, 1)

    hands = [("approve", 0), ("approve", 1), ("reject", 0), ("withdraw", 0), ("reject", 1)] * 2
    answers = all_at_once([parties.acting(case, verb, place) for verb, place in hands])

    kinds = sorted(kind_of(answer) for answer in answers)
    assert "200" == kinds[0]
    assert set(kinds[1:]) <= LOST


@pytest.mark.reliability
def test_of_500_random_pairs_exactly_one_counts_each(own_world, figures):
    chance = random.Random(20)
    won: dict[str, int] = dict.fromkeys(BECOMES, 0)
    for number in range(500):
        if number % 100 == 0:
            parties = Parties(own_world)
        year = 2030 + number
        (case,) = submitted(own_world.app, 1, starts_on=f"{year}-01-01")
        verbs = tuple(chance.choices(list(BECOMES), k=2))
        if verbs == ("withdraw", "withdraw"):
            verbs = ("withdraw", "approve")
        won[one_of(parties, case, verbs)] += 1
    figures(pairs=500, seed=20, **won)
    assert won["approve"] == count(own_world.app, "holding")


def test_two_winners_of_one_case_are_noticed(own_world):
    parties = Parties(own_world)
    cases = submitted(own_world.app, 3)
    ask(own_world.app, NO_GUARD)

    with pytest.raises(AssertionError, match=r"\['200', '200'\]"):
        for case in cases:
            one_of(parties, case, ("reject", "withdraw"))
