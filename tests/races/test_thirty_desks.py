"""Are there ever more tenants than desks, whatever many people do to their cases at once?

Everybody wants one of thirty desks for the same year. Eight pairs of hands approve, reject, reopen,
withdraw, sign and let agreements lapse, in any order, while somebody else keeps counting.
"""

import random
import threading
import time
from collections import Counter
from typing import Any

import pytest

from backend.tenancies import sweeping
from tests.factories import Caller, World
from tests.races.at_once import all_at_once, kind_of
from tests.races.crowd import Case, ask, count, desks, signed_in, submitted
from tests.races.test_last_unit import SLOW_TO_HOLD, WITHOUT_CONSTRAINT, WITHOUT_ROW_LOCK

DESKS, HANDS = 30, 8
HELD = "SELECT count(*), count(DISTINCT unit_id) FROM holding WHERE unit_id IN ({})"
KEYS = "SELECT id FROM unit WHERE public_id = ANY(:ids)"
EVENTS = {
    "approve": "application.approved",
    "reject": "application.rejected",
    "reopen": "application.reopened",
    "withdraw": "application.withdrawn",
}
REFUSED = {"403", "404", "409", "412", "422"}


class Hands:
    """Who may do what to the cases of a crowd, and what came of it."""

    def __init__(self, world: World, people: int, seed: int):
        self.app, self.seed = world.app, seed
        self.places = [str(each) for each in desks(world.app, DESKS)]
        self.cases = submitted(world.app, people)
        self.hers = {case.id: signed_in(world.app, case.openid) for case in self.cases}
        self.managers = [world.staff(name) for name in ("demo-manager", "demo-manager-2")]
        self.bureau = world.staff("demo-bureau")
        self.done: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def act(self, number: int) -> None:
        """Do one thing, decided by the number alone, to a case as it stands at this moment."""
        chance = random.Random(self.seed * 1_000_003 + number)
        case = chance.choice(self.cases)
        verb = chance.choices(
            ("approve", "withdraw", "reject", "reopen", "sign", "lapse"),
            weights=(50, 2, 6, 12, 25, 5),
        )[0]
        if verb == "lapse":
            with self.app.app_context():
                sweeping.sweep()
            return
        answer = self._sign(case, chance) if verb == "sign" else self._step(case, verb, chance)
        with self._lock:
            self.done[verb] += answer.status_code == 200
            self.answers[kind_of(answer)] += 1

    def _step(self, case: Case, verb: str, chance: random.Random) -> Any:
        by: Caller = {"withdraw": self.hers[case.id], "reopen": self.bureau}.get(
            verb, chance.choice(self.managers)
        )
        content = {
            "approve": {"unit_id": chance.choice(self.places)},
            "reject": {"reasons": ["no_space"]},
            "reopen": {"why": "重新核对"},
        }
        seen = by.get(case.path)
        return by.post(f"{case.path}/{verb}", content.get(verb, {}), etag=seen.headers["ETag"])

    def _sign(self, case: Case, chance: random.Random) -> Any:
        by = chance.choice([self.hers[case.id], self.managers[0]])
        found = by.get("/tenancies?limit=100").json["items"]
        if not found:
            return by.get("/tenancies")
        one = chance.choice(found)
        path = f"/tenancies/{one['id']}"
        seen, text = by.get(path), by.get(f"{path}/agreement")
        sha256 = (text.json or {}).get("sha256", "0" * 64)
        return by.post(f"{path}/sign", {"sha256": sha256}, etag=seen.headers["ETag"])


def contest(
    world: World, acts: int, people: int, seed: int, planted: str = "SELECT 1"
) -> tuple[Hands, int, int]:
    """Let them act; return the hands, the most that was ever held, and how often it was counted."""
    hands = Hands(world, people, seed)
    keys = ask(world.app, KEYS, ids=hands.places)
    ask(world.app, planted)
    over, most, looks = threading.Event(), 0, 0
    listed = ", ".join(str(row[0]) for row in keys)

    def watch() -> None:
        nonlocal most, looks
        while not over.is_set():
            ((held, units),) = ask(world.app, HELD.format(listed))
            most, looks = max(most, held), looks + 1
            if held != units:
                most = max(most, DESKS + held - units)
            time.sleep(0.01)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        all_at_once([lambda mine=mine: [hands.act(n) for n in mine] for mine in _shares(acts)])
    finally:
        over.set()
        watcher.join()
    return hands, most, looks


def _shares(acts: int) -> list[range]:
    return [range(first, acts, HANDS) for first in range(HANDS)]


def balanced(hands: Hands, most: int) -> None:
    """Hold what was answered, counted and written down against each other."""
    assert most <= DESKS, f"{most} held of {DESKS}"
    assert {kind.partition(" ")[0] for kind in hands.answers} <= REFUSED | {"200"}, hands.answers
    told = {
        verb: count(hands.app, "event WHERE name = :name", name=name)
        for verb, name in EVENTS.items()
    }
    assert {verb: hands.done[verb] for verb in told} == told, "one event for each effect"
    silent = "announced_at IS NULL AND taken_back_at IS NULL"
    assert 0 == count(hands.app, f"event WHERE {silent}"), "something was told to nobody"
    live = "('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE')"
    assert count(hands.app, "holding") == count(hands.app, f"tenancy WHERE status IN {live}")


def test_120_acts_on_thirty_desks_never_hold_more_than_thirty(own_world, figures):
    hands, most, looks = contest(own_world, acts=120, people=40, seed=1)

    figures(acts=120, most=most, looks=looks, **hands.done)
    balanced(hands, most)


@pytest.mark.reliability
def test_10_000_acts_on_thirty_desks_never_hold_more_than_thirty(own_world, figures):
    hands, most, looks = contest(own_world, acts=10_000, people=300, seed=2)

    figures(acts=10_000, most=most, looks=looks, **hands.done)
    balanced(hands, most)
    assert most == DESKS, "the desks were never all taken, so nothing was tried"


def test_without_lock_and_constraint_more_are_counted_than_there_are(own_world):
    planted = WITHOUT_CONSTRAINT + WITHOUT_ROW_LOCK + SLOW_TO_HOLD

    hands, most, _ = contest(own_world, acts=120, people=100, seed=3, planted=planted)

    with pytest.raises(AssertionError, match=r"held of 30"):
        balanced(hands, most)
