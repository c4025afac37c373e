"""Will a notice reach somebody by WeChat, and when may a telephone ring?"""

from datetime import UTC, datetime, timedelta

import pytest

from backend import clock
from backend.notices.kinds import Topic
from notifications import figures, preferences
from notifications.reach import MOST, MOST_OF_A_TOPIC, Reach, loud, rings, slot
from tests.backend.notices import stage
from tests.records import change, look, one

pytestmark = pytest.mark.usefixtures("in_mended_app")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 as the clocks of Shanghai show it."""
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "rings"),
    [
        (at(29, 20, 59), at(29, 20, 59)),
        (at(29, 21), at(30, 8)),
        (at(29, 23, 59), at(30, 8)),
        (at(30, 0), at(30, 8)),
        (at(30, 7, 59), at(30, 8)),
        (at(30, 8), at(30, 8)),
    ],
)
def test_telephones_ring_from_eight_until_nine(moment, rings):
    assert rings == loud(moment)


def test_what_waited_for_the_morning_rings_through_an_hour_and_not_at_its_first_second():
    """Of ten thousand people no three in the same second, and each always in her own."""
    waits = f"SELECT {slot('id')} AS waits FROM generate_series(1, 10000) AS id"
    found = [each["waits"] for each in look(waits)]

    assert timedelta() <= min(found) and max(found) < timedelta(hours=1)
    assert 3600 == len(set(found))
    assert 3 == max(found.count(each) for each in set(found))
    assert found == [each["waits"] for each in look(waits)]
    # Whoever joined one after the other is not rung up one after the other.
    assert timedelta(seconds=2053) == found[0]
    assert timedelta(seconds=2 * 2053 - 3600) == found[1]
    night = at(29, 22)
    assert found[:50] == [rings(night, id) - at(30, 8) for id in range(1, 51)]
    assert at(29, 20) == rings(at(29, 20), 7)


def reach_of(**changed) -> str:
    """How the notice reaches the only reader that there is."""
    made = stage.submitted(**changed)
    counted = figures.counted(figures.frozen(stage.key_of(made["id"])), clock.now())
    (found,) = [name for name, many in counted["by_reach"].items() if many]
    return found


def pushed(her, what: str, topics: list[list[Topic]]) -> None:
    """Pushes of other notices that she has had, or is about to have; one about each of these."""
    for each in topics:
        other = stage.key_of(stage.draft(topics=each)["id"])
        event = one(
            "INSERT INTO event (public_id, name, subject_kind, subject_id, at, particulars)"
            " VALUES (gen_random_uuid(), 'x', 'notice', 0, now(), '{}') RETURNING id"
        )
        change(
            "WITH told AS (INSERT INTO message (public_id, event_id, event, person_id, title, body,"
            " link, created_at) VALUES (gen_random_uuid(), :event, 'x', :her, 't', 'b', 'l', now())"
            " RETURNING id) INSERT INTO delivery (message_id, person_id, notice_id, channel, lane,"
            " template, page, content, status, attempts, claim_epoch, next_try_at, expires_at)"
            " SELECT id, :her, :notice, 'wechat', 'BROADCAST', 'policy_notice', 'l', '{}',"
            " 'SKIPPED', 0, 0, now(), now() FROM told",
            event=event,
            her=her.id,
            notice=other,
        )
    change(f"UPDATE delivery SET {what} WHERE person_id = :her", her=her.id)


def test_whoever_has_a_push_left_is_reached():
    stage.citizen("tuya", credits=1)

    assert "reachable" == reach_of()


def test_whoever_has_none_left_is_not():
    stage.citizen("tuya")

    assert "no_credit" == reach_of()


def test_a_push_of_another_card_is_none():
    her = stage.citizen("tuya")
    change("INSERT INTO credit VALUES (:her, 'tenancy_result', 5, now())", her=her.id)

    assert "no_credit" == reach_of()


def test_whoever_is_not_known_to_wechat_is_not():
    her = stage.citizen("tuya", credits=1)
    change("UPDATE identity SET provider = 'other' WHERE person_id = :her", her=her.id)

    assert "no_wechat" == reach_of()


@pytest.mark.parametrize(
    ("muted", "expected"),
    [
        ({Topic.SUBSIDY, Topic.LOAN}, "opted_out"),
        ({Topic.SUBSIDY, Topic.LOAN, Topic.SPACE}, "opted_out"),
        # She still wants to hear of loans.
        ({Topic.SUBSIDY}, "reachable"),
        ({Topic.SPACE}, "reachable"),
        (set(), "reachable"),
    ],
)
def test_whoever_wants_to_hear_of_none_of_its_topics_has_opted_out(muted, expected):
    preferences.choose(muted, by=stage.citizen("tuya", credits=1))

    assert expected == reach_of(topics=[Topic.SUBSIDY, Topic.LOAN])


@pytest.mark.parametrize(
    ("times", "what", "expected"),
    [
        (MOST - 1, "intent_at = now() - interval '1 minute'", "reachable"),
        (MOST, "intent_at = now() - interval '6 days 23 hours'", "capped"),
        (MOST, "intent_at = now() - interval '7 days 1 hour'", "reachable"),
        (MOST, "status = 'PENDING'", "capped"),
        (MOST, "status = 'SKIPPED'", "reachable"),
    ],
)
def test_three_pushes_of_notices_a_week_are_enough(times, what, expected):
    """Three of the whole, whatever they are about."""
    her = stage.citizen("tuya", credits=9)
    pushed(her, what, [[Topic.LOAN], [Topic.SPACE], [Topic.ACTIVITY]][:times])

    assert expected == reach_of(topics=[Topic.SUBSIDY])


@pytest.mark.parametrize(
    ("before", "about", "expected"),
    [
        ([[Topic.LOAN]] * (MOST_OF_A_TOPIC - 1), [Topic.LOAN], "reachable"),
        ([[Topic.LOAN]] * MOST_OF_A_TOPIC, [Topic.LOAN], "capped"),
        ([[Topic.LOAN]] * MOST_OF_A_TOPIC, [Topic.SPACE], "reachable"),
        # One of its topics has been heard of twice.
        ([[Topic.LOAN, Topic.SPACE], [Topic.LOAN]], [Topic.SUBSIDY, Topic.LOAN], "capped"),
        ([[Topic.LOAN, Topic.SPACE], [Topic.LOAN]], [Topic.SUBSIDY, Topic.SPACE], "reachable"),
    ],
)
def test_two_of_one_topic_a_week_are_enough(before, about, expected):
    her = stage.citizen("tuya", credits=9)
    pushed(her, "intent_at = now() - interval '6 days 23 hours'", before)

    assert expected == reach_of(topics=about)


@pytest.mark.parametrize("lane", ["BROADCAST", "DECISION"])
def test_what_else_goes_to_many_counts_and_decisions_do_not(lane):
    """Such as a digest: what counts is the lane, not the notice."""
    her = stage.citizen("tuya", credits=9)
    pushed(her, "intent_at = now(), notice_id = NULL", [[Topic.LOAN]] * MOST)
    change(f"UPDATE delivery SET lane = '{lane}'")

    assert {"BROADCAST": "capped", "DECISION": "reachable"}[lane] == reach_of()


@pytest.mark.parametrize(
    ("muted", "weekly", "expected"),
    [
        ((), {Topic.SUBSIDY, Topic.LOAN}, "digest"),
        ({Topic.SUBSIDY}, {Topic.LOAN}, "digest"),
        # Of one of its topics she wants to hear each time.
        ((), {Topic.LOAN}, "reachable"),
        ({Topic.SUBSIDY, Topic.LOAN}, (), "opted_out"),
        ({Topic.SUBSIDY}, {Topic.SPACE}, "reachable"),
    ],
)
def test_whoever_wants_to_hear_of_it_once_a_week_has_no_push_of_its_own(muted, weekly, expected):
    preferences.choose(muted, weekly=weekly, by=stage.citizen("tuya", credits=1))

    assert expected == reach_of(topics=[Topic.SUBSIDY, Topic.LOAN])


URGENT = {"urgent_why": "明日停电，窗口不办理业务"}


def test_what_is_urgent_waits_neither_for_the_digest_nor_for_next_week():
    her = stage.citizen("tuya", credits=9)
    preferences.choose((), weekly=set(Topic), by=her)
    pushed(her, "intent_at = now()", [[Topic.SUBSIDY]] * MOST)

    assert ("digest", "reachable") == (reach_of(), reach_of(**URGENT))


def test_what_is_urgent_reaches_nobody_who_has_opted_out_or_has_no_push_left():
    her = stage.citizen("tuya")
    assert "no_credit" == reach_of(**URGENT)
    preferences.choose(set(Topic), by=her)

    assert "opted_out" == reach_of(**URGENT)


def test_every_way_has_words():
    assert 6 == len({each.value for each in Reach})
