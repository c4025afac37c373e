"""How does an audience read, whom would a notice reach, and what became of them?"""

from typing import Any

from marshmallow import fields

from miniprogram_api.schemas.shared import Moment, Shown
from miniprogram_api.schemas.strict import REQUIRED, Instant, Label, OneOf, Strict
from notifications.reach import Reach

AUDIENCE = {"all": [{"group": "graduate"}, {"benefit": "startup_subsidy", "result": "unknown"}]}
COUNTY = {"example": "152201"}
MANY = {"example": 120}
TITLE = {"example": "一次性创业补贴开始申报"}
SUMMARY = {"example": "首次创业且正常经营满一年的高校毕业生等群体可以申报。"}


class Said(fields.Dict):
    """An audience: `all`, `any` and `not` around groups, counties, stages and results."""

    default_error_messages = {**REQUIRED, "invalid": "应为对象"}

    def __init__(self, **kwargs: Any):
        """Document one example."""
        metadata = {"example": AUDIENCE, "additionalProperties": {}}
        super().__init__(keys=fields.String(), metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        return value


class AtMoment(Strict):
    """When it would leave; now if nothing is said."""

    at = Instant(load_default=None, metadata={"example": "2026-12-01T01:00:00Z"})


class ReachedCellSchema(Shown):
    """People of a county and group ("" is everybody); null for fewer than ten."""

    county = fields.String(required=True, allow_none=True, metadata=COUNTY)
    group = fields.String(required=True, metadata={"example": "veteran"})
    people = fields.Integer(required=True, allow_none=True, metadata=MANY)


class WouldReachSchema(ReachedCellSchema):
    """How many of a cell a push would reach."""

    reachable = fields.Integer(required=True, allow_none=True, metadata=MANY)


class ReachSchema(Shown):
    """How many a notice would reach in one way, or why not."""

    reach = OneOf(Reach, required=True)
    reach_label = Label(required=True, attribute="reach", metadata={"example": "可以推送"})
    people = fields.Integer(required=True, metadata=MANY)


class SampleSchema(Shown):
    """The notice as one of its readers would have it; `card` is empty where nothing is pushed."""

    reach = OneOf(Reach, required=True)
    reach_label = Label(required=True, attribute="reach", metadata={"example": "可以推送"})
    title = fields.String(required=True, metadata=TITLE)
    body = fields.String(required=True, metadata=SUMMARY)
    link = fields.String(required=True)
    card = fields.Dict(required=True, metadata={"example": {"thing1": "一次性创业补贴开始申报"}})


class AudienceSchema(Shown):
    """Whom a notice is for, and how it would reach them at a moment."""

    at = Moment(required=True)
    frozen = fields.Boolean(required=True)
    urgent_why = fields.String(required=True, metadata={"example": ""})
    people = fields.Integer(required=True, metadata=MANY)
    by_reach = fields.List(fields.Nested(ReachSchema), required=True)
    quiet = fields.Integer(required=True, metadata=MANY)
    cells = fields.List(fields.Nested(WouldReachSchema), required=True)
    samples = fields.List(fields.Nested(SampleSchema), required=True)


class BecameSchema(Shown):
    """How many stand at one state."""

    state = fields.String(required=True, metadata={"example": "accepted"})
    state_label = fields.String(required=True, metadata={"example": "微信已受理"})
    people = fields.Integer(required=True, metadata=MANY)


class HasReachedSchema(ReachedCellSchema):
    """What became of a cell."""

    sent = fields.Integer(required=True, allow_none=True, metadata=MANY)
    delivered = fields.Integer(required=True, allow_none=True, metadata=MANY)
    opened = fields.Integer(required=True, allow_none=True, metadata=MANY)
    acted = fields.Integer(required=True, allow_none=True, metadata=MANY)


class ReportSchema(Shown):
    """What became of everybody for whom a notice is; `states` add up to `people`."""

    people = fields.Integer(required=True, metadata=MANY)
    states = fields.List(fields.Nested(BecameSchema), required=True)
    sent = fields.Integer(required=True, metadata=MANY)
    delivered = fields.Integer(required=True, metadata=MANY)
    opened = fields.Integer(required=True, metadata=MANY)
    acted = fields.Integer(required=True, metadata=MANY)
    cells = fields.List(fields.Nested(HasReachedSchema), required=True)
