"""What becomes of a draft that is submitted twice, taken back or forgotten in the same moment?

What happens to a case afterwards is raced in `test_decisions`, to an offer in `test_offers`.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from backend.cases import sweeping
from tests.factories import Caller, World
from tests.races.at_once import all_at_once, kind_of
from tests.races.crowd import ask

# What each act is refused with when another was quicker.
LOST = {"409 wrong-status", "412 outdated"}
PAIRS = (
    ("submit", "submit again"),
    ("submit", "submit anew"),
    ("submit", "withdraw"),
    ("submit", "lapse"),
    ("withdraw", "lapse"),
)
BECOMES = {"submitted": "SUBMITTED", "withdrawn": "WITHDRAWN", "lapsed": "LAPSED"}
# As if it had lain there for as long as a draft may, and a day more.
FORGOTTEN = "UPDATE application SET changed_at = now() - interval '61 days' WHERE public_id = :id"
TOLD = (
    "SELECT split_part(e.name, '.', 2) AS event FROM event e"
    " JOIN application a ON a.id = e.subject_id AND e.subject_kind = 'application'"
    " WHERE a.public_id = :id AND e.name <> 'application.created' ORDER BY e.id"
)
WRITTEN_TWICE = """
CREATE FUNCTION write_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'application.submitted' AND pg_trigger_depth() = 1 THEN
        INSERT INTO event (public_id, name, subject_kind, subject_id, at, particulars)
        VALUES (gen_random_uuid(), NEW.name, NEW.subject_kind, NEW.subject_id, NEW.at, '{}');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER write_twice AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION write_twice();
"""


def acts(world: World, her: Caller, path: str, etag: str) -> dict[str, Callable[[], Any]]:
    """What may happen to a draft; `again` presses with the same key, `anew` with another."""
    key = uuid4().hex

    def lapse() -> None:
        with world.app.app_context():
            sweeping.sweep()

    def submit(pressed: str) -> Callable[[], Any]:
        return lambda: her.post(f"{path}/submit", {}, etag=etag, key=pressed)

    return {
        "submit": submit(key),
        "submit again": submit(key),
        "submit anew": submit(uuid4().hex),
        "withdraw": lambda: her.post(f"{path}/withdraw", {}, etag=etag),
        "lapse": lapse,
    }


def crossed(world: World, pair: tuple[str, str], name: str) -> str:
    """Let both act on a draft of somebody; return the one event once all records agree with it."""
    her = world.citizen(name)
    made, etag = world.draft(her)
    if "lapse" in pair:
        ask(world.app, FORGOTTEN, id=made["id"])
    calls = acts(world, her, f"/applications/{made['id']}", etag)

    answers = all_at_once([calls[verb] for verb in pair])

    kinds = Counter(kind_of(answer) for answer in answers if answer is not None)
    told = [row.event for row in ask(world.app, TOLD, id=made["id"])]
    assert 1 == len(told), f"{told} after {pair}: {kinds}"
    same_key = pair == ("submit", "submit again")
    # A twin that comes while the first is under way is told so, or gets the same answer.
    allowed = {"409 key-busy"} if same_key else LOST
    by_hand = told != ["lapsed"]
    assert kinds["200"] - by_hand in ((0, 1) if same_key else (0,)), kinds
    assert set(kinds) - {"200"} <= allowed, kinds
    ((status,),) = ask(
        world.app, "SELECT status FROM application WHERE public_id = :id", id=made["id"]
    )
    assert BECOMES[told[0]] == status
    return str(told[0])


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_of_two_acts_on_a_draft_exactly_one_counts(own_world, pair):
    for number in range(2):
        crossed(own_world, pair, f"draft {number}")


@pytest.mark.reliability
def test_of_two_acts_on_a_draft_exactly_one_counts_500_times(own_world, figures):
    chance, won = random.Random(26), Counter[str]()
    for number in range(500):
        won[crossed(own_world, chance.choice(PAIRS), f"draft {number}")] += 1

    figures(pairs=500, seed=26, **won)
    assert set(won) == set(BECOMES)


def test_an_effect_with_two_events_is_noticed(own_world):
    ask(own_world.app, WRITTEN_TWICE)

    with pytest.raises(AssertionError, match=r"\['submitted', 'submitted'\]"):
        crossed(own_world, ("submit", "submit again"), "her")
