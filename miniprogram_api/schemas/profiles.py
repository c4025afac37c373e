"""What goes in and out about a person's own facts?"""

from marshmallow import fields

from miniprogram_api.schemas.screenings import Told
from miniprogram_api.schemas.shared import Shown, page_of
from miniprogram_api.schemas.strict import Day, Strict


class Declared(Strict):
    """Facts as the person declares them; null takes one back."""

    facts = Told(required=True)
    observed_on = Day(load_default=None, allow_none=True, metadata={"example": "2026-11-23"})


class FactSchema(Shown):
    """What counts about a person, who says so and since when."""

    name = fields.String(required=True, metadata={"example": "is_veteran"})
    label = fields.String(required=True, metadata={"example": "是退役军人"})
    value = fields.Raw(required=True, allow_none=True, metadata={"example": True})
    source = fields.String(required=True, allow_none=True, metadata={"example": "self"})
    source_label = fields.String(required=True, allow_none=True, metadata={"example": "本人申报"})
    observed_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"example": "known"})
    state_label = fields.String(required=True, metadata={"example": "有效"})


FACTS = page_of(FactSchema)
