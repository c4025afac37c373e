"""One door for time: moments in UTC, days in Shanghai."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine

from backend import clock


@time_machine.travel("2026-11-23T08:00:00Z", tick=False)
def test_now_is_aware_and_in_utc():
    assert datetime(2026, 11, 23, 8, tzinfo=UTC) == clock.now()
    assert timedelta(0) == clock.now().utcoffset()


# Shanghai is eight hours ahead and keeps no summer time: its midnight is 16:00 in UTC.
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T15:59:59.999999Z", date(2026, 11, 23)),
        ("2026-11-23T16:00:00Z", date(2026, 11, 24)),
        ("2026-06-30T15:59:59Z", date(2026, 6, 30)),
        ("2026-06-30T16:00:00Z", date(2026, 7, 1)),
        ("2026-12-31T16:00:00Z", date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment, expected):
    with time_machine.travel(moment, tick=False):
        assert expected == clock.today()
    assert expected == clock.day_of(datetime.fromisoformat(moment))


def test_the_offset_of_a_moment_does_not_change_its_day():
    in_new_york = datetime(2026, 11, 23, 11, tzinfo=timezone(timedelta(hours=-5)))

    assert date(2026, 11, 24) == clock.day_of(in_new_york)
