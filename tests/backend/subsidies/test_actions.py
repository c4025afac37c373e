"""How an amount is granted within its bounds, by two people, paid once, refused and got back."""

from datetime import date

import pytest

from backend.cases import actions as cases
from backend.errors import Invalid, NotAllowed, Outdated, WrongStatus
from backend.policies import actions as policies
from backend.profiles.queries import facts_of
from backend.subsidies import actions, queries
from backend.subsidies.kinds import Ground, SubsidyKind, WhyNot
from tests.backend.policies.proposals import COUNTY_STANDARD, proposed
from tests.backend.subsidies.stage import (
    BUREAU,
    MONDAY,
    SECOND,
    S,
    amounts,
    approve,
    events,
    fresh,
    grant,
    household,
    on,
    pay,
    payable,
    published,
    published_claim,
    status_of,
    statuses,
    step,
    subsidy_of,
    tenant,
    told,
)
from tests.backend.subsidies.test_claiming import worker
from tests.records import change, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def faults(refused) -> dict[str, str]:
    return {each["pointer"]: each["detail"] for each in refused.value.more["errors"]}


class TestAFloor:
    @pytest.fixture
    def its(self, in_app):
        with on(MONDAY):
            yield published()[2]

    @pytest.mark.parametrize("amount", ["10000.00", "10000.01", "30000.00"])
    def test_the_floor_itself_and_more_may_be_granted(self, its, amount):
        done = grant(its, amount)

        assert (S.GRANTED, amount) == (done["status"], done["amount"])

    def test_a_fen_less_is_refused_with_the_number_that_stands_against_it(self, its):
        with pytest.raises(Invalid) as refused:
            grant(its, "9999.99")

        (words,) = faults(refused).values()
        assert "不得低于 10000.00 元" in words
        assert "2022-03-30 起，实施方案 2022-03-30" in words
        assert ["PUBLISHED"] == statuses()

    def test_a_floor_never_becomes_a_number_by_itself(self, its):
        with pytest.raises(Invalid) as refused:
            grant(its, None)

        assert {"#/amount": "必填"} == faults(refused)

    def test_what_was_granted_keeps_its_bounds_its_numbers_and_what_the_rule_said(self, its):
        basis = grant(its, "12000.00")["basis"]

        assert ("at_least", "10000.00", None, "2026-11-23") == tuple(
            basis[name] for name in ("kind", "lower", "upper", "as_of")
        )
        assert ["startup_floor@2022-03-30"] == [each["id"] for each in basis["rests_on"]]
        kept = one("SELECT basis FROM subsidy")
        assert (None, True) == (kept["value"], "force_unconfirmed" in kept["flags"])

    def test_the_standard_of_a_county_raises_the_floor(self, its):
        source = "乌人社发〔2026〕8号"
        number = COUNTY_STANDARD | {"value": 1_500_000, "source": source}
        change = proposed(number | {"valid_from": str(MONDAY)})
        policies.confirm_change(change["id"], seen=change["version"], by=staff(SECOND))

        with pytest.raises(Invalid) as refused:
            grant(its, "14999.99")
        assert "不得低于 15000.00 元" in faults(refused)["#/amount"]
        assert source in faults(refused)["#/amount"]

        assert "15000.00" == grant(its, "15000.00")["amount"]

    def test_a_person_has_no_lines(self, its):
        with pytest.raises(Invalid) as refused:
            grant(its, "9000.00", given=({"line_id": its["id"], "amount": None},))

        assert {"#/lines", "#/amount"} == set(faults(refused))


class TestACeiling:
    @pytest.fixture
    def its(self, in_app):
        return published_claim(household(1), household(2), household(3), refused=(1,))

    @pytest.mark.parametrize(("amount", "right"), [("5000.00", True), ("5000.01", False)])
    def test_each_household_has_its_own_ceiling(self, its, amount, right):
        given = amounts(its, "0.01", amount)
        if not right:
            with pytest.raises(Invalid) as refused:
                grant(its, None, given=given)
            assert ["#/lines/1/amount"] == list(faults(refused))
            assert "不得超过 5000.00 元" in faults(refused)["#/lines/1/amount"]
            return
        done = grant(its, None, given=given)

        assert "5000.01" == done["amount"]
        assert ["0.01", None, "5000.00"] == [each["amount"] for each in done["lines"]]

    def test_a_ceiling_is_no_number_either(self, its):
        with pytest.raises(Invalid) as refused:
            grant(its, None, given=amounts(its, None, "5000.00"))

        assert {"#/lines/0/amount": "必填"} == faults(refused)

    def test_every_accepted_line_is_granted_and_no_other_all_faults_at_once(self, its):
        lines = its["lines"]
        given = [
            {"line_id": lines[0]["id"], "amount": "1.00"},
            {"line_id": lines[0]["id"], "amount": "1.00"},
            {"line_id": lines[1]["id"], "amount": "1.00"},
        ]

        with pytest.raises(Invalid) as refused:
            grant(its, "3.00", given=given)

        assert {
            "#/amount": "此项不适用，请勿填写",
            "#/lines/1/line_id": "同一行只能列一次",
            "#/lines/2/line_id": "不是审核认可的申报行",
            "#/lines": "请核定每一行认可的金额，还缺第 3 行",
        } == faults(refused)


class TestAnExactSum:
    @pytest.fixture
    def its(self, in_app):
        with on(MONDAY):
            _, tenancy = tenant()
            yield published_claim(worker(), kind=SubsidyKind.JOB_CREATION, tenancy=tenancy)

    def test_it_may_be_left_to_the_policy(self, its):
        done = grant(its, None, given=amounts(its, None))

        assert ("3000.00", "exact") == (done["amount"], done["basis"]["kind"])

    @pytest.mark.parametrize("amount", ["2999.99", "3000.01"])
    def test_another_sum_is_refused(self, its, amount):
        with pytest.raises(Invalid) as refused:
            grant(its, None, given=amounts(its, amount))

        assert "应为 3000.00 元" in faults(refused)["#/lines/0/amount"]


class TestTwoPeople:
    @pytest.fixture
    def granted(self, in_app):
        her, case, its = published()
        grant(its)
        return her, case, its

    def test_whoever_granted_it_does_not_approve_it(self, granted):
        _, _, its = granted

        with pytest.raises(NotAllowed):
            approve(its, BUREAU)
        assert S.PAYABLE is approve(its, SECOND)["status"]
        assert [SECOND] == told("granted")

    def test_two_accounts_of_one_person_are_one_person(self, granted):
        _, _, its = granted
        change(
            "UPDATE staff SET person_id = :id WHERE username IN ('demo-bureau', 'demo-bureau-2')",
            id=person("clerk").id,
        )

        with pytest.raises(NotAllowed):
            approve(its, SECOND)

    def test_what_he_sends_back_is_granted_anew(self, granted):
        _, _, its = granted

        back = step(actions.send_back, its, SECOND, why="请核对金额")

        assert (S.PUBLISHED, None) == (back["status"], back["amount"])
        assert S.GRANTED is grant(its, "11000.00", by=SECOND)["status"]
        # Now he is the first, and his colleague the second.
        with pytest.raises(NotAllowed):
            approve(its, SECOND)
        assert "11000.00" == approve(its, BUREAU)["amount"]

    def test_an_outdated_look_approves_nothing(self, granted):
        _, _, its = granted

        with pytest.raises(Outdated):
            actions.approve(its["id"], seen=its["version"], by=staff(SECOND))


class TestPaying:
    @pytest.fixture
    def its(self, in_app):
        with on(MONDAY):
            yield payable()

    def test_a_payment_ends_the_case_and_the_records_know_of_it(self, its):
        her, case, subsidy = its

        done = pay(subsidy)

        assert (S.PAID, "10000.00", "财拨 2026-0815") == (
            done["status"],
            done["payment"]["amount"],
            done["payment"]["voucher"],
        )
        assert ("COMPLETED", ["her"]) == (status_of(case), told("paid"))
        known = facts_of(her.id, MONDAY).known("startup_subsidy_received")
        assert (True, "reg") == (known.value, known.source)

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"amount": "10000.01"}, "#/amount"),
            ({"amount": "9999.99"}, "#/amount"),
            ({"paid_on": date(2026, 11, 22)}, "#/paid_on"),
            ({"paid_on": date(2026, 11, 24)}, "#/paid_on"),
        ],
    )
    def test_it_is_what_was_approved_on_a_day_since_then(self, its, said, pointer):
        with pytest.raises(Invalid) as refused:
            pay(its[2], **said)

        assert [pointer] == list(faults(refused))

    def test_it_is_paid_once(self, its):
        pay(its[2])

        with pytest.raises(WrongStatus):
            pay(its[2])

    def test_she_cannot_take_back_what_is_paid(self, its):
        her, case, subsidy = its
        pay(subsidy)
        seen = one("SELECT version FROM application")

        with pytest.raises(WrongStatus):
            cases.withdraw(case["id"], seen=seen, by=her)

    def test_of_an_account_nothing_is_kept(self, its):
        pay(its[2])

        columns = one(
            "SELECT array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_name LIKE 'subsidy%'"
        )
        assert not [name for name in columns if "account" in name or "bank" in name]


class TestRefusing:
    def test_it_ends_the_case_for_reasons_that_she_reads(self, in_app):
        her, case, its = published()

        done = step(actions.refuse, its, reasons=[WhyNot.NOT_OPERATING], note="经核查已停业三个月")

        assert (S.REFUSED, "COMPLETED") == (done["status"], status_of(case))
        assert "没有正常经营" == subsidy_of(case, her)["refused"]["reasons"][0]["label"]
        assert ["her"] == told("refused")

    @pytest.mark.parametrize(
        ("reasons", "pointer"), [([], "#/reasons"), ([WhyNot.OTHER], "#/note")]
    )
    def test_not_without_a_reason(self, in_app, reasons, pointer):
        _, _, its = published()

        with pytest.raises(Invalid) as refused:
            step(actions.refuse, its, reasons=reasons, note="")

        assert [pointer] == list(faults(refused))

    def test_a_claim_that_is_refused_lets_its_households_go(self, in_app):
        its = published_claim()

        step(actions.refuse, its, reasons=[WhyNot.FALSE_MATERIAL], note="")

        assert 0 == one("SELECT count(*) FROM subsidy_line WHERE counts")


class TestRecovering:
    @pytest.fixture
    def paid(self, in_app):
        with on(MONDAY):
            her, case, its = payable()
            pay(its)
        return her, case, its

    def recover(self, its: dict, **said) -> dict:
        given = {
            "amount": "10000.00",
            "recovered_on": date(2026, 12, 1),
            "ground": Ground.FALSE_MATERIAL,
            "why": "",
        }
        return step(actions.recover, its, **given | said)

    def test_with_ground_amount_and_day_and_she_hears_of_it(self, paid):
        her, _, its = paid
        with on("2026-12-01"):
            self.recover(its, amount="4000.00")
        seen = queries.get(its["id"], her)

        assert (S.RECOVERED, "4000.00", Ground.FALSE_MATERIAL, date(2026, 12, 1)) == (
            seen["status"],
            *(seen["recovery"][name] for name in ("amount", "ground", "recovered_on")),
        )
        assert (["her"], "recovered") == (told("recovered"), events()[-1])

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"amount": "10000.01"}, "#/amount"),
            ({"recovered_on": date(2026, 11, 22)}, "#/recovered_on"),
            ({"recovered_on": date(2026, 12, 2)}, "#/recovered_on"),
            ({"ground": Ground.OTHER}, "#/why"),
        ],
    )
    def test_not_more_than_was_paid_nor_before_that(self, paid, said, pointer):
        with on("2026-12-01"), pytest.raises(Invalid) as refused:
            self.recover(paid[2], **said)

        assert [pointer] == list(faults(refused))

    def test_what_was_not_paid_is_not_recovered(self, in_app):
        with pytest.raises(WrongStatus):
            self.recover(payable()[2])


@pytest.mark.parametrize("verb", [actions.approve, actions.send_back])
def test_a_manager_of_the_park_grants_himself_nothing(in_app, verb):
    its = published_claim()
    said = {"why": "x"} if verb is actions.send_back else {}

    with pytest.raises(NotAllowed):
        step(verb, its, "demo-manager", **said)
    assert [] == fresh(its, "demo-manager")["actions"]
