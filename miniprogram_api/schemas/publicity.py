"""What goes in and out about decisions that are published, and objections to them?"""

from marshmallow import fields

from backend.applications.kinds import PUBLISHED, PUBLISHED_AT_LEAST
from backend.applications.workflow import Status
from backend.cases.kinds import Publishable
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf, Strict, Text, Whole, YesNo

WORDS = {"example": "该项目并未在园区经营"}


class NewPublicity(Strict):
    """For how many working days."""

    workdays = Whole(
        least=PUBLISHED_AT_LEAST, most=30, load_default=PUBLISHED, metadata={"example": PUBLISHED}
    )


class BoardQuery(Paging):
    """Pages of the board."""


class NewObjection(Strict):
    """What is wrong with the decision."""

    words = Text(most=1000, required=True, lines=True, metadata=WORDS)


class ObjectionAnswer(Strict):
    """Whether the objection is right, and what was found."""

    upheld = YesNo(required=True)
    answer = Text(
        most=1000, required=True, lines=True, metadata={"example": "经现场核查，经营正常"}
    )


class PublishedSchema(Shown):
    """A decision as anybody may read it; `ends_on` is null while it stands still."""

    id = PublicId(required=True)
    number = fields.String(required=True, metadata={"example": "RZ-2026-000123"})
    kind = OneOf(Publishable, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "入驻申请"})
    name = fields.String(required=True, metadata={"example": "其**"})
    entity = fields.String(required=True)
    park_name = fields.String(required=True, allow_none=True, metadata={"example": "恒隆创业广场"})
    county_name = fields.String(required=True, metadata={"example": "乌兰浩特市"})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "公示中"})
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class ObjectionSchema(Shown):
    """An objection and what came of it."""

    id = PublicId(required=True)
    publicity_id = PublicId(required=True)
    words = fields.String(required=True, metadata=WORDS)
    raised_at = Moment(required=True)
    answered_at = Moment(required=True, allow_none=True)
    upheld = fields.Boolean(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)


BOARD = page_of(PublishedSchema)
OBJECTIONS = page_of(ObjectionSchema)
