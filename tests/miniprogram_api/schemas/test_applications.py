"""What may be sent of an application: the form's table, held on both sides of every limit."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from marshmallow import ValidationError

from backend.applications.kinds import Kind
from backend.applications.questions import FORMS, Industry, Type, VentureStage
from backend.applications.workflow import Status
from backend.parks.kinds import UnitKind
from miniprogram_api.schemas.applications import (
    ApplicationQuery,
    ApplicationSchema,
    ChangedApplication,
    NewApplication,
)

PARK = "01a209ab-789e-7115-9929-516fe6646dfc"


def sent(section: str, field: str, answer: Any) -> Any:
    """What becomes of one answer in an otherwise empty draft."""
    loaded = NewApplication().load(
        {"kind": "tenancy", "park_id": PARK, "sections": {section: {field: answer}}}
    )
    return loaded["sections"][section][field]


def faults(schema, content: Any) -> set[str]:
    """The places of all faults, as JSON pointers."""
    with pytest.raises(ValidationError) as refused:
        schema.load(content)
    return set(_places(refused.value.normalized_messages()))


def _places(messages: dict, pointer: str = "") -> Any:
    for name, inner in messages.items():
        if isinstance(inner, dict):
            yield from _places(inner, f"{pointer}/{name}")
        else:
            yield f"{pointer}/{name}"


class TestTheForm:
    @pytest.mark.parametrize(
        ("section", "field", "answer", "expected"),
        [
            ("applicant", "name", "其", "其"),
            ("applicant", "name", "名" * 50, "名" * 50),
            ("applicant", "name", " 阿·其其格 ", "阿·其其格"),
            ("applicant", "phone", "13800138000", "13800138000"),
            ("applicant", "phone", "+86 138-0013-8000", "13800138000"),
            ("applicant", "phone", "0482-8266490", "0482-8266490"),
            ("venture", "stage", "planned", "planned"),
            ("venture", "stage", "registered", "registered"),
            ("venture", "name", "名" * 100, "名" * 100),
            ("project", "title", "题" * 50, "题" * 50),
            ("project", "industry", "ecommerce", "ecommerce"),
            ("project", "summary", "第一行\n第二行", "第一行\n第二行"),
            ("project", "summary", "字" * 1000, "字" * 1000),
            ("project", "team_size", 1, 1),
            ("project", "team_size", 500, 500),
            ("space", "unit_kind", "office", "office"),
            ("space", "floor_area_m2", 1, 1),
            ("space", "floor_area_m2", 100_000, 100_000),
            ("space", "starts_on", "2027-02-28", date(2027, 2, 28)),
            ("space", "term_months", 1, 1),
            ("space", "term_months", 36, 36),
            ("declaration", "truthful", True, True),
            ("declaration", "truthful", False, False),
        ],
    )
    def test_what_fits_is_taken(self, section, field, answer, expected):
        assert expected == sent(section, field, answer)

    @pytest.mark.parametrize(
        ("section", "field", "answer"),
        [
            ("applicant", "name", "名" * 51),
            ("applicant", "name", "   "),
            ("applicant", "name", "两\n行"),
            ("applicant", "name", 7),
            ("applicant", "phone", "1380013800"),
            ("applicant", "phone", "138001380000"),
            ("applicant", "phone", "12800138000"),
            ("applicant", "phone", 13800138000),
            ("venture", "stage", "PLANNED"),
            ("venture", "stage", "尚未注册"),
            ("venture", "name", "名" * 101),
            ("venture", "credit_code", "911522010000000000"),
            ("venture", "credit_code", "x"),
            ("project", "title", "题" * 51),
            ("project", "industry", "farming"),
            ("project", "summary", "字" * 1001),
            ("project", "summary", "\t"),
            ("project", "team_size", 0),
            ("project", "team_size", 501),
            ("project", "team_size", "3"),
            ("project", "team_size", 2.5),
            ("project", "team_size", True),
            ("space", "unit_kind", "castle"),
            ("space", "floor_area_m2", 0),
            ("space", "floor_area_m2", 100_001),
            ("space", "starts_on", "2027-02-29"),
            ("space", "starts_on", "2027-2-1"),
            ("space", "starts_on", "20270201"),
            ("space", "starts_on", "1899-12-31"),
            ("space", "starts_on", "2101-01-01"),
            ("space", "term_months", 0),
            ("space", "term_months", 37),
            ("declaration", "truthful", "true"),
            ("declaration", "truthful", 1),
        ],
    )
    def test_what_does_not_fit_is_refused_at_its_place(self, section, field, answer):
        content = {"kind": "tenancy", "park_id": PARK, "sections": {section: {field: answer}}}

        assert {f"/sections/{section}/{field}"} == faults(NewApplication(), content)

    @pytest.mark.parametrize(
        ("section", "field"),
        [(section.name, field.name) for section in FORMS[Kind.TENANCY] for field in section.fields],
    )
    def test_a_draft_may_leave_every_answer_open(self, section, field):
        assert sent(section, field, None) is None

    @pytest.mark.parametrize(
        ("section", "field", "terms"),
        [
            ("venture", "stage", VentureStage),
            ("project", "industry", Industry),
            ("space", "unit_kind", UnitKind),
        ],
    )
    def test_every_term_of_a_choice_may_be_chosen(self, section, field, terms):
        for term in terms:
            assert term.name.lower() == sent(section, field, term.name.lower())

    def test_the_input_asks_what_the_form_asks_and_nothing_else(self):
        sections = NewApplication().fields["sections"].schema.fields

        assert {
            section.name: {field.name for field in section.fields}
            for sections in FORMS.values()
            for section in sections
        } == {name: set(field.schema.fields) for name, field in sections.items()}

    def test_every_question_is_described_by_its_label(self):
        sections = NewApplication().fields["sections"].schema.fields
        for section in FORMS[Kind.TENANCY]:
            for field in section.fields:
                described = sections[section.name].schema.fields[field.name].metadata
                assert field.label == described["description"]

    def test_every_type_of_question_has_an_input(self):
        asked = {f.kind for sections in FORMS.values() for each in sections for f in each.fields}

        assert set(Type) == asked

    def test_all_faults_are_named_at_once(self):
        content = {
            "kind": "loan",
            "park_id": "not an id",
            "status": "approved",
            "sections": {
                "applicant": {"name": "", "openid": "o"},
                "space": {"term_months": 99},
                "verdict": {},
            },
        }

        assert {
            "/kind",
            "/park_id",
            "/status",
            "/sections/applicant/name",
            "/sections/applicant/openid",
            "/sections/space/term_months",
            "/sections/verdict",
        } == faults(NewApplication(), content)


class TestBeginningAndChanging:
    def test_a_draft_may_begin_with_a_park_alone(self):
        loaded = NewApplication().load({"kind": "tenancy", "park_id": PARK})

        assert (Kind.TENANCY, UUID(PARK), {}) == (
            loaded["kind"],
            loaded["park_id"],
            loaded["sections"],
        )

    def test_a_kind_is_required_and_the_office_that_goes_with_it(self):
        assert {"/kind"} == faults(NewApplication(), {})
        assert {"/park_id"} == faults(NewApplication(), {"kind": "tenancy"})
        for kind in ("guarantee_loan", "startup_subsidy", "internship"):
            assert {"/jurisdiction_code"} == faults(NewApplication(), {"kind": kind})

    def test_what_another_kind_has_is_named_beside_any_other_fault(self):
        content = {
            "kind": "guarantee_loan",
            "park_id": PARK,
            "sections": {"space": {}, "loan": {"amount": 100000}, "applicant": {}},
        }

        assert {
            "/park_id",
            "/jurisdiction_code",
            "/sections/space",
            "/sections/loan/amount",
        } == faults(NewApplication(), content)

    @pytest.mark.parametrize(
        "park", ["", "7", PARK.replace("-", ""), "{" + PARK + "}", None, 7, PARK + "0"]
    )
    def test_a_park_is_named_by_its_public_id(self, park):
        assert {"/park_id"} == faults(NewApplication(), {"kind": "tenancy", "park_id": park})

    def test_a_change_may_name_nothing_a_park_or_a_section(self):
        nothing = {"park_id": None, "jurisdiction_code": None, "sections": {}}

        assert nothing == ChangedApplication().load({})
        assert UUID(PARK) == ChangedApplication().load({"park_id": PARK})["park_id"]

    @pytest.mark.parametrize(
        "name",
        ["id", "number", "kind", "status", "applicant_id", "version", "decided_at", "verdict"],
    )
    def test_a_change_touches_nothing_but_park_and_sections(self, name):
        """MA-01 to MA-07."""
        assert {f"/{name}"} == faults(ChangedApplication(), {name: 1})


class TestListing:
    @pytest.mark.parametrize("status", list(Status))
    def test_by_status(self, status):
        assert status is ApplicationQuery().load({"status": status.name.lower()})["status"]

    @pytest.mark.parametrize("status", ["", "DRAFT", "open", "已提交"])
    def test_another_status_is_refused_and_never_taken_for_all(self, status):
        assert {"/status"} == faults(ApplicationQuery(), {"status": status})


def test_what_goes_out_bears_terms_and_labels():
    shown = ApplicationSchema(only=("kind", "kind_label", "status", "status_label")).dump(
        {"kind": Kind.TENANCY, "status": Status.SUBMITTED}
    )

    assert {
        "kind": "tenancy",
        "kind_label": "入驻申请",
        "status": "submitted",
        "status_label": "已提交，待审核",
    } == shown
