"""Who might have a subsidy: whoever surely may, and, apart, whoever perhaps may; never a no."""

from datetime import date

import pytest

from backend.access import Role
from backend.accounts import identity
from backend.subsidies import candidates
from backend.subsidies.kinds import Standing, SubsidyKind
from eligibility.facts import Known
from tests.backend.subsidies.stage import (
    MONDAY,
    NUMBER,
    asked,
    claim,
    counted,
    credit_code,
    graduate,
    household,
    on,
    qualified,
    submitted,
    tenant,
)
from tests.backend.subsidies.test_claiming import worker
from tests.records import new_staff, park, record_facts, staff

pytestmark = pytest.mark.usefixtures("simulator")
STARTUP = SubsidyKind.STARTUP
OTHER = "15220119900101002" + identity.check_character("152201199001010020")
# All that the rule asks of a veteran besides her being in a park, which the park knows.
ALL_OF_IT = {
    "is_first_startup": True,
    "is_veteran": True,
    "registered_with_authority": True,
    "reg_date": date(2025, 11, 23),
    "normal_operation": True,
    "other_workers_employed": 1,
    # Our own books begin with this program: who was paid before, the bureau has to say.
    "startup_subsidy_received": False,
}


def known(who, **facts) -> None:
    """What the register says, as of the day asked about."""
    record_facts(who.id, {n: Known(v, "reg", MONDAY) for n, v in facts.items()}, by=None)


def found(by: str = "demo-manager", **narrowed) -> list[dict]:
    asked_for = {"kind": STARTUP, "park": None, "standing": None, "after": None, "limit": 9}
    who = by if not isinstance(by, str) else staff(by)
    return list(candidates.listed(who, **asked_for | narrowed))


@pytest.fixture
def monday(in_app):
    with on(MONDAY):
        yield


@pytest.mark.usefixtures("monday")
class TestTheStartupSubsidy:
    def test_whoever_surely_may_stands_apart_from_whoever_perhaps_may(self):
        sure, _ = tenant("sure", 50, "B201")
        tenant("perhaps", 51, "B202")
        known(sure, **ALL_OF_IT)

        (met,) = found(standing=Standing.MET)
        (open_,) = found(standing=Standing.NOT_YET_KNOWN)

        assert ([], "其其格") == (met["missing"], met["applicant"])
        lacking = {each["name"] for each in open_["missing"]}
        assert {"is_first_startup", "reg_date", "normal_operation"} <= lacking
        assert not lacking & {"in_park", "park_entry_date"}
        assert [met, open_] == found()

    def test_whoever_surely_may_not_is_in_neither_list(self):
        her, _ = tenant()
        known(her, **ALL_OF_IT | {"is_first_startup": False})

        assert [] == found()

    @pytest.mark.parametrize(("day", "listed"), [("2026-11-22", 0), ("2026-11-23", 1)])
    def test_the_twelve_months_are_over_on_their_last_day(self, day, listed):
        her, _ = tenant()
        record_facts(
            her.id,
            {n: Known(v, "reg", date(2026, 11, 1)) for n, v in ALL_OF_IT.items()},
            by=None,
        )
        with on(day):
            assert listed == len(found())

    def test_whoever_asks_or_has_asked_needs_no_telling(self):
        asking, _ = tenant("asking", 50, "B201")
        had, _ = tenant("had", 51, "B202")
        asked(asking, 60)
        qualified("had", 61)

        assert [] == found()

    def test_nor_does_the_partner_of_a_venture_that_has_had_it(self):
        tenant("partner", 50)
        qualified("founder", 50)

        assert [] == found()

    def test_the_bounds_of_the_day_are_told_and_no_sum(self):
        tenant()

        basis = found()[0]["basis"]

        assert ("at_least", "10000.00", None) == tuple(
            basis[name] for name in ("kind", "lower", "upper")
        )


@pytest.mark.usefixtures("monday")
class TestReach:
    def test_a_manager_sees_his_own_park_s_the_bureau_its_county_s(self):
        tenant()

        assert 1 == len(found("demo-manager")) == len(found("demo-bureau"))
        assert [] == found("demo-manager-p01")
        assert 1 == len(found("demo-bureau", park=park()["public_id"]))
        assert [] == found("demo-bureau", park=park("P01")["public_id"])


def test_another_county_and_the_auditor_see_nobody(in_mended_app):
    with on(MONDAY):
        tenant()
        away = new_staff("tuquan", Role.BUREAU_STAFF, county="152224")

        assert [] == found(away) == found(new_staff("auditor", Role.AUDITOR))
        assert 1 == len(found(new_staff("ulanhot", Role.BUREAU_STAFF, county="152201")))


def test_a_page_is_cut_where_it_should_be_and_goes_on(in_app):
    with on(MONDAY):
        for number, code in enumerate(("B201", "B202", "B203")):
            tenant(f"tenant {number}", 50 + number, code)
        whole = found()

        first = found(limit=2)
        rest = found(limit=2, after=first[-1]["row"])

    assert (3, whole) == (len(whole), first + rest)


@pytest.mark.usefixtures("monday")
class TestWhatTheRecordsOfAParkSay:
    def test_a_household_that_graduated_is_listed_until_it_is_claimed_for(self):
        tenancy = graduate()

        (listed,) = found(kind=SubsidyKind.INCUBATION)

        assert (tenancy, Standing.NOT_YET_KNOWN, "at_most") == (
            listed["tenancy_id"],
            listed["standing"],
            listed["basis"]["kind"],
        )
        assert {"legally_established", "employment_effect_significant"} == {
            each["name"] for each in listed["missing"]
        }
        submitted({"tenancy_id": tenancy, "evidence": "交接单"})
        assert [] == found(kind=SubsidyKind.INCUBATION)

    def test_its_line_is_filled_in_from_the_records_and_lacks_nothing(self):
        its = claim({"tenancy_id": graduate(), "evidence": "交接单"})

        (line,) = its["lines"]
        assert (
            "草原奶食品有限公司",
            credit_code(40),
            date(2026, 2, 2),
            date(2026, 10, 30),
        ) == tuple(line[name] for name in ("name", "credit_code", "registered_on", "moved_out_on"))
        assert (True, []) == (line["is_on_record"], line["gaps"])

    def test_by_its_code_too_and_what_is_typed_gives_way_to_the_records(self):
        graduate()

        (line,) = claim(household(40, moved_out_on=date(2026, 9, 1)))["lines"]

        assert (True, date(2026, 10, 30)) == (line["is_on_record"], line["moved_out_on"])

    def test_jobs_are_new_against_the_first_count_and_as_long_as_nobody_has_claimed_them(self):
        _, firm = tenant()
        counted(firm, "2026-02-01", OTHER)
        counted(firm, "2026-10-01", OTHER, NUMBER)

        (listed,) = found(kind=SubsidyKind.JOB_CREATION)
        assert 1 == listed["new_jobs"]
        (line,) = submitted(worker(), kind=SubsidyKind.JOB_CREATION, tenancy=firm)["lines"]
        assert (True, []) == (line["is_on_record"], line["gaps"])

        # None is left, so that the rule surely does not fit.
        assert [] == found(kind=SubsidyKind.JOB_CREATION)

    def test_of_a_firm_that_was_counted_once_nobody_knows(self):
        _, firm = tenant()
        counted(firm, "2026-10-01", NUMBER)

        (listed,) = found(kind=SubsidyKind.JOB_CREATION)

        assert listed["new_jobs"] is None
        assert "new_employees" in {each["name"] for each in listed["missing"]}


@pytest.mark.usefixtures("monday")
def test_a_firm_in_incubation_may_have_new_jobs_and_what_staff_must_judge_is_named():
    tenant()

    (firm,) = found(kind=SubsidyKind.JOB_CREATION)

    assert ("草原奶食品有限公司", Standing.NOT_YET_KNOWN, "exact") == (
        firm["name"],
        firm["standing"],
        firm["basis"]["kind"],
    )
    assert {"job_quality_good", "retention_high", "new_employees"} == {
        each["name"] for each in firm["missing"]
    }
    assert [] == found(kind=SubsidyKind.INCUBATION)
