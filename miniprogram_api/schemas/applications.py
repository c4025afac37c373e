"""What does an application look like, and what may be sent to change it?

The input of each section is built from the table in `backend.applications.forms`, so that a new
question there is a new field here and in the OpenAPI document.
"""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from backend.applications.forms import NAMED_BY, misplaced
from backend.applications.kinds import TERMS, Fault, Kind, Reason
from backend.applications.questions import FORMS, Field, Section, Type
from backend.applications.suggestions import Origin
from backend.applications.workflow import Status
from miniprogram_api.schemas.gaps import HASH, CaseGapSchema
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import (
    REQUIRED,
    CreditCode,
    Day,
    Id,
    Label,
    Money,
    OneOf,
    Part,
    Phone,
    Strict,
    Text,
    Whole,
    YesNo,
)

LONG_TEXT = 200
A_COUNTY = {"description": "旗县市代码，如 152201；入驻申请填写 park_id", "example": None}
BY_SECTION = {"additionalProperties": {"type": "object"}}
A_SECTION = {"applicant": {"name": "其其格", "phone": "13800138000"}}


def _input(field: Field) -> fields.Field[Any]:
    """Return the input field of one question; a draft may leave every one open."""
    open_: dict[str, Any] = {
        "allow_none": True,
        "load_default": None,
        "metadata": {"description": field.label, **field.shown},
    }
    makers: dict[Type, Any] = {
        Type.TEXT: lambda: Text(most=field.most, lines=field.most > LONG_TEXT, **open_),
        Type.PHONE: lambda: Phone(**open_),
        Type.CREDIT_CODE: lambda: CreditCode(**open_),
        Type.CHOICE: lambda: OneOf(field.choices, raw=True, **open_),  # type: ignore[arg-type]
        Type.WHOLE: lambda: Whole(least=field.least, most=field.most, **open_),
        Type.DAY: lambda: Day(**open_),
        Type.MONEY: lambda: Money(most=field.most, **open_),
        Type.YES_NO: lambda: YesNo(**open_),
        Type.CONSENT: lambda: YesNo(**open_),
    }
    made: fields.Field[Any] = makers[field.kind]()
    return made


def _section_schema(section: Section) -> type[Schema]:
    name = f"{section.name.title()}Section"
    return Strict.from_dict({field.name: _input(field) for field in section.fields}, name=name)


def _part(section: Section) -> fields.Field[Any]:
    kinds = "、".join(kind.value for kind in Kind if section in FORMS[kind])
    return Part(_section_schema(section), metadata={"description": f"{section.label}（{kinds}）"})


# Each section of any kind once; which of them a kind has is asked when the kind is known.
Sections = Strict.from_dict(
    {section.name: _part(section) for sections in FORMS.values() for section in sections},
    name="Sections",
)


class ChangedApplication(Strict):
    """Replaces the sections that it names and leaves the others alone.

    A tenancy is asked of a park, everything else of the bureau of a county.
    """

    park_id = Id(load_default=None)
    jurisdiction_code = Text(most=6, load_default=None, metadata=A_COUNTY)
    sections = Part(Sections, load_default=dict, metadata={"example": A_SECTION})


class NewApplication(ChangedApplication):
    """Begins a draft; sections may come with it or later."""

    kind = OneOf(Kind, required=True)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def belongs(self, content: dict[str, Any], sent: dict[str, Any], **kwargs: Any) -> None:
        """Refuse what this kind does not have, and ask for its office, beside any other fault."""
        if "kind" not in content:
            return
        office = {name: content.get(name) for name in NAMED_BY.values()}
        asked = NAMED_BY[TERMS[content["kind"]].office]
        is_there = sent.get(asked) is not None
        faults: dict[str, Any] = {} if is_there else {asked: [REQUIRED["required"]]}
        for each in misplaced(content["kind"], office, content.get("sections", {})):
            place, _, inner = each["pointer"].removeprefix("#/").partition("/")
            words = [each["detail"]]
            faults[place] = {**faults.get(place, {}), inner: words} if inner else words
        if faults:
            raise ValidationError(faults)


class Submission(Strict):
    """Hands a draft in; names what is promised for later, if anything, by its SHA-256."""

    may_be_absent = True
    promise = Text(most=64, load_default=None, allow_none=True, metadata=HASH)


class GapAnswers(Strict):
    """The answers that were promised for later."""

    sections = Part(Sections, load_default=dict, metadata={"example": {}})


class ApplicationQuery(Paging):
    """Narrows the list of applications."""

    status = OneOf(Status, load_default=None)


class MissingSchema(Shown):
    """One thing that is still to be filled in."""

    pointer = fields.String(required=True, metadata={"example": "#/sections/applicant/phone"})
    label = fields.String(required=True, metadata={"example": "申请人 · 联系电话"})
    may_follow = fields.Boolean(required=True, metadata={"example": False})


class HolderSchema(Shown):
    """Who has to act now."""

    party = fields.String(required=True, metadata={"example": "decider"})
    label = fields.String(required=True, metadata={"example": "恒隆创业广场管理员"})
    phone = fields.String(required=True, allow_none=True)


class ReasonSchema(Shown):
    """A coded reason for a refusal, and the words that explain it to the applicant."""

    code = OneOf(Reason, required=True)
    label = fields.String(required=True, metadata={"example": "暂无合适场地"})
    text = fields.String(required=True, metadata={"example": "申请的时间段内没有合适的场地。"})


class CodedFaultSchema(Shown):
    """Why something has to be put right, and the words suggested to whoever asks for it."""

    code = OneOf(Fault, required=True)
    label = fields.String(required=True, metadata={"example": "内容不完整"})
    text = fields.String(required=True, metadata={"example": "此项内容不够完整，请补充。"})


class DecisionSchema(Shown):
    """What was decided and why; it takes effect once nothing promised is missing."""

    at = Moment(required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    note = fields.String(required=True)
    effective = fields.Boolean(required=True, metadata={"example": True})


class GrantedUnitSchema(Shown):
    """The unit that was granted; the last day is included."""

    id = PublicId(required=True)
    code = fields.String(required=True, metadata={"example": "A101"})
    starts_on = fields.Date(required=True, metadata={"example": "2026-12-01"})
    ends_on = fields.Date(required=True, metadata={"example": "2027-11-30"})


class StandingSchema(Shown):
    """Where a case stands, who holds it, since when and until when."""

    id = PublicId(required=True)
    number = fields.String(required=True, metadata={"example": "RZ-2026-000123"})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "已提交，待审核"})
    held_by = fields.Nested(HolderSchema, required=True, allow_none=True)
    held_since = Moment(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-11-30"})
    legal_due_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-12-21"})
    days_note = fields.String(required=True, allow_none=True, metadata={"example": None})


class ApplicationSchema(StandingSchema):
    """An application as the caller may see it."""

    kind = OneOf(Kind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "入驻申请"})
    park_id = PublicId(required=True, allow_none=True)
    park_name = fields.String(required=True, allow_none=True, metadata={"example": "恒隆创业广场"})
    jurisdiction_code = fields.String(required=True, metadata={"example": "152201"})
    office = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    actions = fields.List(fields.String(), required=True)
    restorable_until = fields.Date(required=True, allow_none=True, metadata={"example": None})
    sections = fields.Dict(required=True, metadata=BY_SECTION)
    missing = fields.List(fields.Nested(MissingSchema), required=True)
    created_at = Moment(required=True)
    submitted_at = Moment(required=True, allow_none=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)
    unit = fields.Nested(GrantedUnitSchema, required=True, allow_none=True)
    gap = fields.Nested(CaseGapSchema, required=True, allow_none=True)
    handler = fields.String(required=True, allow_none=True, metadata={"example": "演示园区管理员"})
    verdict = fields.Dict(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class HappenedSchema(Shown):
    """One line of the timeline."""

    at = Moment(required=True)
    event = fields.String(required=True, metadata={"example": "submitted"})
    label = fields.String(required=True, metadata={"example": "提交申请"})
    by = fields.String(required=True, metadata={"example": "申请人"})
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)


class SuggestionSchema(Shown):
    """An answer that is known already, where it comes from, and of which day it is."""

    pointer = fields.String(required=True, metadata={"example": "#/sections/applicant/name"})
    label = fields.String(required=True, metadata={"example": "申请人 · 姓名"})
    value = fields.Raw(required=True, metadata={"example": "其其格"})
    origin = OneOf(Origin, required=True)
    origin_label = Label(required=True, attribute="origin", metadata={"example": "以往申请"})
    number = fields.String(required=True, allow_none=True, metadata={"example": "RZ-2026-000123"})
    on = fields.Date(required=True, metadata={"example": "2026-11-23"})


SUGGESTIONS = page_of(SuggestionSchema)


class ItemSchema(Shown):
    """One thing that has to be put right, and why."""

    pointer = fields.String(required=True, metadata={"example": "#/sections/project/summary"})
    label = fields.String(required=True, metadata={"example": "创业项目 · 项目简介"})
    fault = OneOf(Fault, required=True)
    fault_label = fields.String(required=True, metadata={"example": "内容不完整"})
    text = fields.String(required=True, metadata={"example": "请写明产品和销路"})


class ChangeSchema(Shown):
    """A field that is no longer as it was when the correction was asked for."""

    pointer = fields.String(required=True, metadata={"example": "#/sections/project/summary"})
    label = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class CorrectionSchema(Shown):
    """One round of putting right."""

    round = fields.Integer(required=True, metadata={"example": 1})
    items = fields.List(fields.Nested(ItemSchema), required=True)
    why = fields.String(required=True)
    asked_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    answered = fields.Boolean(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class TimelineSchema(StandingSchema):
    """What happened, oldest first, what comes next, and how long like cases took."""

    usual_workdays = fields.Integer(required=True, allow_none=True, metadata={"example": 4})
    corrections = fields.List(fields.Nested(CorrectionSchema), required=True)
    gaps = fields.List(fields.Nested(CaseGapSchema), required=True)
    items = fields.List(fields.Nested(HappenedSchema), required=True)


class ReasonListSchema(Shown):
    """All coded reasons: those for a refusal and, apart, those for asking for a correction."""

    items = fields.List(fields.Nested(ReasonSchema), required=True)
    corrections = fields.List(fields.Nested(CodedFaultSchema), required=True)


APPLICATION_PAGE = page_of(ApplicationSchema)
