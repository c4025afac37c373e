"""Has an urgent notice reached its people, and who hears of it if not?"""

import logging
from datetime import timedelta

import pytest
import time_machine

from backend.access import Role
from notifications import alarms, broadcasting, expansion
from notifications.alarms import LOOKS_AFTER, falls_short
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING, ULANHOT, clerk, league
from tests.planned import rows_read
from tests.records import change, look, new_staff, one

WHY = "明日停电，窗口不办理业务"
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def on_a_morning(in_mended_app):
    with time_machine.travel(MORNING, tick=False) as now:
        yield now


def settle(how: str, many: int, detail: str = "") -> None:
    """So many pushes that wait have come to an end."""
    change(
        f"UPDATE delivery SET status = '{how}', settled_at = now(), detail = :detail"
        " WHERE id = ANY(ARRAY(SELECT id FROM delivery WHERE notice_id IS NOT NULL"
        " AND status = 'PENDING' ORDER BY id LIMIT :many))",
        many=many,
        detail=detail,
    )


def alarms_told() -> list[str]:
    """The texts of the alarms, each once however many members of staff have it."""
    found = look("SELECT DISTINCT body FROM message WHERE event = 'notice.alarmed' ORDER BY body")
    return [each["body"] for each in found]


@pytest.mark.parametrize(
    ("could", "reached", "expected"),
    [(100, 95, False), (100, 94, True), (20, 19, False), (21, 19, True), (1, 1, False)]
    + [(1, 0, True), (0, 0, True)],
)
def test_fewer_than_ninety_five_of_a_hundred_are_too_few(could, reached, expected):
    assert expected is falls_short({"could": could, "reached": reached})


class TestAsItBegins:
    def test_to_count_whom_it_could_reach_costs_as_much_as_there_are_people(self):
        """The alarm stands in the way of an urgent notice until it has counted."""
        stage.unknown_to_the_planner()
        stage.crowd(1000, counted=False)
        made = stage.scheduled(urgent_why=WHY)

        assert rows_read(alarms.FIGURES, {"id": stage.key_of(made["id"])}) < 30 * 1000

    def test_where_it_can_reach_nobody_everybody_answerable_hears_of_it_at_once(self, caplog):
        stage.crowd(5, credits=0)

        with caplog.at_level(logging.ERROR):
            made = stage.begun(urgent_why=WHY)

        (told,) = alarms_told()
        assert "面向5人，其中可以推送0人" in told and "电话" in told and made["title"] in told
        assert made["alarmed_at"] is not None
        assert ["urgent notice"] == [
            each.message[:13] for each in caplog.records if each.name == "notifications.alarms"
        ]

    def test_one_that_is_not_urgent_raises_none(self):
        stage.crowd(5, credits=0)

        made = stage.begun()

        assert (None, []) == (made["alarmed_at"], alarms_told())

    def test_where_it_can_reach_somebody_it_is_looked_at_half_an_hour_later(self):
        stage.crowd(1)
        made = stage.begun(urgent_why=WHY)

        assert [] == alarms_told()
        assert MORNING + HALF_AN_HOUR == one("SELECT alarm_at FROM notice")
        assert made["alarmed_at"] is None

    def test_it_keeps_the_version_that_people_have_seen(self):
        stage.crowd(1, credits=0)
        plain, urgent = stage.begun(), stage.begun(urgent_why=WHY)

        assert plain["version"] == urgent["version"]


class TestHalfAnHourLater:
    def begun(self, people: int = 20, **more):
        stage.crowd(people)
        return stage.begun(urgent_why=WHY, **more)

    @pytest.mark.parametrize(
        ("after", "expected"), [(LOOKS_AFTER - timedelta(seconds=1), 0), (LOOKS_AFTER, 1)]
    )
    def test_not_before(self, on_a_morning, after, expected):
        self.begun()
        on_a_morning.move_to(MORNING + after)

        alarms.watch()

        assert expected == len(alarms_told())

    @pytest.mark.parametrize(("reached", "expected"), [(19, 0), (18, 1), (0, 1)])
    def test_too_few_are_an_alarm_with_the_figures(self, on_a_morning, reached, expected, caplog):
        """Of twenty 95 % are nineteen. What is unknown is told apart and counts as not reached."""
        made = self.begun()
        settle("ACCEPTED", reached)
        settle("UNKNOWN", 1)
        settle("REJECTED", 20)
        on_a_morning.move_to(MORNING + LOOKS_AFTER)

        with caplog.at_level(logging.ERROR):
            alarms.watch()

        told = alarms_told()
        assert expected == len(told)
        assert bool(expected) is (stage.now(made)["alarmed_at"] is not None)
        assert expected == sum(each.name == "notifications.alarms" for each in caplog.records)
        if expected:
            assert f"面向20人，其中可以推送20人，微信已受理{reached}人，结果未知1人" in told[0]
            assert ("尚无一人收到" in told[0]) is (reached == 0)

    def test_what_was_delivered_counts_and_what_was_refused_does_not(self, on_a_morning):
        self.begun()
        settle("DELIVERED", 18)
        settle("REFUSED", 2)
        on_a_morning.move_to(MORNING + LOOKS_AFTER)

        alarms.watch()

        assert "微信已受理18人" in alarms_told()[0]

    def test_whom_it_could_not_reach_does_not_count(self, on_a_morning):
        stage.crowd(30, credits=0)
        self.begun()
        settle("ACCEPTED", 20)
        on_a_morning.move_to(MORNING + LOOKS_AFTER)

        alarms.watch()

        assert [] == alarms_told()

    def test_a_card_that_is_not_set_up_is_no_excuse(self, on_a_morning):
        self.begun()
        settle("SKIPPED", 20, "no template")
        on_a_morning.move_to(MORNING + LOOKS_AFTER)

        alarms.watch()

        assert "可以推送20人，微信已受理0人" in alarms_told()[0]

    def test_those_who_have_not_been_told_yet_count(self, on_a_morning):
        """The first hundred went wrong, it has paused itself, and nobody has looked."""
        self.begun(150)
        settle("FAILED", 1)
        settle("ACCEPTED", 99)
        expansion.sweep()
        on_a_morning.move_to(MORNING + LOOKS_AFTER)

        alarms.watch()

        assert "可以推送150人，微信已受理99人" in alarms_told()[0]

    def test_it_is_raised_once(self, on_a_morning):
        self.begun()
        for minutes in (30, 31, 60):
            on_a_morning.move_to(MORNING + timedelta(minutes=minutes))
            alarms.watch()

        assert 1 == one("SELECT count(*) FROM event WHERE name = 'notice.alarmed'")

    def test_a_cancelled_one_raises_none(self, on_a_morning):
        made = self.begun()
        seen = stage.now(made)["version"]
        broadcasting.cancel(made["id"], why="金额有误", seen=seen, by=league())
        on_a_morning.move_to(MORNING + LOOKS_AFTER)

        alarms.watch()

        assert [] == alarms_told()

    def test_what_cannot_be_looked_at_does_not_hold_up_the_rest(self, on_a_morning, caplog):
        self.begun()
        stage.begun(urgent_why=WHY, title="另一条")
        on_a_morning.move_to(MORNING + LOOKS_AFTER)
        change(
            "ALTER TABLE event ADD CONSTRAINT broken CHECK"
            f" (name <> 'notice.alarmed' OR subject_id <> {one('SELECT min(id) FROM notice')})"
            " NOT VALID"
        )
        try:
            with caplog.at_level(logging.CRITICAL):
                alarms.watch()
            assert ["另一条"] == [told[1:4] for told in alarms_told()]
        finally:
            change("ALTER TABLE event DROP CONSTRAINT broken")

        alarms.watch()

        assert 2 == len(alarms_told())


class TestWhoHears:
    def test_the_author_the_approver_and_the_league_hear_of_a_countys_notice(self):
        hers, second, above = (
            clerk("of-ulanhot", ULANHOT),
            clerk("also-of-ulanhot", ULANHOT),
            new_staff("above", Role.BUREAU_STAFF),
        )
        clerk("of-arshan", "152202")
        stage.crowd(3, credits=0)
        made = stage.draft(by=hers, scope=ULANHOT, urgent_why=WHY)
        made = broadcasting.submit(made["id"], seen=made["version"], by=hers)
        stage.actions.approve(made["id"], people=3, urgent=True, seen=made["version"], by=second)
        change("UPDATE notice SET send_at = now() - interval '100 days'")

        expansion.sweep()

        names = {
            each["username"]
            for each in look(
                "SELECT username FROM message JOIN staff ON staff.id = staff_id"
                " WHERE event = 'notice.alarmed'"
            )
        }
        assert above and {"of-ulanhot", "also-of-ulanhot", "above"} <= names
        assert not {"of-arshan", "demo-manager", "demo-admin"} & names
        assert len(names) == one("SELECT count(*) FROM message WHERE event = 'notice.alarmed'")


def test_a_worker_that_dies_before_it_has_raised_it_raises_it_after_all(on_a_morning):
    """The event and the mark commit together."""
    stage.crowd(3)
    stage.begun(urgent_why=WHY)
    on_a_morning.move_to(MORNING + LOOKS_AFTER)
    change("ALTER TABLE event ADD CONSTRAINT broken CHECK (name <> 'notice.alarmed') NOT VALID")
    try:
        alarms.watch()
    finally:
        change("ALTER TABLE event DROP CONSTRAINT broken")
    assert one("SELECT alarm_at FROM notice") is not None

    alarms.watch()

    assert 1 == len(alarms_told())
