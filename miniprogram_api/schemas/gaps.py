"""What does a gap look like, with which a case was taken in, and what may be sent to it?"""

from marshmallow import fields, validate

from backend.applications.promises import TO_FOLLOW, TO_FOLLOW_AT_MOST, GapStatus
from miniprogram_api.schemas.shared import Moment, PublicId, Shown
from miniprogram_api.schemas.strict import Label, OneOf, Part, Several, Strict, Text, Whole

LICENCE = {"example": "#/papers/licence"}
WORDS = {"example": "营业执照正在办理，领取后补交"}
WHY = {"example": "照片不清晰，请重新拍摄"}
HASH = {"example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}


class MissingItem(Strict):
    """One thing that may follow."""

    pointer = Text(most=200, required=True, metadata=LICENCE)
    text = Text(most=200, least=0, lines=True, load_default="", metadata=WORDS)


class NewGap(Strict):
    """What may follow, and within how many working days of the promise."""

    items = Several(
        Part(MissingItem),
        required=True,
        validate=validate.Length(1, 20, error="请列出可以后补的每一项"),
    )
    workdays = Whole(least=1, most=TO_FOLLOW_AT_MOST, load_default=TO_FOLLOW)


class GapPromise(Strict):
    """Names the text that she promises, by its SHA-256."""

    sha256 = Text(most=64, required=True, metadata=HASH)


class GapRefusal(Strict):
    """Says what is wrong with what came."""

    why = Text(most=500, required=True, lines=True, metadata=WHY)


class GapItemSchema(Shown):
    """One thing that follows."""

    pointer = fields.String(required=True, metadata=LICENCE)
    label = fields.String(required=True, metadata={"example": "材料 · 营业执照"})
    text = fields.String(required=True, metadata=WORDS)


class CaseGapSchema(Shown):
    """What is missing, what was promised, and until when it has to be there."""

    id = PublicId(required=True)
    status = OneOf(GapStatus, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "已承诺，待补齐"})
    items = fields.List(fields.Nested(GapItemSchema), required=True)
    text = fields.String(required=True)
    sha256 = fields.String(required=True, metadata=HASH)
    workdays = fields.Integer(required=True, metadata={"example": TO_FOLLOW})
    offered_at = Moment(required=True)
    promised_at = Moment(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-12-09"})
    filled_at = Moment(required=True, allow_none=True)
    ended_at = Moment(required=True, allow_none=True)
    why = fields.String(required=True, metadata={"example": ""})
    actions = fields.List(fields.String(), required=True)
