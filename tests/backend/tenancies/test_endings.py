"""What is given up with an application, said beforehand and done at once."""

import pytest
import time_machine

from backend.cases import actions as cases
from backend.cases import publicity
from backend.cases import sweeping as deadlines
from backend.errors import NotFound, WrongStatus
from backend.tenancies import queries, sweeping
from tests.backend.tenancies.stage import (
    applicant,
    granted,
    join,
    offers,
    seen,
    settled,
    signed,
    status_of,
    the_books_agree,
    waits,
)
from tests.records import one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def consequences(her, case: dict) -> tuple:
    told = queries.consequences(case["id"], her)
    frees = told["frees"] and told["frees"]["unit_code"]
    return told["may_withdraw"], frees, told["passes_on"], len(told["waiting"])


def withdraw(her, case: dict) -> dict:
    return cases.withdraw(case["id"], seen=seen(case), by=her)


class TestConsequences:
    def test_a_granted_unit_is_named_and_whether_somebody_waits_for_it(self, in_app):
        her, tenancy = granted()
        case = {"id": tenancy["application_id"]}
        assert (True, "B201", False, 0) == consequences(her, case)

        waits("next")

        assert (True, "B201", True, 0) == consequences(her, case)

    def test_places_on_lists_are_named(self, in_app):
        her, case = applicant("qiqige")
        join(case, her)
        join(case, her, park="P01", choice=2)

        assert (True, None, False, 2) == consequences(her, case)

    def test_an_offer_is_named_and_the_one_to_whom_it_was_made_does_not_wait_for_it(self, in_app):
        her, case = waits("first")
        sweeping.sweep()
        assert (True, "B201", False, 1) == consequences(her, case)

        waits("second")
        assert (True, "B201", True, 1) == consequences(her, case)

    def test_whoever_has_moved_in_cannot_withdraw(self, in_app):
        her, tenancy = settled()
        case = {"id": tenancy["application_id"]}

        assert (False, "B201", False, 0) == consequences(her, case)
        with pytest.raises(WrongStatus):
            withdraw(her, case)

    def test_asking_changes_nothing_and_is_hers_alone(self, in_app):
        her, tenancy = granted()
        before = one("SELECT count(*) FROM event")

        consequences(her, {"id": tenancy["application_id"]})

        assert before == one("SELECT count(*) FROM event")
        for by in (person("somebody"), staff()):
            with pytest.raises(NotFound):
                queries.consequences(tenancy["application_id"], by)


class TestGivingUp:
    def test_a_withdrawal_does_what_was_said(self, in_app):
        her, tenancy = granted()
        waits("next")

        withdraw(her, {"id": tenancy["application_id"]})

        assert [("CANCELLED", "B201", "qiqige"), ("OFFERED", "B201", "next")] == offers()
        the_books_agree()

    def test_an_offer_passes_on_with_a_withdrawal(self, in_app):
        her, case = waits("first")
        waits("second")
        sweeping.sweep()

        withdraw(her, case)

        assert [("CANCELLED", "B201", "first"), ("OFFERED", "B201", "second")] == offers()
        assert "CLOSED" == one("SELECT why_left FROM waiting_entry WHERE left_at IS NOT NULL")
        the_books_agree()

    def test_a_decision_set_aside_frees_the_unit_and_keeps_the_place_on_the_list(self, in_app):
        her, case = waits("first")
        waits("second")
        sweeping.sweep()

        cases.reopen(case["id"], seen=seen(case), by=staff("demo-bureau"), why="材料有疑问")

        assert [("CANCELLED", "B201", "first"), ("OFFERED", "B201", "second")] == offers()
        assert "SUBMITTED" == status_of(case)
        assert 1 == len(queries.waiting(case["id"], her)["items"])
        the_books_agree()

    def test_an_objection_that_is_upheld_passes_the_unit_on(self, in_app):
        her, tenancy = granted()
        case = {"id": tenancy["application_id"]}
        waits("next")
        publicity.publicise(case["id"], seen=seen(case), by=staff())
        board = one("SELECT public_id FROM publicity")
        objected = publicity.object_to(board, words="并非本人项目", by=person("somebody"))

        publicity.answer(objected["id"], upheld=True, answer="属实", by=staff("demo-bureau"))

        assert [("CANCELLED", "B201", "qiqige"), ("OFFERED", "B201", "next")] == offers()
        the_books_agree()

    def test_nobody_loses_a_unit_over_a_signature_while_the_decision_is_published(self, in_app):
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            her, tenancy = granted()
            case = {"id": tenancy["application_id"]}
            publicity.publicise(case["id"], seen=seen(case), by=staff())
        with time_machine.travel(tenancy["expires_at"], tick=False):
            sweeping.sweep()
            assert [("AGREEMENT_PENDING", "B201", "qiqige")] == offers()

    def test_nothing_is_signed_while_the_decision_is_published(self, in_app):
        """With both signatures the case would be completed, which a published one cannot be."""
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            her, tenancy = granted()
            case = {"id": tenancy["application_id"]}
            publicity.publicise(case["id"], seen=seen(case), by=staff())

            for by in (her, staff()):
                shown = queries.get(tenancy["id"], by)
                assert "sign" not in shown["actions"]
                with pytest.raises(WrongStatus, match="公示期满后再签署"):
                    signed(tenancy, by)

        # Five working days after the day of publication: until Tuesday 1 December.
        with time_machine.travel("2026-12-02T02:00:00Z", tick=False):
            deadlines.sweep()
            for by in (her, staff()):
                signed(tenancy, by)

        assert [("ACTIVE", "B201", "qiqige")] == offers()

    def test_without_anybody_waiting_the_unit_is_free(self, in_app):
        her, tenancy = granted()

        withdraw(her, {"id": tenancy["application_id"]})

        assert 0 == one("SELECT count(*) FROM holding")
        the_books_agree()
