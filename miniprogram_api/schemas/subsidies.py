"""What do subsidies and their money look like?"""

from marshmallow import fields, validate

from backend.applications.questions import MOST_MONEY
from backend.subsidies.kinds import MOST_LINES, Ground, SubsidyKind, WhyNot
from backend.subsidies.workflow import Status
from miniprogram_api.schemas.applications import HolderSchema
from miniprogram_api.schemas.claims import (
    A_FEW,
    AMOUNT,
    CODE,
    DAY,
    FIRM,
    FLOOR,
    PARK,
    BasisSchema,
    ClaimReturnSchema,
    SubsidyLineSchema,
    WhyNotSchema,
)
from miniprogram_api.schemas.policies import CLAUSE
from miniprogram_api.schemas.screenings import GapSchema
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Day, Id, Label, Money, OneOf, Part, Several, Strict, Text

NUMBER, KIND = {"example": "FH-2026-000123"}, {"example": "创业孵化补贴"}
A_REASON = validate.Length(1, len(WhyNot), error="至少选择一个原因")
MOST = MOST_LINES * MOST_MONEY


class SubsidyQuery(Paging):
    """Narrows the list of subsidies."""

    kind = OneOf(SubsidyKind, load_default=None)
    status = OneOf(Status, load_default=None)


class GrantedLine(Strict):
    """What is granted for one line; it may be left out where the policy names the very sum."""

    line_id = Id(required=True)
    amount = Money(most=MOST_MONEY, load_default=None, metadata=AMOUNT)


class NewGrant(Strict):
    """What is granted to a person, or for each accepted line of a claim."""

    amount = Money(most=MOST_MONEY, load_default=None, metadata=FLOOR)
    lines = Several(Part(GrantedLine), load_default=list, validate=A_FEW)


class SubsidyReason(Strict):
    """Why."""

    why = Text(most=500, required=True, lines=True, metadata={"example": "请核对金额"})


class SubsidyRefusal(Strict):
    """Why nothing is paid."""

    reasons = Several(OneOf(WhyNot), required=True, validate=A_REASON)
    note = Text(most=500, least=0, lines=True, load_default="")


class NewPayment(Strict):
    """What was paid, on which day, and under which number of the treasury; no account number."""

    amount = Money(most=MOST, required=True, metadata=FLOOR)
    paid_on = Day(required=True, metadata=DAY)
    voucher = Text(most=60, required=True, metadata={"example": "财拨 2026-0815"})


class NewRecovery(Strict):
    """What came back, when, and for which reason."""

    amount = Money(most=MOST, required=True, metadata=FLOOR)
    recovered_on = Day(required=True, metadata=DAY)
    ground = OneOf(Ground, required=True)
    why = Text(most=500, least=0, lines=True, load_default="")


class SubsidySchema(Shown):
    """A subsidy as the caller may see it."""

    id = PublicId(required=True)
    kind = OneOf(SubsidyKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata=KIND)
    number = fields.String(required=True, metadata=NUMBER)
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "已拨付"})
    actions = fields.List(fields.String(), required=True)
    application_id = PublicId(required=True, allow_none=True)
    park_id = PublicId(required=True, allow_none=True)
    park_name = fields.String(required=True, allow_none=True, metadata=PARK)
    applicant = fields.String(required=True, allow_none=True, metadata={"example": "其其格"})
    venture = fields.String(required=True, allow_none=True, metadata=FIRM)
    office = fields.String(required=True, metadata={"example": "乌兰浩特市人社局"})
    held_by = fields.Nested(HolderSchema, required=True, allow_none=True)
    held_since = Moment(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata=DAY)
    expected = fields.String(required=True, allow_none=True, metadata={"example": "拨付"})
    amount = fields.String(required=True, allow_none=True, metadata=FLOOR)
    created_at = Moment(required=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class SubsidyRefusedSchema(Shown):
    """Why nothing is paid."""

    reasons = fields.List(fields.Nested(WhyNotSchema), required=True)
    note = fields.String(required=True)


class SubsidyVerdictSchema(Shown):
    """What the rule says by what is known today; it informs, a person decides."""

    benefit = fields.String(required=True, metadata={"example": "startup_subsidy"})
    title = fields.String(required=True, metadata={"example": "一次性创业补贴"})
    clause = fields.String(required=True, metadata=CLAUSE)
    value = fields.Boolean(required=True, allow_none=True)
    value_label = fields.String(required=True, metadata={"example": "还不能确定"})
    flags = fields.List(fields.String(), required=True)
    flag_labels = fields.List(fields.String(), required=True)
    missing = fields.List(fields.Nested(GapSchema), required=True)
    as_of = fields.String(required=True, metadata=DAY)
    policy = fields.String(required=True)


class SubsidyPaymentSchema(Shown):
    """What was paid."""

    amount = fields.String(required=True, metadata=FLOOR)
    paid_on = fields.Date(required=True, metadata=DAY)
    voucher = fields.String(required=True, metadata={"example": "财拨 2026-0815"})


class SubsidyRecoverySchema(Shown):
    """What came back, and why."""

    amount = fields.String(required=True, metadata=FLOOR)
    recovered_on = fields.Date(required=True, metadata=DAY)
    ground = OneOf(Ground, required=True)
    ground_label = Label(required=True, attribute="ground", metadata={"example": "材料不属实"})
    why = fields.String(required=True)


class WholeSubsidySchema(SubsidySchema):
    """A subsidy with its lines, the bounds it rests on, and what was paid and came back."""

    credit_code = fields.String(required=True, allow_none=True, metadata=CODE)
    basis = fields.Nested(BasisSchema, required=True, allow_none=True)
    verdict = fields.Nested(SubsidyVerdictSchema, required=True, allow_none=True)
    lines = fields.List(fields.Nested(SubsidyLineSchema), required=True)
    returned = fields.List(fields.Nested(ClaimReturnSchema), required=True)
    refused = fields.Nested(SubsidyRefusedSchema, required=True, allow_none=True)
    payment = fields.Nested(SubsidyPaymentSchema, required=True, allow_none=True)
    recovery = fields.Nested(SubsidyRecoverySchema, required=True, allow_none=True)


SUBSIDY_PAGE = page_of(SubsidySchema)
