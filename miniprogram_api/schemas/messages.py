"""What does a message look like, and what does WeChat's dialog give back?"""

from enum import Enum
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.notices.kinds import Topic
from miniprogram_api.schemas.shared import Moment as At
from miniprogram_api.schemas.shared import PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf, Part, Several, Strict
from notifications.grants import Answer
from notifications.models import Status
from notifications.preferences import Wish
from notifications.templates import TEMPLATES, Moment

Names = Enum("Names", {name.upper(): name for name in TEMPLATES})  # type: ignore[misc]


def _each_once(answers: list[dict[str, Any]]) -> None:
    if len({each["template"] for each in answers}) < len(answers):
        raise ValidationError("同一模板只能出现一次")


def _each_topic_once(topics: list[Topic]) -> None:
    if len(set(topics)) < len(topics):
        raise ValidationError("同一主题只能出现一次")


class OneAnswer(Strict):
    """What the dialog gave back for one template."""

    template = OneOf(Names, raw=True, required=True, metadata={"example": "tenancy_result"})
    answer = OneOf(Answer, required=True, metadata={"example": "accept"})


class Subscription(Strict):
    """All that one dialog gave back."""

    answers = Several(
        Part(OneAnswer),
        required=True,
        validate=[
            validate.Length(1, 5, error="应有 1 至 5 项"),
            _each_once,
        ],
    )


class LeftSchema(Shown):
    """How many cards of a template she has left, as far as we know."""

    template = fields.String(required=True, metadata={"example": "tenancy_result"})
    left = fields.Integer(required=True, metadata={"example": 1})


class LeftListSchema(Shown):
    """What is left of each template that was asked for."""

    items = fields.List(fields.Nested(LeftSchema), required=True)


class TemplateSchema(Shown):
    """A card that may be asked for; `template_id` is its number at WeChat."""

    name = fields.String(required=True, metadata={"example": "tenancy_result"})
    template_id = fields.String(required=True)
    title = fields.String(required=True, metadata={"example": "申请办理结果通知"})
    left = fields.Integer(required=True, metadata={"example": 0})


class AskingSchema(Shown):
    """After which tap to ask for which cards: at most three, as every WeChat takes them."""

    moment = OneOf(Moment, required=True)
    moment_label = Label(required=True, attribute="moment", metadata={"example": "提交申请之后"})
    templates = fields.List(fields.Nested(TemplateSchema), required=True)


class AskingListSchema(Shown):
    """Every tap after which may be asked."""

    items = fields.List(fields.Nested(AskingSchema), required=True)


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
    created_at = At(required=True)
    read_at = At(required=True, allow_none=True)
    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)


class UnreadSchema(Shown):
    """How much is unread."""

    unread = fields.Integer(required=True, metadata={"example": 1})


class WantedSchema(Shown):
    """Whether, and how, she wants to hear of a topic."""

    topic = OneOf(Topic, required=True)
    topic_label = Label(required=True, attribute="topic", metadata={"example": "补贴申报"})
    wanted = fields.Boolean(required=True)
    wish = OneOf(Wish, required=True)
    wish_label = Label(required=True, attribute="wish", metadata={"example": "每周汇总"})


class PreferencesSchema(Shown):
    """Every topic of notices. What concerns her own case she is always told."""

    items = fields.List(fields.Nested(WantedSchema), required=True)


class Wishes(Strict):
    """The topics of which she does not want to hear, and those for her digest of the week."""

    muted = Several(
        OneOf(Topic),
        required=True,
        validate=_each_topic_once,
        metadata={"example": ["activity"]},
    )
    weekly = Several(
        OneOf(Topic),
        load_default=list,
        validate=_each_topic_once,
        metadata={"example": ["policy", "space"]},
    )

    @validates_schema
    def refuse_two_wishes(self, given: dict[str, Any], **_: Any) -> None:
        """Refuse a topic for the digest that she does not want at all."""
        both = set(given["muted"]) & set(given["weekly"])
        if both:
            raise ValidationError("同一主题不能既不接收又每周汇总", "weekly")


MESSAGE_PAGE = page_of(MessageSchema)
