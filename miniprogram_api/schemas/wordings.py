"""What do the words look like by which we write, and a card that was tried?"""

from marshmallow import fields

from miniprogram_api.schemas.messages import DeliverySchema
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf, Strict, Text
from notifications.rehearsing import Fate

VERSION = {"example": "3f1c9a0b7d24"}
EVENT = {"example": "application.approved"}
READER = {"example": "applicant"}
READER_LABEL = {"example": "申请人"}
CARD = {"example": "tenancy_result"}
ERRCODE = {"example": 43101}


class KeyWordsSchema(Shown):
    """One key of a card and its words, in which names in braces are filled in."""

    key = fields.String(required=True, metadata={"example": "phrase2"})
    words = fields.String(required=True, metadata={"example": "审核通过"})


class WordingSchema(Shown):
    """A version of the words of a row, or of a card, which has neither event nor reader.

    `since` is null before any process has written by it.
    """

    version = fields.String(required=True, metadata=VERSION)
    since = Moment(required=True, allow_none=True)
    is_current = fields.Boolean(required=True)
    event = fields.String(required=True, allow_none=True, metadata=EVENT)
    reader = fields.String(required=True, allow_none=True, metadata=READER)
    reader_label = fields.String(required=True, allow_none=True, metadata=READER_LABEL)
    template = fields.String(required=True, allow_none=True, metadata=CARD)
    title = fields.String(required=True, metadata={"example": "申请已通过"})
    body = fields.String(required=True, allow_none=True)
    link = fields.String(required=True, allow_none=True)
    keys = fields.List(fields.Nested(KeyWordsSchema), required=True)


class WordingListSchema(Shown):
    """Every row and every card by which we write now."""

    items = fields.List(fields.Nested(WordingSchema), required=True)


class InboxTextSchema(Shown):
    """A message as the inbox shows it."""

    title = fields.String(required=True, metadata={"example": "申请已通过"})
    body = fields.String(required=True)
    link = fields.String(required=True)


class CardKeySchema(KeyWordsSchema):
    """One key of a card with its rule, what is said there, and whether it had to be cut."""

    title = fields.String(required=True, metadata={"example": "审核结果"})
    rule = fields.String(required=True, metadata={"example": "1 至 5 个汉字，不含其他字符"})
    said = fields.String(required=True, metadata={"example": "审核通过"})
    length = fields.Integer(required=True, metadata={"example": 4})
    was_cut = fields.Boolean(required=True)


class CardPreviewSchema(Shown):
    """A card as WeChat would show it; `version` is that of the card."""

    template = fields.String(required=True, metadata=CARD)
    title = fields.String(required=True, metadata={"example": "申请办理结果通知"})
    version = fields.String(required=True, metadata=VERSION)
    keys = fields.List(fields.Nested(CardKeySchema), required=True)


class EarlierWordingSchema(Shown):
    """Words of the same row that were written by before."""

    version = fields.String(required=True, metadata=VERSION)
    since = Moment(required=True)


class MessagePreviewSchema(WordingSchema):
    """A row filled in with the longest names in the records; without a card it has no push."""

    inbox = fields.Nested(InboxTextSchema, required=True)
    card = fields.Nested(CardPreviewSchema, required=True, allow_none=True)
    earlier = fields.List(fields.Nested(EarlierWordingSchema), required=True)


class PhoneInHand(Strict):
    """A fresh code of `wx.login`: whoever is behind it gets the card, and nobody else."""

    code = Text(most=128, required=True, metadata={"example": "0a3b5c"})


class RehearsalSchema(Shown):
    """A card that was tried, and what WeChat said, word for word in `errcode` and `detail`."""

    id = PublicId(required=True)
    event = fields.String(required=True, metadata=EVENT)
    reader = fields.String(required=True, metadata=READER)
    template = fields.String(required=True, metadata=CARD)
    wording = fields.String(required=True, metadata=VERSION)
    status = OneOf(Fate, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "微信未受理"})
    errcode = fields.Integer(required=True, allow_none=True, metadata=ERRCODE)
    detail = fields.String(required=True, allow_none=True)
    meaning = fields.String(required=True, allow_none=True)
    began_at = Moment(required=True)
    settled_at = Moment(required=True)


class SentPushSchema(DeliverySchema):
    """A push with the text that left, its result and, where there is one, the reason."""

    template = fields.String(required=True, metadata=CARD)
    keys = fields.List(fields.Nested(KeyWordsSchema), required=True)
    attempts = fields.Integer(required=True, metadata={"example": 1})
    errcode = fields.Integer(required=True, allow_none=True, metadata=ERRCODE)
    detail = fields.String(required=True, allow_none=True)
    settled_at = Moment(required=True, allow_none=True)


class CaseMessageSchema(InboxTextSchema):
    """One reader's copy as the bureau reads it; `wording` is null where nobody noted it yet."""

    id = PublicId(required=True, attribute="public_id")
    event = fields.String(required=True, metadata=EVENT)
    reader = fields.String(required=True, allow_none=True, metadata=READER)
    reader_label = fields.String(required=True, allow_none=True, metadata=READER_LABEL)
    staff_name = fields.String(required=True, allow_none=True)
    wording = fields.String(required=True, allow_none=True, metadata=VERSION)
    created_at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)
    deliveries = fields.List(fields.Nested(SentPushSchema), required=True)


TOLD_PAGE = page_of(CaseMessageSchema)
