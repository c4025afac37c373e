"""Which step may a push take next, and whose word counts? (reliability.md §4.4)"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, text

from backend import clock
from backend.db import action, db, rows
from backend.wechat.outcome import Outcome, Word
from backend.wechat.reactions import Stops
from notifications import delivery, ledger
from notifications.models import Lane, Status
from tests.faults.pushes import pending
from tests.notifications.posts import ACCEPTED, TEMPLATE, alter, plant, row, statuses
from tests.planned import rows_read
from tests.records import at_once, change

ME, ANOTHER = "worker-1", "worker-2"


def settle(key: int, attempts: int, outcome: Outcome, epoch: int = 1) -> None:
    """Write down what became of a push that had so many tries before."""
    found = row(key)
    names = ("id", "person_id", "template")
    push = {**{name: found[name] for name in names}, "claim_epoch": epoch, "attempts": attempts}
    ledger.step([(push, outcome)])


def claimed(me: str = ME, lane: Lane = Lane.DECISION, rate: int = 1000) -> list[int]:
    return sorted(push["id"] for push in ledger.claim(me, lane, rate=rate))


@contextmanager
def planned_row_by_row() -> Iterator[None]:
    """Have the planner join in loops, as it may whenever its figures say so."""

    def loops_only(session: Any, transaction: Any, connection: Any) -> None:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")

    event.listen(db.session, "after_begin", loops_only)
    try:
        yield
    finally:
        event.remove(db.session, "after_begin", loops_only)


def rows_of(statement: str) -> int:
    values = {"lane": "BROADCAST", "night": False, "me": ME, "lease": 30}
    values |= {"room": 20, "rate": 1000}
    return rows_read(statement, values)


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

    def test_a_claim_takes_twenty_at_most_however_it_is_planned(self, in_app):
        keys = plant(30)

        with planned_row_by_row():
            assert keys[:20] == claimed()

    def test_a_choice_that_is_made_anew_for_every_row_is_noticed(self, in_app):
        """The planted bug: `IN (... LIMIT ...)`, which a loop asks again and again."""
        plant(30)
        again = text(
            "UPDATE delivery SET status = 'CLAIMED' WHERE id IN (SELECT id FROM delivery"
            " WHERE status = 'PENDING' ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING id"
        )

        with planned_row_by_row():
            assert 20 < len(action(rows)(again))

    @pytest.mark.parametrize("statement", ["_CLAIM", "_IS_DUE"])
    def test_it_reads_no_more_than_it_may_choose_from_whatever_the_planner_believes(
        self, in_app, statement
    ):
        """Right after a notice to many the planner still thinks that nobody waits."""
        change("ANALYZE delivery")
        pending(in_app, 1000, Lane.BROADCAST)

        assert rows_of(getattr(ledger, statement).text) < 10 * ledger.LOOK

    def test_comparing_all_that_wait_with_each_other_is_noticed(self, in_app):
        """The planted bug, in words that leave the planner a choice; it takes hours for many."""
        change("ANALYZE delivery")
        pending(in_app, 1000, Lane.BROADCAST)
        each_with_each = (
            f"SELECT id FROM delivery due WHERE lane = :lane AND {ledger._DUE} AND NOT EXISTS ("
            "SELECT FROM delivery other WHERE other.person_id = due.person_id"
            f" AND other.lane = due.lane AND {ledger._DUE}"
            " AND (other.next_try_at, other.id) < (due.next_try_at, due.id)) LIMIT :room"
        )

        assert rows_of(each_with_each) > 10 * ledger.LOOK

    def test_whoever_has_had_enough_holds_up_nobody_for_longer_than_until_the_sweep(self, in_app):
        hers = plant(ledger.LOOK + 5, "qiqige")
        (other,) = plant(1, "tuya")
        alter(other, "next_try_at = now()")
        change(
            "UPDATE delivery SET status = 'ACCEPTED', intent_at = now() WHERE id = ANY(:ids)",
            ids=hers[:5],
        )
        assert [] == claimed()
        assert not ledger.is_due(Lane.DECISION)

        ledger.sweep()

        assert [other] == claimed()

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


class TestIntending:
    def test_only_the_claimer_may_send(self, in_app):
        (key,) = plant()
        claimed(ME)

        assert not ledger.step([], [key], ANOTHER)
        assert {key} == ledger.step([], [key], ME)

    def test_nobody_intends_twice(self, in_app):
        (key,) = plant()
        claimed()

        assert {key} == ledger.step([], [key], ME)
        assert not ledger.step([], [key], ME)

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

        assert not ledger.step([], [key], ME)


class TestWaiting:
    def settled(self, attempts: int, outcome: Outcome) -> dict:
        """What becomes of a push that had so many tries before this one."""
        (key,) = plant()
        alter(key, "status = 'SENDING', claim_epoch = 1")
        settle(key, attempts, outcome)
        found = row(key)
        alter(key, "status = 'CANCELLED'")
        return found

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


class TestDying:
    def test_a_worker_that_dies_while_sending_leaves_an_unknown_fate(self, in_app):
        (key,) = plant()
        claimed()
        ledger.step([], [key], ME)
        alter(key, "lease_until = clock_timestamp() - interval '1 s'")

        ledger.sweep()

        assert ("UNKNOWN", "the worker died while sending") == (
            row(key)["status"],
            row(key)["detail"],
        )
        assert row(key)["settled_at"] is not None

    def test_a_worker_that_dies_before_sending_leaves_it_for_the_next(self, in_app):
        (key,) = plant()
        claimed()
        alter(key, "lease_until = clock_timestamp() - interval '1 s'")

        ledger.sweep()

        assert [key] == claimed(ANOTHER)

    @pytest.mark.parametrize("status", ["CLAIMED", "SENDING"])
    def test_a_lease_that_still_runs_is_respected(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', lease_until = clock_timestamp() + interval '5 s'")

        ledger.sweep()

        assert [status] == statuses()

    def test_the_late_answer_of_a_paused_worker_repairs_the_unknown(self, in_app):
        (key,) = plant()
        claimed()
        ledger.step([], [key], ME)
        alter(key, "lease_until = clock_timestamp() - interval '1 s'")
        ledger.sweep()

        settle(key, 0, ACCEPTED)

        assert ("ACCEPTED", "7") == (row(key)["status"], row(key)["provider_id"])

    def test_an_answer_from_an_earlier_claim_changes_nothing(self, in_app):
        (key,) = plant()
        alter(key, "status = 'SENDING', claim_epoch = 2, claimed_by = 'worker-2'")

        settle(key, 0, ACCEPTED)

        assert ["SENDING"] == statuses()

    @pytest.mark.parametrize("status", sorted(set(Status.__members__) - {"SENDING", "UNKNOWN"}))
    def test_an_answer_settles_only_what_is_under_way_or_unknown(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', claim_epoch = 1")

        settle(key, 0, Outcome(Word.FAILED, 1))

        assert [status] == statuses()


class TestExpiring:
    @pytest.mark.parametrize("status", ["PENDING", "RETRY_WAIT"])
    def test_what_waited_too_long_is_given_up(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', expires_at = clock_timestamp()")

        ledger.sweep()

        assert ["EXPIRED"] == statuses()
        assert row(key)["settled_at"] is not None

    def test_what_has_a_second_left_is_not(self, in_app):
        (key,) = plant()
        alter(key, "expires_at = clock_timestamp() + interval '5 s'")

        ledger.sweep()

        assert ["PENDING"] == statuses()

    @pytest.mark.parametrize("status", sorted(set(Status.__members__) - {"PENDING", "RETRY_WAIT"}))
    def test_what_has_ended_or_is_under_way_does_not_expire(self, in_app, status):
        (key,) = plant()
        alter(key, f"status = '{status}', expires_at = clock_timestamp() - interval '1 day'")

        ledger.sweep()

        assert [status] == statuses()


class TestGivingBack:
    def test_only_ones_own_claims_are_given_back(self, in_app):
        mine, theirs, sending = plant(3)
        for key, me in ((mine, ME), (theirs, ANOTHER), (sending, ME)):
            alter(
                key,
                f"status = 'CLAIMED', claimed_by = '{me}', lease_until = now() + interval '9 s'",
            )
        ledger.step([], [sending], ME)

        ledger.give_back(ME)

        assert ["PENDING", "CLAIMED", "SENDING"] == statuses()


class TestSettlingTogether:
    def test_answers_of_every_kind_are_written_down_in_one_go(self, in_app):
        said = {
            "ACCEPTED": ACCEPTED,
            "REJECTED": Outcome(Word.REJECTED, 43101, "not subscribed"),
            "FAILED": Outcome(Word.FAILED, None, "banned"),
            "UNKNOWN": Outcome(Word.UNKNOWN, None, "read time-out"),
            "RETRY_WAIT": Outcome(Word.RETRY, -1, "busy"),
        }
        keys = plant(len(said))
        pushes = ledger.claim(ME, Lane.DECISION, rate=1000)
        ledger.step([], keys, ME)

        ledger.step(list(zip(pushes, said.values(), strict=True)))

        assert [*said] == statuses()
        assert [outcome.errcode for outcome in said.values()] == [
            row(key)["errcode"] for key in keys
        ]

    def test_an_answer_that_counts_no_more_changes_nothing_beside_one_that_does(self, in_app):
        first, second = plant(2)
        pushes = ledger.claim(ME, Lane.DECISION, rate=1000)
        ledger.step([], [first, second], ME)
        alter(first, "claim_epoch = 2")

        ledger.step([(push, ACCEPTED) for push in pushes])

        assert ["SENDING", "ACCEPTED"] == statuses()


class TestOnePersonAtATime:
    """WeChat refuses a second card that comes while a first is under way (43108)."""

    def test_of_several_to_one_person_only_the_first_is_taken(self, in_app):
        hers = plant(3, "qiqige")
        (his,) = plant(1, "batu")

        assert [hers[0], his] == claimed()
        assert [] == claimed(ANOTHER)

    @pytest.mark.parametrize("lane", Lane)
    def test_while_one_is_under_way_the_other_lane_waits_as_well(self, in_app, lane):
        (decision,) = plant(1, "qiqige")
        (notice,) = plant(1, "qiqige", lane=Lane.BROADCAST)
        of = {Lane.DECISION: decision, Lane.BROADCAST: notice}
        (other,) = set(Lane) - {lane}

        assert [of[lane]] == claimed(lane=lane)
        assert [] == claimed(lane=other)
        ledger.step([], [of[lane]], ME)
        assert [] == claimed(lane=other)
        settle(of[lane], 0, ACCEPTED)
        assert [of[other]] == claimed(lane=other)

    def test_one_that_waits_for_its_next_try_lets_the_next_go_first(self, in_app):
        first, second = plant(2, "qiqige")
        alter(first, "status = 'RETRY_WAIT', next_try_at = now() + interval '5 s'")

        assert [second] == claimed()


class TestEnough:
    """Five a day for one person, whatever has gone wrong elsewhere."""

    def sent_today(self, times: int, at: str = "now()") -> None:
        for key in plant(times, "qiqige"):
            alter(key, f"status = 'ACCEPTED', intent_at = {at}")

    @pytest.mark.parametrize(("times", "is_taken"), [(4, True), (5, False)])
    @pytest.mark.parametrize("lane", Lane)
    def test_after_five_the_sixth_stays_in_either_lane(self, in_app, times, is_taken, lane):
        self.sent_today(times)
        (key,) = plant(1, "qiqige", lane=lane)

        assert ([key] if is_taken else []) == claimed(lane=lane)
        assert is_taken or not ledger.is_due(lane)

    def test_what_left_before_midnight_in_shanghai_does_not_count(self, in_app):
        midnight = "date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE"
        self.sent_today(5, f"{midnight} 'Asia/Shanghai' - interval '1 s'")
        (key,) = plant(1, "qiqige")

        assert [key] == claimed()

    def test_what_is_too_many_waits_until_eight_in_the_morning(self, in_app):
        self.sent_today(5)
        (key,) = plant(1, "qiqige")
        (others,) = plant(1, "batu")

        ledger.sweep()

        morning = clock.start_of(clock.today() + timedelta(days=1)) + timedelta(hours=8)
        assert "PENDING" == row(key)["status"]
        assert morning <= row(key)["next_try_at"] < morning + timedelta(hours=1)
        assert [others] == claimed()


class TestManners:
    """What is polite keeps quiet at night, and is left out when she has had enough this week."""

    TEN, NIGHT = (datetime(2026, 11, 30, hour, tzinfo=UTC) for hour in (2, 15))

    def polite(self, times: int, lane: Lane = Lane.BROADCAST) -> list[int]:
        keys = plant(times, "qiqige", lane=lane)
        change("UPDATE delivery SET polite = true")
        return keys

    @pytest.mark.parametrize(("moment", "is_taken"), [("TEN", True), ("NIGHT", False)])
    def test_it_is_not_claimed_at_night(self, in_app, moment, is_taken):
        (key,) = self.polite(1)

        with time_machine.travel(getattr(self, moment)):
            assert is_taken is ledger.is_due(Lane.BROADCAST)
            assert ([key] if is_taken else []) == claimed(lane=Lane.BROADCAST)

    def test_what_is_not_polite_is_claimed_at_any_hour(self, in_app):
        (key,) = plant(1, lane=Lane.BROADCAST)

        with time_machine.travel(self.NIGHT):
            ledger.rest()
            assert [key] == claimed(lane=Lane.BROADCAST)

    def had(self, times: int, when: str) -> None:
        for key in self.polite(times):
            alter(key, f"status = 'ACCEPTED', intent_at = {when}")

    @pytest.mark.parametrize(
        ("times", "when", "is_taken"),
        [
            (2, "now() - interval '1 day'", True),
            (3, "now() - interval '6 days 23 hours'", False),
            (3, "now() - interval '7 days 1 minute'", True),
        ],
    )
    def test_three_in_seven_days_leave_and_the_fourth_is_left_out(
        self, in_app, times, when, is_taken
    ):
        self.had(times, when)
        (key,) = self.polite(1)

        with time_machine.travel(self.TEN):
            assert is_taken is ledger.is_due(Lane.BROADCAST)
            ledger.sweep()
            found = row(key)
            assert ([key] if is_taken else []) == claimed(lane=Lane.BROADCAST)
        assert (("PENDING", None) if is_taken else ("SKIPPED", "capped")) == (
            found["status"],
            found["detail"],
        )

    def test_a_push_that_is_tried_again_does_not_count_itself(self, in_app):
        self.had(2, "now() - interval '1 day'")
        (key,) = self.polite(1)
        alter(key, "status = 'RETRY_WAIT', intent_at = now()")

        with time_machine.travel(self.TEN):
            ledger.sweep()
            assert [key] == claimed(lane=Lane.BROADCAST)

    def test_what_is_about_her_own_case_leaves_however_much_else_she_had(self, in_app):
        self.had(4, "now() - interval '2 days'")
        (key,) = plant(1, "qiqige")

        ledger.sweep()

        assert [key] == claimed()


class TestResending:
    """What nobody knows the fate of is held, or sent once more, as its template says."""

    def in_doubt(self, seconds: int, template: str = TEMPLATE) -> int:
        (key,) = plant(1, template=template)
        alter(
            key,
            "status = 'UNKNOWN', claim_epoch = 1, attempts = 1,"
            f" settled_at = clock_timestamp() - {seconds} * interval '1 s'",
        )
        return key

    @pytest.mark.parametrize(("seconds", "status"), [(70, "UNKNOWN"), (76, "PENDING")])
    def test_a_result_is_sent_again_when_no_receipt_has_come_for_seventy_five_seconds(
        self, in_app, seconds, status
    ):
        key = self.in_doubt(seconds)

        ledger.sweep()

        assert status == row(key)["status"]

    # How long ago it came, when it is to be looked at again, and how often that has failed.
    @pytest.mark.parametrize(
        ("came_s", "again_s", "tries", "status"),
        [
            (0, 0, 0, "UNKNOWN"),  # Nobody has read it: it may be the receipt.
            (200, 200, 0, "UNKNOWN"),
            (200, -5, 0, "PENDING"),  # It is of no push that is in doubt, or it would be settled.
            (200, 55, 0, "PENDING"),
            (200, 65, 0, "UNKNOWN"),  # Nobody reads any more.
            (200, 200, 1, "PENDING"),  # It cannot be read at all.
        ],
    )
    def test_while_a_message_of_wechat_waits_to_be_read_nothing_is_sent_again(
        self, in_app, came_s, again_s, tries, status
    ):
        key = self.in_doubt(76)
        change(
            "INSERT INTO callback (digest, kind, message, came_at, next_try_at, tries)"
            " VALUES ('d', 'k', 'm', now() - :came * interval '1 s',"
            " now() - :again * interval '1 s', :tries)",
            came=came_s,
            again=again_s,
            tries=tries,
        )

        ledger.sweep()

        assert status == row(key)["status"]

    def test_it_is_sent_again_once_and_never_a_third_time(self, in_app):
        key = self.in_doubt(76)
        ledger.sweep()
        claimed()
        ledger.step([], [key], ME)
        settle(key, 1, Outcome(Word.UNKNOWN, None, "read time-out"), epoch=2)
        alter(key, "settled_at = clock_timestamp() - interval '1 hour'")

        ledger.sweep()

        assert ("UNKNOWN", 2) == (row(key)["status"], row(key)["attempts"])
        assert row(key)["resent_at"] is not None

    def test_a_card_that_does_not_say_so_is_held(self, in_app):
        key = self.in_doubt(3600, template="held")

        ledger.sweep()

        assert ("UNKNOWN", None) == (row(key)["status"], row(key)["resent_at"])

    def test_one_that_has_run_out_meanwhile_is_not_sent_again(self, in_app):
        key = self.in_doubt(76)
        alter(key, "expires_at = clock_timestamp()")

        ledger.sweep()

        assert "UNKNOWN" == row(key)["status"]

    @pytest.mark.parametrize("status", ["DELIVERED", "REFUSED"])
    def test_one_whose_receipt_came_is_not_sent_again(self, in_app, status):
        key = self.in_doubt(76)
        alter(key, f"status = '{status}'")

        ledger.sweep()

        assert status == row(key)["status"]


def test_the_guard_is_shorter_than_what_the_lease_leaves():
    """Lease of sending ≥ guard + longest call (8 s) + a margin."""
    assert delivery.GUARD_S + 8 < ledger.SEND_S
