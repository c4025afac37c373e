"""Who is reminded on which day, and once only. All days here were counted by hand.

An ordinary case: received on Monday 23 November 2026, promised five working days, that is until
Monday 30 November; at most twenty, that is until Monday 21 December.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from backend.applications import actions, queries
from backend.applications.models import Application
from backend.applications.taking import noted
from backend.applications.workflow import EVENT_LABELS
from backend.audit import actions as audit
from backend.cases import actions as cases
from backend.cases import correcting, reminding
from backend.db import action, session
from backend.errors import DatabaseDown
from tests.filing import (
    approved,
    claimed,
    draft,
    events,
    faulty,
    handed_in,
    rejected,
    returned,
    submitted,
)
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
RECEIVED = date(2026, 11, 23)
# On each of these an ordinary case is reminded of.
DAYS = (date(2026, 11, 26), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 16))
OFFICES = {"due_soon", "due_today", "overdue", "legal_limit_near"}


def morning(day: date, hour: int = 9, minute: int = 0, second: int = 0) -> time_machine.travel:
    """A moment of a day as the clocks of Shanghai show it."""
    there = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)
    return time_machine.travel(there - timedelta(hours=8), tick=False)


def on(day: date, make=submitted):
    with morning(day, 10):
        return make()


def sweep(*days: date) -> None:
    for each in days:
        with morning(each):
            reminding.sweep()


def sweep_daily(first: date, last: date) -> None:
    sweep(*(first + timedelta(days=n) for n in range((last - first).days + 1)))


def said() -> list[tuple[str, str]]:
    """What was said, and on which day of Shanghai."""
    found = look(
        "SELECT name, (at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM event"
        " WHERE particulars ? 'for_on' ORDER BY id"
    )
    return [(each["name"].removeprefix("application."), str(each["day"])) for each in found]


def first_swept_on(*days: date) -> dict[date, list[str]]:
    """What a worker says that comes back on the day, having said nothing before."""
    found = {}
    for each in days:
        before = len(said())
        sweep(each)
        found[each] = [event for event, _ in said()[before:]]
        change("DELETE FROM reminder")
    return found


class TestDays:
    def test_an_ordinary_case_over_its_whole_life(self, in_app):
        on(RECEIVED)

        sweep_daily(RECEIVED, date(2026, 12, 18))

        # Thursday is two working days before Monday; 16 December three before the 21st.
        assert [
            ("due_soon", "2026-11-26"),
            ("due_today", "2026-11-30"),
            ("overdue", "2026-12-01"),
            ("legal_limit_near", "2026-12-16"),
        ] == said()

    @pytest.mark.parametrize(
        ("received", "expected"),
        [
            # Until Thursday 8 October, the first working day after National Day; before it the
            # 30th and the 29th of September. (25 September is Mid-Autumn.)
            (date(2026, 9, 23), ["2026-09-29", "2026-10-08", "2026-10-09"]),
            # Until Saturday 10 October, on which offices make up for the holiday.
            (date(2026, 9, 28), ["2026-10-08", "2026-10-10", "2026-10-12"]),
            # Until Monday 12 October; before it Saturday the 10th and Friday the 9th.
            (date(2026, 9, 29), ["2026-10-09", "2026-10-12", "2026-10-13"]),
            # Until Wednesday 30 September, the last day before the holiday.
            (date(2026, 9, 22), ["2026-09-28", "2026-09-30", "2026-10-08"]),
        ],
    )
    def test_around_national_day(self, in_app, received, expected):
        on(received)

        sweep_daily(date(2026, 9, 28), date(2026, 10, 13))

        assert list(zip(["due_soon", "due_today", "overdue"], expected, strict=True)) == said()

    def test_from_half_past_eight_until_the_evening(self, in_app):
        on(RECEIVED)

        for at, times in ((8, 29, 59), 0), ((8, 30, 0), 1), ((19, 59, 59), 1), ((20, 0, 0), 0):
            before = len(said())
            with morning(date(2026, 11, 26), *at):
                reminding.sweep()
            assert times == len(said()) - before, at
            change("DELETE FROM reminder")

    def test_only_when_offices_work(self, in_app):
        on(date(2026, 9, 3))  # Overdue since 11 September; even the 20 days end on 8 October.

        expected = {
            date(2026, 10, 7): [],  # a Wednesday of the holiday
            date(2026, 10, 10): ["overdue"],  # a make-up Saturday
            date(2026, 10, 11): [],  # the Sunday after
        }
        assert expected == first_swept_on(*expected)


class TestMissedMornings:
    def test_what_the_first_sweep_after_a_pause_still_says(self, in_app):
        on(RECEIVED)

        expected = {
            date(2026, 11, 25): [],  # three working days before
            date(2026, 11, 26): ["due_soon"],
            date(2026, 11, 27): ["due_soon"],  # one working day late
            date(2026, 11, 30): ["due_today"],  # two late: that one is not made up for
            date(2026, 12, 1): ["overdue"],  # 'today' would be wrong by now
            date(2026, 12, 15): ["overdue"],  # however late
            date(2026, 12, 16): ["overdue", "legal_limit_near"],
            date(2026, 12, 17): ["overdue", "legal_limit_near"],
            date(2026, 12, 18): ["overdue"],
        }
        assert expected == first_swept_on(*expected)

    def test_a_worker_that_comes_back_in_the_afternoon_makes_up_for_the_morning(self, in_app):
        on(RECEIVED)

        with morning(date(2026, 11, 26), 15):
            reminding.sweep()
            reminding.sweep()

        assert [("due_soon", "2026-11-26")] == said()


class TestWhoseTurnItIs:
    def test_while_the_office_waits_only_she_is_reminded(self, in_app):
        on(RECEIVED, returned)

        # She has fifteen working days, until Monday 14 December; three before is Wednesday 9th.
        sweep(*DAYS[:3])
        sweep_daily(date(2026, 12, 8), date(2026, 12, 11))

        assert [("answer_soon", "2026-12-09")] == said()

    def test_she_is_reminded_three_working_days_before_or_one_day_late(self, in_app):
        on(RECEIVED, returned)

        expected = {
            date(2026, 12, 8): [],
            date(2026, 12, 9): ["answer_soon"],
            date(2026, 12, 10): ["answer_soon"],
            date(2026, 12, 11): [],
        }
        assert expected == first_swept_on(*expected)

    def test_after_her_answer_the_office_is_reminded_of_its_new_day(self, in_app):
        with morning(RECEIVED):
            her = person()
            case = submitted(her)
        with morning(date(2026, 11, 24), 10):
            case = correcting.ask(
                case["id"],
                seen=case["version"],
                by=staff(),
                items=faulty(),
            )
        with morning(date(2026, 12, 10), 10):
            correcting.resolve(case["id"], seen=case["version"], by=her)

        sweep_daily(date(2026, 12, 11), date(2026, 12, 18))

        # One of its five days was used; 11, 14, 15 and 16 December are the other four.
        assert [
            ("due_soon", "2026-12-14"),
            ("due_today", "2026-12-16"),
            ("overdue", "2026-12-17"),
        ] == said()

    def test_a_claimed_case_is_reminded_of_like_any_other(self, in_app):
        on(RECEIVED, claimed)

        sweep(date(2026, 11, 26))

        assert [("due_soon", "2026-11-26")] == said()

    @pytest.mark.parametrize("end", ["approved", "rejected", "withdrawn", "drafted"])
    def test_no_office_is_reminded_of_what_it_does_not_have(self, in_app, end):
        on(RECEIVED, ENDED[end])

        sweep(*DAYS)

        assert [] == said()


class TestDrafts:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            # Sixty days end on Friday 1 January 2027: Friday 18 and Tuesday 29 December.
            (date(2026, 11, 2), ["2026-12-18", "2026-12-29"]),
            # On Monday 5 October: Monday 21 September; the 2nd is a holiday, so the 30th.
            (date(2026, 8, 6), ["2026-09-21", "2026-09-30"]),
            # On Sunday 4 October: the make-up Sunday 20 September; the 30th for the 1st.
            (date(2026, 8, 5), ["2026-09-20", "2026-09-30"]),
            # On Saturday 19 December: Saturday the 5th and Wednesday the 16th, so the 4th.
            (date(2026, 10, 20), ["2026-12-04", "2026-12-16"]),
        ],
    )
    def test_she_is_told_14_and_3_days_before_her_draft_lapses(self, in_app, written, expected):
        on(written, lambda: draft(person()))

        lapses = written + timedelta(days=60)
        for day in map(date.fromisoformat, expected):
            sweep_daily(day - timedelta(days=2), day + timedelta(days=2))
        sweep_daily(lapses, lapses + timedelta(days=1))

        assert [("draft_expiring", day) for day in expected] == said()
        assert {str(lapses)} == {
            each["on"]
            for each in look(
                "SELECT particulars ->> 'for_on' AS on FROM event WHERE particulars ? 'for_on'"
            )
        }

    def test_a_missed_morning_is_made_up_for_by_one_working_day(self, in_app):
        on(date(2026, 11, 2), lambda: draft(person()))

        expected = {
            date(2026, 12, 17): [],
            date(2026, 12, 18): ["draft_expiring"],
            date(2026, 12, 21): ["draft_expiring"],  # a Monday, one working day late
            date(2026, 12, 22): [],
            date(2026, 12, 28): [],
            date(2026, 12, 29): ["draft_expiring"],
            date(2026, 12, 30): ["draft_expiring"],
            date(2026, 12, 31): [],
        }
        assert expected == first_swept_on(*expected)

    def test_a_draft_that_is_saved_again_has_sixty_days_again(self, in_app):
        with morning(date(2026, 11, 2)):
            her = person()
            begun = draft(her)
        sweep(date(2026, 12, 18))
        with morning(date(2026, 12, 20)):
            actions.update(begun["id"], seen=begun["version"], by=her, sections={})

        # Until 18 February 2027: Thursday 4 February.
        sweep_daily(date(2027, 2, 2), date(2027, 2, 4))

        assert [("draft_expiring", "2026-12-18"), ("draft_expiring", "2027-02-04")] == said()


class TestOnce:
    def test_sweeping_again_says_nothing_again(self, in_app):
        on(RECEIVED)

        sweep(*[date(2026, 11, 26)] * 3, *[date(2026, 12, 1)] * 3)

        assert ["due_soon", "overdue"] == [event for event, _ in said()]

    def test_the_case_itself_is_not_changed(self, in_app):
        case = on(RECEIVED)
        before = look("SELECT version, held_since, changed_at, status FROM application")

        sweep(*DAYS)

        assert before == look("SELECT version, held_since, changed_at, status FROM application")
        assert case["version"] == before[0]["version"]

    def test_a_worker_that_dies_in_between_leaves_neither_and_the_next_says_it(self, in_app, dying):
        """The connection is cut after the key was taken and the event was written."""
        on(RECEIVED)
        with morning(date(2026, 11, 26)), dying:
            reminding.sweep()
        assert [] == said() == look("SELECT * FROM reminder")

        sweep(date(2026, 11, 26))

        told_and_kept()

    def test_a_key_that_is_committed_before_the_event_is_noticed(self, in_app, dying):
        on(RECEIVED)
        with morning(date(2026, 11, 26)):
            keep_first()
            with dying, pytest.raises(DatabaseDown):
                then_tell()

        sweep(date(2026, 11, 26))

        with pytest.raises(AssertionError):
            told_and_kept()

    def test_one_case_that_cannot_be_told_of_does_not_hold_up_the_others(self, in_app):
        with morning(RECEIVED):
            _, second = submitted(person("one")), submitted(person("two"))
        change(
            "CREATE FUNCTION burn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.application_id = (SELECT min(id) FROM application) THEN"
            " RAISE EXCEPTION 'burnt'; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER burn BEFORE INSERT ON reminder FOR EACH ROW EXECUTE FUNCTION burn()"
        )
        try:
            sweep(date(2026, 11, 26))
        finally:
            change("DROP TRIGGER burn ON reminder; DROP FUNCTION burn()")

        assert second["id"] == one(
            "SELECT a.public_id FROM reminder r JOIN application a ON a.id = r.application_id"
        )
        assert 1 == len(said())


class TestTimeline:
    def test_what_only_the_office_is_reminded_of_is_not_in_her_timeline(self, in_app):
        with morning(RECEIVED):
            her = person()
            case = submitted(her)
        sweep(*DAYS)
        assert OFFICES == {event for event, _ in said()}

        shown = queries.timeline(case["id"], her)["items"]

        assert ["created", "submitted"] == [each["event"] for each in shown]
        assert set() == OFFICES & set(EVENT_LABELS)

    def test_what_she_was_reminded_of_is(self, in_app):
        with morning(date(2026, 8, 24)):
            her = person()
            begun = draft(her)
        sweep(date(2026, 10, 9))
        with morning(date(2026, 10, 12), 10):
            case = handed_in(begun, her)
            correcting.ask(case["id"], seen=case["version"], by=staff(), items=faulty())
        # Fifteen working days after 12 October: Monday 2 November; three before: the 28th.
        sweep(date(2026, 10, 28))

        shown = queries.timeline(case["id"], her)["items"]

        assert [
            ("created", "申请人"),
            ("draft_expiring", "系统"),
            ("submitted", "申请人"),
            ("returned", "恒隆创业广场管理员"),
            ("answer_soon", "系统"),
        ] == [(each["event"], each["by"]) for each in shown]


def withdrawn() -> dict:
    her = person()
    case = submitted(her)
    return cases.withdraw(case["id"], seen=case["version"], by=her)


ENDED = {
    "approved": approved,
    "rejected": rejected,
    "withdrawn": withdrawn,
    "drafted": lambda: draft(person()),
}


@action
def keep_first() -> None:
    """Take the key in a transaction of its own: the planted fault."""
    session.execute(
        text("INSERT INTO reminder SELECT id, 'due_soon', due_on, now() FROM application")
    )


@action
def then_tell() -> None:
    application = session.scalars(select(Application)).one()
    noted("due_soon", application, None, for_on=str(application.due_on))


class _Dying:
    """Within it, whoever writes an event loses the connection before it can commit."""

    def __enter__(self):
        self.kept = list(audit.deferred)
        audit.deferred.append(self.cut)

    def __exit__(self, *_):
        audit.deferred[:] = self.kept

    @staticmethod
    def cut(event_id: int) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.fixture
def dying() -> _Dying:
    return _Dying()


def told_and_kept() -> None:
    assert 1 == one("SELECT count(*) FROM reminder")
    assert [("due_soon", "2026-11-26")] == said()


@pytest.mark.parametrize(
    ("day", "told"),
    # Good until Fri 18 December: two weeks before is Fri 4; missed, Mon 7 makes up for it.
    [("2026-12-03", 0), ("2026-12-04", 1), ("2026-12-07", 1), ("2026-12-08", 0)],
)
def test_of_a_document_that_runs_out_she_is_reminded_two_weeks_before_once(in_app, day, told):
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        submitted()
    change("UPDATE document SET expires_on = '2026-12-18'")

    with time_machine.travel(f"{day}T02:00:00Z", tick=False):
        reminding.sweep()
        reminding.sweep()

    assert told == events().count("document_expiring")


def test_of_a_document_of_a_case_that_is_over_nobody_is_reminded(in_app):
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        rejected()
    change("UPDATE document SET expires_on = '2026-12-18'")

    with time_machine.travel("2026-12-04T02:00:00Z", tick=False):
        reminding.sweep()

    assert 0 == events().count("document_expiring")
