"""What goes in and out when somebody asks what she may have?"""

from typing import Any

from marshmallow import fields

from miniprogram_api.schemas.policies import AmountSchema, OptionSchema
from miniprogram_api.schemas.shared import Moment, Shown
from miniprogram_api.schemas.strict import REQUIRED, Day, Several, Strict, Text

TOLD = {"is_veteran": True, "loan_amount": "100000.00", "reg_date": "2022-05-10"}


class Told(fields.Dict):
    """Facts by name, as the engine reads them: null or absence is "not known"."""

    default_error_messages = {**REQUIRED, "invalid": "应为对象"}

    def __init__(self, **kwargs: Any):
        """Document one example."""
        super().__init__(
            keys=fields.String(), metadata={"example": TOLD, "additionalProperties": {}}, **kwargs
        )

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        return value


class Asked(Strict):
    """Facts, and the day they are asked about; today if none is given."""

    as_of = Day(load_default=None, allow_none=True, metadata={"example": "2023-05-10"})
    facts = Told(load_default=dict)


class AskedOn(Asked):
    """Facts, and those that the person could not tell."""

    skipped = Several(
        Text(most=60, metadata={"example": "employment_difficulty"}), load_default=list
    )


class Supposed(Asked):
    """Facts, and what some of them would become."""

    changes = Told(required=True)


class GapSchema(Shown):
    """What is missing for a definite answer, and who can tell."""

    kind = fields.String(required=True, metadata={"example": "fact"})
    name = fields.String(required=True, metadata={"example": "bank_credit_good"})
    label = fields.String(required=True, metadata={"example": "银行信用良好"})
    who = fields.String(required=True, metadata={"example": "bank"})
    who_label = fields.String(required=True, allow_none=True, metadata={"example": "银行"})
    reason = fields.String(required=True, metadata={"example": "unknown"})
    question = fields.String(required=True, allow_none=True)


class StepSchema(Shown):
    """One thing to do on the way to a yes."""

    kind = fields.String(required=True, metadata={"example": "change"})
    fact = fields.String(required=True, metadata={"example": "other_workers_employed"})
    to = fields.Raw(required=True, allow_none=True, metadata={"example": 1})
    on = fields.Date(required=True, allow_none=True, metadata={"example": None})
    words = fields.String(required=True, metadata={"example": "带动就业人数：达到1"})


class TurnSchema(Shown):
    """The day on which the answer becomes another one if only time passes."""

    on = fields.Date(required=True, metadata={"example": "2023-05-11"})
    becomes = fields.Boolean(required=True, allow_none=True)
    becomes_label = fields.String(required=True, metadata={"example": "不符合"})


class AmountReadingSchema(Shown):
    """What one way to read a clause would pay, while nobody has confirmed which one holds."""

    ruling = fields.String(required=True, metadata={"example": "wage_date"})
    label = fields.String(required=True)
    reading = fields.String(required=True, metadata={"example": "each_month"})
    reading_label = fields.String(required=True)
    in_use = fields.Boolean(required=True)
    amount = fields.Nested(AmountSchema, required=True)


class ResultSchema(Shown):
    """The answer of one benefit, with its reasons, its gaps and its days."""

    benefit = fields.String(required=True, metadata={"example": "startup_subsidy"})
    title = fields.String(required=True, metadata={"example": "一次性创业补贴"})
    summary = fields.String(required=True)
    clause = fields.String(required=True, metadata={"example": "五（三）"})
    subject = fields.List(fields.String(), required=True)
    value = fields.Boolean(required=True, allow_none=True)
    value_label = fields.String(required=True, metadata={"example": "符合"})
    applicable = fields.Boolean(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    flag_labels = fields.List(fields.String(), required=True)
    amount = fields.Nested(AmountSchema, required=True, allow_none=True)
    amount_readings = fields.List(fields.Nested(AmountReadingSchema), required=True)
    missing = fields.List(fields.Nested(GapSchema), required=True)
    tree = fields.Dict(required=True, metadata={"example": {"op": "all", "value": True}})
    remedies = fields.List(fields.List(fields.String()), required=True)
    ways = fields.List(fields.List(fields.Nested(StepSchema)), required=True)
    next_change = fields.Nested(TurnSchema, required=True, allow_none=True)
    first_day = fields.Date(required=True, allow_none=True)
    last_day = fields.Date(required=True, allow_none=True)
    papers = fields.List(fields.String(), required=True, allow_none=True)
    decides = fields.String(required=True, allow_none=True)
    next_step = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    used_parameters = fields.List(fields.String(), required=True)
    used_rulings = fields.List(fields.String(), required=True)


class ScreenSchema(Shown):
    """Every benefit at once: what is met first, then what closes soonest."""

    as_of = fields.Date(required=True, metadata={"example": "2023-05-10"})
    policy = fields.String(required=True, metadata={"example": "xingan_2022@0f1e2d3c4b5a"})
    results = fields.List(fields.Nested(ResultSchema), required=True)


class QuestionSchema(Shown):
    """A question in plain words, and for which benefits it is asked."""

    fact = fields.String(required=True, metadata={"example": "is_veteran"})
    label = fields.String(required=True)
    question = fields.String(required=True, metadata={"example": "您当过兵吗？"})
    help = fields.String(required=True, allow_none=True)
    type = fields.String(required=True, metadata={"example": "bool"})
    unit = fields.String(required=True, metadata={"example": ""})
    options = fields.List(fields.Nested(OptionSchema), required=True)
    who = fields.String(required=True, metadata={"example": "self"})
    who_label = fields.String(required=True)
    benefits = fields.List(fields.String(), required=True)
    because = fields.String(required=True)


class GroupSchema(Shown):
    """Questions that can be asked as one: which of these is so? What is not so is sent as false."""

    id = fields.String(required=True, metadata={"example": "who"})
    question = fields.String(required=True, metadata={"example": "下面哪些说的是您？"})
    help = fields.String(required=True, allow_none=True)
    facts = fields.List(fields.Nested(QuestionSchema), required=True)


class NextSchema(Shown):
    """The question that settles most, alone and with its like, and how far the answers are."""

    question = fields.Nested(QuestionSchema, required=True, allow_none=True)
    group = fields.Nested(GroupSchema, required=True, allow_none=True)
    questions_left = fields.Integer(required=True)
    settled = fields.Integer(required=True)
    open = fields.Integer(required=True)


class SideSchema(Shown):
    """A verdict and what it is worth."""

    value = fields.Boolean(required=True, allow_none=True)
    value_label = fields.String(required=True)
    amount = fields.Nested(AmountSchema, required=True, allow_none=True)


class DifferenceSchema(Shown):
    """One benefit before and after."""

    benefit = fields.String(required=True)
    title = fields.String(required=True)
    changed = fields.Boolean(required=True)
    before = fields.Nested(SideSchema, required=True)
    after = fields.Nested(SideSchema, required=True)


class WhatIfSchema(Shown):
    """What some changes would do: those benefits first that they would change."""

    as_of = fields.Date(required=True)
    policy = fields.String(required=True)
    results = fields.List(fields.Nested(DifferenceSchema), required=True)


class SavedSchema(Shown):
    """The token that opens a screening; it is shown only here."""

    token = fields.String(required=True, metadata={"example": "k3J9vQ0aYw"})
    created_at = Moment(required=True)
    expires_at = Moment(required=True)


class KeptScreeningSchema(ScreenSchema):
    """A screening that was kept, answered anew."""

    facts = fields.Dict(required=True, metadata={"example": TOLD})
    expires_at = Moment(required=True)
    claimed = fields.Boolean(required=True)


class ClaimedSchema(Shown):
    """What a claim has taken over, what was newer already, and what does not fit any more."""

    taken = fields.List(fields.String(), required=True)
    kept = fields.List(fields.String(), required=True)
    left = fields.List(fields.String(), required=True)
