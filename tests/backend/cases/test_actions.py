"""How a case is taken on and ended, how an end is set aside, and everything that refuses it."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
import time_machine

from backend import clock
from backend.access import Role
from backend.applications import actions, queries
from backend.applications.kinds import Reason
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases.granting import Wish
from backend.errors import (
    AlreadyOpen,
    Handled,
    Invalid,
    NotAllowed,
    NotFound,
    Outdated,
    UnitTaken,
    WrongStatus,
)
from tests import records
from tests.filing import (
    approved,
    claimed,
    draft,
    events,
    handed_in,
    rejected,
    returned,
    status_of,
    submitted,
)
from tests.records import look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


class TestWithdrawing:
    @pytest.mark.parametrize("make", [draft, submitted, returned])
    def test_she_may_take_it_back_at_any_time(self, in_app, make):
        her = person()
        case = make(her)

        ended = cases.withdraw(case["id"], seen=case["version"], by=her)

        assert Status.WITHDRAWN is ended["status"]
        assert (None, None, []) == (ended["held_by"], ended["due_on"], ended["actions"])
        assert ended["held_since"] is None
        assert "withdrawn" == events()[-1]

    def test_a_place_that_was_granted_is_free_in_the_same_moment(self, in_app):
        her = person()
        case = approved(her)

        cases.withdraw(case["id"], seen=case["version"], by=her)

        assert 0 == one("SELECT count(*) FROM holding")
        approved(person("the next"))

    def test_a_correction_that_was_asked_for_is_over(self, in_app):
        her = person()
        case = returned(her)

        cases.withdraw(case["id"], seen=case["version"], by=her)

        assert [{"answered": False, "open": False}] == look(
            "SELECT answered, ended_at IS NULL AS open FROM correction"
        )

    def test_what_was_refused_cannot_be_taken_back(self, in_app):
        her = person()
        case = rejected(her)

        with pytest.raises(WrongStatus) as refused:
            cases.withdraw(case["id"], seen=case["version"], by=her)

        assert {"current_status": "rejected", "actions": []} == refused.value.more


class TestTakingOn:
    def test_colleagues_see_who_has_it_and_leave_it_alone(self, in_app):
        case = claimed()

        assert (Status.UNDER_REVIEW, "演示园区管理员") == (case["status"], case["handler"])
        for verb in ("release", "approve", "reject"):
            with pytest.raises(Handled) as refused:
                VERBS[verb](case, staff("demo-manager-2"))
            assert {"handler": "演示园区管理员"} == refused.value.more

    def test_the_applicant_is_not_told_by_whom(self, in_app):
        her = person()
        case = claimed(her)

        assert queries.get(case["id"], her)["handler"] is None

    def test_put_back_it_is_anybodys_again(self, in_app):
        case = claimed()
        free = cases.release(case["id"], seen=case["version"], by=staff())

        taken = cases.claim(case["id"], seen=free["version"], by=staff("demo-manager-2"))

        assert "演示园区管理员二" == taken["handler"]
        assert ["claimed", "released", "claimed"] == events()[-3:]

    def test_who_is_too_near_to_the_applicant_finds_nothing(self, in_app):
        case = submitted()
        records.change(
            "INSERT INTO recusal (application_id, staff_id, why, at)"
            " SELECT id, :staff, '亲属', now() FROM application",
            staff=staff().id,
        )

        with pytest.raises(NotFound):
            cases.claim(case["id"], seen=case["version"], by=staff())
        cases.claim(case["id"], seen=case["version"], by=staff("demo-manager-2"))

    def test_the_promised_day_and_that_of_the_law_do_not_move(self, in_app):
        case = submitted()

        claimed = cases.claim(case["id"], seen=case["version"], by=staff())

        days = ("due_on", "legal_due_on")
        assert [case[day] for day in days] == [claimed[day] for day in days]
        assert case["due_on"] < case["legal_due_on"]


class TestReopening:
    WHY = "复核发现材料属实"

    @pytest.mark.parametrize("make", [approved, rejected])
    def test_a_supervisor_sets_a_decision_aside_and_the_office_decides_anew(self, in_app, make):
        case = make()

        again = cases.reopen(
            case["id"], seen=case["version"], by=staff("demo-bureau"), why=self.WHY
        )

        assert (Status.SUBMITTED, None) == (again["status"], again["handler"])
        assert (None, None) == (again["decision"], again["unit"])
        assert again["due_on"] is not None
        assert 0 == one("SELECT count(*) FROM holding")
        (kept,) = look("SELECT particulars FROM event WHERE name = 'application.reopened'")
        assert self.WHY == kept["particulars"]["why"]
        assert staff().id == kept["particulars"]["was"]["decided_by"]

    def test_a_refusal_stands_once_she_has_begun_anew(self, in_app):
        case, _ = rejected(), draft(person())

        with pytest.raises(AlreadyOpen) as refused:
            cases.reopen(case["id"], seen=case["version"], by=staff("demo-bureau"), why=self.WHY)

        assert {} == refused.value.more
        assert "REJECTED" == one("SELECT status FROM application ORDER BY id LIMIT 1")
        assert 0 == one("SELECT count(*) FROM event WHERE name = 'application.reopened'")

    def test_whoever_decided_does_not_set_it_aside(self, in_app):
        case = rejected()

        with pytest.raises(NotAllowed):
            cases.reopen(case["id"], seen=case["version"], by=staff(), why=self.WHY)

    def test_without_a_reason_nothing_happens(self, in_app):
        case = rejected()

        with pytest.raises(Invalid) as refused:
            cases.reopen(case["id"], seen=case["version"], by=staff("demo-bureau"), why=" ")

        assert ["#/why"] == [each["pointer"] for each in refused.value.more["errors"]]
        assert "REJECTED" == status_of(case)


class TestApproving:
    def test_the_unit_is_hers_for_the_period_she_asked_for(self, in_app):
        # From 1 January 2027 for twelve months: the last day is 31 December.
        case = approved(unit=records.unit("B202"), note="欢迎入驻")

        assert Status.APPROVED is case["status"]
        assert {
            "id": records.unit("B202"),
            "code": "B202",
            "starts_on": date(2027, 1, 1),
            "ends_on": date(2027, 12, 31),
        } == case["unit"]
        assert "欢迎入驻" == case["decision"]["note"]
        assert [] == case["decision"]["reasons"]
        assert "approved" == events()[-1]

    @pytest.mark.parametrize(
        ("starts_on", "months", "last"),
        [
            (date(2027, 3, 1), 1, date(2027, 3, 31)),
            (date(2027, 3, 15), 36, date(2030, 3, 14)),
            # The corresponding day of 31 August after six months is 29 February 2028, which is
            # the first day that is not hers any more.
            (date(2027, 8, 31), 6, date(2028, 2, 28)),
        ],
    )
    def test_the_manager_may_name_another_period(self, in_app, starts_on, months, last):
        case = approved(starts_on=starts_on, term_months=months)

        assert (starts_on, last) == (case["unit"]["starts_on"], case["unit"]["ends_on"])

    @time_machine.travel("2026-11-24T03:04:05Z", tick=False)
    def test_who_decided_and_when_is_kept(self, in_app):
        case = approved()

        kept = look("SELECT decided_at, decided_by FROM application")
        moment = datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC)
        assert [{"decided_at": moment, "decided_by": staff().id}] == kept
        assert moment == case["decision"]["at"]

    @pytest.mark.parametrize("code", ["A101", "C301", None])
    def test_a_unit_of_another_park_or_of_none_is_refused(self, in_app, code):
        case = submitted()
        unit = records.unit(code) if code else uuid4()

        with pytest.raises(Invalid) as refused:
            cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(unit))

        assert ["#/unit_id"] == [each["pointer"] for each in refused.value.more["errors"]]
        assert "SUBMITTED" == status_of(case)

    def test_a_unit_that_is_held_is_refused_and_nothing_of_the_decision_stays(self, in_app):
        approved(person("first"))
        case = submitted(person("second"))

        with pytest.raises(UnitTaken) as refused:
            cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(records.unit()))

        more = refused.value.more
        assert ("2027-01-01", "2028-01-01") == (more["held_from"], more["held_until"])
        assert ["B202", "B203"] == [each["code"] for each in more["free_units"]]
        assert "SUBMITTED" == status_of(case)
        assert "submitted" == events()[-1]
        assert 1 == one("SELECT count(*) FROM holding")

    def test_the_day_after_the_last_one_is_free_again(self, in_app):
        approved(person("first"))
        case = submitted(person("second"))

        follows = cases.approve(
            case["id"],
            seen=case["version"],
            by=staff(),
            wish=Wish(records.unit(), starts_on=date(2028, 1, 1)),
        )

        assert date(2028, 1, 1) == follows["unit"]["starts_on"]

    def test_a_closed_unit_is_refused(self, in_mended_app):
        closed = records.new_unit("P05", "B299", closed_on=date(2027, 12, 31))
        case = submitted()

        with pytest.raises(Invalid):
            cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(closed))

    def test_a_unit_that_closes_on_the_day_after_the_last_one_is_granted(self, in_mended_app):
        closing = records.new_unit("P05", "B299", closed_on=date(2028, 1, 1))
        case = submitted()

        cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(closing))

        assert "APPROVED" == status_of(case)


class TestRejecting:
    def test_the_reasons_are_kept_with_their_labels(self, in_app):
        case = submitted()

        ended = cases.reject(
            case["id"],
            seen=case["version"],
            by=staff(),
            reasons=[Reason.NO_SPACE, Reason.PLAN_INCOMPLETE],
            note="请补充预算",
        )

        assert Status.REJECTED is ended["status"]
        assert ["暂无合适场地", "创业计划不完整"] == [
            each["label"] for each in ended["decision"]["reasons"]
        ]
        assert "请补充预算" == ended["decision"]["note"]
        assert ["NO_SPACE", "PLAN_INCOMPLETE"] == one("SELECT reasons FROM application")
        assert "rejected" == events()[-1]

    @pytest.mark.parametrize("note", ["", " ", "\n\t　"])
    @pytest.mark.parametrize("reasons", [[Reason.OTHER], [Reason.NO_SPACE, Reason.OTHER]])
    def test_other_needs_words(self, in_app, reasons, note):
        case = submitted()

        with pytest.raises(Invalid) as refused:
            cases.reject(case["id"], seen=case["version"], by=staff(), reasons=reasons, note=note)

        assert ["#/note"] == [each["pointer"] for each in refused.value.more["errors"]]
        assert "SUBMITTED" == status_of(case)

    def test_other_with_words_is_enough(self, in_app):
        case = submitted()

        cases.reject(
            case["id"], seen=case["version"], by=staff(), reasons=[Reason.OTHER], note="已电话沟通"
        )

        assert "REJECTED" == status_of(case)

    def test_what_was_rejected_cannot_be_approved_any_more(self, in_app):
        case = submitted()
        ended = cases.reject(
            case["id"], seen=case["version"], by=staff(), reasons=[Reason.NO_SPACE]
        )

        with pytest.raises(WrongStatus):
            cases.approve(case["id"], seen=ended["version"], by=staff(), wish=Wish(records.unit()))

        assert 0 == one("SELECT count(*) FROM holding")


VERBS = {
    "claim": lambda case, by: cases.claim(case["id"], seen=case["version"], by=by),
    "release": lambda case, by: cases.release(case["id"], seen=case["version"], by=by),
    "update": lambda case, by: actions.update(case["id"], seen=case["version"], by=by, sections={}),
    "submit": handed_in,
    "withdraw": lambda case, by: cases.withdraw(case["id"], seen=case["version"], by=by),
    "approve": lambda case, by: cases.approve(
        case["id"], seen=case["version"], by=by, wish=Wish(records.unit())
    ),
    "reject": lambda case, by: cases.reject(
        case["id"], seen=case["version"], by=by, reasons=[Reason.NO_SPACE]
    ),
}
HERS, THEIRS = ("update", "submit", "withdraw"), ("claim", "approve", "reject")


class TestWhoMay:
    """What `test_access` says of the table, once more through every action."""

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_what_does_not_exist_is_not_found(self, in_app, verb):
        nothing = {"id": UUID(int=7), "version": 1}

        for by in (person(), staff()):
            with pytest.raises(NotFound):
                VERBS[verb](nothing, by)

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_another_persons_application_is_not_found(self, in_app, verb):
        case = submitted(person("one"))

        with pytest.raises(NotFound):
            VERBS[verb](case, person("two"))

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_a_draft_is_nobodys_business_but_the_applicants(self, in_app, verb):
        begun = draft(person())

        for username in ("demo-manager", "demo-bureau"):
            with pytest.raises(NotFound):
                VERBS[verb](begun, staff(username))

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_a_manager_of_another_park_finds_nothing(self, in_app, verb):
        case = submitted(park="P05")

        with pytest.raises(NotFound):
            VERBS[verb](case, staff("demo-manager-p01"))

    @pytest.mark.parametrize("verb", HERS)
    def test_the_manager_does_not_take_the_applicants_steps(self, in_app, verb):
        case = submitted()

        with pytest.raises(NotAllowed):
            VERBS[verb](case, staff())

    @pytest.mark.parametrize("verb", THEIRS)
    def test_the_applicant_does_not_decide(self, in_app, verb):
        her = person()
        case = submitted(her)

        with pytest.raises(NotAllowed):
            VERBS[verb](case, her)

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_the_bureau_looks_and_does_not_touch(self, in_app, verb):
        case = submitted()

        with pytest.raises(NotAllowed):
            VERBS[verb](case, staff("demo-bureau"))

    def test_every_manager_of_the_park_may_decide(self, in_app):
        case = submitted()

        VERBS["approve"](case, staff("demo-manager-2"))

        assert "APPROVED" == status_of(case)

    @pytest.mark.parametrize("verb", THEIRS)
    def test_a_manager_who_is_the_applicant_does_not_decide(self, in_mended_app, verb):
        her = person()
        case = submitted(her)
        records.change(
            "UPDATE staff SET person_id = :her WHERE username = 'demo-manager'", her=her.id
        )

        with pytest.raises(NotFound):
            VERBS[verb](case, staff("demo-manager"))
        VERBS[verb](case, staff("demo-manager-2"))

    @pytest.mark.parametrize("verb", THEIRS)
    def test_a_manager_who_left_the_park_today_finds_nothing_any_more(self, in_mended_app, verb):
        case = submitted()
        records.change("UPDATE park_manager SET until_on = :today", today=clock.today())

        with pytest.raises(NotFound):
            VERBS[verb](case, staff())

    @pytest.mark.parametrize("role", [Role.BUREAU_ADMIN, Role.AUDITOR])
    @pytest.mark.parametrize("verb", list(VERBS))
    def test_administrators_and_auditors_see_no_citizens_data(self, in_mended_app, role, verb):
        case = submitted()

        with pytest.raises(NotFound):
            VERBS[verb](case, records.new_staff("somebody", role))

    @pytest.mark.parametrize("verb", THEIRS)
    def test_whoever_saw_an_older_version_is_told_which_one_is_current(self, in_app, verb):
        case = submitted()
        stale = {**case, "version": case["version"] - 1}

        with pytest.raises(Outdated) as refused:
            VERBS[verb](stale, staff())

        assert (stale["version"], case["version"]) == (
            refused.value.more["seen"],
            refused.value.more["current"],
        )
        assert "SUBMITTED" == status_of(case)

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_nothing_happens_to_an_application_that_has_ended(self, in_app, verb):
        her = person()
        case = submitted(her)
        ended = VERBS["withdraw"](case, her)
        told = events()

        with pytest.raises(WrongStatus) as refused:
            VERBS[verb](ended, her if verb in HERS else staff())

        assert [] == refused.value.more["actions"]
        assert "WITHDRAWN" == status_of(case)
        assert told == events()
