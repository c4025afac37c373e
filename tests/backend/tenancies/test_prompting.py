"""Who hears that a park has not answered in its days, and when."""

from datetime import UTC, datetime

import pytest
import time_machine

from backend.tenancies import prompting, waiting
from tests.backend.tenancies.test_admitting import answer, asked, waits_in_both
from tests.records import look, one

pytestmark = pytest.mark.usefixtures("simulator")
# Asked on Tuesday the 24th, so that Tuesday the 1st is the last day; ten in the morning.
ASKED = datetime(2026, 11, 24, 2, tzinfo=UTC)
LAST, AFTER = (datetime(2026, 12, day, 2, tzinfo=UTC) for day in (1, 2))


def swept(moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        prompting.sweep()
    return one("SELECT count(*) FROM event WHERE name = 'waiting.admission_overdue'")


@pytest.fixture
def waits(in_app) -> tuple:
    with time_machine.travel(ASKED, tick=False):
        return waits_in_both()


def test_on_the_last_day_it_is_in_time_and_on_the_next_it_is_said_once(waits):
    assert (0, 1, 1) == (swept(LAST), swept(AFTER), swept(AFTER.replace(day=3)))

    told = look("SELECT title FROM message WHERE event = 'waiting.admission_overdue' ORDER BY 1")
    assert {"候补申请人待确认已逾期", "园区逾期未确认候补申请人"} == {e["title"] for e in told}


def test_not_in_the_night(waits):
    assert (0, 1) == (swept(AFTER.replace(hour=22)), swept(AFTER.replace(day=3)))


def test_whoever_answered_or_gave_up_is_not_spoken_of(waits):
    her, _ = waits
    with time_machine.travel(ASKED, tick=False):
        other, _ = waits_in_both("another")
        gone, answered = asked()
        waiting.leave(gone["id"], by=other)
        answer(answered)

    assert 0 == swept(AFTER)
