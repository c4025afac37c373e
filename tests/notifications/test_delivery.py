"""How a push leaves, so that nothing is lost and nothing is sent twice (reliability.md §4.4)."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from backend.errors import DatabaseDown
from backend.wechat.outcome import Outcome, Word
from backend.wechat.reactions import Stops
from notifications import delivery, ledger
from notifications.delivery import GUARD_S
from notifications.models import Lane
from tests.factories import openid_of
from tests.notifications.posts import ACCEPTED, TEMPLATES, FakeWeChat, alter, plant, row, statuses
from tests.records import change, one


def send_all(
    wechat: FakeWeChat,
    *,
    rate: int = 1000,
    templates=TEMPLATES,
    lane: Lane = Lane.DECISION,
    **others: float,
) -> int:
    return delivery.send_all_due(wechat, templates, rate=rate, lane=lane, **others)


class TestSending:
    def test_a_push_leaves_for_its_person_with_its_template_page_and_words(self, in_app):
        plant()
        wechat = FakeWeChat()

        assert 1 == send_all(wechat)

        assert [
            (openid_of("qiqige"), "TENANCY_RESULT", "pages/x", {"thing1": "push 0"})
        ] == wechat.sent

    def test_the_pushes_of_one_person_leave_one_by_one_as_they_became_due(self, in_app):
        plant(5, "qiqige")
        wechat = FakeWeChat()

        assert 5 == send_all(wechat)

        assert [f"push {n}" for n in range(5)] == [data["thing1"] for *_, data in wechat.sent]

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
        assert set(Word) == set(ledger.BECOMES)

    @pytest.mark.parametrize("word", [Word.ACCEPTED, Word.REJECTED, Word.FAILED, Word.UNKNOWN])
    def test_what_is_settled_is_never_sent_again(self, in_app, word):
        (key,) = plant()
        wechat = FakeWeChat(Outcome(word))
        send_all(wechat)
        alter(key, "next_try_at = now() - interval '1 hour'")

        ledger.sweep()
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


class TestGuarding:
    def test_a_worker_that_was_held_up_before_sending_does_not_send(self, in_app):
        """The guard: more than a second between intent and call proves nothing any more."""
        (key,) = plant()
        change("UPDATE send_pace SET free_at = clock_timestamp() + interval '0.6 s'")
        holding = threading.Thread(target=hold, args=(in_app, key, 0.6 + GUARD_S + 0.3))
        holding.start()
        wechat = FakeWeChat()

        assert 1 == send_all(wechat)

        holding.join()
        # The first time it did not leave; it was claimed anew, and then it did.
        assert 1 == len(wechat.sent)
        assert ("ACCEPTED", 2, 2) == tuple(
            row(key)[name] for name in ("status", "attempts", "claim_epoch")
        )


def hold(app, key: int, seconds: float) -> None:
    """Lock a push as soon as somebody has claimed it, and before its turn has come."""
    url = app.extensions["settings"].database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as other:
        while not other.execute("SELECT FROM delivery WHERE status = 'CLAIMED'").rowcount:
            pass
        other.execute(
            "WITH held AS MATERIALIZED (SELECT FROM delivery WHERE id = %s FOR UPDATE)"
            " SELECT pg_sleep(%s) FROM held",
            [key, seconds],
        )


class TestADatabaseThatGoesAway:
    @pytest.mark.parametrize("away_s", [0.0, 1.0])
    def test_in_mid_run_leaves_nothing_in_doubt_and_nothing_is_sent_twice(self, in_app, away_s):
        plant(20, lane=Lane.BROADCAST)
        wechat = FakeWeChat(before=once(lambda: cut(in_app, away_s)))

        with pytest.raises(DatabaseDown):
            send_all(wechat, lane=Lane.BROADCAST)

        heard = len(wechat.sent)
        assert 1 <= heard <= 8
        assert {"ACCEPTED": heard, "PENDING": 20 - heard} == Counter(statuses())
        assert 20 - heard == send_all(wechat, lane=Lane.BROADCAST)
        assert 20 == len(Counter(data["thing1"] for *_, data in wechat.sent)) == len(wechat.sent)

    def test_for_longer_than_a_run_has_patience_leaves_what_was_under_way_in_doubt(self, in_app):
        """The planted bug as well: a run that does not wait for the database at all."""
        plant(20, lane=Lane.BROADCAST)
        wechat = FakeWeChat(before=once(lambda: cut(in_app, 1.0)))

        with pytest.raises(DatabaseDown):
            send_all(wechat, lane=Lane.BROADCAST, patience_s=0.0)

        time.sleep(1.0)
        assert "SENDING" in statuses()


def once(call: Callable[[], None]) -> Callable[[], None]:
    """Make the first call and no other."""
    calls = iter([call])
    lock = threading.Lock()

    def perhaps() -> None:
        with lock:
            next(calls, lambda: None)()

    return perhaps


def cut(app, away_s: float) -> None:
    """Break all connections to the database, and let nobody in for so many seconds."""
    url = make_url(app.extensions["settings"].database_url).set(drivername="postgresql")
    another = url.set(database="postgres").render_as_string(hide_password=False)

    def let_in(may: bool) -> None:
        with psycopg.connect(another, autocommit=True) as other:
            other.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                    sql.Identifier(url.database), sql.SQL(str(may))
                )
            )

    let_in(False)
    with psycopg.connect(another, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [url.database],
        )
    threading.Timer(away_s, let_in, [True]).start()


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

        tried = send_all(wechat)

        # The one beside it was under way already, and so may one more have been.
        assert tried in (2, 3)
        assert {"ACCEPTED": 1, "RETRY_WAIT": tried - 1, "PENDING": 5 - tried} == Counter(statuses())
        assert 0 == one("SELECT count(*) FROM delivery WHERE lease_until IS NOT NULL")

    def test_an_answer_that_speaks_for_one_does_not(self, in_app):
        plant(3)

        assert 3 == send_all(FakeWeChat(Outcome(Word.REJECTED, 43101), ACCEPTED))

        assert ["REJECTED", "ACCEPTED", "ACCEPTED"] == statuses()

    def test_a_wechat_that_breaks_the_program_leaves_the_fate_open(self, in_app):
        plant(3)

        def break_down() -> None:
            raise RuntimeError("out of memory")

        with pytest.raises(RuntimeError):
            send_all(FakeWeChat(before=break_down))

        # Another may have been under way beside it; what was only claimed is given back.
        assert "SENDING" == statuses()[0]
        assert set(statuses()) == {"SENDING", "PENDING"}


class TestLanes:
    def test_a_run_sends_what_is_due_in_its_lane_and_nothing_else(self, in_app):
        plant(2)
        plant(2, "somebody", lane=Lane.BROADCAST)

        assert 2 == send_all(FakeWeChat())
        assert ["ACCEPTED", "ACCEPTED", "PENDING", "PENDING"] == statuses()

        assert 2 == send_all(FakeWeChat(), lane=Lane.BROADCAST)
        assert ["ACCEPTED"] * 4 == statuses()

    @pytest.mark.parametrize(("lane", "most"), [(Lane.DECISION, 2), (Lane.BROADCAST, 8)])
    def test_so_many_are_under_way_at_once_and_no_more(self, in_app, lane, most):
        """As many as a lane may have wait for each other; one more would never come."""
        plant(most * 2, lane=lane)
        together = threading.Barrier(most)
        wechat = FakeWeChat(before=lambda: together.wait(timeout=10) and None)

        assert most * 2 == send_all(wechat, lane=lane)

        assert most == delivery.UNDER_WAY[lane]

    def test_one_that_hangs_does_not_hold_up_the_results_of_the_others(self, in_app):
        plant(3)
        seen: list[list[str]] = []
        first = threading.Event()

        def hang() -> None:
            if not first.is_set():
                first.set()
                deadline = time.monotonic() + 5
                while statuses().count("ACCEPTED") < 2 and time.monotonic() < deadline:
                    time.sleep(0.01)
                seen.append(statuses())

        assert 3 == send_all(FakeWeChat(before=hang))

        assert [["SENDING", "ACCEPTED", "ACCEPTED"]] == seen
        assert ["ACCEPTED"] * 3 == statuses()
