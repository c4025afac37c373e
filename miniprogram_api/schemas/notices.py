"""What does a notice look like to those who write it, and to everybody once it is published?"""

import re
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate

from backend.applications.kinds import Kind
from backend.notices.kinds import Topic
from backend.notices.workflow import Status
from miniprogram_api.schemas.audiences import (
    AUDIENCE,
    COUNTY,
    MANY,
    SUMMARY,
    TITLE,
    ReportSchema,
    Said,
)
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import (
    Day,
    Instant,
    Label,
    OneOf,
    Part,
    Several,
    Strict,
    Text,
    Whole,
    YesNo,
)
from notifications.models import Status as Sent

URGENT = {"example": "12月2日起停电，当日窗口不办理业务"}
_HTTPS = re.compile(r"https://[!-~]+")


def _each_once(topics: list[Topic]) -> None:
    if len(set(topics)) < len(topics):
        raise ValidationError("同一主题只能出现一次")


class Address(Text):
    """Where on the web something is, by a connection that nobody can change."""

    default_error_messages = {"address": "请填写以 https:// 开头的网址"}

    def __init__(self, **kwargs: Any):
        """Limit the length."""
        super().__init__(most=500, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, *args, **kwargs)
        try:
            host = urlsplit(address).hostname
        except ValueError:
            host = None
        if not host or not _HTTPS.fullmatch(address):
            raise self.make_error("address")
        return address


class LinkedFile(Strict):
    """A document on a site of the government."""

    title = Text(most=60, required=True, metadata={"example": "申报表"})
    url = Address(required=True, metadata={"example": "https://rsj.xam.gov.cn/forms/1.pdf"})


class NoticeWords(Strict):
    """What a notice says, and to whom."""

    title = Text(most=40, required=True, metadata=TITLE)
    summary = Text(most=120, required=True, metadata=SUMMARY)
    body = Text(most=10_000, lines=True, required=True, metadata=SUMMARY)
    clause = Text(most=60, least=0, load_default="", metadata={"example": "五（三）"})
    attachments = Several(
        Part(LinkedFile),
        load_default=list,
        validate=validate.Length(0, 10, error="最多 10 项"),
    )
    topics = Several(
        OneOf(Topic),
        required=True,
        validate=[validate.Length(1, 3, error="应有 1 至 3 项"), _each_once],
    )
    in_force_from = Day(load_default=None, allow_none=True, metadata={"example": "2026-12-01"})
    in_force_until = Day(load_default=None, allow_none=True, metadata={"example": "2027-12-31"})
    acts_on = OneOf(Kind, load_default=None, allow_none=True)
    audience = Said(required=True)
    urgent_why = Text(most=200, least=0, load_default="", metadata=URGENT)


class NewNotice(NoticeWords):
    """A notice of the league or of one county."""

    scope = Text(most=10, load_default="league", metadata=COUNTY)


class PeopleCounted(Strict):
    """For how many people the second person has seen that it is, and whether it is urgent."""

    people = Whole(least=0, required=True, metadata=MANY)
    urgent = YesNo(load_default=False, metadata={"example": False})


class Sending(Strict):
    """When it begins to leave; at once where nothing is said."""

    send_at = Instant(
        load_default=None, allow_none=True, metadata={"example": "2026-12-01T01:00:00Z"}
    )


class NoticeStopped(Strict):
    """Why a notice does not go on."""

    why = Text(most=500, required=True, metadata={"example": "金额有误"})


class NoticeQuery(Paging):
    """Pages of notices."""


class PublishedQuery(Paging):
    """Narrows what is published; every word of `q` has to be there."""

    q = Text(most=60, load_default=None, metadata={"example": "补贴"})
    topic = OneOf(Topic, load_default=None)
    county = Text(most=6, load_default=None, metadata=COUNTY)
    in_force_on = Day(load_default=None, metadata={"example": "2026-12-01"})


class FileLinkSchema(Shown):
    """A document to be read besides."""

    title = fields.String(required=True, metadata={"example": "申报表"})
    url = fields.String(required=True, metadata={"example": "https://rsj.xam.gov.cn/forms/1.pdf"})


class NoticeInShortSchema(Shown):
    """A published notice without its text."""

    id = PublicId(required=True)
    title = fields.String(required=True, metadata=TITLE)
    summary = fields.String(required=True, metadata=SUMMARY)
    clause = fields.String(required=True)
    topics = fields.List(OneOf(Topic), required=True)
    scope = fields.String(required=True, metadata={"example": "league"})
    in_force_from = fields.Date(required=True, allow_none=True)
    in_force_until = fields.Date(required=True, allow_none=True)
    acts_on = OneOf(Kind, required=True, allow_none=True)
    published_at = Moment(required=True, allow_none=True)


class PublishedNoticeSchema(NoticeInShortSchema):
    """A published notice; a withdrawn one says so."""

    body = fields.String(required=True)
    attachments = fields.List(fields.Nested(FileLinkSchema), required=True)
    withdrawn = fields.Boolean(required=True)
    withdrawn_why = fields.String(required=True, allow_none=True)


class NoticeSchema(Shown):
    """A notice as staff see it, and what may be done with it."""

    id = PublicId(required=True)
    scope = fields.String(required=True, metadata={"example": "league"})
    title = fields.String(required=True, metadata=TITLE)
    summary = fields.String(required=True, metadata=SUMMARY)
    body = fields.String(required=True)
    clause = fields.String(required=True)
    attachments = fields.List(fields.Nested(FileLinkSchema), required=True)
    topics = fields.List(OneOf(Topic), required=True)
    in_force_from = fields.Date(required=True, allow_none=True)
    in_force_until = fields.Date(required=True, allow_none=True)
    acts_on = OneOf(Kind, required=True, allow_none=True)
    audience = fields.Dict(required=True, metadata={"example": AUDIENCE})
    urgent_why = fields.String(required=True, metadata={"example": ""})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "待复核"})
    people = fields.Integer(required=True, allow_none=True, metadata=MANY)
    proposed_by_name = fields.String(required=True)
    approved_by_name = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    submitted_at = Moment(required=True, allow_none=True)
    approved_at = Moment(required=True, allow_none=True)
    send_at = Moment(required=True, allow_none=True)
    published_at = Moment(required=True, allow_none=True)
    alarmed_at = Moment(required=True, allow_none=True)
    why = fields.String(required=True)
    is_mine = fields.Boolean(required=True)
    actions = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)


class WholeNoticeSchema(NoticeSchema):
    """A notice with what was counted when it was submitted, and what became of it since."""

    figures = fields.Dict(required=True, allow_none=True, metadata={"example": {"people": 120}})
    report = fields.Nested(ReportSchema, required=True, allow_none=True)


class NoticePushSchema(Shown):
    """One push of a notice; of whom, is not told."""

    channel = fields.String(required=True, metadata={"example": "wechat"})
    status = OneOf(Sent, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "微信已受理"})
    attempts = fields.Integer(required=True)
    errcode = fields.Integer(required=True, allow_none=True, metadata={"example": None})
    detail = fields.String(required=True, allow_none=True)
    settled_at = Moment(required=True, allow_none=True)


NOTICE_PAGE = page_of(NoticeSchema)
PUBLISHED_PAGE = page_of(NoticeInShortSchema)
PUSH_PAGE = page_of(NoticePushSchema)
