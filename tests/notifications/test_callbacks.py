"""What WeChat tells is kept once, taken up once, and means the same in every order."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from backend import clock
from backend.accounts import bindings, claims, queries
from backend.db import action
from backend.errors import Malformed
from backend.wechat.outcome import Outcome, Word
from backend.wechat.phone import PhoneNumber
from notifications import callbacks, delivery, grants, ledger
from notifications.grants import Answer
from tests.factories import openid_of
from tests.notifications.posts import TEMPLATES, FakeWeChat, alter, plant
from tests.notifications.told import (
    cancel,
    change,
    event,
    leaving,
    popup,
    receipt,
    revoke,
    tell,
    waiting,
)
from tests.records import change as alter_records
from tests.records import look, one, person

NOW = clock.now
LOG = "notifications.callbacks"


def tap(name: str = "qiqige") -> None:
    """The client tells of a yes."""
    grants.record({"tenancy_result": Answer.ACCEPT}, by=person(name))


def remaining() -> int:
    return one("SELECT coalesce(sum(remaining), 0)::int FROM credit")


class TestKeeping:
    def test_it_is_kept_sealed_with_its_kind_and_moment(self, in_app):
        message = event("debug_demo", at=1700000000)

        callbacks.keep(message)

        (kept,) = look("SELECT * FROM callback")
        assert ("debug_demo", 1700000000) == (kept["kind"], kept["told_at"].timestamp())
        assert openid_of("qiqige") not in str(kept)
        assert kept["processed_at"] is None

    def test_cb16_three_times_the_same_is_one(self, in_app):
        person("qiqige")
        for _ in range(3):
            tell(popup(at=1700000000))

        assert 1 == one("SELECT count(*) FROM callback")
        assert 1 == remaining()

    def test_cb17_two_people_in_the_same_second_by_the_platforms_name_are_both_kept(self, in_app):
        for name in ("qiqige", "another"):
            bindings.bind_phone(
                f"code {name}", ask=lambda *_: PhoneNumber("86", "13800138000"), by=person(name)
            )

        tell(revoke(name="qiqige", at=NOW().timestamp()), revoke(name="another"))

        assert 0 == one("SELECT count(*) FROM phone")
        assert 2 == one("SELECT count(*) FROM callback")

    def test_cb17_a_key_of_sender_and_second_would_lose_one(self, in_app):
        """The planted bug: the official way to tell repetitions."""
        alter_records("CREATE UNIQUE INDEX planted ON callback (kind, told_at)")
        try:
            callbacks.keep(revoke(name="qiqige", at=1700000000))
            callbacks.keep(revoke(name="another", at=1700000000))
            assert 1 == one("SELECT count(*) FROM callback")
        finally:
            alter_records("DROP INDEX planted")

    def test_one_job_is_asked_for_however_many_come(self, in_app):
        jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'take_up_callbacks'"
        for number in range(3):
            callbacks.keep(event("debug_demo", at=number))

        assert 1 == one(jobs)

    def test_one_that_cannot_be_read_is_not_kept(self, in_app):
        with pytest.raises(Malformed):
            callbacks.keep(b"[]")

        assert 0 == one("SELECT count(*) FROM callback")

    def test_it_is_forgotten_seven_days_after_it_was_taken_up(self, in_app):
        start = NOW()
        with time_machine.travel(start, tick=False):
            tell(event("debug_demo"), receipt("404"))
        with time_machine.travel(start + timedelta(days=7), tick=False):
            assert 0 == callbacks.forget_old()
        with time_machine.travel(start + timedelta(days=7, seconds=1), tick=False):
            assert 1 == callbacks.forget_old()

        assert 1 == waiting(), "what was not taken up is kept"


class TestAnswers:
    def test_a_yes_that_the_client_never_told_counts(self, in_app):
        person("qiqige")

        tell(popup())

        assert [("TOLD", 1, 1)] == entries()

    @pytest.mark.parametrize("first", ["client", "wechat"])
    def test_a_yes_of_which_both_tell_counts_once(self, in_app, first):
        person("qiqige")
        for who in ("client", "wechat") if first == "client" else ("wechat", "client"):
            tap() if who == "client" else tell(popup())

        assert 1 == remaining()
        assert [1, 0] == [change for _, change, _ in entries()]

    def test_two_taps_in_a_minute_of_which_both_tell_are_two(self, in_app):
        start = NOW()
        for seconds in (0, 20):
            with time_machine.travel(start + timedelta(seconds=seconds)):
                tap()
        moments = [start.timestamp(), start.timestamp() + 21]

        tell(*(popup(at=each) for each in moments))

        assert 2 == remaining()

    def test_a_minute_later_it_is_another(self, in_app):
        start = NOW()
        with time_machine.travel(start):
            tap()

        tell(popup(at=start.timestamp() + 62))

        assert 2 == remaining()

    @pytest.mark.parametrize("answer", ["reject", "ban", "", "ACCEPT"])
    def test_whatever_else_she_says_counts_for_nothing(self, in_app, answer):
        person("qiqige")

        tell(popup(answer))

        assert 0 == remaining()

    def test_a_template_or_a_person_of_whom_we_know_nothing_changes_nothing(self, in_app):
        foreign = {"TemplateId": "ANOTHER", "SubscribeStatusString": "accept"}
        person("qiqige")

        tell(event("subscribe_msg_popup_event", List=[foreign]), popup(name="nobody"))

        assert [] == entries()
        assert 0 == waiting()

    def test_turned_off_nothing_is_left_until_she_says_yes_again(self, in_app):
        tap()

        tell(change(at=NOW().timestamp()))
        assert 0 == remaining()
        tell(popup(at=NOW().timestamp() + 100))

        assert 1 == remaining()

    def test_what_she_granted_later_outlives_an_earlier_word_that_comes_late(self, in_app):
        person("qiqige")
        now = NOW().timestamp()

        tell(popup(at=now - 50), popup(at=now), change(at=now - 10))

        assert 1 == remaining()


class TestPeople:
    def test_cb21_the_phone_is_removed_whoever_signs_the_event(self, in_app):
        her = person("qiqige")
        bindings.bind_phone("code", ask=lambda *_: PhoneNumber("86", "13800138000"), by=her)

        tell(revoke("6, 8,19"))

        assert claims.phone_of(her.id) is None
        assert queries.session_of(her.session_id)

    @pytest.mark.parametrize("info", ["6", "18", "88", "", "phone"])
    def test_cb21_any_other_item_leaves_it_and_is_noted(self, in_app, caplog, info):
        her = person("qiqige")
        bindings.bind_phone("code", ask=lambda *_: PhoneNumber("86", "13800138000"), by=her)

        with caplog.at_level(logging.INFO, LOG):
            tell(revoke(info))

        assert claims.phone_of(her.id)
        assert "not kept here" in caplog.text
        assert openid_of("qiqige") not in caplog.text

    def test_cb22_whoever_closes_her_account_is_not_pushed_to_any_more(self, in_app):
        her = person("qiqige")
        tap()
        (key,) = plant()

        tell(cancel())
        wechat = FakeWeChat()
        delivery.send_all_due(wechat, TEMPLATES, rate=1000)

        assert [] == wechat.sent
        assert "SKIPPED" == one("SELECT status FROM delivery WHERE id = :id", id=key)
        assert queries.session_of(her.session_id) is None
        assert [] == entries()
        assert 0 == one("SELECT count(*) FROM credit")

    def test_what_nobody_knows_of_is_taken_up_all_the_same(self, in_app):
        tell(revoke(name="nobody"), cancel(name="nobody"), popup(name="nobody"))

        assert 0 == waiting()


class TestTheRest:
    def test_cb13_an_unknown_event_is_kept_and_nothing_follows(self, in_app):
        tell(event("an_event_of_next_year", Anything={"at": ["all"]}))

        assert 0 == waiting()
        assert "an_event_of_next_year" == one("SELECT kind FROM callback")

    @pytest.mark.parametrize(
        ("kind", "words"),
        [("wxa_media_check", "nobody here asked"), ("wxa_punish_event", "needs a person")],
    )
    def test_cb25_what_calls_for_a_person_is_logged(self, in_app, caplog, kind, words):
        """Nothing that is shown to others is checked through WeChat, so nothing is unpublished."""
        tell(event(kind, trace_id="t", result={"suggest": "risky", "label": 20002}))

        assert words in caplog.text
        assert 0 == waiting()

    def test_one_that_breaks_us_holds_up_nobody_and_is_tried_again(self, in_app, caplog):
        person("qiqige")
        start = NOW()
        with time_machine.travel(start, tick=False):
            callbacks.keep(popup(at=1))
            alter_records("UPDATE callback SET message = 'spoilt'")
            tell(popup(at=2))
            assert (1, 1) == (remaining(), waiting())
            assert "cannot be taken up" in caplog.text
        for seconds, tries in ((19, 1), (20, 2), (59, 2), (60, 3)):
            with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
                callbacks.take_up_due(TEMPLATES)
                assert tries == one("SELECT max(tries) FROM callback"), seconds

    def test_however_often_it_fails_it_is_tried_once_an_hour(self, in_app):
        callbacks.keep(popup())
        alter_records("UPDATE callback SET tries = 5000")
        with time_machine.travel(NOW(), tick=False):
            callbacks.put_off(one("SELECT id FROM callback"))
            wait = one("SELECT next_try_at FROM callback") - NOW()

        assert timedelta(hours=1) == wait


def entries() -> list[tuple[str, int, int]]:
    found = look("SELECT why, change, remaining FROM credit_entry ORDER BY id")
    return [(each["why"], each["change"], each["remaining"]) for each in found]


# A person's last hours at WeChat, in seconds before now: the name of each event and its moment.
HISTORY: dict[str, Any] = {
    "she says yes": lambda name, now: popup(name=name, at=now - 500),
    "she says yes again": lambda name, now: popup(name=name, at=now - 400),
    "she turns the cards off": lambda name, now: change(name=name, at=now - 300),
    "she says yes once more": lambda name, now: popup(name=name, at=now - 200),
    "she says no": lambda name, now: popup("reject", name, at=now - 190),
    "the first push failed": lambda name, now: receipt(f"1{name}", "1", name, at=now - 150),
    "the first push was delivered": lambda name, now: receipt(f"1{name}", "0", name, at=now - 149),
    "the second, in doubt, was delivered": lambda name, now: receipt(
        f"2{name}", "0", name, at=now - 99
    ),
    "she says yes for two": lambda name, now: popup(name=name, at=now - 40),
    "and for one more": lambda name, now: popup(name=name, at=now - 30),
    "she withdraws her phone": lambda name, now: revoke("8", name, at=now - 50),
}
CLOSING = {"she closes her account": lambda name, now: cancel(name, at=now - 10)}
_lives = iter(range(10**9))


def live(order: list[str], events: dict[str, Any], *, repeat: bool) -> dict[str, Any]:
    """One person's life with the events in this order; what is true of her in the end."""
    name, now = f"life {next(_lives)}", NOW().timestamp()
    her = person(name)
    bindings.bind_phone(name, ask=lambda *_: PhoneNumber("86", "13800138000"), by=her)
    alter_records(
        "UPDATE phone SET bound_at = bound_at - interval '1 hour' WHERE person_id = :id", id=her.id
    )
    alter_records(
        "UPDATE identity SET created_at = created_at - interval '1 hour' WHERE person_id = :id",
        id=her.id,
    )
    for outcome, seconds in (
        (Outcome(Word.ACCEPTED, 0, msgid=f"1{name}"), 151),
        (Outcome(Word.UNKNOWN, None, "read time-out"), 100),
    ):
        push = leaving(name)
        ledger.step([(push, outcome)])
        alter(push["id"], f"intent_at = clock_timestamp() - interval '{seconds} seconds'")
    for each in order:
        message = events[each](name, now)
        tell(*([message] * (2 if repeat else 1)))
    return state(her)


def state(her: Any) -> dict[str, Any]:
    """Everything that an event may change, without what only says when we heard of it."""
    of_her = {"id": her.id}
    return {
        "credit": look("SELECT template, remaining FROM credit WHERE person_id = :id", **of_her),
        "pushes": [
            (each["status"], each["errcode"])
            for each in look(
                "SELECT status, errcode FROM delivery WHERE person_id = :id ORDER BY id", **of_her
            )
        ],
        "phone": claims.phone_of(her.id),
        "signed in": queries.session_of(her.session_id) is not None,
        "openid": queries.openid_of(her.id) is not None,
        "facts": sorted(
            each["why"]
            for each in look("SELECT why FROM credit_entry WHERE person_id = :id", **of_her)
        ),
    }


class TestOrder:
    @pytest.mark.parametrize("events", [HISTORY, HISTORY | CLOSING])
    @pytest.mark.parametrize("orders", [5, pytest.param(150, marks=pytest.mark.reliability)])
    def test_whatever_comes_first_the_end_is_the_same(self, in_app, events, orders):
        expected = live(list(events), events, repeat=False)
        assert [("DELIVERED", 0), ("DELIVERED", 0)] == expected["pushes"]
        assert expected["phone"] is None
        # Of the last two, since both of the others have gone into pushes or were turned off; the
        # first push, too, was written down only now.
        closed = "she closes her account" in events
        assert ([] if closed else [1]) == [each["remaining"] for each in expected["credit"]]

        @settings(
            max_examples=orders,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.explicit, Phase.generate],
        )
        @given(st.permutations(list(events)), st.booleans())
        @example(list(reversed(events)), True)
        def check(order: list[str], repeat: bool) -> None:
            assert expected == live(order, events, repeat=repeat)

        check()

    def test_going_by_the_order_of_arrival_would_not_do(self, in_app):
        """The planted bug: what is left counted as it comes, the way that pushes are."""

        @action
        def arrive(order: list[tuple[int, int]]) -> int:
            her = person_id
            for change_, keep_ in order:
                left = grants._changed(her, "planted", change_ if keep_ else -100, NOW())
            return left

        person_id = person("qiqige").id
        yes, off = (1, 1), (0, 0)
        first = arrive([yes, off])
        alter_records("DELETE FROM credit")

        assert first != arrive([off, yes])


def test_the_message_is_read_as_it_was_sent(in_app):
    """Its bytes go through the vault and come out the same, with whatever characters."""
    message = json.dumps(
        {"Event": "debug_demo", "Note": "撤回手机号📱"}, ensure_ascii=False
    ).encode()

    tell(message)

    assert 0 == waiting()
