"""Will a notice reach somebody by WeChat, and when may a telephone ring?"""

from datetime import UTC, datetime

import pytest

from backend import clock
from backend.notices.kinds import Topic
from notifications import figures, preferences
from notifications.reach import MOST, Reach, loud
from tests.backend.notices import stage
from tests.records import change, one

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


def reach_of(**changed) -> str:
    """How the notice reaches the only reader that there is."""
    made = stage.submitted(**changed)
    counted = figures.counted(figures.frozen(stage.key_of(made["id"])), clock.now())
    (found,) = [name for name, many in counted["by_reach"].items() if many]
    return found


def pushed(her, times: int, what: str) -> None:
    """Pushes of other notices that she has had, or is about to have."""
    for _ in range(times):
        other = stage.key_of(stage.draft()["id"])
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
    preferences.set_muted(muted, by=stage.citizen("tuya", credits=1))

    assert expected == reach_of(topics=[Topic.SUBSIDY, Topic.LOAN])


@pytest.mark.parametrize(
    ("times", "what", "expected"),
    [
        (MOST - 1, "intent_at = now() - interval '1 day'", "reachable"),
        (MOST, "intent_at = now() - interval '6 days 23 hours'", "capped"),
        (MOST, "intent_at = now() - interval '7 days 1 hour'", "reachable"),
        (MOST, "status = 'PENDING'", "capped"),
        (MOST, "status = 'SKIPPED'", "reachable"),
    ],
)
def test_three_pushes_of_notices_a_week_are_enough(times, what, expected):
    her = stage.citizen("tuya", credits=9)
    pushed(her, times, what)

    assert expected == reach_of()


def test_every_way_has_words():
    assert 5 == len({each.value for each in Reach})
