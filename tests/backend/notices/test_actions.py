"""How is a notice written, and how does a second person decide about it?"""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError

from backend.db import new_id
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from backend.notices import actions, queries
from backend.notices.kinds import Topic
from backend.notices.workflow import Status
from tests.backend.notices import stage
from tests.backend.notices.stage import ARSHAN, MORNING, ULANHOT, WORDS, clerk, league, second
from tests.records import change, one, person


def told(event: str) -> int:
    return one("SELECT count(*) FROM event WHERE name = :name", name=f"notice.{event}")


class TestWriting:
    def test_a_draft_is_as_it_was_written_and_nobodys_business_yet(self, in_mended_app):
        made = stage.draft()

        assert (Status.DRAFT, "league", None, True) == (
            made["status"],
            made["scope"],
            made["people"],
            made["is_mine"],
        )
        assert WORDS == {name: made[name] for name in WORDS}
        assert ["update", "submit", "cancel"] == made["actions"]
        assert 1 == told("created")

    def test_it_is_written_anew_as_a_whole(self, in_mended_app):
        made = stage.draft()

        changed = WORDS | {"title": "补贴申报延期", "topics": [Topic.LOAN, Topic.POLICY]}
        found = actions.update(made["id"], changed, seen=made["version"], by=league())

        assert ("补贴申报延期", [Topic.POLICY, Topic.LOAN]) == (found["title"], found["topics"])
        with pytest.raises(Outdated):
            actions.update(made["id"], changed, seen=made["version"], by=league())

    def test_every_fault_is_named_at_once(self, in_mended_app):
        with pytest.raises(Invalid) as refused:
            stage.draft(
                audience={"any": [{"group": "rich"}, {"county": "1"}]},
                in_force_from=date(2026, 12, 2),
                in_force_until=date(2026, 12, 1),
            )

        assert [
            "#/audience/any/0/group",
            "#/audience/any/1/county",
            "#/in_force_until",
        ] == [each["pointer"] for each in refused.value.more["errors"]]

    def test_one_day_is_a_time_in_force(self, in_mended_app):
        day = date(2026, 12, 1)

        assert day == stage.draft(in_force_from=day, in_force_until=day)["in_force_until"]

    def test_a_scope_is_the_league_or_one_of_its_counties(self, in_mended_app):
        with pytest.raises(Invalid) as refused:
            stage.draft(scope="150000")

        assert ["#/scope"] == [each["pointer"] for each in refused.value.more["errors"]]

    def test_a_countys_clerk_writes_for_her_county_alone(self, in_mended_app):
        hers = clerk("of-ulanhot", ULANHOT)

        assert ULANHOT == stage.draft(by=hers, scope=ULANHOT)["scope"]
        for scope in ("league", ARSHAN):
            with pytest.raises(NotAllowed):
                stage.draft(by=hers, scope=scope)

    def test_nobody_but_the_bureau_writes(self, in_mended_app):
        for by in (clerk("demo-manager"), person()):
            with pytest.raises(NotAllowed):
                stage.draft(by=by)

    def test_a_colleague_sees_it_and_does_not_change_it(self, in_mended_app):
        made = stage.draft()

        assert ["cancel"] == queries.get(made["id"], second())["actions"]
        with pytest.raises(NotAllowed):
            actions.update(made["id"], WORDS, seen=made["version"], by=second())

    def test_another_county_and_a_citizen_do_not_see_it(self, in_mended_app):
        made = stage.draft(by=clerk("of-ulanhot", ULANHOT), scope=ULANHOT)

        for by in (clerk("of-arshan", ARSHAN), clerk("demo-manager"), person()):
            with pytest.raises(NotFound):
                queries.get(made["id"], by)
            with pytest.raises(NotFound):
                actions.update(made["id"], WORDS, seen=1, by=by)

    def test_one_that_is_not_there_is_not_found(self, in_mended_app):
        with pytest.raises(NotFound):
            actions.update(new_id(), WORDS, seen=1, by=league())


class TestDeciding:
    def test_a_second_person_approves_who_says_for_how_many_it_is(self, in_mended_app):
        stage.citizen("tuya")
        made = stage.submitted()

        found = actions.approve(made["id"], people=1, seen=made["version"], by=second())

        assert (Status.SCHEDULED, "approver") == (found["status"], found["approved_by_name"])
        assert 1 == told("approved")

    @pytest.mark.parametrize(("why", "said"), [("明日停电", False), ("", True)])
    def test_whoever_does_not_name_its_urgency_has_not_looked(self, in_mended_app, why, said):
        stage.citizen("tuya")
        made = stage.submitted(urgent_why=why)
        seen = made["version"]

        with pytest.raises(Outdated, match="紧急"):
            actions.approve(made["id"], people=1, urgent=said, seen=seen, by=second())

        found = actions.approve(made["id"], people=1, urgent=not said, seen=seen, by=second())
        assert (Status.SCHEDULED, why) == (found["status"], found["urgent_why"])
        assert why == one(
            "SELECT particulars ->> 'urgent_why' FROM event WHERE name = 'notice.approved'"
        )

    def test_after_submission_nothing_becomes_urgent(self, in_mended_app):
        stage.submitted()

        with pytest.raises(IntegrityError, match="stays as it was submitted"):
            change("UPDATE notice SET urgent_why = '明日停电'")

    @pytest.mark.parametrize("people", [0, 2])
    def test_whoever_names_another_number_has_not_looked(self, in_mended_app, people):
        stage.citizen("tuya")
        made = stage.submitted()

        with pytest.raises(Outdated, match="人数") as refused:
            actions.approve(made["id"], people=people, seen=made["version"], by=second())

        assert (people, 1) == (refused.value.more["seen"], refused.value.more["current"])
        assert 0 == told("approved")

    def test_nobody_approves_or_refuses_her_own(self, in_mended_app):
        made = stage.submitted()

        with pytest.raises(NotAllowed):
            actions.approve(made["id"], people=0, seen=made["version"], by=league())
        with pytest.raises(NotAllowed):
            actions.refuse(made["id"], why="x", seen=made["version"], by=league())

    def test_two_accounts_of_one_person_are_one_person(self, in_mended_app):
        her = person("writer herself")
        league(), second()
        change(
            "UPDATE staff SET person_id = :her WHERE username IN ('writer', 'approver')", her=her.id
        )
        made = stage.submitted()

        with pytest.raises(NotAllowed):
            actions.approve(made["id"], people=0, seen=made["version"], by=second())

    def test_what_is_refused_is_over(self, in_mended_app):
        made = stage.submitted()

        found = actions.refuse(made["id"], why="金额有误", seen=made["version"], by=second())

        assert (Status.REFUSED, "金额有误", []) == (
            found["status"],
            found["why"],
            found["actions"],
        )

    def test_a_draft_is_not_approved(self, in_mended_app):
        made = stage.draft()

        with pytest.raises(WrongStatus):
            actions.approve(made["id"], people=0, seen=made["version"], by=second())


class TestTime:
    @pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=1), timedelta(days=30)])
    def test_it_may_leave_within_thirty_days(self, in_mended_app, after):
        with time_machine.travel(MORNING, tick=False):
            made = stage.approved()

            found = actions.schedule(
                made["id"], send_at=MORNING + after, seen=made["version"], by=league()
            )

        assert MORNING + after == found["send_at"]

    @pytest.mark.parametrize("after", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
    def test_and_neither_earlier_nor_later(self, in_mended_app, after):
        with time_machine.travel(MORNING, tick=False):
            made = stage.approved()

            with pytest.raises(Invalid) as refused:
                actions.schedule(
                    made["id"], send_at=MORNING + after, seen=made["version"], by=league()
                )

        assert ["#/send_at"] == [each["pointer"] for each in refused.value.more["errors"]]

    def test_another_time_may_be_chosen_until_it_leaves(self, in_mended_app):
        made = stage.scheduled()

        later = actions.schedule(made["id"], send_at=None, seen=made["version"], by=second())

        assert later["send_at"] >= made["send_at"]
        assert 2 == told("scheduled")
