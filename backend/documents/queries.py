"""What may be asked about documents and the papers that they stand for?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from backend import clock
from backend.access import Principal, can
from backend.accounts.models import Staff
from backend.applications import forms
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.db import Row, row, rows
from backend.documents import papers
from backend.documents.kinds import FileStatus
from backend.documents.models import Document, Opening, Paper, StoredFile
from backend.errors import NotFound

UNUSABLE = "（现有文件已过期或未通过检查）"
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


def still_missing(application: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the answers and the papers that must be there and are not, from a row of it."""
    answers = forms.missing(application["kind"], application["sections"])
    return [*answers, *missing_papers(application)]


def missing_papers(application: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the papers that must be there and are not, as `forms.missing` lists answers.

    `application` is a row of it: its number, its kind and its sections are read. A file that was
    refused does not count; one that still waits for the scanner does.
    """
    labels = papers.labels(application["kind"])
    return [
        {
            "pointer": papers.pointer(paper),
            "label": labels[papers.pointer(paper)] + (UNUSABLE if there else ""),
            "may_follow": paper.may_follow,
        }
        for paper, required, there in asked_for(application)
        if required and not is_there(paper, there)
    ]


def is_there(paper: papers.Asked, documents: Sequence[Row]) -> bool:
    """Tell whether one of the documents that stand for a paper can be used today."""
    today = clock.today()
    return any(
        each["status"] in USABLE and (good_until(paper, each) or today) >= today
        for each in documents
    )


def good_until(paper: papers.Asked, document: Mapping[str, Any]) -> date | None:
    """Return the last day on which a document can stand for a paper; None: for ever.

    Where nobody has said when it was issued, the day counts on which it came.
    """
    issued_on = document["issued_on"] or clock.day_of(document["created_at"])
    return papers.good_until(paper, issued_on, document["expires_on"])


def on_file(person_id: int, besides: int) -> list[Row]:
    """Return what somebody has on file that can be used, newest first.

    Each with the numbers of the cases that were submitted with it, another one's than `besides`.
    """
    given = (
        select(func.array_agg(Application.number.distinct()))
        .join(Paper, Paper.application_id == Application.id)
        .where(
            Paper.document_id == Document.id,
            Application.submitted_at.is_not(None),
            Application.id != besides,
        )
        .correlate(Document)
        .scalar_subquery()
    )
    asked = _WHOLE.add_columns(given.label("given_with")).where(
        Document.person_id == person_id, StoredFile.status.in_(USABLE)
    )
    return list(rows(asked.order_by(Document.id.desc()).limit(MOST_FILES)))


def submitted_with(document_id: int) -> list[str]:
    """Return the numbers of the applications that were submitted with the document."""
    found = rows(
        select(Application.number)
        .where(
            exists().where(
                Paper.application_id == Application.id, Paper.document_id == document_id
            ),
            Application.submitted_at.is_not(None),
        )
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
