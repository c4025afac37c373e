"""What may be sent to move a case."""

from uuid import UUID

import pytest

from backend.applications.kinds import Fault, Reason
from miniprogram_api.schemas.cases import Approval, Rejection, ReturnForCorrection
from tests.miniprogram_api.schemas.test_applications import PARK, faults


class TestDeciding:
    def test_an_approval_needs_a_unit_only(self):
        assert {
            "unit_id": UUID(PARK),
            "starts_on": None,
            "term_months": None,
            "note": "",
        } == Approval().load({"unit_id": PARK})

    @pytest.mark.parametrize(
        ("name", "answer", "good"),
        [
            ("term_months", 1, True),
            ("term_months", 36, True),
            ("term_months", 0, False),
            ("term_months", 37, False),
            ("note", "言" * 500, True),
            ("note", "言" * 501, False),
            ("starts_on", "2027-01-01", True),
            ("starts_on", "2027-13-01", False),
            ("decided_by", 1, False),
        ],
    )
    def test_the_limits_of_an_approval(self, name, answer, good):
        content = {"unit_id": PARK, name: answer}

        if good:
            Approval().load(content)
        else:
            assert {f"/{name}"} == faults(Approval(), content)

    @pytest.mark.parametrize(
        "reasons",
        [["no_space"], ["no_space", "other"], [reason.name.lower() for reason in Reason]],
        ids=["one", "two", "all"],
    )
    def test_a_rejection_names_its_reasons(self, reasons):
        loaded = Rejection().load({"reasons": reasons})

        assert [Reason[name.upper()] for name in reasons] == loaded["reasons"]

    @pytest.mark.parametrize(
        "reasons",
        [[], None, "no_space", ["dislike"], ["NO_SPACE"], [None], ["other"] * 11],
    )
    def test_a_rejection_without_a_proper_reason_is_none(self, reasons):
        places = faults(Rejection(), {"reasons": reasons})

        assert all(place.startswith("/reasons") for place in places)

    def test_a_rejection_needs_reasons(self):
        assert {"/reasons"} == faults(Rejection(), {"note": "不合适"})


class TestReturning:
    ITEM = {"pointer": "#/sections/project/summary", "fault": "incomplete", "text": "请写明产品"}

    def test_items_come_with_their_fault_and_a_reason_is_for_the_second_round(self):
        loaded = ReturnForCorrection().load({"items": [self.ITEM]})

        assert ("", Fault.INCOMPLETE) == (loaded["why"], loaded["items"][0]["fault"])

    @pytest.mark.parametrize("items", [[], None, {}, "x", [ITEM] * 101])
    def test_at_least_one_item_and_no_more_than_a_hundred(self, items):
        assert {"/items"} == faults(ReturnForCorrection(), {"items": items})

    def test_every_fault_of_every_item_is_named(self):
        items = [self.ITEM | {"fault": "ugly"}, {"text": " "}]

        assert {
            "/items/0/fault",
            "/items/1/fault",
            "/items/1/pointer",
            "/items/1/text",
        } == faults(ReturnForCorrection(), {"items": items})
