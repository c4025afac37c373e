"""What does a look at a text look like, and what may a person say of it?"""

from marshmallow import fields

from backend.texts.kinds import Place, Settled, Source, Verdict
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf, Strict, Text

WHY = {"example": "简介中有与项目无关的广告，请删去"}


class TextReview(Strict):
    """Harmless, or to be written anew, with words that whoever typed it reads."""

    settled = OneOf(Settled, required=True)
    why = Text(most=500, least=0, lines=True, load_default="", metadata=WHY)


class TextCheckSchema(Shown):
    """What was made of one free text; `subject` is the thing in which it stands."""

    id = PublicId(required=True)
    subject = PublicId(required=True)
    place = OneOf(Place, required=True)
    place_label = Label(required=True, attribute="place", metadata={"example": "申请内容"})
    pointer = fields.String(required=True, metadata={"example": "#/sections/project/summary"})
    field = fields.String(required=True, metadata={"example": "创业项目 · 项目简介"})
    verdict = OneOf(Verdict, required=True)
    verdict_label = Label(required=True, attribute="verdict", metadata={"example": "需人工复核"})
    source = OneOf(Source, required=True)
    source_label = Label(required=True, attribute="source", metadata={"example": "微信内容安全"})
    label = fields.String(required=True, allow_none=True, metadata={"example": "10001"})
    trace_id = fields.String(required=True, allow_none=True, metadata={"example": "60ae1f"})
    at = Moment(required=True)
    settled = OneOf(Settled, required=True, allow_none=True)
    settled_at = Moment(required=True, allow_none=True)
    settled_by = fields.String(
        required=True, allow_none=True, metadata={"example": "演示园区管理员"}
    )
    why = fields.String(required=True, metadata=WHY)
    actions = fields.List(fields.String(), required=True)


TEXT_CHECKS = page_of(TextCheckSchema)
