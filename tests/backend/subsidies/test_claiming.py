"""How a park claims: filled in from its records, complete before it goes in, and once."""

from datetime import date

import pytest

from backend.access import Role
from backend.accounts import identity
from backend.errors import AlreadySubsidised, Incomplete, Invalid, NotAllowed, NotFound, WrongStatus
from backend.subsidies import claiming, openings
from backend.subsidies.kinds import SubsidyKind, WhyNot
from tests.backend.subsidies.stage import (
    BUREAU,
    MANAGER,
    MONDAY,
    NUMBER,
    S,
    claim,
    credit_code,
    decided,
    events,
    fresh,
    household,
    on,
    step,
    submitted,
    tenant,
    told,
)
from tests.records import look, new_staff, one, park, staff

pytestmark = pytest.mark.usefixtures("simulator")
JOBS = SubsidyKind.JOB_CREATION


def worker(number: str = NUMBER, **said) -> dict:
    """Somebody who was taken on."""
    return {
        "name": "巴图",
        "number": identity.read(number, MONDAY),
        "hired_on": date(2026, 9, 1),
        "evidence": "劳动合同；9 月社保缴费单",
    } | said


def faults(refused) -> dict[str, str]:
    return {each["pointer"]: each["detail"] for each in refused.value.more["errors"]}


class TestDrafting:
    def test_a_draft_has_a_number_and_shows_what_each_line_lacks(self, in_app):
        its = claim(household(1, evidence=""), {"name": "只知户名"})

        assert (S.DRAFT, "update", "FH-") == (its["status"], its["actions"][0], its["number"][:3])
        assert [
            ["台账中没有该户的毕业记录，须以材料证明", "登记注册和搬离的证明材料"],
            [
                "统一社会信用代码",
                "注册登记日期",
                "搬离日期",
                "台账中没有该户的毕业记录，须以材料证明",
                "登记注册和搬离的证明材料",
            ],
        ] == [each["gaps"] for each in its["lines"]]

    def test_the_bureau_sees_it_once_it_is_handed_in(self, in_app):
        its = claim()
        with pytest.raises(NotFound):
            fresh(its)

        step(claiming.submit, its, MANAGER)

        assert S.SUBMITTED is fresh(its)["status"]

    def test_another_park_s_manager_neither_claims_for_it_nor_sees_it(self, in_app):
        with pytest.raises(NotFound):
            claim(by="demo-manager-p01")
        its = claim()
        with pytest.raises(NotFound):
            step(claiming.submit, its, "demo-manager-p01")

    def test_the_bureau_does_not_claim(self, in_app):
        with pytest.raises(NotFound):
            claim(by=BUREAU)

    def test_lines_are_written_anew_as_long_as_they_are_the_park_s(self, in_app):
        its = claim()

        its = step(claiming.update, its, MANAGER, given=[household(2), household(3)])

        assert ["毕业户2", "毕业户3"] == [each["name"] for each in its["lines"]]
        step(claiming.submit, its, MANAGER)
        with pytest.raises(WrongStatus):
            step(claiming.update, its, MANAGER, given=[])

    def test_all_that_is_wrong_is_named_at_once(self, in_app):
        with on(MONDAY), pytest.raises(Invalid) as refused:
            claim(
                household(1, registered_on=date(2026, 11, 24), moved_out_on=date(2026, 11, 23)),
                household(2, moved_out_on=date(2025, 2, 28)),
                household(3, hired_on=date(2026, 9, 1)),
                household(4, tenancy_id=park()["public_id"]),
            )

        assert {
            "#/lines/0/registered_on",
            "#/lines/0/moved_out_on",
            "#/lines/1/moved_out_on",
            "#/lines/2/hired_on",
            "#/lines/3/tenancy_id",
        } == set(faults(refused))
        assert [] == look("SELECT * FROM subsidy")

    def test_moved_out_on_the_day_of_registration_and_today_are_possible(self, in_app):
        with on(MONDAY):
            its = claim(household(1, registered_on=MONDAY, moved_out_on=MONDAY))

        assert S.DRAFT is its["status"]

    @pytest.mark.parametrize(
        ("kind", "with_firm", "pointer"),
        [
            (SubsidyKind.STARTUP, False, "#/kind"),
            (SubsidyKind.INCUBATION, True, "#/tenancy_id"),
            (JOBS, False, "#/tenancy_id"),
        ],
    )
    def test_each_kind_is_claimed_for_in_its_own_way(self, in_app, kind, with_firm, pointer):
        tenancy = tenant()[1] if with_firm else None

        with pytest.raises(Invalid) as refused:
            claim(kind=kind, tenancy=tenancy)

        assert [pointer] == list(faults(refused))


class TestWorkers:
    @pytest.fixture
    def firm(self, in_app):
        with on(MONDAY):
            yield tenant()[1]

    def test_their_numbers_are_sealed_and_shown_masked(self, firm):
        its = claim(worker(), kind=JOBS, tenancy=firm)

        (line,) = its["lines"]
        assert ("巴图", "1522**********0001", ["在园人数记录中没有此人，须以材料证明"]) == (
            line["name"],
            line["number_masked"],
            line["gaps"],
        )
        kept = str(look("SELECT subsidy_line::text AS row FROM subsidy_line"))
        assert NUMBER not in kept and "巴图" not in kept

    def test_the_bureau_opens_a_number_and_that_is_written_down(self, firm):
        its = submitted(worker(), kind=JOBS, tenancy=firm)
        (line,) = its["lines"]

        opened = openings.open_worker(its["id"], line["id"], by=staff(BUREAU))

        assert (NUMBER, "worker_opened") == (opened["number"], events()[-1])
        with pytest.raises(NotAllowed):
            openings.open_worker(its["id"], line["id"], by=staff(MANAGER))
        with pytest.raises(NotFound):
            openings.open_worker(its["id"], its["id"], by=staff(BUREAU))

    def test_a_household_has_no_number_to_open(self, in_app):
        its = submitted()

        with pytest.raises(NotFound):
            openings.open_worker(its["id"], its["lines"][0]["id"], by=staff(BUREAU))

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"hired_on": date(2026, 1, 4)}, "hired_on"),  # The tenancy began on the 5th.
            ({"hired_on": date(2026, 11, 24)}, "hired_on"),
            ({"credit_code": credit_code(9)}, "credit_code"),
        ],
    )
    def test_a_new_job_is_one_since_the_firm_came(self, firm, said, pointer):
        with pytest.raises(Invalid) as refused:
            claim(worker(**said), kind=JOBS, tenancy=firm)

        assert [f"#/lines/0/{pointer}"] == list(faults(refused))

    def test_the_first_day_of_the_tenancy_counts(self, firm):
        assert claim(worker(hired_on=date(2026, 1, 5)), kind=JOBS, tenancy=firm)["lines"]

    def test_nobody_under_sixteen_is_a_new_job(self, firm):
        # Sixteen on 2 September 2026; taken on one day before.
        young = "15220120100902" + "000"
        young += identity.check_character(young + "0")

        with pytest.raises(Invalid) as refused:
            claim(worker(young), kind=JOBS, tenancy=firm)

        assert {"#/lines/0/number": "未满 16 周岁"} == faults(refused)
        assert claim(worker(young, hired_on=date(2026, 9, 2)), kind=JOBS, tenancy=firm)["lines"]


class TestHandingIn:
    def test_what_must_be_there_is_named_all_at_once(self, in_app):
        its = claim({"name": "只知户名"}, household(2, moved_out_on=None))

        with pytest.raises(Incomplete) as refused:
            step(claiming.submit, its, MANAGER)

        assert [
            "第 1 行 · 统一社会信用代码",
            "第 1 行 · 注册登记日期",
            "第 1 行 · 搬离日期",
            "第 2 行 · 搬离日期",
        ] == [each["label"] for each in refused.value.more["missing"]]

    def test_an_empty_claim_is_none(self, in_app):
        its = step(claiming.update, claim(), MANAGER, given=[])

        with pytest.raises(Incomplete):
            step(claiming.submit, its, MANAGER)

    def test_the_bureau_hears_of_it_and_has_ten_working_days(self, in_app):
        with on(MONDAY):
            its = submitted()

        # Tue 24 to Fri 27 are four, the next week five, Mon 7 December is the tenth.
        assert date(2026, 12, 7) == its["due_on"]
        assert {"demo-bureau", "demo-bureau-2"} == set(told("submitted"))

    def test_lacking_evidence_does_not_stand_in_the_way(self, in_app):
        assert S.SUBMITTED is submitted(household(1, evidence=""))["status"]


class TestOnce:
    def test_a_household_is_claimed_for_once_and_whose_claim_it_was_is_not_said(self, in_app):
        submitted(household(1))

        with pytest.raises(AlreadySubsidised) as refused:
            submitted(household(2), household(1, name="换个名字"))

        assert [1] == refused.value.more["lines"]
        assert "FH-" not in refused.value.detail

    def test_nor_twice_in_one_claim(self, in_app):
        with pytest.raises(AlreadySubsidised) as refused:
            submitted(household(1), household(1))

        assert [1] == refused.value.more["lines"]

    def test_a_job_is_one_person_at_one_firm(self, in_app):
        with on(MONDAY):
            firm, other = tenant()[1], tenant("another", 51, "B202")[1]
            submitted(worker(), kind=JOBS, tenancy=firm)
            with pytest.raises(AlreadySubsidised):
                submitted(worker(), kind=JOBS, tenancy=firm)

            assert S.SUBMITTED is submitted(worker(), kind=JOBS, tenancy=other)["status"]

    def test_a_draft_holds_nobody_up(self, in_app):
        claim(household(1))

        assert S.SUBMITTED is submitted(household(1))["status"]

    def test_what_was_withdrawn_or_refused_may_be_claimed_for_again(self, in_app):
        step(claiming.withdraw, submitted(household(1)), MANAGER)
        its = decided(submitted(household(1), household(2)), 0)
        assert S.QUALIFIED is its["status"]

        again = submitted(household(1))

        assert S.SUBMITTED is again["status"]

    def test_a_claim_of_which_nothing_is_left_is_over(self, in_app):
        its = decided(submitted(household(1)), 0, why=(WhyNot.NOT_MOVED_OUT,))

        assert S.REFUSED is its["status"]
        assert S.SUBMITTED is submitted(household(1))["status"]


class TestWithdrawing:
    def test_the_bureau_hears_of_what_it_had_and_of_no_draft(self, in_app):
        step(claiming.withdraw, claim(), MANAGER)
        assert [] == told("withdrawn")

        step(claiming.withdraw, submitted(), MANAGER)
        assert {"demo-bureau", "demo-bureau-2"} == set(told("withdrawn"))


def test_a_manager_who_has_left_the_park_claims_no_more(in_mended_app):
    its = claim()
    left = new_staff("left", Role.PARK_MANAGER)

    with pytest.raises(NotFound):
        claiming.submit(its["id"], seen=its["version"], by=left)
    assert 1 == one("SELECT count(*) FROM subsidy")
