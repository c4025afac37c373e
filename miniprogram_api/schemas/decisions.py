"""What goes in and out about a decision: its grounds, its replay, and the overrides?"""

from marshmallow import fields

from backend.profiles.evidence import Source
from miniprogram_api.schemas.policies import (
    BENEFIT,
    CLAUSE,
    AmountSchema,
    ParameterSchema,
    RulingSchema,
)
from miniprogram_api.schemas.profiles import FactSchema
from miniprogram_api.schemas.screenings import Told
from miniprogram_api.schemas.shared import PUBLIC_ID, Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Day, Id, OneOf, Strict, Text, Whole, YesNo

YES = {"example": "符合"}


class NewDecision(Strict):
    """On which application and about which benefit; as of today if no day is given."""

    application_id = Id(required=True, metadata=PUBLIC_ID)
    benefit = Text(most=60, required=True, metadata=BENEFIT)
    as_of = Day(load_default=None, allow_none=True, metadata={"example": "2026-11-23"})


class Found(Strict):
    """What was found out, by which kind of evidence, where it stands and for which day."""

    facts = Told(required=True)
    source = OneOf(Source, required=True, metadata={"example": "document"})
    observed_on = Day(load_default=None, allow_none=True, metadata={"example": "2026-11-23"})
    evidence = Text(most=200, least=0, load_default="", metadata={"example": "退役军人优待证"})


class FindingSchema(FactSchema):
    """What counts about an applicant, and what she says where that is something else."""

    declared = fields.Raw(required=True, allow_none=True)


class NewOverride(Strict):
    """The verdict that is to stand, why, and how many overrides the caller saw."""

    verdict = YesNo(required=True, metadata={"example": True})
    reason = Text(most=1000, required=True, metadata={"example": "现场核实符合条件"})
    seen = Whole(least=0, required=True, metadata={"example": 0})


class GroundFactSchema(Shown):
    """A fact that a decision rested on, who said so, since when, and whether it counted."""

    name = fields.String(required=True, metadata={"example": "is_veteran"})
    label = fields.String(required=True, metadata={"example": "是退役军人"})
    value = fields.Raw(required=True, allow_none=True, metadata={"example": True})
    source = fields.String(required=True, metadata={"example": "document"})
    source_label = fields.String(required=True, metadata={"example": "证明材料"})
    observed_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"example": "known"})


class OverrideSchema(Shown):
    """A verdict that took the place of another, and why."""

    number = fields.Integer(required=True, metadata={"example": 1})
    verdict = fields.Boolean(required=True)
    verdict_label = fields.String(required=True, metadata=YES)
    reason = fields.String(required=True)
    by_name = fields.String(required=True)
    overridden_at = Moment(required=True)


class ReplaySchema(Shown):
    """Whether value, amount and tree still come out as they were written down."""

    value_same = fields.Boolean(required=True)
    amount_same = fields.Boolean(required=True)
    tree_same = fields.Boolean(required=True)


class OutcomeSchema(Shown):
    """By which policy, on which day, it came to what."""

    as_of = fields.Date(required=True)
    policy = fields.String(required=True, metadata={"example": "xingan_2022@0f1e2d3c4b5a"})
    value = fields.Boolean(required=True, allow_none=True)
    value_label = fields.String(required=True, metadata=YES)
    amount = fields.Nested(AmountSchema, required=True, allow_none=True)


class ChangedConditionSchema(Shown):
    """A condition that comes out otherwise today."""

    code = fields.String(required=True, metadata={"example": "is_veteran"})
    label = fields.String(required=True)
    before = fields.Boolean(required=True, allow_none=True)
    before_label = fields.String(required=True, metadata=YES)
    after = fields.Boolean(required=True, allow_none=True)
    after_label = fields.String(required=True, metadata=YES)


class TodaySchema(OutcomeSchema):
    """What the same facts come to today, and what differs."""

    changed = fields.Boolean(required=True)
    conditions = fields.List(fields.Nested(ChangedConditionSchema), required=True)
    forgotten = fields.List(fields.String(), required=True)


class ShortDecisionSchema(OutcomeSchema):
    """A decision in a line; `verdict` is the one that stands."""

    id = PublicId(required=True)
    benefit = fields.String(required=True, metadata=BENEFIT)
    title = fields.String(required=True, metadata={"example": "一次性创业补贴"})
    made_at = Moment(required=True)
    verdict = fields.Boolean(required=True, allow_none=True)
    verdict_label = fields.String(required=True, metadata=YES)


class RecordedDecisionSchema(ShortDecisionSchema):
    """A decision with all that it rested on."""

    application_id = fields.UUID(required=True, allow_none=True, metadata=PUBLIC_ID)
    clause = fields.String(required=True, metadata=CLAUSE)
    scope = fields.String(required=True, metadata={"example": "152201"})
    flags = fields.List(fields.String(), required=True)
    flag_labels = fields.List(fields.String(), required=True)
    tree = fields.Dict(required=True, metadata={"example": {"op": "all", "value": True}})
    facts = fields.List(fields.Nested(GroundFactSchema), required=True)
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)
    rulings = fields.List(fields.Nested(RulingSchema), required=True)
    overrides = fields.List(fields.Nested(OverrideSchema), required=True)
    replay = fields.Nested(ReplaySchema, required=True)
    today = fields.Nested(TodaySchema, required=True)
    actions = fields.List(fields.String(), required=True)


class OverriddenSchema(Shown):
    """How often verdicts about one benefit were set aside."""

    benefit = fields.String(required=True, metadata=BENEFIT)
    title = fields.String(required=True, metadata={"example": "一次性创业补贴"})
    times = fields.Integer(required=True, metadata={"example": 3})


OVERRIDDEN = page_of(OverriddenSchema)
FINDINGS = page_of(FindingSchema)
SHORT_DECISIONS = page_of(ShortDecisionSchema)
