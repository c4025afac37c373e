"""What goes in and out about codes, links, and how often they were opened?"""

from marshmallow import fields

from backend.codes.kinds import CodeKind
from miniprogram_api.schemas.shared import PUBLIC_ID, Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Id, Label, OneOf, Strict, Text

WHERE = {"example": "乌兰浩特站出站口"}
TOKEN = {"example": "7cQ2mVxN0aLp"}
PARK = {"example": "恒隆创业广场"}


class NewEntryCode(Strict):
    """What it leads to, and what it is for; a park's own code needs the park."""

    kind = OneOf(CodeKind, required=True)
    park_id = Id(load_default=None, allow_none=True, metadata=PUBLIC_ID)
    label = Text(most=60, least=0, load_default="", metadata=WHERE)


class ScannedCode(Strict):
    """What stood in the scene of the page."""

    token = Text(most=32, required=True, metadata=TOKEN)


class OpenedCodeSchema(Shown):
    """Where to go."""

    kind = OneOf(CodeKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "海报码"})
    park_id = PublicId(required=True, allow_none=True)
    park_name = fields.String(required=True, allow_none=True, metadata=PARK)
    page = fields.String(required=True, metadata={"example": "pages/index/index"})


class EntryCodeSchema(Shown):
    """A code, and how often it was opened in all."""

    id = PublicId(required=True)
    token = fields.String(required=True, metadata=TOKEN)
    kind = OneOf(CodeKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "海报码"})
    label = fields.String(required=True, metadata=WHERE)
    park_id = PublicId(required=True, allow_none=True)
    park_name = fields.String(required=True, allow_none=True, metadata=PARK)
    opens = fields.Integer(required=True, metadata={"example": 42})
    is_drawn = fields.Boolean(required=True)
    link = fields.String(
        required=True, allow_none=True, metadata={"example": "https://wxaurl.cn/Xy1"}
    )
    link_expires_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    created_by = fields.String(required=True, metadata={"example": "演示园区管理员"})
    revoked_at = Moment(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class DaySchema(Shown):
    """How often a code was opened on a day."""

    day = fields.Date(required=True, metadata={"example": "2026-11-29"})
    opens = fields.Integer(required=True, metadata={"example": 7})


class WholeEntryCodeSchema(EntryCodeSchema):
    """A code, and how often it was opened on each day."""

    days = fields.List(fields.Nested(DaySchema), required=True)


CODE_PAGE = page_of(EntryCodeSchema)
