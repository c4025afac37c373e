"""What may be asked about documents and the papers that they stand for?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from backend.access import Principal, can
from backend.accounts.models import Staff
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.db import Row, row, rows
from backend.documents import papers
from backend.documents.kinds import FileStatus
from backend.documents.models import Document, Opening, Paper, StoredFile
from backend.errors import NotFound

MOST_FILES, MOST_BYTES = 50, 100 * 1024 * 1024
# What counts as there, for a paper that is asked for.
USABLE = (FileStatus.QUARANTINED, FileStatus.CLEAN)
_WHOLE = select(
    *Document.__table__.columns,
    StoredFile.public_id.label("file_public_id"),
    StoredFile.status,
    StoredFile.type,
    StoredFile.size_bytes,
    StoredFile.pages,
    StoredFile.wrapped_key,
    StoredFile.scanned,
    StoredFile.unfit,
).join(StoredFile, StoredFile.id == Document.file_id)


def visible(public_id: UUID, by: Principal, operation: str) -> Row:
    """Return a document of the caller's own; raise NotFound for any other."""
    found = row(_WHOLE.where(Document.public_id == public_id))
    if found is None or not can(by, operation, found):
        raise NotFound
    return found


def find(public_id: UUID) -> Row | None:
    """Return a document, whoever asks."""
    return row(_WHOLE.where(Document.public_id == public_id))


def of(person_id: int, *, after: int | None, limit: int) -> Sequence[Row]:
    """Return a page of somebody's documents, newest first."""
    statement = _WHOLE.where(Document.person_id == person_id)
    if after is not None:
        statement = statement.where(Document.id < after)
    return rows(statement.order_by(Document.id.desc()).limit(limit))


def attached(application_id: int) -> dict[str, list[Row]]:
    """Return the documents of an application by the paper that they stand for, as put there."""
    found = rows(
        _WHOLE.add_columns(Paper.paper)
        .join(Paper, Paper.document_id == Document.id)
        .where(Paper.application_id == application_id)
        .order_by(Paper.id)
    )
    by_paper: dict[str, list[Row]] = {}
    for each in found:
        by_paper.setdefault(each["paper"], []).append(each)
    return by_paper


def case(application: UUID, by: Principal, operation: str) -> Row:
    """Return an application to which the caller is a party; raise NotFound for any other."""
    found = applications.find(application)
    if found is None or not can(by, operation, found):
        raise NotFound
    return found


def asked_for(application: Mapping[str, Any]) -> list[tuple[papers.Asked, bool, list[Row]]]:
    """Return each paper of an application, whether it must be there, and what stands for it."""
    there = attached(application["id"])
    sections = application["sections"]
    return [
        (paper, papers.is_required(paper, sections), there.get(paper.name, []))
        for paper in papers.PAPERS.get(application["kind"], ())
    ]


def missing_papers(application: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the papers that must be there and are not, as `forms.missing` lists answers.

    `application` is a row of it: its number, its kind and its sections are read. A file that was
    refused does not count; one that still waits for the scanner does.
    """
    return [
        {"pointer": f"#/papers/{paper.name}", "label": f"材料 · {paper.label}"}
        for paper, required, there in asked_for(application)
        if required and not any(each["status"] in USABLE for each in there)
    ]


def submitted_with(document_id: int) -> list[str]:
    """Return the numbers of the applications that were submitted with the document."""
    found = rows(
        select(Application.number)
        .join(Paper, Paper.application_id == Application.id)
        .where(Paper.document_id == document_id, Application.submitted_at.is_not(None))
        .order_by(Application.id)
    )
    return [each["number"] for each in found]


def openings(document_id: int) -> Sequence[Row]:
    """Return who opened a document, newest first."""
    return rows(
        select(
            Opening.public_id.label("id"),
            Opening.at,
            Opening.purpose,
            Opening.used_at,
            Staff.name.label("by_name"),
            Staff.role.label("by_role"),
            Application.number.label("case_number"),
            Application.public_id.label("application_id"),
        )
        .join(Staff, Staff.id == Opening.staff_id)
        .join(Application, Application.id == Opening.application_id)
        .where(Opening.document_id == document_id)
        .order_by(Opening.id.desc())
        .limit(200)
    )


def held(person_id: int) -> dict[str, int]:
    """Count what somebody has: documents, those on their way, and the bytes of all files."""
    hers: ColumnElement[bool] = StoredFile.person_id == person_id
    found = row(
        select(
            select(func.count())
            .select_from(Document)
            .where(Document.person_id == person_id)
            .scalar_subquery()
            .label("files"),
            func.count().filter(StoredFile.status == FileStatus.UPLOADING).label("on_their_way"),
            func.coalesce(
                func.sum(StoredFile.size_bytes).filter(StoredFile.status != FileStatus.REFUSED), 0
            ).label("bytes"),
        )
        .select_from(StoredFile)
        .where(hers)
    )
    assert found is not None
    return {
        "files": int(found["files"]) + int(found["on_their_way"]),
        "bytes": int(found["bytes"]),
    }
