"""When does a message go to her telephone, and when does it not?"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from notifications import pushes
from notifications.models import Lane, Status
from notifications.reach import MOST
from tests.notifications.posts import plant
from tests.records import change, person

# Ten in the morning, nine in the evening and eight the next morning, in Shanghai.
TEN, NINE = datetime(2026, 11, 30, 2, tzinfo=UTC), datetime(2026, 11, 30, 13, tzinfo=UTC)
EIGHT = datetime(2026, 12, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ten(in_app):
    with time_machine.travel(TEN, tick=False) as now:
        yield now


def with_leave(name: str = "bayar") -> int:
    her = person(name)
    change("INSERT INTO credit VALUES (:her, 'policy_match', 1, now())", her=her.id)
    return her.id


def planned(template: str = "policy_match", her: int | None = None) -> dict:
    return pushes.planned(template, her or person("bayar").id)


def test_a_decision_leaves_at_once_whatever_the_hour_and_waits_a_day_at_most(ten):
    ten.move_to(NINE)

    found = planned("tenancy_result")

    assert (Lane.DECISION, Status.PENDING, NINE) == (
        found["lane"],
        found["status"],
        found["next_try_at"],
    )
    assert NINE + timedelta(days=1) == found["expires_at"]
    assert not found["polite"]


@pytest.mark.parametrize(
    ("now", "due"), [(TEN, TEN), (NINE - timedelta(seconds=1), None), (NINE, EIGHT)]
)
def test_what_tells_of_policies_does_not_ring_in_the_night(ten, now, due):
    her = with_leave()
    ten.move_to(now)

    found = planned(her=her)

    assert (Lane.BROADCAST, Status.PENDING) == (found["lane"], found["status"])
    # In the morning each telephone has a second of its own, within an hour.
    waits = timedelta(seconds=her * 2053 % 3600) if due == EIGHT else timedelta()
    assert (due or now) + waits == found["next_try_at"]
    assert found["polite"]
    assert now + timedelta(days=3) == found["expires_at"]


def test_without_leave_there_is_no_push_and_the_ledger_says_why():
    found = planned()

    assert (Status.SKIPPED, "no_credit", TEN) == (
        found["status"],
        found["detail"],
        found["settled_at"],
    )


def test_without_an_account_at_wechat_there_is_none_either():
    her = with_leave("tuya")
    change("UPDATE identity SET provider = 'wechat_closed' WHERE person_id = :her", her=her)

    assert "no_wechat" == planned(her=her)["detail"]


@pytest.mark.parametrize(("before", "expected"), [(MOST - 1, None), (MOST, "capped")])
def test_notices_and_matches_share_one_measure_of_seven_days(before, expected):
    her = with_leave("qiqige")
    for _ in range(before):
        plant(1, "qiqige", lane=Lane.BROADCAST)

    assert expected == planned(her=her).get("detail")


def test_decisions_do_not_count_in_it():
    her = with_leave("qiqige")
    plant(5)
    plant(5, "qiqige")

    assert "detail" not in planned(her=her)
