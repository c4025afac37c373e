"""How a loan is referred, how states are reported, and how the application ends with it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from backend import clock
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from backend.loans import actions, institutions, queries
from backend.loans.kinds import InstitutionKind, Report, WhyRefused
from backend.loans.workflow import Status
from miniprogram_api.commands import seed_demo_partners
from tests.backend.loans.stage import (
    BANK,
    BUREAU,
    GUARANTOR,
    WAY,
    at,
    events,
    institution,
    loan_of,
    published,
    refer,
    referred,
    report,
    status_of,
    statuses,
    told,
    version,
)
from tests.records import change, look, new_id, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
S = Status


def faults_of(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [each["pointer"] for each in refused.value.more["errors"]]


class TestReferring:
    def test_a_referral_names_bank_and_guarantor_and_tells_everybody(self, in_app):
        her, case, loan = referred()

        assert S.REFERRED is loan["status"]
        assert ("演示经办银行", "演示担保中心") == (loan["bank"]["name"], loan["guarantor"]["name"])
        assert "演示担保中心" == loan["held_by"]["label"]
        assert ["demo-bank", "demo-guarantor", "her"] == told("referred")
        assert "APPROVED" == status_of(case)

    @time_machine.travel(NOW, tick=False)
    def test_each_holder_has_working_days_of_its_own(self, in_app):
        """Tuesday, 24 November 2026: three working days end on Friday, ten on 8 December."""
        seed_demo_partners()
        _, _, loan = published()
        limits = [loan["due_on"], refer(loan)["due_on"]]
        limits += [report(loan, state, by)["due_on"] for by, state, _ in WAY]

        friday, ten_days, five_days = date(2026, 11, 27), date(2026, 12, 8), date(2026, 12, 1)
        assert [friday, friday, ten_days, ten_days, five_days, None] == limits

    def test_an_institution_of_another_kind_county_or_none_is_refused_with_every_fault(
        self, in_app
    ):
        seed_demo_partners()
        her, _, loan = published()
        bank = institutions.create(
            "突泉县银行", kind=InstitutionKind.BANK, county="152224", by=staff(BUREAU)
        )

        with pytest.raises(Invalid) as refused:
            refer(loan, bank=bank["id"], guarantor=new_id())

        assert ["#/bank_id", "#/guarantor_id"] == faults_of(refused)
        assert ["PUBLISHED"] == statuses()

    def test_an_institution_of_the_same_county_serves(self, in_app):
        seed_demo_partners()
        her, _, loan = published()
        bank = institutions.create(
            "乌市银行", kind=InstitutionKind.BANK, county="152201", by=staff(BUREAU)
        )
        kind = InstitutionKind.GUARANTOR
        guarantor = institutions.create("担保公司", kind=kind, county=None, by=staff(BUREAU))

        referred_to = refer(loan, bank=bank["id"], guarantor=guarantor["id"])

        assert "乌市银行" == referred_to["bank"]["name"]

    def test_only_the_bureau_of_her_county_refers_and_only_what_has_been_published(self, in_app):
        _, _, loan = referred()
        ids = {"bank": institution("BANK"), "guarantor": institution("GUARANTOR")}

        with pytest.raises(WrongStatus):
            refer(loan)
        with pytest.raises(NotFound):
            refer(loan, by="demo-manager")
        with pytest.raises(NotAllowed):
            refer(loan, by=BANK)
        with pytest.raises(Outdated):
            actions.refer(loan["id"], seen=version(loan) - 1, by=staff(BUREAU), **ids)


class TestReporting:
    def test_the_way_to_the_money_and_who_hears_of_each_stage(self, in_app):
        her, case, loan = referred()
        for by, state, reached in WAY:
            assert reached is report(loan, state, by)["status"]

        loan = loan_of(case, her)
        assert ("80000.00", clock.today()) == (loan["amount"], loan["disbursed_on"])
        assert None is loan["held_by"]
        assert "COMPLETED" == status_of(case)
        assert {
            "qualified": [],
            "published": ["demo-bureau"],
            "referred": ["demo-bank", "demo-guarantor", "her"],
            "due_diligence": ["her"],
            "guarantee_given": ["demo-bank", "her"],
            "bank_approved": ["her"],
            "disbursed": ["her"],
        } == {event: told(event) for event in events()}

    def test_the_bureau_reports_in_the_name_of_an_institution(self, in_app):
        _, case, loan = at(S.REFERRED)

        for _, state, reached in WAY:
            assert reached is report(loan, state, BUREAU)["status"]

        assert "COMPLETED" == status_of(case)
        parties = look(
            "SELECT particulars ->> 'party' AS party FROM event WHERE name = :name",
            name="loan.disbursed",
        )
        assert [{"party": "decider"}] == parties

    def test_after_the_money_come_subsidies_arrears_and_the_end(self, in_app):
        her, case, loan = at(S.DISBURSED)
        for state, expected in (
            (Report.INTEREST_SUBSIDISED, S.INTEREST_SUBSIDISED),
            (Report.INTEREST_SUBSIDISED, S.INTEREST_SUBSIDISED),
            (Report.OVERDUE, S.OVERDUE),
            (Report.ARREARS_CLEARED, S.DISBURSED),
            (Report.REPAID, S.REPAID),
        ):
            assert expected is report(loan, state, BANK)["status"]

        assert "80000.00" == loan_of(case, her)["amount"]
        for event in ("overdue", "arrears_cleared", "repaid"):
            assert ["her"] == told(event)
        with pytest.raises(WrongStatus):
            report(loan, Report.OVERDUE, BANK)

    @pytest.mark.parametrize(
        ("state", "by", "side", "told_besides"),
        [
            (Report.GUARANTOR_REFUSED, GUARANTOR, InstitutionKind.GUARANTOR, BANK),
            (Report.BANK_REFUSED, BANK, InstitutionKind.BANK, GUARANTOR),
        ],
    )
    def test_a_refusal_completes_the_application_and_says_who_and_why(
        self, in_app, state, by, side, told_besides
    ):
        her, case, loan = at(S.DUE_DILIGENCE)

        report(loan, state, by, reason=WhyRefused.PAPERS_INCOMPLETE)

        refused = loan_of(case, her)
        assert (S.REFUSED, None) == (refused["status"], refused["held_by"])
        assert {"by": side, "reason": WhyRefused.PAPERS_INCOMPLETE} == refused["refused"]
        assert "COMPLETED" == status_of(case)
        assert {"her", told_besides, BUREAU} <= set(told(state.name.lower()))
        (body,) = look(
            "SELECT body FROM message WHERE person_id IS NOT NULL AND event = :event",
            event=f"loan.{state.name.lower()}",
        )
        assert "材料不齐或无法核实" in body["body"] and "重新申请" in body["body"]

    @pytest.mark.parametrize(
        ("by", "state", "refusal"),
        [
            (BANK, Report.GUARANTEE_GIVEN, NotAllowed),
            (GUARANTOR, Report.DISBURSED, NotAllowed),
            (BANK, Report.DISBURSED, WrongStatus),
            ("demo-manager", Report.DUE_DILIGENCE, NotFound),
        ],
    )
    def test_nobody_reports_for_another_or_out_of_turn(self, in_app, by, state, refusal):
        _, _, loan = at(S.REFERRED)

        with pytest.raises(refusal):
            report(loan, state, by)

        assert ["REFERRED"] == statuses()

    def test_an_applicant_reports_nothing(self, in_app):
        her, _, loan = at(S.REFERRED)

        with pytest.raises(NotAllowed):
            report(loan, Report.DUE_DILIGENCE, her)
        with pytest.raises(NotFound):
            report(loan, Report.DUE_DILIGENCE, person("somebody"))

    def test_the_loan_of_another_institution_is_not_there(self, in_app):
        _, _, loan = at(S.REFERRED)
        institutions.appoint(BANK, name="另一家银行", kind=InstitutionKind.BANK)

        with pytest.raises(NotFound):
            report(loan, Report.BANK_REFUSED, BANK)
        with pytest.raises(NotFound):
            queries.get(loan["id"], staff(BANK))

    @pytest.mark.parametrize(
        ("days", "faults"),
        [(-1, ["#/on"]), (0, []), (1, ["#/on"])],
    )
    def test_a_day_lies_between_the_last_state_and_today(self, in_app, days, faults):
        _, _, loan = at(S.REFERRED)
        on = clock.today() + timedelta(days=days)
        if not faults:
            assert on == report(loan, Report.DUE_DILIGENCE, BANK, on=on)["state_on"]
            return

        with pytest.raises(Invalid) as refused:
            report(loan, Report.DUE_DILIGENCE, BANK, on=on)

        assert faults == faults_of(refused)

    @pytest.mark.parametrize(
        ("amount", "faults"),
        [("100000.00", []), ("100000.01", ["#/amount"]), (None, ["#/amount"])],
    )
    def test_what_is_paid_is_said_and_at_most_what_was_asked_for(self, in_app, amount, faults):
        _, _, loan = at(S.BANK_APPROVED)
        if not faults:
            assert amount == report(loan, Report.DISBURSED, BANK, amount=amount)["amount"]
            return

        with pytest.raises(Invalid) as refused:
            report(loan, Report.DISBURSED, BANK, amount=amount)

        assert faults == faults_of(refused)

    def test_every_fault_is_named_at_once(self, in_app):
        _, _, loan = at(S.REFERRED)
        wrong = {"on": clock.today() + timedelta(days=1), "amount": "1.00"}

        with pytest.raises(Invalid) as refused:
            report(loan, Report.BANK_REFUSED, BANK, reason=None, **wrong)

        assert ["#/on", "#/amount", "#/reason"] == faults_of(refused)

    def test_a_report_on_what_has_changed_since_is_refused(self, in_app):
        _, _, loan = at(S.BANK_APPROVED)

        with pytest.raises(Outdated):
            actions.report(
                loan["id"],
                seen=version(loan) - 1,
                by=staff(BANK),
                state=Report.DISBURSED,
                on=clock.today(),
                amount="1.00",
            )


def test_the_database_takes_no_step_that_the_table_does_not_know(in_app):
    _, _, loan = at(S.GUARANTEED)

    with pytest.raises(Exception, match="no step from GUARANTEED to DISBURSED"):
        change("UPDATE loan SET status = 'DISBURSED', amount = 1, disbursed_on = '2026-11-24'")
