"""Who gets a place and loses it, how three sign, and how an internship ends before its day."""

from datetime import date, timedelta

import pytest

from backend import clock
from backend.access import Role
from backend.applications.kinds import Reason
from backend.cases import actions as cases
from backend.cases.granting import Wish
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, PostFull, TooLate, WrongStatus
from backend.internships import actions, listing, queries
from tests.backend.internships.stage import (
    applicant,
    approve,
    begun,
    contact,
    events,
    fresh,
    granted,
    host,
    messages,
    on,
    post,
    signed,
    status_of,
    the_places_agree,
    version,
)
from tests.records import new_staff, person, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")
BUREAU = "demo-bureau"


def filled(its: dict) -> int:
    return listing.post(its["id"])["filled"]


class TestAPlace:
    def test_an_approval_takes_a_place_and_lays_out_the_agreement(self, in_app):
        her, _, its = granted(months=6)

        assert ("agreement_pending", ["applicant", "contact", "decider"]) == (
            its["status"].name.lower(),
            its["waits_for"],
        )
        assert clock.today() + timedelta(days=15) == its["expires_on"]
        assert 1 == listing.post(its["post_id"])["filled"]
        assert "共 6 个月" in queries.agreement(its["id"], her)["text"]
        assert 1 == messages("granted")  # The host; the intern hears of the approval.

    def test_without_a_post_nothing_is_approved(self, in_app):
        _, case = applicant()

        with pytest.raises(Invalid) as refused:
            approve(case)

        assert "#/post_id" == refused.value.more["errors"][0]["pointer"]

    def test_an_internship_has_no_unit(self, in_app):
        _, case = applicant("qiqige", post())

        with pytest.raises(Invalid):
            cases.approve(
                case["id"], seen=version(case), by=staff(BUREAU), wish=Wish(unit=unit("B201"))
            )

    def test_the_last_place_is_given_once_and_others_are_named(self, in_app):
        its, other = post(host(0)), post(host(1))
        first, second = (applicant(name, its)[1] for name in ("one", "two"))
        approve(first)

        with pytest.raises(PostFull) as refused:
            approve(second)

        assert [str(other["id"])] == [each["id"] for each in refused.value.more["open_posts"]]
        assert "SUBMITTED" == status_of(second)
        the_places_agree()

    @pytest.mark.parametrize("how", ["withdraw", "reopen"])
    def test_a_case_that_is_taken_back_or_set_aside_frees_it(self, in_mended_app, how):
        its = post()
        her, case = applicant("qiqige", its)
        approve(case, new_staff("ulanhot", Role.BUREAU_STAFF, county="152201"))

        if how == "withdraw":
            cases.withdraw(case["id"], seen=version(case), by=her)
        else:
            cases.reopen(case["id"], seen=version(case), by=staff(BUREAU), why="复核")

        assert 0 == filled(its)
        assert [its["id"]] == [e["id"] for e in listing.posts(county=None, after=None, limit=9)]
        assert "cancelled" == events()[-1]
        the_places_agree()

    def test_what_is_set_aside_can_be_approved_again(self, in_mended_app):
        its = post()
        _, case = applicant("qiqige", its)
        approve(case, new_staff("ulanhot", Role.BUREAU_STAFF, county="152201"))
        cases.reopen(case["id"], seen=version(case), by=staff(BUREAU), why="复核")

        approve(case)

        assert 1 == filled(its)
        the_places_agree()

    def test_a_rejection_takes_no_place(self, in_app):
        its = post()
        _, case = applicant("qiqige", its)

        why = [Reason.NOT_TARGET_GROUP]
        cases.reject(case["id"], seen=version(case), by=staff(BUREAU), reasons=why)

        assert 0 == filled(its)


class TestSigning:
    def test_the_third_signature_begins_it_whoever_comes_last(self, in_app):
        her, speaks, its = granted()
        waits = []
        for by in (staff(BUREAU), her, speaks):
            its = signed(its, by)
            waits.append(its["waits_for"])

        assert [["applicant", "contact"], ["contact"], []] == waits
        assert "IN_PROGRESS" == fresh(its)["status"]
        assert 6 == len(its["months"])
        assert 2 == messages("begun")

    def test_signing_twice_is_signing_once(self, in_app):
        her, _, its = granted()
        signed(its, her)

        assert ["contact", "decider"] == signed(its, her)["waits_for"]

    def test_any_change_takes_the_signatures_away(self, in_app):
        her, speaks, its = granted()
        old = queries.agreement(its["id"], her)["sha256"]
        for by in (her, speaks):
            its = signed(its, by)

        changed = actions.amend(
            its["id"], seen=its["version"], by=staff(BUREAU), special_terms="提供午餐。"
        )

        assert ["applicant", "contact", "decider"] == changed["waits_for"]
        with pytest.raises(Outdated):
            signed(its, staff(BUREAU), old)

    def test_the_first_day_may_be_moved_and_the_length_stays(self, in_app):
        with on("2027-01-04"):
            _, _, its = granted(months=2)
            changed = actions.amend(
                its["id"],
                seen=its["version"],
                by=staff(BUREAU),
                special_terms="",
                starts_on=date(2027, 1, 31),
            )
            with pytest.raises(Invalid):
                actions.amend(
                    its["id"],
                    seen=changed["version"],
                    by=staff(BUREAU),
                    special_terms="",
                    starts_on=date(2027, 1, 3),
                )

        assert (date(2027, 1, 31), date(2027, 3, 30)) == (changed["starts_on"], changed["ends_on"])

    @pytest.mark.parametrize(("day", "good"), [("2027-01-19", True), ("2027-01-20", False)])
    def test_the_fifteenth_day_is_the_last(self, in_app, day, good):
        with on("2027-01-04"):
            her, _, its = granted()
        with on(day, hour=23):
            if good:
                signed(its, her)
            else:
                with pytest.raises(TooLate):
                    signed(its, her)

    def test_strangers_see_nothing_and_a_contact_does_not_amend(self, in_app):
        _, speaks, its = granted()

        with pytest.raises(NotFound):
            queries.agreement(its["id"], person("stranger"))
        with pytest.raises(NotAllowed):
            actions.amend(its["id"], seen=its["version"], by=speaks, special_terms="")

    def test_an_intern_who_comes_to_speak_for_the_host_does_not_sign_for_it(self, in_app):
        its = host()
        her, case = applicant("qiqige", post(its))
        approve(case)
        contact(its, "qiqige")
        internship = queries.listed(her, status=None, after=None, limit=1)[0]

        assert ["contact", "decider"] == signed(internship, her)["waits_for"]
        assert ["contact", "decider"] == signed(internship, her)["waits_for"]


class TestEndingEarly:
    def ended(self, its: dict, by, last_on: str) -> dict:
        day = date.fromisoformat(last_on)
        seen = fresh(its)["version"]
        return actions.end_early(its["id"], seen=seen, by=by, last_on=day, why="提前创业")

    def test_the_months_that_are_whole_stay_and_the_window_opens(self, in_app):
        with on("2027-01-04"):
            her, _, its = begun(months=6)
        with on("2027-03-10"):
            its = self.ended(its, her, "2027-03-10")

        assert ["2027-01", "2027-02"] == [each["name"] for each in its["months"]]
        assert ("window_open", date(2027, 9, 10)) == (
            its["status"].name.lower(),
            its["window"]["ends_on"],
        )
        assert ["terminated", "window_opened"] == events()[-2:]
        assert "提前创业" == its["ended_why"]

    @pytest.mark.parametrize(
        ("day", "status", "application"),
        [("2027-02-02", "TERMINATED", "LAPSED"), ("2027-02-03", "WINDOW_OPEN", "APPROVED")],
    )
    def test_without_one_whole_month_all_is_over(self, in_app, day, status, application):
        with on("2027-01-04"):
            _, speaks, its = begun()
        with on("2027-02-03"):
            self.ended(its, speaks, day)

        found = fresh(its)
        assert status == found["status"]
        assert application == status_of({"id": its["application_id"]})

    @pytest.mark.parametrize("day", ["2027-01-03", "2027-02-04"])
    def test_the_day_lies_within_and_has_come(self, in_app, day):
        with on("2027-01-04"):
            _, _, its = begun()
        with on("2027-02-03"), pytest.raises(Invalid):
            self.ended(its, staff(BUREAU), day)

    def test_what_has_not_begun_cannot_end(self, in_app):
        her, _, its = granted()

        with pytest.raises(WrongStatus):
            self.ended(its, her, str(clock.today()))

    def test_the_other_side_hears_why(self, in_app):
        with on("2027-01-04"):
            her, _, its = begun()
        with on("2027-03-10"):
            self.ended(its, her, "2027-03-10")

        assert 2 == messages("terminated")
