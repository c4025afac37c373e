"""What staff do about a notice that has to do with whom it reaches, and who hears of it."""

import pytest
import time_machine

from backend.access import Role
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from backend.notices import actions
from backend.notices.workflow import Status
from notifications import broadcasting, expansion
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING, ULANHOT, clerk, league, second, states
from tests.records import change, look, new_staff, one

pytestmark = pytest.mark.usefixtures("in_mended_app")


def told(event: str) -> set[str]:
    """The accounts that have a message of an event."""
    found = look(
        "SELECT username FROM message JOIN staff ON staff.id = staff_id WHERE event = :event",
        event=f"notice.{event}",
    )
    return {each["username"] for each in found}


class TestSubmitting:
    def test_its_people_are_written_down_one_by_one(self):
        for name in ("tuya", "naren"):
            stage.citizen(name, is_veteran=True, county_code=ULANHOT)
        stage.citizen("bayar")

        made = stage.submitted(audience={"group": "veteran"})

        assert (Status.AWAITING_APPROVAL, 2) == (made["status"], made["people"])
        assert [(ULANHOT, ["veteran"])] * 2 == [
            (each["county"], each["groups"]) for each in look("SELECT * FROM notice_reader")
        ]

    def test_whoever_may_approve_it_hears_of_it_and_nobody_else(self):
        league(), second()

        stage.submitted()

        assert "writer" not in told("submitted")
        assert {"approver", "demo-bureau-2"} <= told("submitted")
        assert not {"demo-manager", "demo-bureau"} & told("submitted") - {"demo-bureau"}

    def test_whoever_may_approve_it_reads_that_it_is_urgent_and_why(self):
        stage.submitted(urgent_why="明日停电")
        stage.submitted(title="不急")

        found = [
            each["body"]
            for each in look("SELECT DISTINCT body FROM message WHERE event = 'notice.submitted'")
        ]
        (urgent,) = [each for each in found if "明日停电" in each]
        assert "夜间也会推送" in urgent
        assert not any("夜间" in each for each in found if "不急" in each)

    def test_a_county_asks_its_own_people_and_the_league_only_where_there_is_nobody(self):
        hers, other = clerk("of-ulanhot", ULANHOT), new_staff("late", Role.BUREAU_STAFF)
        assert other
        change(
            "UPDATE staff SET disabled_at = now() WHERE county = :county"
            " AND username <> 'of-ulanhot'",
            county=ULANHOT,
        )
        made = stage.draft(by=hers, scope=ULANHOT)
        broadcasting.submit(made["id"], seen=made["version"], by=hers)
        assert "late" in told("submitted")

        change("DELETE FROM message")
        clerk("also-of-ulanhot", ULANHOT)
        made = stage.draft(by=hers, scope=ULANHOT)
        broadcasting.submit(made["id"], seen=made["version"], by=hers)
        assert {"also-of-ulanhot"} == told("submitted")

    def test_a_colleague_does_not_submit_it_and_nobody_does_twice(self):
        made = stage.draft()
        with pytest.raises(NotAllowed):
            broadcasting.submit(made["id"], seen=made["version"], by=second())
        with pytest.raises(Outdated):
            broadcasting.submit(made["id"], seen=made["version"] + 1, by=league())
        found = broadcasting.submit(made["id"], seen=made["version"], by=league())

        with pytest.raises(WrongStatus):
            broadcasting.submit(made["id"], seen=found["version"], by=league())

    def test_an_audience_that_cannot_be_asked_any_more_is_refused(self):
        """The policy has changed since the draft was written."""
        made = stage.draft()
        change("""UPDATE notice SET audience = '{"benefit": "gone", "result": "true"}'""")

        for ask in (
            lambda: broadcasting.preview(made["id"], at=None, by=league()),
            lambda: broadcasting.submit(made["id"], seen=made["version"], by=league()),
        ):
            with pytest.raises(Invalid) as refused:
                ask()
            assert "#/audience/benefit" == refused.value.more["errors"][0]["pointer"]

        assert 0 == one("SELECT count(*) FROM notice_reader")


class TestDeciding:
    def test_whoever_wrote_it_hears_what_became_of_it(self):
        stage.approved()
        made = stage.submitted()
        actions.refuse(made["id"], why="金额有误", seen=made["version"], by=second())

        assert ({"writer"}, {"writer"}) == (told("approved"), told("refused"))
        assert "金额有误" in one("SELECT body FROM message WHERE event = 'notice.refused'")

    @pytest.mark.parametrize(
        "make", [stage.draft, stage.submitted, stage.approved, stage.scheduled]
    )
    def test_before_it_leaves_it_can_be_cancelled_and_reaches_nobody(self, make):
        her = stage.citizen("tuya", credits=1)
        made = make()

        found = broadcasting.cancel(made["id"], why="不发了", seen=made["version"], by=second())
        expansion.sweep()

        assert (Status.CANCELLED, "不发了", []) == (
            found["status"],
            found["why"],
            found["actions"],
        )
        assert 0 == stage.inbox_of(her, made)

    def test_another_county_neither_stops_nor_sees_it(self):
        made = stage.scheduled()
        for verb in (broadcasting.cancel, broadcasting.pause):
            with pytest.raises(NotFound):
                verb(made["id"], why="x", seen=made["version"], by=clerk("of-ulanhot", ULANHOT))
        with pytest.raises(NotFound):
            broadcasting.preview(made["id"], at=None, by=clerk("of-ulanhot", ULANHOT))

    def test_what_is_not_being_sent_is_not_paused(self):
        made = stage.scheduled()

        with pytest.raises(WrongStatus):
            broadcasting.pause(made["id"], why="x", seen=made["version"], by=league())


class TestLooking:
    def test_a_draft_has_no_report_and_what_was_submitted_has_one(self):
        stage.citizen("tuya")

        assert stage.now(stage.draft())["report"] is None
        assert {"waiting": 1} == states(stage.submitted())

    def test_pushes_are_listed_newest_first_and_without_the_people(self):
        with time_machine.travel(MORNING, tick=True):
            stage.crowd(3)
            stage.crowd(1, credits=0)
            made = stage.begun()

        found = broadcasting.deliveries(made["id"], by=league(), after=None, limit=3)
        rest = broadcasting.deliveries(made["id"], by=league(), after=found[-1]["row"], limit=3)

        assert ["skipped", "pending", "pending", "pending"] == [
            each["status"].name.lower() for each in (*found, *rest)
        ]
        assert "no_credit" == found[0]["detail"]
        assert not {"person_id", "message_id", "content"} & found[0].keys()
