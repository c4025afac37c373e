"""What goes in and out about the opinions of other offices?"""

from marshmallow import fields

from backend.cases.kinds import TO_ADVISE, TO_ADVISE_AT_MOST, Heard
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Id, Label, OneOf, Strict, Text, Whole, YesNo

QUESTION = {"example": "该项目是否符合贵园区的产业方向？"}
WORDS = {"example": "符合，建议入驻"}


class NewOpinion(Strict):
    """Which office is asked what: a park or, by its code, the bureau of a county."""

    park_id = Id(load_default=None)
    county = Text(most=6, load_default=None, metadata={"example": "152222"})
    question = Text(most=1000, required=True, lines=True, metadata=QUESTION)
    due_in = Whole(
        least=1, most=TO_ADVISE_AT_MOST, load_default=TO_ADVISE, metadata={"example": TO_ADVISE}
    )


class GivenOpinion(Strict):
    """What the office thinks; null where it takes no side."""

    in_favour = YesNo(load_default=None, allow_none=True)
    words = Text(most=1000, required=True, lines=True, metadata=WORDS)


class OpinionSchema(Shown):
    """What an office was asked and has said; silence is no agreement."""

    id = PublicId(required=True)
    application_id = PublicId(required=True)
    office = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    status = OneOf(Heard, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "等待答复"})
    question = fields.String(required=True, metadata=QUESTION)
    asked_by = fields.String(required=True, metadata={"example": "演示园区管理员"})
    asked_at = Moment(required=True)
    due_on = fields.Date(required=True, metadata={"example": "2026-11-27"})
    in_favour = fields.Boolean(required=True, allow_none=True)
    words = fields.String(required=True, allow_none=True)
    given_by = fields.String(required=True, allow_none=True)
    given_at = Moment(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)


OPINIONS = page_of(OpinionSchema)
