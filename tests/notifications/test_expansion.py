"""How a notice comes to everybody for whom it is: once, in portions, and never against a stop."""

import logging
import resource
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend.errors import WrongStatus
from backend.notices import actions
from backend.notices.kinds import Topic
from backend.notices.workflow import Status
from backend.wechat.outcome import Outcome, Word
from notifications import broadcasting, delivery, expansion, ledger, preferences
from notifications.expansion import CANARY, CHUNK, FAILURES, UNKNOWN
from notifications.models import Lane
from notifications.reach import TOLD
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING, league, states
from tests.notifications.posts import ACCEPTED, FakeWeChat
from tests.planned import rows_read
from tests.records import change, look, one

TEMPLATES = {"policy_notice": "POLICY_NOTICE"}
FAILED = Outcome(Word.FAILED, 43107, "banned")
NOT_SUBSCRIBED = Outcome(Word.REJECTED, 43101, "not subscribed")


@pytest.fixture(autouse=True)
def on_a_morning(in_mended_app):
    with time_machine.travel(MORNING, tick=True) as now:
        yield now


def settle(how: str = "ACCEPTED", many: int = 1000) -> None:
    """So many pushes that wait have come to an end."""
    change(
        f"UPDATE delivery SET status = '{how}', settled_at = now() WHERE id IN (SELECT id"
        " FROM delivery WHERE notice_id IS NOT NULL AND status = 'PENDING'"
        " ORDER BY id LIMIT :many)",
        many=many,
    )


def make_due() -> None:
    """The days of tests are not those of the database; what is set aside stays so."""
    change(
        "UPDATE delivery SET next_try_at = now() - interval '1 s', expires_at = now() + '1 h'"
        " WHERE status = 'PENDING' AND next_try_at < expires_at"
    )


def send(*outcomes: Outcome) -> FakeWeChat:
    """Send what waits, as a worker does."""
    make_due()
    wechat = FakeWeChat(*outcomes)
    delivery.send_all_due(wechat, TEMPLATES, rate=10_000, lane=Lane.BROADCAST)
    return wechat


def whole(notice: dict[str, Any]) -> int:
    """Everybody is in exactly one state, whenever one looks (BC-16)."""
    report = stage.now(notice)["report"]
    assert report["people"] == sum(each["people"] for each in report["states"]) == notice["people"]
    return report["people"]


class TestBeginning:
    def test_nothing_leaves_before_its_moment_and_then_it_does(self, on_a_morning):
        her = stage.citizen("tuya", credits=1)
        made = stage.approved()
        expansion.sweep()
        assert {"waiting": 1} == states(made)
        at = MORNING + timedelta(hours=2)
        actions.schedule(made["id"], send_at=at, seen=made["version"], by=league())

        for moment, expected in ((at - timedelta(seconds=1), 0), (at, 1)):
            on_a_morning.move_to(moment)
            expansion.sweep()
            assert expected == stage.inbox_of(her, made)

        (message,) = look("SELECT * FROM message WHERE person_id = :her", her=her.id)
        assert (made["title"], made["summary"], f"pages/notices/detail?id={made['id']}") == (
            message["title"],
            message["body"],
            message["link"],
        )

    def test_it_is_published_as_it_begins(self):
        made = stage.begun()

        assert stage.now(made)["published_at"] is not None

    def test_one_for_nobody_is_published_and_over(self):
        change("UPDATE person SET disabled_at = now()")
        made = stage.begun()

        assert (0, Status.SENT) == (whole(made), stage.now(made)["status"])

    def test_a_person_with_two_openids_hears_of_it_once(self):
        her = stage.citizen("tuya", credits=2)
        change(
            "INSERT INTO identity (person_id, provider, subject, created_at)"
            " VALUES (:her, 'wechat', 'another', now())",
            her=her.id,
        )
        made = stage.begun()

        assert (1, 1) == (whole(made), stage.inbox_of(her, made))
        assert 1 == len(send().sent)

    def test_what_cannot_go_on_does_not_hold_up_the_rest(self, caplog):
        her = stage.citizen("tuya", credits=1)
        broken, sound = stage.scheduled(), stage.scheduled()
        change("ALTER TABLE message ADD CONSTRAINT broken CHECK (event_id IS NULL) NOT VALID")
        try:
            with caplog.at_level(logging.CRITICAL):
                expansion.sweep()
        finally:
            change("ALTER TABLE message DROP CONSTRAINT broken")
        assert 0 == stage.inbox_of(her, sound)

        expansion.sweep()

        assert (1, 1) == (stage.inbox_of(her, broken), stage.inbox_of(her, sound))


class TestTheFirstHundred:
    def test_they_go_alone_and_the_rest_when_all_of_them_are_settled(self):
        stage.crowd(CANARY + 50)
        made = stage.begun()
        assert {"pending": CANARY, "waiting": 50} == states(made)

        settle(many=CANARY - 1)
        expansion.sweep()
        assert {"accepted": CANARY - 1, "pending": 1, "waiting": 50} == states(made)
        settle("REJECTED")
        expansion.sweep()
        expansion.sweep()

        assert {"accepted": CANARY - 1, "rejected": 1, "pending": 50} == states(made)

    def test_they_are_a_hundred_pushes_however_many_only_have_the_message(self):
        stage.crowd(30, credits=0)
        stage.crowd(CANARY + 1)
        made = stage.begun()

        assert {"skipped": 30, "pending": CANARY, "waiting": 1} == states(made)

    def test_a_hundred_are_all_there_is(self):
        stage.crowd(CANARY)
        made = stage.begun()
        settle()
        expansion.sweep()
        expansion.sweep()

        assert Status.SENT is stage.now(made)["status"]

    @pytest.mark.parametrize(("how", "many"), [("FAILED", 1), ("UNKNOWN", UNKNOWN + 1)])
    def test_what_goes_wrong_with_them_pauses_it_and_is_told_to_staff(self, how, many):
        stage.crowd(CANARY + 50)
        made = stage.begun()
        settle(how, many)
        settle()

        expansion.sweep()
        expansion.sweep()

        found = stage.now(made)
        assert (Status.PAUSED, 50) == (found["status"], states(made)["waiting"])
        told = look(
            "SELECT DISTINCT title, body FROM message WHERE event = 'notice.halted'"
            " AND staff_id IS NOT NULL"
        )
        assert ["政策通知已自动暂停"] == [each["title"] for each in told]
        assert f"{many}条" in told[0]["body"] and made["title"] in told[0]["body"]

    def test_a_few_of_which_nobody_knows_are_no_alarm(self):
        stage.crowd(CANARY + 50)
        made = stage.begun()
        settle("UNKNOWN", UNKNOWN)
        settle()

        expansion.sweep()
        expansion.sweep()

        assert {"unknown": UNKNOWN, "accepted": CANARY - UNKNOWN, "pending": 50} == states(made)

    def test_whoever_looked_at_it_and_went_on_is_not_stopped_again(self):
        stage.crowd(CANARY + 50)
        made = stage.begun()
        settle("FAILED", 3)
        settle()
        expansion.sweep()
        change("UPDATE delivery SET settled_at = settled_at - interval '1 day'")

        found = stage.now(made)
        broadcasting.resume(made["id"], seen=found["version"], by=league())
        expansion.sweep()
        expansion.sweep()

        assert 50 == states(made)["pending"]

    @pytest.mark.parametrize(
        ("many", "expected"), [(FAILURES - 1, Status.SENDING), (FAILURES, Status.PAUSED)]
    )
    def test_afterwards_twenty_failures_are_an_alarm(self, many, expected):
        stage.crowd(CANARY + 50)
        made = stage.begun()
        settle()
        expansion.sweep()
        expansion.sweep()
        settle("FAILED", many)

        expansion.sweep()

        assert expected is stage.now(made)["status"]


class TestPortions:
    def test_everybody_hears_of_it_once_however_many_portions_it_takes(self):
        stage.crowd(CHUNK + 300)
        made = stage.begun()
        settle()
        expansion.sweep()
        expansion.sweep()

        assert CHUNK + 300 == one("SELECT count(DISTINCT person_id) FROM message")
        assert CHUNK + 300 == one("SELECT count(*) FROM message WHERE person_id IS NOT NULL")
        assert CHUNK + 300 == whole(made)

    def test_a_portion_that_breaks_off_leaves_nothing_behind_and_is_told_again(self, caplog):
        """As if the worker died: neither messages nor the watermark of a half portion."""
        stage.crowd(30)
        made = stage.scheduled()
        # The twentieth push of the portion breaks it off.
        change("ALTER TABLE delivery ADD CONSTRAINT broken CHECK (person_id % 20 <> 0) NOT VALID")
        try:
            with caplog.at_level(logging.CRITICAL):
                expansion.sweep()
            assert 0 == one("SELECT count(*) FROM message WHERE event = 'notice.published'")
            assert {"waiting": 30} == states(made)
        finally:
            change("ALTER TABLE delivery DROP CONSTRAINT broken")

        expansion.sweep()

        assert {"pending": 30} == states(made)

    def test_a_portion_that_is_told_twice_tells_nobody_twice(self):
        """The watermark was lost, as after a restored copy: the index has the last word."""
        stage.crowd(30)
        made = stage.begun()
        change("UPDATE notice SET expanded_to = 0, expanded_at = NULL")

        expansion.sweep()

        assert {"pending": 30} == states(made)
        assert 30 == one("SELECT count(*) FROM delivery")

    def test_without_the_index_it_would(self):
        stage.crowd(3)
        made = stage.begun()
        change("ALTER TABLE message DROP CONSTRAINT uq_message_event_id_person_id")
        try:
            change("UPDATE notice SET expanded_to = 0, expanded_at = NULL")
            expansion.sweep()
            assert made and 6 == one("SELECT count(*) FROM delivery")
        finally:
            change("DELETE FROM delivery")
            change("DELETE FROM message")
            change(
                "ALTER TABLE message ADD CONSTRAINT uq_message_event_id_person_id"
                " UNIQUE (event_id, person_id)"
            )

    def test_whoever_comes_later_is_not_told_and_whoever_changes_is(self):
        her = stage.citizen("tuya", credits=1, is_veteran=True)
        made = stage.scheduled(audience={"group": "veteran"})
        later = stage.citizen("naren", credits=1, is_veteran=True)
        change("UPDATE profile SET is_veteran = false WHERE person_id = :her", her=her.id)

        expansion.sweep()

        assert (1, 0) == (stage.inbox_of(her, made), stage.inbox_of(later, made))


class TestTheCost:
    """Right after its people were written down nobody has counted them for the planner."""

    PEOPLE = 600

    def rows(self, statement: str) -> int:
        stage.crowd(self.PEOPLE)
        key = stage.key_of(stage.scheduled()["id"])
        expansion.start(key)
        event, now = one("SELECT event_id FROM notice WHERE id = :key", key=key), MORNING
        known = {"id": key, "event": event, "after": 0, "until": 2**62, "size": 1000, "now": now}
        card = {"title": "t", "body": "b", "link": "l", "card": "{}", "polite": True, "rests": True}
        return rows_read(statement, known | card | {"due": now, "expires": now})

    def test_a_portion_costs_as_much_as_it_has_people(self):
        assert self.rows(expansion.TELL) < 50 * self.PEOPLE

    def test_to_compare_all_with_all_is_noticed(self):
        """The planted bug: a join of two steps of which the planner knows nothing."""
        joined = expansion.TELL.replace(TOLD, "told JOIN judged USING (person_id)")
        assert joined != expansion.TELL

        assert self.rows(joined) > 100 * self.PEOPLE

    def rows_of_the_first_notice(self, statement: str) -> int:
        """What a statement reads when nobody was here a minute ago."""
        stage.unknown_to_the_planner()
        stage.crowd(5 * self.PEOPLE, counted=False)
        return rows_read(statement, {"id": stage.key_of(stage.scheduled()["id"])})

    def test_to_find_the_hundredth_costs_as_much_as_there_are_people(self):
        assert self.rows_of_the_first_notice(expansion.HUNDREDTH) < 20 * 5 * self.PEOPLE

    def test_to_look_for_each_among_all_is_noticed(self):
        """The planted bug, as the planner read it: all openids for each of her."""
        among_all = expansion.HUNDREDTH.replace(
            "NOT EXISTS (SELECT FROM identity WHERE identity.person_id = r.person_id",
            "0 = (SELECT count(*) FROM identity WHERE identity.person_id + 0 = r.person_id",
        )
        assert among_all != expansion.HUNDREDTH

        assert self.rows_of_the_first_notice(among_all) > 100 * 5 * self.PEOPLE


class TestStopping:
    def test_to_cancel_ends_it_for_everybody_whom_it_has_not_reached(self):
        stage.crowd(CANARY + 50)
        made = stage.begun()
        settle(many=40)

        seen = stage.now(made)["version"]
        broadcasting.cancel(made["id"], why="金额有误", seen=seen, by=league())

        expected = {"accepted": 40, "cancelled": CANARY - 40 + 50}
        assert expected == states(made)  # Before the ledger has been tidied up, and after.
        assert [] == send().sent
        expansion.sweep()
        assert expected == states(made)
        assert 60 == one("SELECT count(*) FROM delivery WHERE status = 'CANCELLED'")
        assert [] == send().sent

    def test_what_was_cancelled_is_neither_cancelled_again_nor_resumed(self):
        stage.crowd(1)
        made = stage.begun()
        found = broadcasting.cancel(made["id"], why="x", seen=made["version"], by=league())

        for verb in (
            lambda: broadcasting.resume(made["id"], seen=found["version"], by=league()),
            lambda: broadcasting.cancel(made["id"], why="x", seen=found["version"], by=league()),
        ):
            with pytest.raises(WrongStatus):
                verb()

    def test_while_it_is_paused_nothing_leaves_and_afterwards_everything_does(self):
        stage.crowd(30)
        made = stage.begun()
        seen = stage.now(made)["version"]
        paused = broadcasting.pause(made["id"], why="核对中", seen=seen, by=league())

        assert [] == send().sent
        expansion.sweep()
        assert [] == send().sent
        assert {"pending": 30} == states(made)
        broadcasting.resume(made["id"], seen=paused["version"], by=league())
        expansion.sweep()

        assert 30 == len(send().sent)
        expansion.sweep()
        assert ({"accepted": 30}, Status.SENT) == (states(made), stage.now(made)["status"])

    def test_the_rest_is_not_told_while_it_is_paused(self):
        stage.crowd(CANARY + 5)
        made = stage.begun()
        settle()
        seen = stage.now(made)["version"]
        broadcasting.pause(made["id"], why="核对中", seen=seen, by=league())

        expansion.sweep()

        assert {"accepted": CANARY, "waiting": 5} == states(made)

    @pytest.mark.parametrize("stop", ["pause", "cancel"])
    def test_a_push_that_was_claimed_before_does_not_begin_after_the_stop(self, stop):
        stage.crowd(2)
        made = stage.begun()
        make_due()
        claimed = [each["id"] for each in ledger.claim("me", Lane.BROADCAST, rate=1000)]
        assert 2 == len(claimed)

        seen = stage.now(made)["version"]
        getattr(broadcasting, stop)(made["id"], why="x", seen=seen, by=league())

        assert frozenset() == ledger.step((), claimed, "me")

    def test_a_push_that_was_claimed_does_not_begin_after_she_opted_out(self):
        her = stage.citizen("tuya", credits=1)
        stage.begun(topics=[Topic.LOAN])
        make_due()
        (claimed,) = [each["id"] for each in ledger.claim("me", Lane.BROADCAST, rate=1000)]
        change("INSERT INTO muted VALUES (:her, 'LOAN', now())", her=her.id)

        assert frozenset() == ledger.step((), [claimed], "me")

    def test_what_was_told_while_she_opted_out_is_left_out_by_the_next_sweep(self):
        """The portion had looked before she said it, and committed afterwards."""
        her, other = (stage.citizen(name, credits=1) for name in ("tuya", "naren"))
        made = stage.begun(topics=[Topic.LOAN])
        for muted in (f"({her.id}, 'LOAN', now())", f"({other.id}, 'SPACE', now())"):
            change(f"INSERT INTO muted VALUES {muted}")

        expansion.sweep()

        assert {"pending": 1, "skipped": 1} == states(made)


class TestTheNight:
    def test_what_is_told_in_the_evening_rings_in_the_morning(self, on_a_morning):
        on_a_morning.move_to(MORNING.replace(hour=14))
        her = stage.citizen("tuya", credits=1)

        made = stage.begun()

        assert 1 == stage.inbox_of(her, made)
        eight = MORNING.replace(hour=0) + timedelta(days=1)
        assert eight <= one("SELECT next_try_at FROM delivery") < eight + timedelta(hours=1)

    def test_what_is_told_in_the_evening_does_not_ring_everywhere_at_once(self, on_a_morning):
        on_a_morning.move_to(MORNING.replace(hour=14))
        stage.crowd(90)

        stage.begun()

        eight = MORNING.replace(hour=0) + timedelta(days=1)
        found = sorted(each["next_try_at"] for each in look("SELECT next_try_at FROM delivery"))
        assert 90 == len(set(found))
        assert found[0] - eight < timedelta(minutes=5)
        assert timedelta(minutes=55) < found[-1] - eight < timedelta(hours=1)

    def test_what_still_waits_when_night_falls_waits_until_morning(self, on_a_morning):
        stage.crowd(2)
        made = stage.begun()
        assert MORNING.hour == one("SELECT next_try_at FROM delivery LIMIT 1").hour

        on_a_morning.move_to(MORNING.replace(hour=13))
        change(
            "UPDATE delivery SET status = 'RETRY_WAIT' WHERE id = (SELECT min(id) FROM delivery)"
        )
        ledger.rest()

        eight = MORNING.replace(hour=0) + timedelta(days=1)
        found = [each["next_try_at"] for each in look("SELECT next_try_at FROM delivery")]
        assert all(eight <= each < eight + timedelta(hours=1) for each in found)
        assert {"pending": 2} == states(made)

    def test_what_is_set_aside_stays_set_aside_through_the_night(self, on_a_morning):
        stage.crowd(2)
        made = stage.begun()
        broadcasting.pause(made["id"], why="核对中", seen=made["version"], by=league())
        expansion.sweep()

        on_a_morning.move_to(MORNING.replace(hour=13))
        ledger.rest()

        assert 2 == one("SELECT count(*) FROM delivery WHERE next_try_at = expires_at")


class TestUrgency:
    WHY = "明日停电，窗口不办理业务"

    def test_what_is_urgent_rings_in_the_night_and_before_all_that_waits(self, on_a_morning):
        on_a_morning.move_to(MORNING.replace(hour=14))
        stage.citizen("tuya", credits=2)
        stage.begun()
        urgent = stage.begun(urgent_why=self.WHY, topics=[Topic.SPACE])
        change("UPDATE delivery SET next_try_at = next_try_at - interval '1 day 1 hour'")

        (first,) = ledger.claim("me", Lane.BROADCAST, rate=1000)
        assert stage.key_of(urgent["id"]) == one(
            "SELECT notice_id FROM delivery WHERE id = :id", id=first["id"]
        )
        assert {first["id"]} == ledger.step((), [first["id"]], "me")
        assert [] == ledger.claim("me", Lane.BROADCAST, rate=1000)

    def test_its_card_names_the_night(self, on_a_morning):
        on_a_morning.move_to(MORNING.replace(hour=14))
        stage.citizen("tuya", credits=1)
        stage.begun(urgent_why=self.WHY)

        assert "2026年11月30日 22:00" == one("SELECT content ->> 'date3' FROM delivery")

    def test_after_five_in_a_day_even_that_waits(self, on_a_morning):
        """The hard stop holds whatever is urgent."""
        stage.citizen("tuya", credits=9)
        stage.begun(urgent_why=self.WHY)
        make_due()
        change(
            "WITH more AS (INSERT INTO event (public_id, name, subject_kind, subject_id, at,"
            " particulars) SELECT gen_random_uuid(), 'x', 'x', 0, now(), '{}'"
            " FROM generate_series(1, 5) RETURNING id),"
            " told AS (INSERT INTO message (public_id, event_id, event, person_id, title, body,"
            " link, created_at) SELECT gen_random_uuid(), more.id, 'x', person_id, 't', 'b', 'l',"
            " now() FROM more, delivery RETURNING id, person_id)"
            " INSERT INTO delivery (message_id, person_id, channel, lane, template, page, content,"
            " status, attempts, claim_epoch, next_try_at, expires_at, intent_at)"
            " SELECT id, person_id, 'wechat', 'DECISION', 't', 'l', '{}', 'ACCEPTED', 1, 1, now(),"
            " now(), now() FROM told"
        )

        assert [] == ledger.claim("me", Lane.BROADCAST, rate=1000)


class TestTheDigest:
    def test_whoever_wants_it_weekly_has_the_message_and_no_push(self):
        her, other = (stage.citizen(name, credits=1) for name in ("tuya", "naren"))
        preferences.choose((), weekly={Topic.SUBSIDY}, by=her)
        made = stage.begun(topics=[Topic.SUBSIDY])

        assert (1, 1) == (stage.inbox_of(her, made), stage.inbox_of(other, made))
        assert {"digest": 1, "pending": 1} == states(made)
        assert 2 == whole(made)

    def test_a_push_that_was_claimed_does_not_begin_after_she_wanted_it_weekly(self):
        her = stage.citizen("tuya", credits=1)
        stage.begun(topics=[Topic.LOAN])
        make_due()
        (claimed,) = [each["id"] for each in ledger.claim("me", Lane.BROADCAST, rate=1000)]
        change("INSERT INTO weekly VALUES (:her, 'LOAN', now())", her=her.id)

        assert frozenset() == ledger.step((), [claimed], "me")

    def test_what_was_told_while_she_said_so_is_left_out_by_the_next_sweep(self):
        her = stage.citizen("tuya", credits=1)
        made = stage.begun(topics=[Topic.LOAN])
        change("INSERT INTO weekly VALUES (:her, 'LOAN', now())", her=her.id)

        expansion.sweep()

        assert {"digest": 1} == states(made)


class TestTheEnd:
    def test_what_came_too_late_is_counted_and_ends_it(self):
        stage.crowd(3)
        made = stage.begun()
        settle(many=1)
        change("UPDATE delivery SET expires_at = now() WHERE status = 'PENDING'")
        ledger.sweep()

        expansion.sweep()

        assert {"accepted": 1, "expired": 2} == states(made)
        assert Status.SENT is stage.now(made)["status"]

    def test_the_states_add_up_whenever_one_looks(self):
        """Opt-outs, refusals, failures and doubts in one notice, looked at after each step."""
        stage.crowd(20, credits=0)
        stage.crowd(CANARY + 40)
        muted = stage.citizen("tuya", credits=1)
        preferences.choose({Topic.SUBSIDY}, by=muted)
        made = stage.scheduled()
        assert CANARY + 61 == whole(made)
        for outcomes in (
            (),
            [NOT_SUBSCRIBED, Outcome(Word.UNKNOWN, None, "read time-out"), ACCEPTED],
            (),
            [FAILED, NOT_SUBSCRIBED, ACCEPTED],
        ):
            expansion.sweep()
            assert CANARY + 61 == whole(made)
            if outcomes:
                send(*outcomes)
                assert CANARY + 61 == whole(made)
        expansion.sweep()

        assert {
            "accepted": CANARY + 36,
            "failed": 1,
            "opted_out": 1,
            "rejected": 2,
            "skipped": 20,
            "unknown": 1,
        } == states(made)
        assert Status.SENT is stage.now(made)["status"]


@pytest.mark.reliability
def test_a_hundred_thousand_are_told_within_a_minute_and_little_memory():
    stage.crowd(100_000)
    made = stage.begun()
    settle()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    while stage.now(made)["report"]["people"] > one("SELECT count(*) FROM delivery"):
        expansion.sweep()

    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert 100_000 == whole(made)
