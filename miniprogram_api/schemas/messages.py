"""What does a message look like?"""

from marshmallow import fields

from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf
from notifications.models import Status


class DeliverySchema(Shown):
    """What became of one push."""

    channel = fields.String(required=True, metadata={"example": "wechat"})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "微信已受理"})


class MessageSchema(Shown):
    """One reader's copy of what happened."""

    id = PublicId(required=True, attribute="public_id")
    event = fields.String(required=True, metadata={"example": "application.approved"})
    title = fields.String(required=True, metadata={"example": "入驻申请已通过"})
    body = fields.String(required=True)
    link = fields.String(required=True)
    created_at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)
    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)


class UnreadSchema(Shown):
    """How much is unread."""

    unread = fields.Integer(required=True, metadata={"example": 1})


MESSAGE_PAGE = page_of(MessageSchema)
