"""Documents: kept once, used for any application, opened by staff only for a written reason."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, request

from backend.access import Principal
from backend.documents import actions, dating, filenames, openings, pages, queries
from backend.documents.actions import Sent
from backend.documents.kinds import FileType
from backend.documents.shelf import Shelf
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import documents as shapes

routes = Routes("documents", __name__, description="材料")
ONE = "/documents/<uuid:document_id>"
PAPERS = "/applications/<uuid:application_id>/papers"
# It is saved, never shown inside of anything of ours, and no copy stays on the way.
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@routes.operation(
    "POST",
    "/documents",
    "uploadDocument",
    body=shapes.NewDocument,
    gives=shapes.PersonalDocumentSchema,
    status=201,
    key="key",
    takes_file=True,
    may_refuse=(507,),
)
def upload_document(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Keep a PDF, JPEG or PNG; pictures are drawn anew, without place and date."""
    file = body["file"]
    name, days = file.name[: filenames.LONGEST_KEPT], (body["expires_on"], body["issued_on"])
    return actions.upload(Sent(name, file.content, body["kind"], *days), by=by, shelf=shelf())


@routes.operation(
    "GET",
    "/documents",
    "listDocuments",
    query=shapes.DocumentQuery,
    gives=shapes.DOCUMENT_PAGE,
)
def list_documents(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The caller's own, newest first."""
    limit = query["limit"]
    after = cursors.unpack(query["cursor"], "listDocuments", {}, by)
    found = queries.of(by.id, after=after and after[0], limit=limit + 1)
    more = len(found) > limit
    last = cursors.pack([found[limit - 1]["id"]], "listDocuments", {}, by) if more else None
    return {"items": [pages.page(each, by) for each in found[:limit]], "next_cursor": last}


@routes.operation("GET", ONE, "getDocument", gives=shapes.PersonalDocumentSchema)
def get_document(by: Principal, document_id: UUID) -> dict[str, Any]:
    """One document of the caller's own."""
    return pages.page(queries.visible(document_id, by, "getDocument"), by)


@routes.operation(
    "PUT",
    f"{ONE}/days",
    "dateDocument",
    body=shapes.DocumentDays,
    gives=shapes.PersonalDocumentSchema,
    key="natural",
    may_refuse=(403,),
)
def date_document(by: Principal, document_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say since when and until when a document is good; what staff have read stands."""
    case = body.pop("application_id")
    return dating.date_document(document_id, application=case, by=by, **body)


@routes.operation("DELETE", ONE, "removeDocument", gives=None, status=204, may_refuse=(409,))
def remove_document(by: Principal, document_id: UUID) -> None:
    """Remove a document with which nothing was submitted; drafts lose it."""
    actions.remove(document_id, by=by, shelf=shelf())


@routes.operation(
    "GET",
    f"{ONE}/content",
    "downloadDocument",
    query=shapes.ContentQuery,
    gives=None,
    media=tuple(each.value for each in FileType),
)
def download_document(by: Principal, document_id: UUID, query: dict[str, Any]) -> Response:
    """The file itself for its owner; for staff, with a ticket, a copy marked with its purpose."""
    # Whoever asks with HEAD gets nothing, so that her ticket stays good.
    using = request.method != "HEAD"
    copy = openings.copy_for(by, document_id, ticket=query["ticket"], shelf=shelf(), using=using)
    response = Response(copy.content, mimetype=copy.type.value, headers=HEADERS)
    response.headers["Content-Disposition"] = filenames.disposition(copy.name, copy.type)
    return response


@routes.operation(
    "POST",
    f"{ONE}/openings",
    "openDocument",
    body=shapes.NewOpening,
    gives=shapes.TicketSchema,
    status=201,
    key="key",
)
def open_document(by: Principal, document_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Write down why, and get a ticket for one copy within five minutes."""
    application, purpose = body["application_id"], body["purpose"]
    return openings.open_for(document_id, application=application, purpose=purpose, by=by)


@routes.operation("GET", f"{ONE}/openings", "listOpenings", gives=shapes.OpeningListSchema)
def list_openings(by: Principal, document_id: UUID) -> dict[str, Any]:
    """Who opened the caller's document, when and why."""
    found = queries.visible(document_id, by, "listOpenings")
    return {"items": queries.openings(found["id"])}


@routes.operation("GET", PAPERS, "listPapers", gives=shapes.PaperListSchema)
def list_papers(by: Principal, application_id: UUID) -> dict[str, Any]:
    """Each paper that is asked for, why, and what stands for it."""
    return pages.paper_list(application_id, by)


@routes.operation(
    "PUT",
    f"{PAPERS}/<paper>",
    "attachDocument",
    body=shapes.Attachment,
    gives=shapes.PaperListSchema,
    key="natural",
)
def attach_document(
    by: Principal, application_id: UUID, paper: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Say which documents stand for a paper of a draft; an empty list takes them away."""
    return actions.attach(application_id, paper, documents=body["documents"], by=by)


def shelf() -> Shelf:
    """Return where this app keeps files."""
    kept: Shelf = current_app.extensions["shelf"]
    return kept
