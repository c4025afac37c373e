"""A case is taken in with a gap: who offers, promises, fills and confirms, and if nobody does?"""

from datetime import date

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError

from backend.applications import promises, queries
from backend.applications.kinds import Kind, Reason
from backend.applications.promises import STEPS, GapStatus
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import correcting, promising, publicity, reminding, sweeping
from backend.cases.granting import Wish
from backend.documents import actions as documents
from backend.documents import pages
from backend.errors import (
    GapOpen,
    Handled,
    Incomplete,
    Invalid,
    NotAllowed,
    NotFound,
    Outdated,
    TooLate,
    WrongStatus,
)
from backend.internships import sweeping as internships_sweeping
from backend.tenancies import actions as tenancies
from backend.tenancies import queries as places
from backend.tenancies import sweeping as places_sweeping
from tests import records
from tests.backend.internships import stage
from tests.factories import REGISTERED
from tests.filing import (
    draft,
    draft_for_the_bureau,
    events,
    faulty,
    handed_in,
    status_of,
    submitted,
    whole,
)
from tests.papers import attached
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
LICENCE, PERMIT, TEAM = "#/papers/licence", "#/papers/permit", "#/sections/project/team_size"
MONDAY = "2026-11-23T02:00:00Z"
# Seven working days after Monday 23 November.
DUE = date(2026, 12, 2)


def on(day: str) -> time_machine.travel:
    """Ten in the morning in Shanghai of a day of that winter."""
    return time_machine.travel(f"2026-{day}T02:00:00Z", tick=False)


def promised(her=None, kind: Kind = Kind.TENANCY) -> dict:
    """A case that was taken in because its licence, or a paper of the same rank, is promised."""
    her = her or person()
    if kind is Kind.TENANCY:
        begun = draft(her, sections=whole() | {"venture": REGISTERED}, papers=False)
        attached(begun["id"], "id", "plan")
    else:
        begun = draft_for_the_bureau(her, kind)
        change("DELETE FROM paper WHERE paper IN ('diploma', 'licence')")
    with pytest.raises(Incomplete) as refused:
        handed_in(begun, her)
    return handed_in(begun, her, refused.value.more["promise"]["sha256"])


def now(case: dict, by) -> dict:
    return queries.get(case["id"], by)


def does(verb, case: dict, by, **more) -> dict:
    """Take a step on the gap of a case as it is now."""
    return verb(case["id"], seen=now(case, by)["version"], by=by, **more)


def offered(her=None, *pointers: str, workdays: int = 5) -> dict:
    """A case whose office lets something follow that the applicant has taken out of it."""
    case = submitted(her or person())
    change("UPDATE application SET sections = sections #- '{project,team_size}'")
    items = [{"pointer": each, "text": "尽快"} for each in pointers or (TEAM,)]
    return does(promising.allow, case, staff(), items=items, workdays=workdays)


def fill(case: dict, her, **sections) -> dict:
    return does(promising.fill, case, her, sections=sections)


def filled(her) -> dict:
    case = promised(her)
    attached(case["id"], "licence")
    return fill(case, her)


def approve(case: dict, unit: str = "B201") -> dict:
    return does(cases.approve, case, staff(), wish=Wish(records.unit(unit)))


def gap_of(case: dict) -> str:
    return one(
        "SELECT gap.status FROM gap JOIN application ON application.id = application_id"
        " WHERE application.public_id = :id ORDER BY gap.id DESC LIMIT 1",
        id=case["id"],
    )


class TestOffering:
    def test_the_office_names_what_may_follow_and_the_case_goes_on(self):
        her = person()
        with on("11-23"):
            case = offered(her)

        assert Status.SUBMITTED is case["status"]
        assert ("OFFERED", None) == (case["gap"]["status"].name, case["gap"]["due_on"])
        assert "5 个工作日内" in case["gap"]["text"]
        assert [] == case["gap"]["actions"]
        assert ["promise", "decline"] == now(case, her)["gap"]["actions"]

    @pytest.mark.parametrize(
        ("pointer", "detail"),
        [
            ("#/papers/id", "此项不能后补，请要求补正"),
            ("#/sections/applicant/name", "此项不能后补，请要求补正"),
            ("#/papers/passport", "此项不能后补，请要求补正"),
            (TEAM, "此项已经提供；如有问题，请要求补正"),
        ],
    )
    def test_what_may_not_follow_or_is_there_is_not_offered(self, pointer, detail):
        case = submitted()

        with pytest.raises(Invalid) as refused:
            does(
                promising.allow, case, staff(), items=[{"pointer": pointer, "text": ""}], workdays=7
            )

        fault = {"pointer": "#/items/0/pointer", "detail": detail}
        assert [fault] == refused.value.more["errors"]
        assert [] == look("SELECT 1 FROM gap")

    def test_the_same_thing_is_named_once(self):
        with pytest.raises(Invalid) as refused:
            offered(None, TEAM, TEAM)

        assert ["#/items/1/pointer"] == [e["pointer"] for e in refused.value.more["errors"]]

    def test_an_offer_nobody_has_answered_is_replaced(self):
        case = offered()
        items = [{"pointer": LICENCE, "text": ""}]

        again = does(promising.allow, case, staff(), items=items, workdays=3)

        assert [LICENCE] == [each["pointer"] for each in again["gap"]["items"]]
        assert ["ENDED", "OFFERED"] == [
            each["status"] for each in look("SELECT status FROM gap ORDER BY id")
        ]

    def test_nothing_is_offered_beside_a_promise(self):
        case = promised()

        with pytest.raises(WrongStatus):
            does(promising.allow, case, staff(), items=[{"pointer": TEAM, "text": ""}], workdays=7)

    def test_only_the_office_offers_and_never_a_stranger(self):
        her = person()
        case = submitted(her)
        asked = {"items": [{"pointer": TEAM, "text": ""}], "workdays": 7}

        with pytest.raises(NotAllowed):
            does(promising.allow, case, her, **asked)
        with pytest.raises(NotFound):
            promising.allow(case["id"], seen=case["version"], by=person("another"), **asked)

    def test_a_decision_ends_an_offer_that_nobody_answered(self):
        assert approve(offered())["decision"]["effective"]
        assert ["ENDED"] == [each["status"] for each in look("SELECT status FROM gap")]


class TestPromising:
    def test_the_days_are_counted_from_the_promise(self):
        her = person()
        with on("11-23"):
            case = offered(her)
        with on("11-25"):
            case = does(promising.promise, case, her, sha256=case["gap"]["sha256"])

        # Thu 26, Fri 27, Mon 30, Tue 1, Wed 2.
        assert ("PROMISED", DUE) == (case["gap"]["status"].name, case["gap"]["due_on"])
        assert "gap_promised" == events()[-1]

    def test_other_words_are_not_what_she_read(self):
        her = person()
        case = offered(her)

        with pytest.raises(Outdated) as refused:
            does(promising.promise, case, her, sha256="0" * 64)

        assert case["gap"]["sha256"] == refused.value.more["current"]

    def test_she_may_decline_and_the_office_goes_on(self):
        her = person()
        case = does(promising.decline, offered(her), her)

        assert case["gap"] is None
        assert approve(case)["decision"]["effective"]
        (told,) = queries.timeline(case["id"], her)["gaps"]
        assert GapStatus.DECLINED is told["status"]

    def test_nobody_promises_for_her(self):
        case = offered()

        with pytest.raises(NotAllowed):
            does(promising.promise, case, staff(), sha256=case["gap"]["sha256"])

    def test_without_a_gap_there_is_nothing_to_promise(self):
        her = person()

        with pytest.raises(WrongStatus, match="没有待处理的容缺事项"):
            does(promising.promise, submitted(her), her, sha256="0" * 64)

    def test_a_version_that_she_has_not_seen_is_refused(self):
        her = person()
        case = offered(her)

        with pytest.raises(Outdated):
            promising.promise(
                case["id"], seen=case["version"] - 1, by=her, sha256=case["gap"]["sha256"]
            )


class TestFilling:
    def test_the_paper_is_attached_and_handed_in(self):
        her = person()
        with on("11-23"):
            case = promised(her)
        with on("12-02"):
            attached(case["id"], "licence")
            case = fill(case, her)

        assert ("FILLED", []) == (case["gap"]["status"].name, case["gap"]["actions"])
        assert ["confirm", "refuse"] == now(case, staff())["gap"]["actions"]

    def test_only_what_was_promised_may_be_attached_meanwhile(self):
        her = person()
        case = promised(her)

        documents.attach(case["id"], "licence", documents=[], by=her)
        with pytest.raises(WrongStatus):
            documents.attach(case["id"], "plan", documents=[], by=her)
        offered = {
            by: [e["paper"] for e in pages.paper_list(case["id"], by)["items"] if e["may_attach"]]
            for by in (her, staff())
        }
        assert [["licence"], []] == list(offered.values())

    def test_on_the_day_after_it_is_too_late_even_if_nobody_has_swept(self):
        her = person()
        with on("11-23"):
            case = promised(her)
        attached(case["id"], "licence")

        with on("12-03"), pytest.raises(TooLate) as refused:
            fill(case, her)
        with on("12-03"), pytest.raises(WrongStatus):
            documents.attach(case["id"], "licence", documents=[], by=her)

        assert {"ended_at": "2026-12-02"} == refused.value.more

    def test_everything_that_is_still_missing_is_named(self):
        her = person()

        with pytest.raises(Incomplete) as refused:
            fill(promised(her), her)

        assert [LICENCE] == [each["pointer"] for each in refused.value.more["missing"]]

    def test_an_answer_that_was_promised_comes_with_it_and_no_other(self):
        her = person()
        case = offered(her)
        case = does(promising.promise, case, her, sha256=case["gap"]["sha256"])

        with pytest.raises(Invalid) as refused:
            fill(case, her, project={"team_size": 4, "title": "另一个项目"})
        case = fill(case, her, project={"team_size": 4, "title": None})

        assert ["#/sections/project/title"] == [e["pointer"] for e in refused.value.more["errors"]]
        assert (4, "草原奶食品电商") == (
            case["sections"]["project"]["team_size"],
            case["sections"]["project"]["title"],
        )

    def test_the_office_confirms_and_it_is_over(self):
        her = person()
        case = does(promising.confirm, filled(her), staff())

        assert case["gap"] is None
        assert "gap_confirmed" == events()[-1]
        (told,) = queries.timeline(case["id"], her)["gaps"]
        assert GapStatus.CLOSED is told["status"]

    @pytest.mark.parametrize(("day", "due"), [("11-25", DUE), ("12-01", date(2026, 12, 4))])
    def test_what_is_not_right_may_come_again_within_three_working_days_at_least(self, day, due):
        her = person()
        with on("11-23"):
            case = filled(her)
        with on(day):
            case = does(promising.refuse, case, staff(), why="看不清")

        gap = case["gap"]
        assert ("PROMISED", due, "看不清") == (gap["status"].name, gap["due_on"], gap["why"])

    def test_a_colleague_leaves_it_to_whoever_has_the_case(self):
        case = filled(person())
        does(cases.claim, case, staff("demo-manager-2"))

        with pytest.raises(Handled):
            does(promising.confirm, case, staff())


class TestDecidingMeanwhile:
    def test_an_approval_waits_for_what_was_promised(self):
        her = person()
        case = approve(promised(her))
        assert Status.APPROVED is case["status"]
        assert not case["decision"]["effective"]

        with pytest.raises(GapOpen) as refused:
            does(publicity.publicise, case, staff())
        assert [LICENCE] == [each["pointer"] for each in refused.value.more["items"]]

        attached(case["id"], "licence")
        fill(case, her)
        case = does(promising.confirm, case, staff())
        assert case["decision"]["effective"]
        assert Status.PUBLICISED is does(publicity.publicise, case, staff())["status"]

    def test_the_last_signature_of_a_tenancy_waits(self):
        her, him = person(), staff()
        case = approve(promised(her))
        (place,) = places.listed(her, status=None, after=None, limit=9)

        def sign(by) -> dict:
            seen = places.get(place["id"], by)["version"]
            sha256 = places.agreement(place["id"], by)["sha256"]
            return tenancies.sign(place["id"], seen=seen, by=by, sha256=sha256)

        sign(her)
        with pytest.raises(GapOpen):
            sign(him)
        attached(case["id"], "licence")
        fill(case, her)
        does(promising.confirm, case, him)
        sign(him)

        assert "COMPLETED" == status_of(case)

    def test_nobody_loses_a_place_while_the_office_looks_at_what_came(self):
        her = person()
        with on("11-23"):
            case = approve(promised(her))
            attached(case["id"], "licence")
            fill(case, her)

        # The fifteen days for signatures were over on Tuesday 8 December.
        with on("12-10"):
            places_sweeping.sweep()
            does(promising.confirm, case, staff())
            places_sweeping.sweep()
        # Friday 11, Monday 14 and, until the offices close, Tuesday 15 are left for them.
        with on("12-15"):
            places_sweeping.sweep()
            assert "APPROVED" == status_of(case)
        with on("12-16"):
            places_sweeping.sweep()
        assert "LAPSED" == status_of(case)

    def test_the_last_signature_of_an_internship_waits(self):
        its = stage.host()
        speaks, clerk, her = stage.contact(its), staff("demo-bureau"), person()
        begun = draft_for_the_bureau(her, Kind.INTERNSHIP)
        stage.posts.choose(begun["id"], post=stage.post(its)["id"], by=her)
        change("DELETE FROM paper WHERE paper = 'diploma'")
        with pytest.raises(Incomplete) as refused:
            handed_in(begun, her)
        case = handed_in(begun, her, refused.value.more["promise"]["sha256"])
        stage.approve(case)
        internship = stage.internship_of(case, her)

        stage.signed(internship, her)
        stage.signed(internship, speaks)
        with pytest.raises(GapOpen):
            stage.signed(internship, clerk)
        change("UPDATE internship SET expires_on = '2026-01-05'")
        internships_sweeping.sweep()
        change("UPDATE gap SET status = 'FILLED', filled_at = now()")
        with on("12-10"):
            does(promising.confirm, case, clerk)
        # The three working days after Thursday 10 December.
        assert date(2026, 12, 15) == one("SELECT expires_on FROM internship")

        assert "IN_PROGRESS" == stage.signed(internship, clerk)["status"].name

    @pytest.mark.parametrize("status", ["PUBLICISED", "COMPLETED"])
    def test_no_program_lets_it_take_effect(self, status):
        approve(promised())

        with pytest.raises(IntegrityError, match="something promised is missing"):
            change(f"UPDATE application SET status = '{status}'")

    def test_a_refusal_takes_effect_at_once_and_is_no_reason_to_go_on(self):
        her = person()
        case = does(cases.reject, promised(her), staff(), reasons=[Reason.NO_SPACE])

        assert case["decision"]["effective"]
        attached(case["id"], "licence")
        with pytest.raises(WrongStatus):
            fill(case, her)
        assert [] == now(case, her)["gap"]["actions"]

    def test_reopened_it_leaves_her_three_working_days_at_least(self):
        her = person()
        with on("11-23"):
            case = does(cases.reject, promised(her), staff(), reasons=[Reason.NO_SPACE])
        with on("12-08"):
            sweeping.sweep()
            case = does(cases.reopen, case, staff("demo-bureau"), why="有新的材料")
            sweeping.sweep()

        # Wed 9, Thu 10, Fri 11.
        assert "SUBMITTED" == status_of(case)
        assert date(2026, 12, 11) == now(case, her)["gap"]["due_on"]

    def test_a_correction_asks_for_what_was_promised_with_everything_else(self):
        her = person()
        case = does(correcting.ask, promised(her), staff(), items=faulty())

        assert case["gap"] is None and "ENDED" == gap_of(case)
        (asked,) = queries.timeline(case["id"], her)["corrections"]
        assert ["#/sections/project/summary", LICENCE] == [e["pointer"] for e in asked["items"]]
        with pytest.raises(Incomplete) as refused:
            does(correcting.resolve, case, her)
        assert [LICENCE] == [each["pointer"] for each in refused.value.more["missing"]]

    def test_a_paper_can_be_faulty_too(self):
        case = does(correcting.ask, submitted(), staff(), items=faulty("#/papers/plan"))

        assert "CORRECTION_REQUESTED" == status_of(case)

    def test_taken_back_it_is_over(self):
        her = person()
        case = does(cases.withdraw, promised(her), her)

        assert "ENDED" == gap_of(case)


class TestNotKept:
    @pytest.mark.parametrize(
        ("moment", "status"),
        # To be there by Wed 2 December; midnight is 16:00 in UTC.
        [("12-02T15:59:59Z", "SUBMITTED"), ("12-02T16:00:00Z", "LAPSED")],
    )
    def test_a_promise_that_is_not_kept_ends_the_case_on_the_day_after(self, moment, status):
        with on("11-23"):
            case = promised()

        with time_machine.travel(f"2026-{moment}", tick=False):
            sweeping.sweep()
            sweeping.sweep()

        assert status == status_of(case)
        assert (status == "LAPSED") == (gap_of(case) == "LAPSED")
        lapsed = int(status == "LAPSED")
        assert [lapsed, lapsed] == [events().count(each) for each in ("gap_lapsed", "lapsed")]

    def test_what_was_granted_is_free_again(self):
        with on("11-23"):
            case = approve(promised())
        assert 1 == one("SELECT count(*) FROM holding")

        with on("12-03"):
            sweeping.sweep()

        assert "LAPSED" == status_of(case)
        assert 0 == one("SELECT count(*) FROM holding")

    def test_what_has_come_in_time_is_the_offices_to_look_at_however_late(self):
        with on("11-23"):
            case = filled(person())
        with on("12-08"):
            sweeping.sweep()

        assert ("SUBMITTED", "FILLED") == (status_of(case), gap_of(case))

    @pytest.mark.parametrize(
        ("day", "told"), [("11-27", 0), ("11-30", 1), ("12-01", 1), ("12-02", 1), ("12-03", 0)]
    )
    def test_she_is_reminded_two_working_days_before_and_on_the_day(self, day, told):
        """Missed on Monday, the first reminder is made up for on Tuesday; never both at once."""
        with on("11-23"):
            promised()
        with on(day):
            reminding.sweep()
            reminding.sweep()

        assert told == events().count("gap_due")

    def test_an_answer_ends_the_reminders(self):
        with on("11-23"):
            filled(person())
        with on("12-02"):
            reminding.sweep()

        assert 0 == events().count("gap_due")


class TestTheTable:
    def test_no_program_takes_a_step_that_a_gap_does_not_have(self):
        legal = {(step.status.name, step.to.name) for step in STEPS}
        promised()

        for after in GapStatus:
            if after is GapStatus.PROMISED or ("PROMISED", after.name) in legal:
                continue
            with pytest.raises(IntegrityError):
                change(
                    "UPDATE gap SET status = :after, confirmed_by = :clerk",
                    after=after.name,
                    clerk=staff().id if after is GapStatus.CLOSED else None,
                )

    def test_a_case_has_one_live_gap(self):
        promised()

        with pytest.raises(IntegrityError, match="uq_gap_one_live"):
            change(
                "INSERT INTO gap (public_id, application_id, status, items, text, sha256, workdays,"
                " offered_at, why) SELECT gen_random_uuid(), application_id, 'OFFERED', items, '',"
                " '', 7, now(), '' FROM gap"
            )

    def test_what_is_live_can_still_move(self):
        assert set(promises.LIVE) == {step.status for step in STEPS}
        assert set(promises.UNSETTLED) <= set(promises.LIVE)
