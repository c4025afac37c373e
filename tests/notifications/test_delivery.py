"""How a push leaves, so that nothing is lost and nothing is sent twice (reliability.md §4.4)."""

import logging
import threading
import time

import psycopg
import pytest

from backend.wechat.outcome import Outcome, Word
from backend.wechat.reactions import Stops
from notifications import delivery
from notifications.models import Status
from tests.factories import openid_of
from tests.notifications.posts import ACCEPTED, TEMPLATES, FakeWeChat, alter, plant, row, statuses
from tests.records import at_once, change, one

ME, ANOTHER = "worker-1", "worker-2"


def send_all(wechat: FakeWeChat, *, rate: int = 1000, templates=TEMPLATES) -> int:
    return delivery.send_all_due(wechat, templates, rate=rate)


def claimed(me: str = ME, rate: int = 1000) -> list[int]:
    return sorted(push["id"] for push in delivery.claim(me, rate=rate))


class TestSending:
    def test_a_push_leaves_for_its_person_with_its_template_page_and_words(self, in_app):
        plant()
        wechat = FakeWeChat()

        assert 1 == send_all(wechat)

        assert [
            (openid_of("qiqige"), "TENANCY_RESULT", "pages/x", {"thing1": "push 0"})
        ] == wechat.sent

    def test_pushes_leave_in_the_order_in_which_they_became_due(self, in_app):
        plant(25)
        wechat = FakeWeChat()

        assert 25 == send_all(wechat)

        assert [f"push {n}" for n in range(25)] == [data["thing1"] for *_, data in wechat.sent]

    def test_where_nothing_is_due_nothing_is_tried(self, in_app):
        assert 0 == send_all(FakeWeChat())

    def test_the_intent_is_committed_before_anything_leaves(self, in_app):
        """Seen from another connection while the call is under way."""
        (key,) = plant()
        seen = []
        wechat = FakeWeChat(before=lambda: seen.append(row(key)))

        send_all(wechat)

        assert ("SENDING", 1) == (seen[0]["status"], seen[0]["attempts"])
        assert seen[0]["intent_at"] is not None
        # The lease outlives the longest possible call, which is 8 seconds.
        assert 15 < seen[0]["leased_s"] <= 20

    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [
            (ACCEPTED, "ACCEPTED"),
            (Outcome(Word.REJECTED, 43101, "not subscribed"), "REJECTED"),
            (Outcome(Word.FAILED, 43107, "banned", alarm=True), "FAILED"),
            (Outcome(Word.UNKNOWN, None, "read time-out"), "UNKNOWN"),
            (Outcome(Word.RETRY, -1, "busy"), "RETRY_WAIT"),
        ],
    )
    def test_each_word_leaves_its_status_and_what_was_said(self, in_app, outcome, expected):
        (key,) = plant()

        send_all(FakeWeChat(outcome))

        found = row(key)
        assert (expected, outcome.errcode, outcome.detail, outcome.msgid, 1) == (
            found["status"],
            found["errcode"],
            found["detail"],
            found["provider_id"],
            found["attempts"],
        )
        assert (expected == "RETRY_WAIT") is (found["settled_at"] is None)
        assert found["lease_until"] is None

    def test_every_word_has_a_status(self):
        assert set(Word) == set(delivery.BECOMES)

    @pytest.mark.parametrize("word", [Word.ACCEPTED, Word.REJECTED, Word.FAILED, Word.UNKNOWN])
    def test_what_is_settled_is_never_sent_again(self, in_app, word):
        (key,) = plant()
        wechat = FakeWeChat(Outcome(word))
        send_all(wechat)
        alter(key, "next_try_at = now() - interval '1 hour'")

        delivery.sweep()
        assert 0 == send_all(wechat)

        assert 1 == len(wechat.sent)

    def test_an_overlong_detail_is_cut(self, in_app):
        (key,) = plant()

        send_all(FakeWeChat(Outcome(Word.REJECTED, 47003, "x" * 5000)))

        assert 200 == len(row(key)["detail"])

    def test_an_alarm_is_logged_without_the_person(self, in_app, caplog):
        plant()

        with caplog.at_level(logging.ERROR):
            send_all(FakeWeChat(Outcome(Word.FAILED, 43107, "banned", alarm=True)))

        assert "43107" in caplog.text
        assert openid_of("qiqige") not in caplog.text


class TestWaiting:
    def settled(self, attempts: int, outcome: Outcome) -> dict:
        """What becomes of a push that had so many tries before this one."""
        (key,) = plant()
        delivery.claim(ME, rate=1000)
        delivery.intend(key, ME)
        delivery.settle(key, 1, attempts, outcome)
        return row(key)

    # What certainly never left is tried after 2, 5, 15 and 60 seconds, and then every 60.
    @pytest.mark.parametrize(
        ("attempts", "expected"), [(0, 2), (1, 5), (2, 15), (3, 60), (4, 60), (50, 60)]
    )
    def test_what_never_left_waits_longer_each_time(self, in_app, attempts, expected):
        found = self.settled(attempts, Outcome(Word.RETRY, None, "connection refused"))

        assert "RETRY_WAIT" == found["status"]
        assert expected == pytest.approx(found["waits_s"], abs=0.4)

    # reliability.md §4.4 and wechat.md: "busy" is waited out three times at most, a second push
    # to the same person as well.
    @pytest.mark.parametrize(("errcode", "waits"), [(-1, (0.5, 2, 8)), (43108, (1, 3, 5))])
    def test_a_wechat_that_is_busy_is_given_up_after_three_more_tries(self, in_app, errcode, waits):
        for attempts, expected in enumerate(waits):
            found = self.settled(attempts, Outcome(Word.RETRY, errcode))
            assert "RETRY_WAIT" == found["status"]
            assert expected == pytest.approx(found["waits_s"], abs=0.4)

        found = self.settled(3, Outcome(Word.RETRY, errcode))
        assert ("FAILED", errcode) == (found["status"], found["errcode"])
        assert found["settled_at"] is not None

    @pytest.mark.parametrize("attempts", [0, 3, 20])
    def test_too_many_in_this_minute_waits_out_the_minute_however_often(self, in_app, attempts):
        outcome = Outcome(Word.RETRY, 45011, retry_after_s=60, stops=Stops.SENDER)

        found = self.settled(attempts, outcome)

        assert "RETRY_WAIT" == found["status"]
        assert 60 == pytest.approx(found["waits_s"], abs=0.4)

    def test_a_quota_of_the_day_waits_as_long_as_it_says(self, in_app):
        outcome = Outcome(Word.RETRY, 45009, retry_after_s=7200, stops=Stops.SENDER)

        assert 7200 == pytest.approx(self.settled(0, outcome)["waits_s"], abs=0.4)

    def test_nothing_is_sent_before_its_time(self, in_app):
        plant()
        wechat = FakeWeChat(Outcome(Word.RETRY, -1), ACCEPTED)
        send_all(wechat)

        assert 0 == send_all(wechat)

        assert ["RETRY_WAIT"] == statuses()

    def test_when_its_time_has_come_it_is_sent_again(self, in_app):
        (key,) = plant()
        wechat = FakeWeChat(Outcome(Word.RETRY, -1), ACCEPTED)
        send_all(wechat)
        alter(key, "next_try_at = now()")

        assert 1 == send_all(wechat)

        found = row(key)
        assert ("ACCEPTED", 2, 2) == (found["status"], found["attempts"], found["claim_epoch"])
        assert 0 == found["errcode"]


class TestClaiming:
    def test_a_claim_is_a_lease_of_half_a_minute(self, in_app):
        (key,) = plant()

        assert [key] == claimed()

        found = row(key)
        assert ("CLAIMED", ME, 1) == (found["status"], found["claimed_by"], found["claim_epoch"])
        assert 29 < found["leased_s"] <= 30

    def test_a_claim_takes_twenty_at_most(self, in_app):
        keys = plant(21)

        assert keys[:20] == claimed()
        assert keys[20:] == claimed()
        assert [] == claimed()

    def test_two_workers_share_the_pushes(self, in_app):
        keys = plant(30)

        assert keys[:20] == claimed(ME)
        assert keys[20:] == claimed(ANOTHER)

    def test_workers_at_once_take_each_push_once(self, in_app):
        keys = plant(60)

        got = at_once(4, lambda n: claimed(f"worker-{n}"))
        got.append(claimed())

        assert keys == sorted(key for batch in got for key in batch)

    @pytest.mark.parametrize("status", sorted(set(Status.__members__) - {"PENDING", "RETRY_WAIT"}))
    def test_only_what_waits_is_claimed(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}'")

        assert [] == claimed()

    @pytest.mark.parametrize(("due", "is_taken"), [("- 1", True), ("+ 60", False)])
    def test_only_what_is_due_is_claimed(self, in_app, due, is_taken):
        (key,) = plant()
        alter(key, f"next_try_at = now() {due} * interval '1 s'")

        assert ([key] if is_taken else []) == claimed()

    def test_what_is_too_late_is_not_claimed(self, in_app):
        (key,) = plant()
        alter(key, "expires_at = now()")

        assert [] == claimed()

    # Three left within the last second.
    @pytest.mark.parametrize(("rate", "expected"), [(2, 0), (3, 0), (4, 1), (5, 2), (100, 20)])
    def test_the_rate_counts_what_all_workers_sent_within_a_second(self, in_app, rate, expected):
        keys = plant(30)
        for key in keys[:3]:
            alter(key, "status = 'ACCEPTED', intent_at = now()")

        assert expected == len(claimed(rate=rate))

    def test_what_was_sent_a_second_ago_counts_no_more(self, in_app):
        keys = plant(4)
        for key in keys[:3]:
            alter(key, "status = 'ACCEPTED', intent_at = now() - interval '1.01 s'")

        assert keys[3:] == claimed(rate=1)

    def test_a_full_second_only_slows_the_sending(self, in_app):
        """It promises to send until nothing is due; at 5 a second twelve pushes take two."""
        plant(12)
        wechat = FakeWeChat()

        assert 12 == send_all(wechat, rate=5)


class TestIntending:
    def test_only_the_claimer_may_send(self, in_app):
        (key,) = plant()
        claimed(ME)

        assert not delivery.intend(key, ANOTHER)
        assert delivery.intend(key, ME)

    def test_nobody_intends_twice(self, in_app):
        (key,) = plant()
        claimed()

        assert delivery.intend(key, ME)
        assert not delivery.intend(key, ME)

    @pytest.mark.parametrize(
        "what",
        [
            "lease_until = now()",
            "expires_at = now()",
            "status = 'CANCELLED'",
            "status = 'PENDING'",
        ],
    )
    def test_a_push_whose_time_or_claim_is_over_stays_here(self, in_app, what):
        (key,) = plant()
        claimed()
        alter(key, what)

        assert not delivery.intend(key, ME)

    def test_a_claim_that_is_lost_costs_nothing(self, in_app):
        (key,) = plant()
        (push,) = delivery.claim(ME, rate=1000)
        alter(key, "lease_until = now() - interval '1 s'")
        wechat = FakeWeChat()

        assert delivery.send_one(wechat, TEMPLATES, push, ME) is None

        assert [] == wechat.sent
        assert 0 == row(key)["attempts"]

    def test_a_worker_that_was_held_up_before_sending_does_not_send(self, in_app):
        """The guard: more than a second between intent and call proves nothing any more."""
        (key,) = plant()
        (push,) = delivery.claim(ME, rate=1000)
        wechat = FakeWeChat()
        url = in_app.extensions["settings"].database_url.replace("+psycopg", "")
        with psycopg.connect(url) as other:
            other.execute("SELECT 1 FROM delivery WHERE id = %s FOR UPDATE", [key])
            threading.Timer(1.3, other.rollback).start()

            assert delivery.send_one(wechat, TEMPLATES, push, ME) is None

        assert [] == wechat.sent
        found = row(key)
        assert ("PENDING", None, None) == (
            found["status"],
            found["intent_at"],
            found["lease_until"],
        )


class TestSkipping:
    def test_a_person_without_an_openid_keeps_the_message_and_gets_no_push(self, in_app):
        (key,) = plant()
        change("UPDATE identity SET provider = 'another'")
        wechat = FakeWeChat()

        assert 0 == send_all(wechat)

        assert ("SKIPPED", "no openid") == (row(key)["status"], row(key)["detail"])
        assert row(key)["settled_at"] is not None
        assert [] == wechat.sent
        assert 1 == one("SELECT count(*) FROM message")

    def test_a_template_that_the_installation_does_not_have_is_skipped(self, in_app):
        (key,) = plant()

        assert 0 == send_all(FakeWeChat(), templates={"another": "X"})

        assert ("SKIPPED", "no template") == (row(key)["status"], row(key)["detail"])

    def test_one_that_is_skipped_does_not_hold_up_the_next(self, in_app):
        plant(1, "nobody")
        change("UPDATE identity SET provider = 'another'")
        plant(1, "somebody")

        assert 1 == send_all(FakeWeChat())

        assert ["SKIPPED", "ACCEPTED"] == statuses()


class TestStopping:
    @pytest.mark.parametrize("stops", [Stops.SENDER, Stops.TEMPLATE])
    def test_an_answer_that_speaks_for_all_ends_the_run(self, in_app, stops):
        plant(5)
        wechat = FakeWeChat(ACCEPTED, Outcome(Word.RETRY, 45011, retry_after_s=60, stops=stops))

        assert 2 == send_all(wechat)

        assert ["ACCEPTED", "PENDING", "PENDING", "PENDING", "RETRY_WAIT"] == sorted(statuses())
        assert 0 == one("SELECT count(*) FROM delivery WHERE lease_until IS NOT NULL")

    def test_an_answer_that_speaks_for_one_does_not(self, in_app):
        plant(3)

        assert 3 == send_all(FakeWeChat(Outcome(Word.REJECTED, 43101), ACCEPTED))

        assert ["REJECTED", "ACCEPTED", "ACCEPTED"] == statuses()

    def test_only_ones_own_claims_are_given_back(self, in_app):
        mine, theirs, sending = plant(3)
        for key, me in ((mine, ME), (theirs, ANOTHER), (sending, ME)):
            alter(
                key,
                f"status = 'CLAIMED', claimed_by = '{me}', lease_until = now() + interval '9 s'",
            )
        delivery.intend(sending, ME)

        delivery.give_back(ME)

        assert ["PENDING", "CLAIMED", "SENDING"] == statuses()


class TestDying:
    def test_a_worker_that_dies_while_sending_leaves_an_unknown_fate(self, in_app):
        (key,) = plant()
        claimed()
        delivery.intend(key, ME)
        alter(key, "lease_until = clock_timestamp() - interval '1 s'")

        delivery.sweep()

        assert ("UNKNOWN", "the worker died while sending") == (
            row(key)["status"],
            row(key)["detail"],
        )
        assert row(key)["settled_at"] is not None

    def test_a_worker_that_dies_before_sending_leaves_it_for_the_next(self, in_app):
        (key,) = plant()
        claimed()
        alter(key, "lease_until = clock_timestamp() - interval '1 s'")

        delivery.sweep()

        assert [key] == claimed(ANOTHER)

    @pytest.mark.parametrize("status", ["CLAIMED", "SENDING"])
    def test_a_lease_that_still_runs_is_respected(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', lease_until = clock_timestamp() + interval '5 s'")

        delivery.sweep()

        assert [status] == statuses()

    def test_the_late_answer_of_a_paused_worker_repairs_the_unknown(self, in_app):
        (key,) = plant()
        claimed()
        delivery.intend(key, ME)
        alter(key, "lease_until = clock_timestamp() - interval '1 s'")
        delivery.sweep()

        delivery.settle(key, 1, 0, ACCEPTED)

        assert ("ACCEPTED", "7") == (row(key)["status"], row(key)["provider_id"])

    def test_an_answer_from_an_earlier_claim_changes_nothing(self, in_app):
        (key,) = plant()
        alter(key, "status = 'SENDING', claim_epoch = 2, claimed_by = 'worker-2'")

        delivery.settle(key, 1, 0, ACCEPTED)

        assert ["SENDING"] == statuses()

    @pytest.mark.parametrize("status", sorted(set(Status.__members__) - {"SENDING", "UNKNOWN"}))
    def test_an_answer_settles_only_what_is_under_way_or_unknown(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', claim_epoch = 1")

        delivery.settle(key, 1, 0, Outcome(Word.FAILED, 1))

        assert [status] == statuses()

    def test_a_wechat_that_breaks_the_program_leaves_the_fate_open(self, in_app):
        first, second = plant(2)

        def break_down() -> None:
            raise RuntimeError("out of memory")

        with pytest.raises(RuntimeError):
            send_all(FakeWeChat(before=break_down))

        assert ["SENDING", "CLAIMED"] == statuses()


class TestExpiring:
    @pytest.mark.parametrize("status", ["PENDING", "RETRY_WAIT"])
    def test_what_waited_too_long_is_given_up(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', expires_at = clock_timestamp()")

        delivery.sweep()

        assert ["EXPIRED"] == statuses()
        assert row(key)["settled_at"] is not None

    def test_what_has_a_second_left_is_not(self, in_app):
        (key,) = plant()
        alter(key, "expires_at = clock_timestamp() + interval '5 s'")

        delivery.sweep()

        assert ["PENDING"] == statuses()

    @pytest.mark.parametrize("status", sorted(set(Status.__members__) - {"PENDING", "RETRY_WAIT"}))
    def test_what_has_ended_or_is_under_way_does_not_expire(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', expires_at = clock_timestamp() - interval '1 day'")

        delivery.sweep()

        assert [status] == statuses()


def test_the_guard_is_shorter_than_what_the_lease_leaves():
    """Lease of sending ≥ guard + longest call (8 s) + a margin."""
    assert delivery.GUARD_S + 8 < delivery.SEND_S
    assert time.monotonic() > 0
