"""Who wins when an offer is accepted, declined, withdrawn and lapses in the same moment?"""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backend import clock
from backend.cases import actions as cases
from backend.db import action, session
from backend.errors import Refusal
from backend.tenancies import actions, queries, sweeping
from backend.tenancies.taking import noted
from tests.backend.tenancies.stage import (
    granted,
    offers,
    seen,
    signed,
    tenancy_of,
    the_books_agree,
    waits,
)
from tests.records import at_once, change, look, new_unit, one, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")
BECOMES = {
    "accept": "AGREEMENT_PENDING",
    "decline": "DECLINED",
    "lapse": "OFFER_LAPSED",
    "withdraw": "CANCELLED",
}
EVENTS = {
    "accept": "tenancy.accepted",
    "decline": "tenancy.declined",
    "lapse": "tenancy.offer_lapsed",
    "withdraw": "tenancy.cancelled",
}
SOON, SPREAD_S = timedelta(seconds=0.15), 0.02


def offered(number: int) -> tuple[Any, dict, dict]:
    """An offer that is about to run out, and somebody who is next."""
    her, case = waits(f"first {number}")
    waits(f"next {number}")
    sweeping.sweep()
    offer = tenancy_of(case, her)
    change(
        "UPDATE tenancy SET expires_at = :at WHERE public_id = :id",
        at=clock.now() + SOON,
        id=offer["id"],
    )
    return her, case, offer


def race(her: Any, case: dict, offer: dict, lapse: Callable[[int], Any]) -> None:
    """Let two of each act around the moment of expiry; hold answers and records together."""
    at, version, key = _expiry(offer), seen(case), _key(offer)
    calls = {
        "accept": lambda: actions.accept(offer["id"], seen=offer["version"], by=her),
        "decline": lambda: actions.decline(offer["id"], seen=offer["version"], by=her),
        "withdraw": lambda: cases.withdraw(case["id"], seen=version, by=her),
        "lapse": lambda: lapse(key),
    }
    chance = random.Random(key)
    verbs = sorted(calls) * 2
    waits_s = [chance.uniform(-SPREAD_S, SPREAD_S) for _ in verbs]

    def act(place: int) -> Any:
        time.sleep(max(0.0, (at - clock.now()).total_seconds() + waits_s[place]))
        return calls[verbs[place]]()

    got = at_once(len(verbs), act)
    broken = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert [] == broken
    one_won(offer, case)


def one_won(offer: dict, case: dict) -> None:
    """Exactly one thing happened to the offer, and one event says so for each effect."""
    (found,) = look("SELECT id, status FROM tenancy WHERE public_id = :id", id=offer["id"])
    told = Counter(
        each["name"]
        for each in look(
            "SELECT name FROM event WHERE subject_kind = 'tenancy' AND subject_id = :id",
            id=found["id"],
        )
    )
    ends = {name: told[name] for name in EVENTS.values() if told[name]}
    accepted = ends.pop("tenancy.accepted", 0)
    assert accepted <= 1, told
    # What was accepted may still be withdrawn with its application, and nothing else.
    assert 1 == accepted + sum(ends.values()) or (accepted and ends == {"tenancy.cancelled": 1}), (
        f"{told} for one offer"
    )
    expected = next(verb for verb, event in EVENTS.items() if event in (*ends, "tenancy.accepted"))
    if ends:
        expected = next(verb for verb, event in EVENTS.items() if event in ends)
    assert BECOMES[expected] == found["status"]
    assert told["tenancy.offered"] == 1
    live = one("SELECT count(*) FROM holding WHERE application_id = :id", id=case["id"])
    assert int(found["status"] == "AGREEMENT_PENDING") == live, "the ledger says otherwise"
    the_books_agree()


def _key(offer: dict) -> int:
    return one("SELECT id FROM tenancy WHERE public_id = :id", id=offer["id"])


def _expiry(offer: dict) -> Any:
    return one("SELECT expires_at FROM tenancy WHERE public_id = :id", id=offer["id"])


def a_round(number: int, lapse: Callable[[int], Any]) -> None:
    her, case, offer = offered(number)
    race(her, case, offer, lapse)
    change("DELETE FROM agreement; DELETE FROM tenancy; DELETE FROM waiting_entry")
    change("DELETE FROM holding; UPDATE application SET status = 'WITHDRAWN'")


def test_of_all_that_can_happen_to_an_offer_at_once_exactly_one_does(in_own_app):
    change("ALTER TABLE application DISABLE TRIGGER application_legal_step")
    for number in range(2):
        a_round(number, sweeping.lapse)


@pytest.mark.reliability
def test_of_all_that_can_happen_to_an_offer_at_once_exactly_one_does_100_times(in_own_app):
    change("ALTER TABLE application DISABLE TRIGGER application_legal_step")
    for number in range(100):
        a_round(number, sweeping.lapse)


@action
def lapse_unlocked(tenancy_id: int) -> None:
    """Look whether it has run out, then end it, without a lock or a second look: the bug."""
    key = {"id": tenancy_id}
    due = session.execute(
        text("SELECT status = 'OFFERED' FROM tenancy WHERE id = :id"), key
    ).scalar()
    if due:
        session.execute(text("SELECT pg_sleep(0.2)"))
        session.execute(
            text("UPDATE tenancy SET status = 'OFFER_LAPSED', expires_at = NULL WHERE id = :id"),
            key,
        )
        tenancy = session.get(sweeping.Tenancy, tenancy_id)
        assert tenancy is not None
        noted("offer_lapsed", tenancy, None)


def test_a_sweep_that_does_not_look_again_is_caught(in_own_app):
    change("ALTER TABLE tenancy DISABLE TRIGGER tenancy_legal_step")
    change("ALTER TABLE application DISABLE TRIGGER application_legal_step")

    with pytest.raises(AssertionError, match="for one offer|the ledger"):
        for number in range(8):
            a_round(number, lapse_unlocked)


def test_of_eight_sweeps_at_once_one_passes_the_offer_on(in_own_app):
    _, _, offer = offered(1)
    time.sleep(SOON.total_seconds() + 0.05)

    assert [] == [each for each in at_once(8, lambda _: sweeping.sweep()) if each is not None]

    assert [("OFFER_LAPSED", "B201"), ("OFFERED", "B201")] == [each[:2] for each in offers()]
    assert 1 == one("SELECT count(*) FROM message WHERE event = 'tenancy.offer_lapsed'")
    the_books_agree()


def test_eight_hands_give_two_units_to_two_people_once_each(in_own_app):
    """Two units come free at the same moment; everybody who sweeps wants to hand them out."""
    new_unit("P05", "B299")
    for name in ("one", "two", "three"):
        waits(name)
    keys = [
        one("SELECT id FROM unit WHERE public_id = :id", id=unit(code)) for code in ("B201", "B299")
    ]

    got = at_once(8, lambda place: sweeping.hand_out(keys[place % 2]))

    assert [None] * 8 == got
    made = offers()
    assert {("OFFERED", "one"), ("OFFERED", "two")} == {(each[0], each[2]) for each in made}
    assert {"B201", "B299"} == {each[1] for each in made}
    the_books_agree()


def test_withdrawing_tenants_and_those_who_wait_never_lock_each_other_out(in_own_app):
    """Four give their units up while the sweep hands out whatever is free."""
    codes = ["B201", *(f"B29{n}" for n in range(3))]
    for code in codes[1:]:
        new_unit("P05", code)
    tenants = [granted(f"tenant {code}", code) for code in codes]
    for n in range(4):
        waits(f"waits {n}")

    def act(place: int) -> Any:
        if place % 2:
            return sweeping.sweep()
        her, tenancy = tenants[place // 2]
        case = {"id": tenancy["application_id"]}
        return cases.withdraw(case["id"], seen=seen(case), by=her)

    got = at_once(8, act)

    assert [] == [each for each in got if isinstance(each, Exception)]
    states = Counter(each[0] for each in offers())
    assert {"CANCELLED": 4, "OFFERED": 4} == states
    the_books_agree()


def test_both_sides_sign_at_once_and_the_tenancy_begins_once(in_own_app):
    her, tenancy = granted()
    sha256 = queries.agreement(tenancy["id"], her)["sha256"]
    parties = [her, staff(), staff("demo-manager-2")]

    def act(place: int) -> Any:
        by = parties[place % 3]
        return actions.sign(tenancy["id"], seen=tenancy["version"], by=by, sha256=sha256)

    got = at_once(8, act)

    assert 1 == sum(isinstance(each, dict) for each in got)
    for by in parties[:2]:
        if "ACTIVE" != one("SELECT status FROM tenancy"):
            signed(tenancy, by, sha256)
    assert "ACTIVE" == one("SELECT status FROM tenancy")
    for name in ("tenancy.activated", "application.completed"):
        assert 1 == one("SELECT count(*) FROM event WHERE name = :name", name=name)
