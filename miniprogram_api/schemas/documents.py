"""What does a document look like, and what may be sent with one?"""

from marshmallow import fields, validate

from backend.documents.kinds import DocumentKind, FileStatus, FileType, Purpose
from backend.documents.papers import MOST_FOR_A_PAPER
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import (
    Attached,
    Day,
    Id,
    Label,
    OneOf,
    Several,
    Strict,
    Text,
)


class NewDocument(Strict):
    """A file and what it is; its type is read from its content, never from its name."""

    file = Attached(
        required=True, metadata={"description": "PDF、JPEG 或 PNG，不超过 10 MiB，PDF 不超过 50 页"}
    )
    kind = OneOf(DocumentKind, required=True)
    issued_on = Day(load_default=None, allow_none=True, metadata={"example": "2026-11-02"})
    expires_on = Day(load_default=None, allow_none=True, metadata={"example": "2030-12-31"})


class DocumentQuery(Paging):
    """Pages the list of documents."""


class ContentQuery(Strict):
    """Staff name the ticket that `openDocument` gave."""

    ticket = Text(most=200, load_default=None)


class NewOpening(Strict):
    """Says for which case and what for."""

    application_id = Id(required=True)
    purpose = OneOf(Purpose, required=True)


class DocumentDays(Strict):
    """Since when and until when it is good; staff name the case in which they read it."""

    issued_on = Day(required=True, allow_none=True, metadata={"example": "2026-11-02"})
    expires_on = Day(required=True, allow_none=True, metadata={"example": "2030-12-31"})
    application_id = Id(load_default=None)


class Attachment(Strict):
    """All documents that stand for the paper from now on; an empty list takes all away."""

    documents = Several(
        Id(),
        required=True,
        validate=validate.Length(0, MOST_FOR_A_PAPER, error=f"最多 {MOST_FOR_A_PAPER} 份"),
        metadata={"example": []},
    )


class PersonalDocumentSchema(Shown):
    """A document as the caller may see it."""

    id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "身份证.pdf"})
    kind = OneOf(DocumentKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "身份证"})
    status = OneOf(FileStatus, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "可用"})
    reason = fields.String(required=True, allow_none=True, metadata={"example": None})
    type = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in FileType]),
        metadata={"example": "application/pdf"},
    )
    size_bytes = fields.Integer(required=True, metadata={"example": 182_044})
    pages = fields.Integer(required=True, metadata={"example": 2})
    unscanned = fields.Boolean(required=True, metadata={"description": "未经病毒扫描"})
    issued_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-11-02"})
    expires_on = fields.Date(required=True, allow_none=True, metadata={"example": "2030-12-31"})
    dated_by_staff = fields.Boolean(required=True, metadata={"example": False})
    expired = fields.Boolean(required=True, metadata={"example": False})
    created_at = Moment(required=True)
    actions = fields.List(fields.String(), required=True)


class StandingDocumentSchema(PersonalDocumentSchema):
    """A document that stands for a paper, and until when it can."""

    good_until = fields.Date(required=True, allow_none=True, metadata={"example": "2030-12-31"})


class FiledDocumentSchema(StandingDocumentSchema):
    """A document that is on file and could stand for the paper, and what it was given with."""

    given_with = fields.List(fields.String(metadata={"example": "RZ-2026-000123"}), required=True)


class TicketSchema(Shown):
    """Where one copy can be had, by this session, until when."""

    url = fields.Function(
        lambda given: f"/api/v1/documents/{given['document_id']}/content?ticket={given['ticket']}",
        required=True,
        metadata={"type": "string", "example": "/api/v1/documents/019ab3c0-…/content?ticket=…"},
    )
    expires_at = Moment(required=True)


class OpeningSchema(Shown):
    """Who opened the document, when, for which case and why."""

    id = PublicId(required=True)
    at = Moment(required=True)
    purpose = OneOf(Purpose, required=True)
    purpose_label = Label(required=True, attribute="purpose", metadata={"example": "审核申请"})
    by = fields.String(required=True, attribute="by_name", metadata={"example": "园区管理员"})
    role_label = Label(required=True, attribute="by_role", metadata={"example": "园区管理员"})
    case_number = fields.String(required=True, metadata={"example": "RZ-2026-000123"})
    application_id = PublicId(required=True)
    downloaded_at = Moment(required=True, allow_none=True, attribute="used_at")


class OpeningListSchema(Shown):
    """The latest 200 openings, newest first."""

    items = fields.List(fields.Nested(OpeningSchema), required=True)


class DocumentKindSchema(Shown):
    """A kind of document with its official name."""

    kind = OneOf(DocumentKind, required=True)
    label = fields.String(required=True, metadata={"example": "身份证"})


class PaperSchema(Shown):
    """One paper of an application."""

    paper = fields.String(required=True, metadata={"example": "licence"})
    label = fields.String(required=True, metadata={"example": "营业执照"})
    why = fields.String(required=True)
    kinds = fields.List(fields.Nested(DocumentKindSchema), required=True)
    required = fields.Boolean(required=True)
    may_follow = fields.Boolean(required=True)
    may_attach = fields.Boolean(required=True)
    documents = fields.List(fields.Nested(StandingDocumentSchema), required=True)
    on_file = fields.List(fields.Nested(FiledDocumentSchema), required=True)


class PaperListSchema(Shown):
    """Every paper of an application, and whether they may be changed now."""

    items = fields.List(fields.Nested(PaperSchema), required=True)
    actions = fields.List(fields.String(), required=True)


DOCUMENT_PAGE = page_of(PersonalDocumentSchema)
