"""Is what WeChat tells taken up once, when it comes many times and many want to take it up?"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from backend import clock
from backend.db import action, row, session
from backend.wechat import event as events
from notifications import callbacks, grants, ledger, receipts
from notifications.grants import Answer
from tests.notifications.posts import ACCEPTED, TEMPLATES, statuses
from tests.notifications.told import CARD, cancel, event, leaving, popup, receipt, tell, waiting
from tests.records import at_once, change, look, one, person

NAMES = {number: name for name, number in TEMPLATES.items()}
A_DAY_AGO, LOCK = 86_400, "take_up_callbacks"


def nothing_broke(got: list[Any]) -> None:
    assert [] == [each for each in got if isinstance(each, Exception)]


class TestComingAtOnce:
    def test_one_message_is_kept_once_however_many_bring_it(self, in_own_app):
        message = popup()

        nothing_broke(at_once(8, lambda _: callbacks.keep(message)))

        assert 1 == one("SELECT count(*) FROM callback")
        assert 1 == one(
            "SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock = :lock", lock=LOCK
        )

    def test_different_messages_are_all_kept(self, in_own_app):
        messages = [event("debug_demo", at=number) for number in range(40)]

        nothing_broke(at_once(8, lambda n: [callbacks.keep(each) for each in messages[n::8]]))

        assert 40 == one("SELECT count(*) FROM callback")

    def test_looking_first_and_keeping_then_keeps_it_several_times(self, in_own_app):
        """The planted bug: no key guards it."""
        change("ALTER TABLE callback DROP CONSTRAINT uq_callback_digest")

        @action
        def look_and_keep() -> None:
            if row(text("SELECT 1 FROM callback WHERE digest = 'd'")) is None:
                session.execute(text("SELECT pg_sleep(0.2)"))
                session.execute(
                    text(
                        "INSERT INTO callback (digest, kind, message, came_at, next_try_at)"
                        " VALUES ('d', 'k', 'm', now(), now())"
                    )
                )

        nothing_broke(at_once(4, lambda _: look_and_keep()))

        assert one("SELECT count(*) FROM callback") > 1


def told(number: int) -> None:
    """So many different taps of one person, all of them kept and none taken up."""
    person("qiqige")
    for each in range(number):
        callbacks.keep(popup(at=clock.now().timestamp() - A_DAY_AGO + 100 * each))


def taken_up_by_many(take_up: Callable[[int], None]) -> int:
    """Let many take up the same; how often it was counted."""
    keys = [each["id"] for each in look("SELECT id FROM callback ORDER BY id")]
    nothing_broke(at_once(4, lambda _: [take_up(key) for key in keys]))
    return one("SELECT count(*) FROM credit_entry")


class TestTakingUp:
    def test_it_is_taken_up_once_whoever_comes_first(self, in_own_app):
        told(12)

        assert 12 == taken_up_by_many(lambda key: callbacks.take_up(key, NAMES))
        assert (12, 0) == (one("SELECT remaining FROM credit"), waiting())

    def test_many_workers_share_what_is_due(self, in_own_app):
        told(24)

        nothing_broke(at_once(4, lambda _: callbacks.take_up_due(TEMPLATES)))

        assert (24, 0) == (one("SELECT remaining FROM credit"), waiting())
        assert 24 == one("SELECT count(*) FROM credit_entry")

    def test_looking_without_a_lock_takes_it_up_several_times(self, in_own_app):
        """The planted bug: whether it was taken up is read, and written down at the end."""
        told(3)
        her = person("qiqige").id

        @action
        def take_up(key: int) -> None:
            waits = text("SELECT told_at FROM callback WHERE id = :id AND processed_at IS NULL")
            if found := row(waits, id=key):
                session.execute(text("SELECT pg_sleep(0.1)"))
                grants.told(her, "tenancy_result", found["told_at"])
                done = text("UPDATE callback SET processed_at = now() WHERE id = :id")
                session.execute(done, {"id": key})

        assert taken_up_by_many(take_up) > 3


def a_round(number: int, take: Callable[[bytes], Any]) -> None:
    """A receipt that comes while its sender writes down the result."""
    name = f"her {number}"
    push = leaving(name)
    taken = replace(ACCEPTED, msgid=str(number))

    def act(place: int) -> None:
        time.sleep(0.001 * (number % 5) * place)
        if place:
            ledger.step([(push, taken)])
        else:
            take(receipt(str(number), name=name))

    nothing_broke(at_once(2, act))


def raced(take: Callable[[bytes], Any], rounds: int) -> None:
    for number in range(rounds):
        a_round(number, take)


def later() -> None:
    """The time comes at which what had to wait is looked at again."""
    change("UPDATE callback SET next_try_at = now() - interval '1 s' WHERE processed_at IS NULL")
    callbacks.take_up_due(TEMPLATES)


class TestReceiptsAndResults:
    @pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.reliability)])
    def test_cb18_neither_is_lost_whoever_comes_first(self, in_own_app, rounds):
        raced(tell, rounds)
        later()

        assert {"DELIVERED"} == set(statuses())
        assert rounds == one("SELECT count(*) FROM credit_entry WHERE why = 'SPENT'")
        assert 0 == waiting()

    def test_cb18_a_receipt_that_does_not_wait_is_lost(self, in_own_app):
        """The planted bug: what is not there yet is let go."""

        @action
        def take_at_once(message: bytes) -> None:
            found = events.of(message)
            receipts.settle(found, found.at, NAMES)

        raced(take_at_once, 10)
        later()

        assert "ACCEPTED" in statuses()


class TestTheClientAndWeChat:
    def test_one_tap_of_which_both_tell_at_once_counts_once(self, in_own_app):
        for number in range(6):
            her = person(f"her {number}")
            message = popup(name=f"her {number}")
            calls = [
                lambda her=her: grants.record({"tenancy_result": Answer.ACCEPT}, by=her),
                lambda message=message: tell(message),
            ]
            nothing_broke(at_once(2, lambda place, calls=calls: calls[place]()))

        assert [1] * 6 == [each["remaining"] for each in look("SELECT remaining FROM credit")]

    def test_adding_without_looking_counts_it_twice(self, in_own_app):
        """The planted bug: each word is good for one card."""
        her = person("qiqige")

        @action
        def add() -> None:
            grants._changed(her.id, "tenancy_result", 1, clock.now())

        at_once(2, lambda place: add())

        assert 2 == one("SELECT remaining FROM credit")


class TestClosing:
    def test_whoever_closes_her_account_while_she_says_yes_has_granted_nothing(self, in_own_app):
        for number in range(8):
            name = f"her {number}"
            person(name)
            messages = [popup(name=name), cancel(name)]
            nothing_broke(at_once(2, lambda place, told=messages: tell(told[place])))

        assert 0 == one("SELECT count(*) FROM credit")
        assert 0 == one("SELECT count(*) FROM credit_entry")

    def test_looking_whose_it_is_without_a_lock_leaves_something(self, in_own_app):
        """The planted bug: she closes her account between the look and the deed."""
        her = person("qiqige").id

        @action
        def count_late() -> None:
            known = text("SELECT 1 FROM identity WHERE person_id = :id AND provider = 'wechat'")
            if row(known, id=her):
                session.execute(text("SELECT pg_sleep(0.5)"))
                grants.told(her, "tenancy_result", clock.now())

        def act(place: int) -> None:
            time.sleep(0.1 * place)
            (count_late, lambda: tell(cancel()))[place]()

        nothing_broke(at_once(2, act))

        assert 1 == one("SELECT count(*) FROM credit")


def test_messages_about_the_same_cards_do_not_wait_for_each_other_for_ever(in_own_app):
    """Two templates in one message, in either order: no two messages can lock each other out."""
    numbers = {"tenancy_result": CARD, "another": "ANOTHER"}
    her = person("qiqige")
    both = [{"TemplateId": each, "SubscribeStatusString": "accept"} for each in (CARD, "ANOTHER")]
    for number in range(20):
        items = both if number % 2 else both[::-1]
        at = clock.now().timestamp() - A_DAY_AGO + 100 * number
        callbacks.keep(event("subscribe_msg_popup_event", at=at, List=items))

    nothing_broke(at_once(4, lambda _: callbacks.take_up_due(numbers)))

    found = look("SELECT template, remaining FROM credit WHERE person_id = :id", id=her.id)
    assert {"tenancy_result": 20, "another": 20} == {
        each["template"]: each["remaining"] for each in found
    }
