"""What goes out about policies that concern somebody?"""

from marshmallow import fields

from backend.matches.kinds import Cause, What
from miniprogram_api.schemas.screenings import ResultSchema
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf

DAY = {"example": "2026-11-29"}
PAGE = {"example": "pages/applications/new?kind=startup_subsidy"}


class ButtonSchema(Shown):
    """One tap: its words, and the page it opens."""

    label = fields.String(required=True, metadata={"example": "去申请"})
    page = fields.String(required=True, metadata=PAGE)


class MatchItemSchema(Shown):
    """One policy: what has become of it, why, since when, until when, and the whole answer."""

    benefit = fields.String(required=True, metadata={"example": "startup_subsidy"})
    what = OneOf(What, required=True)
    what_label = Label(required=True, attribute="what", metadata={"example": "现在符合"})
    cause = OneOf(Cause, required=True)
    cause_label = Label(required=True, attribute="cause", metadata={"example": "日期到了"})
    why = fields.String(required=True, metadata={"example": "2026-11-29 起营业执照已满12个月"})
    on = fields.Date(required=True, allow_none=True, metadata=DAY)
    closes_on = fields.Date(required=True, allow_none=True, metadata=DAY)
    answer = fields.Nested(ResultSchema, required=True)
    button = fields.Nested(ButtonSchema, required=True)


class MatchSchema(Shown):
    """Everything that somebody was told at once."""

    id = PublicId(required=True)
    policy = fields.String(required=True, metadata={"example": "xingan_2022@0f1e2d3c4b5a"})
    as_of = fields.Date(required=True, metadata=DAY)
    found_at = Moment(required=True)
    items = fields.List(fields.Nested(MatchItemSchema), required=True)


MATCH_PAGE = page_of(MatchSchema)
