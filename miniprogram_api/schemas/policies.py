"""What goes in and out about the policy itself: benefits, numbers, readings and their changes?"""

from marshmallow import fields

from backend.policies.workflow import Status
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Day, Label, OneOf, Strict, Text, Whole, YesNo

BENEFIT = {"example": "startup_subsidy"}
CLAUSE = {"example": "五（三）"}


class AsOf(Strict):
    """The day asked about; today if none is given."""

    as_of = Day(load_default=None, metadata={"example": "2026-11-23"})


class OptionSchema(Shown):
    """One of the answers or readings there are."""

    value = fields.String(required=True, metadata={"example": "league"})
    label = fields.String(required=True, metadata={"example": "盟市级"})


class AmountSchema(Shown):
    """What a benefit is worth; a floor has no upper figure, a ceiling no lower one."""

    kind = fields.String(required=True, metadata={"example": "at_least"})
    lower = fields.Raw(required=True, allow_none=True, metadata={"example": "10000.00"})
    upper = fields.Raw(required=True, allow_none=True, metadata={"example": None})
    unit = fields.String(required=True, metadata={"example": "yuan"})
    payer = fields.String(required=True, metadata={"example": "unstated"})
    payer_label = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, metadata={"example": "不低于10000元"})


class BenefitSchema(Shown):
    """A benefit in short."""

    id = fields.String(required=True, metadata=BENEFIT)
    title = fields.String(required=True, metadata={"example": "一次性创业补贴"})
    summary = fields.String(required=True)
    clause = fields.String(required=True, metadata=CLAUSE)
    kind = fields.String(required=True, metadata={"example": "benefit"})
    subject = fields.List(fields.String(), required=True)
    amount = fields.Nested(AmountSchema, required=True, allow_none=True)


class AskedOfSchema(Shown):
    """A question behind a benefit."""

    fact = fields.String(required=True, metadata={"example": "is_veteran"})
    label = fields.String(required=True)
    question = fields.String(required=True)
    help = fields.String(required=True, allow_none=True)
    type = fields.String(required=True, metadata={"example": "bool"})
    unit = fields.String(required=True, metadata={"example": ""})
    options = fields.List(fields.Nested(OptionSchema), required=True)
    who = fields.String(required=True, metadata={"example": "self"})
    who_label = fields.String(required=True)


class RulingSchema(Shown):
    """How an unclear clause is read."""

    id = fields.String(required=True, metadata={"example": "waiver_scope"})
    label = fields.String(required=True)
    kind = fields.String(required=True, metadata={"example": "open"})
    in_use = fields.String(required=True, allow_none=True)
    readings = fields.List(fields.Nested(OptionSchema), required=True)
    decided_by = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True)


class ParameterSchema(Shown):
    """A number of the policy, in force on the day asked about; money in yuan."""

    id = fields.String(required=True, metadata={"example": "startup_floor@2022-03-30"})
    name = fields.String(required=True, metadata={"example": "startup_floor"})
    label = fields.String(required=True, metadata={"example": "一次性创业补贴的最低额"})
    scope = fields.String(required=True, metadata={"example": "league"})
    value = fields.Raw(required=True, metadata={"example": "10000.00"})
    unit = fields.String(required=True, metadata={"example": "yuan"})
    text = fields.String(required=True, metadata={"example": "10000.00元"})
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    review_by = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    clause = fields.String(required=True, metadata=CLAUSE)
    verified = fields.Boolean(required=True)


class WholeBenefitSchema(BenefitSchema):
    """A benefit as its page shows it: conditions, papers, steps, readings and numbers."""

    papers = fields.List(fields.String(), required=True, allow_none=True)
    decides = fields.String(required=True, allow_none=True)
    next_step = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    flag_labels = fields.List(fields.String(), required=True)
    conditions = fields.Dict(required=True, metadata={"example": {"op": "all", "value": None}})
    questions = fields.List(fields.Nested(AskedOfSchema), required=True)
    rulings = fields.List(fields.Nested(RulingSchema), required=True)
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)
    points = fields.List(fields.String(), required=True)


class StageSchema(Shown):
    """One stage of the plan; `printed_end` keeps a day that the text has and no calendar."""

    id = fields.String(required=True, metadata={"example": "guidance"})
    label = fields.String(required=True)
    clause = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    printed_end = fields.String(required=True, allow_none=True)
    is_now = fields.Boolean(required=True)


class Proposed(Strict):
    """What every proposal says: from when until when, on what ground, and why."""

    name = Text(most=60, required=True, metadata={"example": "startup_subsidy_county"})
    valid_from = Day(required=True, metadata={"example": "2027-01-01"})
    valid_to = Day(load_default=None, allow_none=True, metadata={"example": "2028-12-31"})
    source = Text(most=1000, required=True, metadata={"example": "盟人社发〔2026〕8号"})
    reason = Text(most=1000, required=True, metadata={"example": "旗县标准已公布"})


class NewParameter(Proposed):
    """A number; money in integer fen, shares in whole percent."""

    scope = Text(most=10, load_default="league", metadata={"example": "152201"})
    value = Whole(least=0, most=10**12, required=True, metadata={"example": 1_500_000})
    unit = Text(most=10, required=True, metadata={"example": "fen"})
    review_by = Day(load_default=None, allow_none=True, metadata={"example": "2027-12-31"})
    clause = Text(most=60, least=0, load_default="", metadata=CLAUSE)
    verified = YesNo(load_default=False)


class NewRuling(Proposed):
    """A reading of an unclear clause."""

    name = Text(most=60, required=True, metadata={"example": "waiver_scope"})
    in_use = Text(most=60, least=0, load_default="", metadata={"example": "park_only"})
    kind = Text(most=20, load_default="decided", metadata={"example": "decided"})
    decided_by = Text(most=1000, least=0, load_default="", metadata={"example": "盟人社局"})
    decided_on = Day(load_default=None, allow_none=True, metadata={"example": "2026-11-20"})


class Dropped(Strict):
    """Why a proposal is taken off the table."""

    why = Text(most=1000, required=True, metadata={"example": "数字有误"})


class PolicyChangeSchema(Shown):
    """A change of the policy's numbers or readings, and what may be done with it."""

    id = PublicId(required=True)
    what = fields.String(required=True, metadata={"example": "parameter"})
    name = fields.String(required=True)
    scope = fields.String(required=True)
    value = fields.Integer(allow_none=True)
    unit = fields.String(allow_none=True)
    in_use = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "待复核"})
    reason = fields.String(required=True)
    source = fields.String(required=True)
    proposed_by_name = fields.String(required=True)
    proposed_at = Moment(required=True)
    confirmed_at = Moment(required=True, allow_none=True)
    is_mine = fields.Boolean(required=True)
    actions = fields.List(fields.String(), required=True)


class CellSchema(Shown):
    """How many people, by county and group ("" is everybody); null for fewer than ten."""

    county = fields.String(required=True, allow_none=True, metadata={"example": "152201"})
    group = fields.String(required=True, metadata={"example": "veteran"})
    people = fields.Integer(required=True, allow_none=True, metadata={"example": 12})


class ShiftSchema(Shown):
    """Who would gain and who would lose one benefit."""

    benefit = fields.String(required=True, metadata=BENEFIT)
    title = fields.String(required=True)
    gained = fields.List(fields.Nested(CellSchema), required=True)
    lost = fields.List(fields.Nested(CellSchema), required=True)
    repriced = fields.List(fields.Nested(CellSchema), required=True)
    not_counted = fields.String(required=True)


class PreviewSchema(Shown):
    """Whom a change would touch on a day; nobody is named."""

    as_of = fields.Date(required=True)
    shifts = fields.List(fields.Nested(ShiftSchema), required=True)


BENEFITS = page_of(BenefitSchema)
PARAMETERS = page_of(ParameterSchema)
STAGES = page_of(StageSchema)
CHANGES = page_of(PolicyChangeSchema)
