"""Is everything that is missing named together, and what is excused by a promise?"""

from datetime import UTC, date, datetime

import pytest
import time_machine

from backend.applications.kinds import Kind
from backend.applications.workflow import Status
from backend.cases import correcting
from backend.errors import Incomplete, Outdated
from tests.factories import REGISTERED
from tests.filing import (
    draft,
    draft_for_the_bureau,
    events,
    handed_in,
    returned,
    status_of,
    submitted,
    whole,
)
from tests.papers import attached
from tests.records import change, look, one, person

pytestmark = pytest.mark.usefixtures("simulator")
ID, PLAN, LICENCE = "#/papers/id", "#/papers/plan", "#/papers/licence"


def refused(begun: dict, her, promise: str | None = None) -> dict:
    """What the refusal of a submission says."""
    with pytest.raises(Incomplete) as refusal:
        handed_in(begun, her, promise)
    return refusal.value.more


def named(more: dict) -> list[str]:
    return [each["pointer"] for each in more["missing"]]


def registered(her, *papers: str) -> dict:
    """The draft of somebody with a firm, with these papers and no others."""
    begun = draft(her, sections=whole() | {"venture": REGISTERED}, papers=False)
    attached(begun["id"], *papers)
    return begun


class TestSubmitting:
    def test_everything_missing_is_named_at_once_and_nothing_happens(self, in_app):
        her = person()
        begun = draft(her, sections={})

        with pytest.raises(Incomplete) as refused:
            handed_in(begun, her)

        # The form asks eleven things of everybody (test_forms types them out).
        assert 11 == len(refused.value.more["missing"])
        assert "DRAFT" == status_of(begun)
        assert ["created"] == events()

    @time_machine.travel("2026-11-23T02:00:00Z", tick=False)
    def test_a_submitted_application_is_held_by_the_park_from_this_moment_on(self, in_app):
        case = submitted()

        now = datetime(2026, 11, 23, 2, tzinfo=UTC)
        assert Status.SUBMITTED is case["status"]
        assert (now, now) == (case["submitted_at"], case["held_since"])
        assert {
            "party": "decider",
            "label": "恒隆创业广场管理员",
            "phone": "0482-0000005",
        } == case["held_by"]
        assert ["withdraw"] == case["actions"]
        assert ["created", "submitted"] == events()

    # Five working days, the day itself not counted; see test_workdays for the calendar.
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            # Monday 23 November: Tue 24, Wed 25, Thu 26, Fri 27, Mon 30.
            ("2026-11-23T02:00:00Z", date(2026, 11, 30)),
            # One second before and at five in Shanghai (09:00 in UTC), when offices close.
            ("2026-11-23T08:59:59Z", date(2026, 11, 30)),
            ("2026-11-23T09:00:00Z", date(2026, 12, 1)),
            # Tue 29 September: Wed 30, then National Day; Thu 8, Fri 9, make-up Sat 10, Mon 12.
            ("2026-09-29T02:00:00Z", date(2026, 10, 12)),
            # In the holiday itself, received on Thu 8: Fri 9, Sat 10, Mon 12, Tue 13, Wed 14.
            ("2026-10-03T02:00:00Z", date(2026, 10, 14)),
        ],
    )
    def test_the_park_has_five_working_days(self, in_app, moment, expected):
        with time_machine.travel(moment, tick=False):
            assert expected == submitted()["due_on"]

    def test_a_second_submission_of_the_same_version_is_outdated(self, in_app):
        her = person()
        begun = draft(her)
        handed_in(begun, her)

        with pytest.raises(Outdated):
            handed_in(begun, her)


class TestPapers:
    def test_answers_and_papers_are_named_together(self, in_app):
        her = person()
        begun = draft(her, sections=whole() | {"project": {}}, papers=False)

        assert [
            "#/sections/project/title",
            "#/sections/project/industry",
            "#/sections/project/summary",
            "#/sections/project/team_size",
            ID,
            PLAN,
        ] == named(refused(begun, her))
        assert "DRAFT" == status_of(begun)

    def test_each_says_whether_it_may_follow(self, in_app):
        her = person()
        begun = draft(her, sections=whole() | {"venture": REGISTERED}, papers=False)

        more = refused(begun, her)

        assert {ID: False, PLAN: False, LICENCE: True} == {
            each["pointer"]: each["may_follow"] for each in more["missing"]
        }
        assert "promise" not in more

    def test_a_file_that_was_refused_is_no_paper(self, in_app):
        her = person()
        begun = draft(her)
        change("UPDATE stored_file SET status='REFUSED', unfit='INFECTED', wrapped_key = NULL")

        assert [ID, PLAN] == named(refused(begun, her))

    def test_a_file_that_waits_for_the_scanner_is_one(self, in_app):
        her = person()
        begun = draft(her)
        change("UPDATE stored_file SET status = 'QUARANTINED'")

        assert Status.SUBMITTED is handed_in(begun, her)["status"]

    @pytest.mark.parametrize("kind", [Kind.GUARANTEE_LOAN, Kind.STARTUP_SUBSIDY, Kind.INTERNSHIP])
    def test_no_kind_is_handed_in_without_an_identity(self, in_app, kind):
        her = person()

        assert ID in named(refused(draft_for_the_bureau(her, kind, papers=False), her))

    def test_a_correction_is_not_answered_while_a_paper_is_missing(self, in_app):
        her = person()
        case = returned(her)
        change("DELETE FROM paper WHERE paper = 'plan'")

        with pytest.raises(Incomplete) as refusal:
            correcting.resolve(case["id"], seen=case["version"], by=her)

        assert [PLAN] == named(refusal.value.more)


class TestPromising:
    def test_what_she_would_promise_is_shown_word_for_word(self, in_app):
        her = person()
        begun = registered(her, "id", "plan")

        shown = refused(begun, her)["promise"]

        assert 7 == shown["workdays"]
        assert begun["number"] in shown["text"]
        assert "恒隆创业广场" in shown["text"]
        assert "尚缺：材料 · 营业执照。" in shown["text"]
        assert "7 个工作日内" in shown["text"]

    @time_machine.travel("2026-11-23T02:00:00Z", tick=False)
    def test_with_the_hash_of_those_words_the_case_is_taken_in_with_a_day(self, in_app):
        her = person()
        begun = registered(her, "id", "plan")

        case = handed_in(begun, her, refused(begun, her)["promise"]["sha256"])

        # Tue 24 November is the first of seven working days, Wed 2 December the last.
        assert Status.SUBMITTED is case["status"]
        assert ("PROMISED", date(2026, 12, 2)) == (
            case["gap"]["status"].name,
            case["gap"]["due_on"],
        )
        assert ["fill"] == case["gap"]["actions"]
        assert [{"pointer": LICENCE, "label": "材料 · 营业执照", "text": ""}] == case["gap"][
            "items"
        ]
        assert ["created", "submitted", "gap_opened"] == events()
        # The office's own clock runs: it has the case.
        assert date(2026, 11, 30) == case["due_on"]

    def test_other_words_are_refused_and_the_right_ones_shown_again(self, in_app):
        her = person()
        begun = registered(her, "id", "plan")

        more = refused(begun, her, "0" * 64)

        assert more["promise"]["sha256"] == refused(begun, her)["promise"]["sha256"]
        assert 0 == one("SELECT count(*) FROM gap")

    def test_a_promise_of_less_than_is_missing_by_now_does_not_count(self, in_app):
        her = person()
        begun = registered(her, "id", "plan")
        of_the_licence = refused(begun, her)["promise"]["sha256"]
        change("UPDATE application SET sections = sections #- '{project,team_size}'")

        more = refused(begun, her, of_the_licence)

        assert ["#/sections/project/team_size", LICENCE] == named(more)
        assert of_the_licence != more["promise"]["sha256"]

    def test_who_has_everything_promises_nothing(self, in_app):
        her = person()

        case = handed_in(draft(her), her, "0" * 64)

        assert case["gap"] is None
        assert [] == look("SELECT 1 FROM gap")
