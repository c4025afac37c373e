"""What each party gets to see of applications, and in which order."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from backend.access import Principal, Role, can
from backend.accounts import bindings
from backend.applications import actions, queries
from backend.applications.kinds import Kind, Reason
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import correcting, opinions
from backend.errors import NotFound
from backend.wechat.phone import PhoneNumber
from tests import records
from tests.filing import approved, draft, handed_in, rejected, returned, submitted
from tests.records import change, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def numbers(page) -> list[str]:
    return [each["number"] for each in page]


def listed(by: Principal, status: Status | None = None, after=None, limit: int = 100):
    return queries.listed(by, status=status, after=after, limit=limit)


def pages(by: Principal, limit: int) -> list[str]:
    """Read the whole list page by page and return the numbers in order."""
    found, after = [], None
    while page := listed(by, after=after, limit=limit):
        found += numbers(page)
        due, key = page[-1]["row"]
        after = (due, key)
    return found


# How a submitted case comes to stand at each status.
WAYS = {
    Status.UNDER_REVIEW: ("UNDER_REVIEW",),
    Status.CORRECTION_REQUESTED: ("CORRECTION_REQUESTED",),
    Status.APPROVED: ("APPROVED",),
    Status.PUBLICISED: ("APPROVED", "PUBLICISED"),
    Status.OBJECTION_HOLD: ("APPROVED", "PUBLICISED", "OBJECTION_HOLD"),
    Status.REJECTED: ("REJECTED",),
    Status.WITHDRAWN: ("WITHDRAWN",),
    Status.LAPSED: ("CORRECTION_REQUESTED", "LAPSED"),
    Status.COMPLETED: ("APPROVED", "COMPLETED"),
}


def moved(case: dict, to: str, park: str = "P05") -> None:
    """Put a case into another status or park by hand."""
    change(
        "UPDATE application SET status = :to, park_id = :park, handler_id = :clerk,"
        " decided_at = CASE WHEN :decided THEN now() END WHERE public_id = :id",
        to=to,
        park=records.park(park)["id"],
        clerk=staff().id,
        decided=to in ("APPROVED", "PUBLICISED", "OBJECTION_HOLD", "REJECTED"),
        id=case["id"],
    )


def too_near(cases: list[dict], people: list[Principal]) -> None:
    """Somebody is recused, somebody has an applicant's phone, and offices are asked."""
    for name, number in (("demo-manager-p01", 6), ("demo-bureau-2", 7)):
        change(
            "INSERT INTO recusal (application_id, staff_id, why, at)"
            " SELECT a.id, s.id, '亲属', now() FROM application a, staff s"
            " WHERE a.public_id = :case AND s.username = :name",
            case=cases[number]["id"],
            name=name,
        )
    for each in people[:1] + people[5:6]:
        bindings.bind_phone(
            f"code {each.id}", ask=lambda code, openid: PhoneNumber("86", "13800138000"), by=each
        )
    change("UPDATE staff SET person_id = :his WHERE username = 'demo-manager-2'", his=people[0].id)
    for office in ({"park": records.park("P01")["public_id"]}, {"county": "152224"}):
        opinions.ask(cases[5]["id"], question="?", due_in=3, by=staff(), **office)


class TestReach:
    def test_the_list_holds_exactly_what_each_party_may_open(self, in_mended_app):
        """`queue.page` says in SQL what `access` says of one row; here the two are compared."""
        people = [person(f"person {number}") for number in range(10)]
        places = ["P05", "P01", "P13", "P20", "P15"]
        cases = [draft(people[n], places[n]) for n in range(5)]
        for number, to in enumerate(("SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN", None)):
            case = submitted(people[5 + number], places[number])
            cases.append(case)
            if to:
                moved(case, to, places[number])
        too_near(cases, people)
        him = records.new_staff("manager-and-applicant", Role.PARK_MANAGER)
        change("UPDATE staff SET person_id = :her WHERE id = :him", her=people[5].id, him=him.id)
        for key in ("P05", "P01", "P13"):
            records.change(
                "INSERT INTO park_manager (park_id, staff_id, since_on) VALUES (:park, :him, :day)",
                park=records.park(key)["id"],
                him=him.id,
                day=date(2026, 1, 1),
            )
        askers = [
            *people,
            staff("demo-manager"),
            staff("demo-manager-p01"),
            staff("manager-and-applicant"),
            staff("demo-bureau"),
            staff("demo-manager-2"),
            staff("demo-bureau-2"),
            records.new_staff("clerk-of-ulanhot", Role.BUREAU_STAFF, county="152201"),
            records.new_staff("clerk-of-tuquan", Role.BUREAU_STAFF, county="152224"),
            records.new_staff("administrator", Role.BUREAU_ADMIN),
            records.new_staff("auditor", Role.AUDITOR),
        ]

        rows = [queries.find(case["id"]) for case in cases]
        for asking in askers:
            expected = {row["number"] for row in rows if can(asking, "getApplication", row)}
            assert expected == set(numbers(listed(asking))), asking

    def test_a_clerk_sees_her_county_only_and_the_leagues_clerk_all_of_it(self, in_mended_app):
        ulanhot = submitted(person("one"), "P05")
        tuquan = submitted(person("two"), "P15")
        league = submitted(person("three"), "P01")
        clerk = records.new_staff("clerk", Role.BUREAU_STAFF, county="152201")

        assert [ulanhot["number"]] == numbers(listed(clerk))
        with pytest.raises(NotFound):
            queries.get(tuquan["id"], clerk)
        # 盟本级 is a jurisdiction of its own, nobody's county (DECISIONS 9).
        with pytest.raises(NotFound):
            queries.get(league["id"], clerk)
        assert {ulanhot["number"], tuquan["number"], league["number"]} == set(
            numbers(listed(staff("demo-bureau")))
        )

    def test_a_manager_who_is_moved_loses_and_gains_at_once(self, in_mended_app):
        here, there = submitted(person("one"), "P05"), submitted(person("two"), "P01")
        change(
            "UPDATE park_manager SET park_id = :there"
            " WHERE staff_id = (SELECT id FROM staff WHERE username = 'demo-manager')",
            there=records.park("P01")["id"],
        )

        assert [there["number"]] == numbers(listed(staff("demo-manager")))
        with pytest.raises(NotFound):
            queries.get(here["id"], staff("demo-manager"))


class TestOrder:
    def test_her_own_come_newest_first(self, in_app):
        her = person()
        first = draft(her)
        cases.withdraw(first["id"], seen=first["version"], by=her)
        second = draft(her)

        assert [second["number"], first["number"]] == numbers(listed(her))

    def test_a_queue_begins_with_what_is_due_first(self, in_app):
        # Submitted on Tuesday: due Tuesday 1 December; on Monday: due Monday 30 November.
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            later = submitted(person("one"))
        with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
            urgent = submitted(person("two"))
            as_urgent = submitted(person("three"))

        expected = [urgent["number"], as_urgent["number"], later["number"]]
        assert expected == numbers(listed(staff()))

    def test_what_is_decided_stands_behind_what_is_due(self, in_app):
        done = approved(person("one"))
        due = submitted(person("two"))

        assert [due["number"], done["number"]] == numbers(listed(staff()))

    def test_the_status_narrows_the_list(self, in_app, subtests):
        cases = {S: submitted(person(S.name)) for S in Status if S is not Status.DRAFT}
        for to, way in WAYS.items():
            for step in way:
                moved(cases[to], step)
        her = person("DRAFT")
        cases[Status.DRAFT] = draft(her)

        for status in Status:
            with subtests.test(status.name):
                expected = [] if status is Status.DRAFT else [cases[status]["number"]]
                assert expected == numbers(listed(staff(), status))
                hers = [cases[Status.DRAFT]["number"]] if status is Status.DRAFT else []
                assert hers == numbers(listed(her, status))


class TestPaging:
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
    def test_pages_of_any_size_give_each_case_once(self, in_app, limit):
        days = ["23", "24", "23", "25", "23", "24", "25"]
        cases = []
        for number, day in enumerate(days):
            with time_machine.travel(f"2026-11-{day}T02:00:00Z", tick=False):
                cases.append(submitted(person(f"person {number}")))

        expected = sorted(cases, key=lambda case: (case["due_on"], case["number"]))
        assert numbers(expected) == pages(staff(), limit)

    def test_her_own_list_pages_as_well(self, in_app):
        her = person()
        begun = []
        for _ in range(5):
            case = draft(her)
            cases.withdraw(case["id"], seen=case["version"], by=her)
            begun.append(case["number"])

        assert begun[::-1] == pages(her, 2)

    def test_cases_that_come_in_between_pages_move_nobody(self, in_app):
        """QS-08: each stable row exactly once, whatever is inserted in between."""
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            stable = [submitted(person(f"person {number}"))["number"] for number in range(4)]
        first = listed(staff(), limit=2)
        due, key = first[-1]["row"]
        # One that is more urgent, and one that is less.
        with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
            submitted(person("before"))
        with time_machine.travel("2026-11-25T02:00:00Z", tick=False):
            behind = submitted(person("behind"))["number"]

        rest = listed(staff(), after=(due, key), limit=100)

        assert [*stable, behind] == numbers(first) + numbers(rest)


class TestOneApplication:
    def test_a_draft_shows_its_applicant_what_is_missing_and_what_she_may_do(self, in_app):
        her = person()
        seen = queries.get(draft(her, sections={})["id"], her)

        assert 11 == len(seen["missing"])
        assert ["update", "submit", "withdraw"] == seen["actions"]
        assert {"party": "applicant", "label": "申请人", "phone": None} == seen["held_by"]

    def test_a_submitted_one_offers_each_party_its_own_steps(self, in_app):
        her = person()
        case = submitted(her)

        offered = {
            name: queries.get(case["id"], by)["actions"]
            for name, by in (("she", her), ("he", staff()), ("bureau", staff("demo-bureau")))
        }

        assert {
            "she": ["withdraw"],
            "he": ["claim", "transfer", "return", "allow_gap", "approve", "reject"],
            "bureau": ["transfer"],
        } == offered

    def test_a_second_round_is_offered_to_the_supervisor_alone(self, in_app):
        her = person()
        case = returned(her)
        correcting.resolve(case["id"], seen=case["version"], by=her)

        his, above = (
            queries.get(case["id"], by)["actions"] for by in (staff(), staff("demo-bureau"))
        )

        assert ["release", "transfer", "allow_gap", "approve", "reject"] == his
        assert ["transfer", "return_again"] == above

    def test_a_loan_is_with_the_bureau_of_the_county_and_no_park_sees_it(self, in_app):
        case = submitted(kind=Kind.GUARANTEE_LOAN)

        assert {"party": "decider", "label": "乌兰浩特市人社局", "phone": None} == case["held_by"]
        assert [case["number"]] == numbers(listed(staff("demo-bureau")))
        assert [] == listed(staff())
        with pytest.raises(NotFound):
            queries.get(case["id"], staff())

    def test_nothing_is_missing_once_it_is_submitted(self, in_app):
        assert [] == submitted()["missing"]

    def test_a_park_without_a_known_phone_gives_none(self, in_app):
        case = submitted(park="P15")

        assert {"party": "decider", "label": "内蒙古中达产业园管理员", "phone": None} == case[
            "held_by"
        ]

    def test_a_decided_one_is_held_by_nobody_and_due_never(self, in_app):
        case = approved()

        assert (None, None, None) == (case["held_by"], case["held_since"], case["due_on"])
        assert ["publicise"] == case["actions"]

    def test_an_undecided_one_has_neither_decision_nor_unit(self, in_app):
        case = submitted()

        assert (None, None) == (case["decision"], case["unit"])

    def test_a_draft_has_no_verdict_and_what_is_submitted_has_one_that_refuses_nobody(self, in_app):
        # Whether she may have free space depends on facts that nobody has told yet.
        her = person()
        begun = draft(her)
        case = handed_in(begun, her)

        assert begun["verdict"] is None
        assert ("free_space", None, "还不能确定") == tuple(
            case["verdict"][key] for key in ("benefit", "value", "value_label")
        )
        assert case["verdict"]["missing"]

    def test_find_gives_the_row_whoever_asks_and_nothing_for_an_unknown_id(self, in_app):
        case = submitted()

        assert case["number"] == queries.find(case["id"])["number"]
        assert queries.find(records.new_id()) is None

    def test_public_id_of_leads_from_an_event_to_its_application(self, in_app):
        case = submitted()
        key = records.one("SELECT id FROM application")

        assert case["id"] == queries.public_id_of(key)


class TestOpenOne:
    @pytest.mark.parametrize(
        ("make", "is_open"),
        [(draft, True), (submitted, True), (returned, True), (approved, True), (rejected, False)],
    )
    def test_only_what_can_still_move_is_open(self, in_app, make, is_open):
        her = person()
        case = make(her)

        found = queries.open_of(her.id, Kind.TENANCY)

        assert (found and found["number"]) == (case["number"] if is_open else None)

    def test_of_several_the_open_one_is_found(self, in_app):
        her = person()
        rejected(her)
        second = draft(her)

        assert second["number"] == queries.open_of(her.id, Kind.TENANCY)["number"]

    def test_the_latest_is_found_wherever_it_stands(self, in_app):
        her = person()
        rejected(her)
        second = rejected(her)

        assert second["number"] == queries.latest_of(her.id, Kind.TENANCY)["number"]
        assert None is queries.latest_of(her.id, Kind.INTERNSHIP)


class TestTimeline:
    def test_it_tells_what_happened_by_whom_and_when(self, in_app):
        her = person()
        moments = [datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (1, 2, 3, 4)]
        with time_machine.travel(moments[0], tick=False):
            case = draft(her)
        with time_machine.travel(moments[1], tick=False):
            other = {"venture": {"stage": "planned", "name": "想好了"}}
            case = actions.update(case["id"], seen=case["version"], by=her, sections=other)
        with time_machine.travel(moments[2], tick=False):
            case = handed_in(case, her)
        with time_machine.travel(moments[3], tick=False):
            cases.reject(
                case["id"],
                seen=case["version"],
                by=staff(),
                reasons=[Reason.NO_SPACE],
                note="明年再来",
            )

        told = queries.timeline(case["id"], her)

        decision = {
            "at": moments[3],
            "reasons": [
                {
                    "code": Reason.NO_SPACE,
                    "label": "暂无合适场地",
                    "text": "申请的时间段内没有合适的场地。您可以加入候补名单，或选择其他园区。",
                }
            ],
            "note": "明年再来",
            "effective": True,
        }
        # The saving of the draft is not told.
        assert [
            (moments[0], "created", "新建草稿", "申请人", None),
            (moments[2], "submitted", "提交申请", "申请人", None),
            (moments[3], "rejected", "审核不通过", "恒隆创业广场管理员", decision),
        ] == [
            (each["at"], each["event"], each["label"], each["by"], each["decision"])
            for each in told["items"]
        ]
        assert (None, None) == (told["held_by"], told["due_on"])
        assert Status.REJECTED is told["status"]

    @time_machine.travel("2026-11-23T02:00:00Z", tick=False)
    def test_it_says_who_has_to_act_since_when_and_until_when(self, in_app):
        her = person()
        case = submitted(her)

        told = queries.timeline(case["id"], her)

        assert "恒隆创业广场管理员" == told["held_by"]["label"]
        assert datetime(2026, 11, 23, 2, tzinfo=UTC) == told["held_since"]
        assert date(2026, 11, 30) == told["due_on"]
        assert case["number"] == told["number"]

    def test_a_withdrawal_is_her_own_last_line(self, in_app):
        her = person()
        case = submitted(her)
        cases.withdraw(case["id"], seen=case["version"], by=her)

        last = queries.timeline(case["id"], her)["items"][-1]

        assert ("withdrawn", "撤回申请", "申请人") == (last["event"], last["label"], last["by"])

    def test_the_parties_may_read_it_and_nobody_else(self, in_app):
        her = person("one")
        case = submitted(her)

        for by in (her, staff(), staff("demo-bureau")):
            assert 2 == len(queries.timeline(case["id"], by)["items"])
        for by in (person("two"), staff("demo-manager-p01")):
            with pytest.raises(NotFound):
                queries.timeline(case["id"], by)
        with pytest.raises(NotFound):
            queries.timeline(records.new_id(), her)

    def test_no_line_names_a_person(self, in_app):
        case = approved()

        told = str(queries.timeline(case["id"], staff())["items"])

        assert "其其格" not in told
        assert "13800138000" not in told
