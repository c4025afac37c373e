"""What does a receipt look like, and what the history of a case, as staff read it?"""

from marshmallow import fields

from backend.access import Role
from backend.applications.kinds import Kind
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf

NOTE = {"example": "2027 年放假安排尚未公布，期限按周一至周五推算，可能变动"}


class HistoryQuery(Paging):
    """Pages the history of a case."""


class ReceiptSchema(Shown):
    """That a case was taken in, when, by whom, and until when it is to be decided."""

    application_id = PublicId(required=True)
    number = fields.String(required=True, metadata={"example": "RZ-2026-000123"})
    kind = OneOf(Kind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "入驻申请"})
    office = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    phone = fields.String(required=True, allow_none=True)
    issued_at = Moment(required=True)
    received_on = fields.Date(required=True, metadata={"example": "2026-11-23"})
    workdays = fields.Integer(required=True, metadata={"example": 5})
    due_on = fields.Date(required=True, metadata={"example": "2026-11-30"})
    legal_workdays = fields.Integer(required=True, metadata={"example": 20})
    legal_due_on = fields.Date(required=True, metadata={"example": "2026-12-21"})
    days_note = fields.String(required=True, allow_none=True, metadata=NOTE)
    to_follow = fields.List(fields.String(), required=True)
    to_follow_workdays = fields.Integer(required=True, allow_none=True, metadata={"example": 7})


class DoneSchema(Shown):
    """One thing that happened: by whom, why, which version she saw and which came of it."""

    at = Moment(required=True)
    event = fields.String(required=True, metadata={"example": "application.approved"})
    label = fields.String(required=True, metadata={"example": "审核通过"})
    by = fields.String(required=True, allow_none=True, metadata={"example": "演示园区管理员"})
    role = OneOf(Role, required=True, allow_none=True)
    role_label = Label(
        required=True, allow_none=True, attribute="role", metadata={"example": "园区管理员"}
    )
    party = fields.String(required=True, allow_none=True, metadata={"example": "decider"})
    reason = fields.String(required=True, allow_none=True, metadata={"example": "暂无合适场地"})
    seen = fields.Integer(required=True, allow_none=True, metadata={"example": 3})
    version = fields.Integer(required=True, allow_none=True, metadata={"example": 4})
    taken_back_at = Moment(required=True, allow_none=True)


HISTORY_PAGE = page_of(DoneSchema)
