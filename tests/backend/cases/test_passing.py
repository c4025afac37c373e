"""How a case goes from one park to the next that the applicant has named."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from backend.applications import queries as applications
from backend.applications.kinds import Reason
from backend.cases import actions as cases
from backend.errors import Handled, Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from backend.tenancies import queries as tenancies
from tests.backend.tenancies.stage import applicant, join, seen, status_of, told
from tests.backend.tenancies.test_choices import faults, pass_on, ranked
from tests.filing import events
from tests.records import change, look, one, staff

pytestmark = pytest.mark.usefixtures("simulator")
# A Tuesday, ten in the morning.
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def at(moment: datetime):
    return time_machine.travel(moment, tick=False)


class TestPassingOn:
    def test_the_next_park_has_it_and_the_first_sees_no_more_of_it(self, in_app):
        her, case = ranked()

        done = pass_on(case)

        assert case["number"] == done["number"]
        assert "SUBMITTED" == status_of(case)
        theirs = applications.get(case["id"], staff("demo-manager-p01"))
        assert "兴安盟全产业链双创孵化基地" == theirs["park_name"]
        assert one("SELECT jurisdiction_code FROM park WHERE key = 'P01'") == one(
            "SELECT jurisdiction_code FROM application"
        )
        with pytest.raises(NotFound):
            applications.get(case["id"], staff())
        assert case["id"] in [
            each["id"]
            for each in applications.listed(
                staff("demo-manager-p01"), status=None, after=None, limit=9
            )
        ]

    def test_both_she_and_the_next_park_are_told(self, in_app):
        ranked()
        (case,) = look("SELECT public_id AS id FROM application")
        pass_on(case, note="工位已满")

        told_her = one(
            "SELECT body FROM message WHERE event = 'application.passed_on'"
            " AND person_id IS NOT NULL"
        )
        assert "由恒隆创业广场转到兴安盟全产业链双创孵化基地办理" in told_her
        assert "原因：暂无合适场地。园区留言：工位已满。" in told_her
        assert 2 == told("application.passed_on")

    def test_the_timeline_names_the_park_that_each_step_was_of(self, in_app):
        her, case = ranked()
        cases.claim(case["id"], seen=seen(case), by=staff())
        pass_on(case)
        cases.claim(case["id"], seen=seen(case), by=staff("demo-manager-p01"))

        def told_to(by):
            return [
                each["by"].removesuffix("管理员")
                for each in applications.timeline(case["id"], by)["items"]
                if each["event"] in ("claimed", "passed_on")
            ]

        first, second = "恒隆创业广场", "兴安盟全产业链双创孵化基地"
        assert [first, first, second] == told_to(her)
        # A park is not told which others she named.
        assert ["其他园区", "其他园区", second] == told_to(staff("demo-manager-p01"))

    def test_each_park_has_its_own_five_days_and_the_longest_limit_goes_on(self, in_app):
        """Five working days from Tuesday the 24th: Tuesday the 1st; twenty: the 22nd."""
        with at(NOW):
            _, case = ranked()
        before = applications.find(case["id"])
        assert (date(2026, 12, 1), date(2026, 12, 22)) == (
            before["due_on"],
            before["legal_due_on"],
        )

        with at(NOW.replace(day=30)):
            pass_on(case)

        after = applications.find(case["id"])
        # Received on Monday the 30th, so that Monday the 7th is the last day.
        assert (date(2026, 12, 7), date(2026, 12, 22)) == (after["due_on"], after["legal_due_on"])
        # It took the second park one working day.
        with at(datetime(2026, 12, 1, 2, tzinfo=UTC)):
            cases.reject(
                case["id"],
                seen=seen(case),
                by=staff("demo-manager-p01"),
                reasons=[Reason.FALSE_MATERIAL],
            )
        assert 1 == one("SELECT office_days FROM application")

    def test_the_button_is_there_while_there_is_a_next_park(self, in_app):
        _, case = ranked("qiqige", "P01")
        assert "pass_on" in applications.get(case["id"], staff())["actions"]
        pass_on(case)

        assert "pass_on" not in applications.get(case["id"], staff("demo-manager-p01"))["actions"]
        with pytest.raises(WrongStatus):
            pass_on(case, by="demo-manager-p01")
        _, alone = applicant("alone")
        assert "pass_on" not in applications.get(alone["id"], staff())["actions"]

    def test_it_is_for_whoever_decides_on_what_he_has_seen(self, in_app):
        her, case = ranked()

        with pytest.raises(NotFound):
            pass_on(case, by="demo-manager-p01")
        with pytest.raises(NotAllowed):
            pass_on(case, by="demo-bureau")
        change("UPDATE application SET version = version + 1")
        with pytest.raises(Outdated):
            cases.claim(case["id"], seen=1, by=staff())
        cases.claim(case["id"], seen=seen(case), by=staff("demo-manager-2"))
        with pytest.raises(Handled):
            pass_on(case)
        assert "passed_on" not in events()

    @pytest.mark.parametrize(
        ("why", "note", "where"),
        [
            (Reason.FALSE_MATERIAL, "", ["#/reasons"]),
            (Reason.OTHER, " ", ["#/note"]),
            ([Reason.PLAN_INCOMPLETE, Reason.OTHER], "", ["#/reasons", "#/note"]),
        ],
    )
    def test_only_for_reasons_of_this_park_alone(self, in_app, why, note, where):
        _, case = ranked()

        with pytest.raises(Invalid) as refused:
            pass_on(case, why=why, note=note)

        assert where == faults(refused)

    def test_for_want_of_room_she_goes_on_waiting_there_and_for_other_reasons_not(self, in_app):
        for name, why, left in (
            ("room", Reason.NO_SPACE, None),
            ("group", Reason.NOT_TARGET_GROUP, "NOT_ADMITTED"),
        ):
            her, case = ranked(name)
            join(case, her)
            pass_on(case, why=why)
            assert left == one("SELECT why_left FROM waiting_entry ORDER BY id DESC LIMIT 1")

        assert 0 == len(tenancies.waiting(case["id"], her)["items"])


class TestRefusing:
    def refuse(self, case, *reasons):
        return cases.reject(case["id"], seen=seen(case), by=staff(), reasons=list(reasons))

    def test_a_park_cannot_end_for_its_own_reasons_what_another_park_may_still_take(self, in_app):
        _, case = ranked()

        with pytest.raises(Invalid) as refused:
            self.refuse(case, Reason.NO_SPACE, Reason.INDUSTRY_MISMATCH)

        assert ["#/reasons"] == faults(refused)
        assert (
            "REJECTED" == self.refuse(case, Reason.NO_SPACE, Reason.FALSE_MATERIAL)["status"].name
        )

    def test_without_another_park_it_can(self, in_app):
        _, case = applicant("qiqige")

        assert "REJECTED" == self.refuse(case, Reason.NO_SPACE)["status"].name
