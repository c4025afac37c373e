"""How an offer is answered, an agreement signed, and an application ends with a place."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.errors import (
    AlreadyTenant,
    NotAllowed,
    NotFound,
    Outdated,
    TooLate,
    WrongStatus,
)
from backend.tenancies import actions, queries, sweeping
from tests import records
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    events,
    fresh,
    granted,
    moved_in,
    offers,
    seen,
    settled,
    signed,
    status_of,
    tenancy_of,
    the_books_agree,
    told,
    waits,
)
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


class TestGranting:
    def test_an_approval_makes_a_tenancy_whose_agreement_waits_for_both(self, in_app):
        her, tenancy = granted()

        assert "AGREEMENT_PENDING" == tenancy["status"].name
        assert ["applicant", "decider"] == tenancy["waits_for"]
        assert ["sign"] == tenancy["actions"]
        assert ("2027-01-01", "2027-12-31") == (
            str(tenancy["starts_on"]),
            str(tenancy["ends_on"]),
        )
        assert ["granted"] == events()
        assert {"held": 1, "occupied": 0}.items() <= the_books_agree().items()

    @time_machine.travel(NOW, tick=False)
    def test_it_may_be_signed_until_the_end_of_the_fifteenth_day(self, in_app):
        _, tenancy = granted()

        # 24 November and fifteen days: all of 9 December, in Shanghai.
        assert datetime(2026, 12, 9, 16, tzinfo=UTC) == tenancy["expires_at"]

    def test_a_person_with_a_place_cannot_be_granted_another(self, in_app):
        settled()
        _, second = applicant("qiqige")

        with pytest.raises(AlreadyTenant) as refused:
            approve(second, unit=records.unit("B202"))

        # Nothing private: neither which park, nor since when.
        assert {} == refused.value.more
        assert "恒隆" not in str(refused.value)
        assert "SUBMITTED" == status_of(second)
        the_books_agree()

    def test_a_venture_has_one_place_whoever_asks(self, in_app):
        for name in ("one", "two"):
            _, case = applicant(name)
            change(
                "UPDATE application SET sections = jsonb_set(sections, '{venture}',"
                ' \'{"stage": "registered", "credit_code": "91152201MA0N0TRE41"}\')'
                " WHERE public_id = :id",
                id=case["id"],
            )
            if name == "one":
                approve(case, unit=records.unit("B201"))

        with pytest.raises(AlreadyTenant):
            approve(case, unit=records.unit("B202"))

        assert 1 == one("SELECT count(*) FROM tenancy")


class TestSigning:
    def test_both_sign_the_same_hash_and_the_case_is_closed(self, in_app):
        her, tenancy = granted()
        text = queries.agreement(tenancy["id"], her)

        first = signed(tenancy, her)
        assert ("AGREEMENT_PENDING", ["decider"]) == (first["status"].name, first["waits_for"])
        second = signed(tenancy, staff())

        assert ("ACTIVE", [], None) == (
            second["status"].name,
            second["waits_for"],
            second["expires_at"],
        )
        assert text["sha256"] == queries.agreement(tenancy["id"], staff())["sha256"]
        assert ["granted", "signed", "signed_by_park", "activated"] == events()
        assert "COMPLETED" == one("SELECT status FROM application")
        assert 1 == told("tenancy.activated")
        assert {"held": 0, "occupied": 1}.items() <= the_books_agree().items()

    def test_either_side_may_be_first(self, in_app):
        her, tenancy = granted()

        signed(tenancy, staff())

        assert "ACTIVE" == signed(tenancy, her)["status"].name

    def test_the_text_names_the_unit_the_days_and_the_parties(self, in_app):
        her, tenancy = granted()

        text = queries.agreement(tenancy["id"], her)["text"]

        for word in ("恒隆创业广场", "其其格", "B201", "2027-01-01", "2027-12-31"):
            assert word in text

    def test_another_text_is_not_signed(self, in_app):
        her, tenancy = granted()

        with pytest.raises(Outdated) as refused:
            signed(tenancy, her, "0" * 64)

        assert queries.agreement(tenancy["id"], her)["sha256"] == refused.value.more["current"]
        assert ["applicant", "decider"] == queries.get(tenancy["id"], her)["waits_for"]

    def test_a_changed_text_voids_what_was_signed(self, in_app):
        her, tenancy = granted()
        old = queries.agreement(tenancy["id"], her)["sha256"]
        signed(tenancy, her)

        changed = actions.amend(
            tenancy["id"], seen=fresh(tenancy)["version"], by=staff(), special_terms="车位一个。"
        )

        assert ["applicant", "decider"] == changed["waits_for"]
        text = queries.agreement(tenancy["id"], her)
        assert "车位一个。" in text["text"]
        assert old != text["sha256"]
        assert 1 == told("tenancy.amended")
        with pytest.raises(Outdated):
            signed(tenancy, her, old)

    def test_nobody_else_signs_or_sees_it(self, in_app):
        _, tenancy = granted()

        for by in (person("somebody"), staff("demo-manager-p01")):
            with pytest.raises(NotFound):
                queries.agreement(tenancy["id"], by)
            with pytest.raises(NotFound):
                actions.sign(tenancy["id"], seen=1, by=by, sha256="0" * 64)
        with pytest.raises(NotAllowed):
            actions.sign(tenancy["id"], seen=1, by=staff("demo-bureau"), sha256="0" * 64)

    @pytest.mark.parametrize(("microseconds", "in_time"), [(-1, True), (0, False)])
    def test_the_time_for_signing_ends_at_its_moment(self, in_app, microseconds, in_time):
        with time_machine.travel(NOW, tick=False):
            her, tenancy = granted()
        at = tenancy["expires_at"] + timedelta(microseconds=microseconds)

        with time_machine.travel(at, tick=False):
            if in_time:
                signed(tenancy, her)
            else:
                with pytest.raises(TooLate):
                    signed(tenancy, her)
            sweeping.sweep()

        assert ("AGREEMENT_PENDING" if in_time else "OFFER_LAPSED") == fresh(tenancy)["status"]
        assert ("APPROVED" if in_time else "LAPSED") == one("SELECT status FROM application")
        assert int(not in_time) == told("application.lapsed")
        the_books_agree()

    def test_what_is_signed_by_both_does_not_lapse_once_she_has_moved_in(self, in_app):
        moved_in()

        with time_machine.travel(NOW + timedelta(days=99), tick=False):
            sweeping.sweep()

        assert "ACTIVE" == one("SELECT status FROM tenancy")


class TestAnswering:
    def offered(self) -> tuple:
        """Somebody to whom B201 is offered, and somebody behind her."""
        her, case = waits("first")
        waits("second")
        sweeping.sweep()
        return her, case, tenancy_of(case, her)

    def test_a_unit_that_is_free_is_offered_to_the_first_until_the_office_closes(self, in_app):
        with time_machine.travel(NOW, tick=False):
            her, _, offer = self.offered()

        # Tuesday 24 November and three working days: Friday the 27th, 17:00 in Shanghai.
        assert datetime(2026, 11, 27, 9, tzinfo=UTC) == offer["expires_at"]
        assert ["accept", "decline"] == offer["actions"]
        assert ["applicant"] == offer["waits_for"]
        assert [("OFFERED", "B201", "first")] == offers()
        assert 1 == told("tenancy.offered")
        the_books_agree()

    def test_accepting_lays_out_the_agreement(self, in_app):
        her, case, offer = self.offered()

        taken = actions.accept(offer["id"], seen=offer["version"], by=her)

        assert "AGREEMENT_PENDING" == taken["status"].name
        assert queries.agreement(offer["id"], her)["sha256"]
        assert [] == queries.waiting(case["id"], her)["items"]
        signed(taken, her)
        assert "ACTIVE" == signed(taken, staff())["status"].name
        the_books_agree()

    def test_declining_passes_it_on_in_the_same_moment_and_keeps_the_place(self, in_app):
        her, case, offer = self.offered()

        actions.decline(offer["id"], seen=offer["version"], by=her)

        assert [("DECLINED", "B201", "first"), ("OFFERED", "B201", "second")] == offers()
        (place,) = queries.waiting(case["id"], her)["items"]
        assert (1, None) == (place["rank"], place["rests_since"])
        the_books_agree()

    def test_a_unit_that_was_declined_is_not_offered_again(self, in_app):
        her, _ = waits("only")
        sweeping.sweep()
        (offer,) = queries.listed(her, status=None, after=None, limit=9)
        actions.decline(offer["id"], seen=offer["version"], by=her)

        sweeping.sweep()

        assert [("DECLINED", "B201", "only")] == offers()

    @pytest.mark.parametrize(("microseconds", "in_time"), [(-1, True), (0, False)])
    def test_at_the_moment_of_expiry_either_she_or_the_sweep_wins(
        self, in_app, microseconds, in_time
    ):
        with time_machine.travel(NOW, tick=False):
            her, _, offer = self.offered()
        at = offer["expires_at"] + timedelta(microseconds=microseconds)

        with time_machine.travel(at, tick=False):
            sweeping.lapse(fresh(offer)["id"])
            if in_time:
                actions.accept(offer["id"], seen=offer["version"], by=her)
            else:
                with pytest.raises((Outdated, WrongStatus)):
                    actions.accept(offer["id"], seen=offer["version"], by=her)

        assert ("AGREEMENT_PENDING" if in_time else "OFFER_LAPSED") == fresh(offer)["status"]
        the_books_agree()

    @pytest.mark.parametrize("answer", [actions.accept, actions.decline])
    def test_an_answer_that_comes_late_is_told_since_when(self, in_app, answer):
        with time_machine.travel(NOW, tick=False):
            her, _, offer = self.offered()

        with (
            time_machine.travel(offer["expires_at"], tick=False),
            pytest.raises(TooLate) as refused,
        ):
            answer(offer["id"], seen=offer["version"], by=her)

        assert {"ended_at": "2026-11-27T09:00:00Z"} == refused.value.more
        assert "OFFERED" == fresh(offer)["status"]

    def test_only_she_answers_and_only_with_the_version_she_saw(self, in_app):
        her, _, offer = self.offered()

        with pytest.raises(NotFound):
            actions.accept(offer["id"], seen=offer["version"], by=person("second"))
        with pytest.raises(NotAllowed):
            actions.accept(offer["id"], seen=offer["version"], by=staff())
        with pytest.raises(Outdated):
            actions.accept(offer["id"], seen=offer["version"] + 1, by=her)
        assert "OFFERED" == fresh(offer)["status"]

    def test_a_venture_that_found_a_place_meanwhile_is_told_so(self, in_app):
        her, case, offer = self.offered()
        change("UPDATE tenancy SET credit_code = '91152201MA0N0TRE41'")
        _, other = applicant("other")
        approve(other, unit=records.unit("B202"))
        change(
            "UPDATE tenancy SET credit_code = '91152201MA0N0TRE41' WHERE status ="
            " 'AGREEMENT_PENDING'"
        )

        with pytest.raises(AlreadyTenant):
            actions.accept(offer["id"], seen=offer["version"], by=her)

        assert "OFFERED" == fresh(offer)["status"]
        assert seen(case)
        the_books_agree()


def test_a_refused_approval_leaves_no_trace(in_app):
    granted("one")
    _, second = applicant("two")
    before = look("SELECT id FROM event")

    with pytest.raises(Exception, match="B201"):
        approve(second, unit=records.unit("B201"))

    assert 1 == one("SELECT count(*) FROM tenancy")
    assert before == look("SELECT id FROM event")
