"""How does a document come, stand for a paper, and go?

A file comes in steps, and a death between any two leaves nothing: a row `uploading`; the file on
the disk; the row settled, together with the answer to the key. What stops halfway is swept away
after an hour (`sweeping`).
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select

from backend import clock, vault
from backend.access import Principal, can
from backend.accounts.models import Person
from backend.applications import gaps
from backend.applications.models import Application
from backend.applications.workflow import OPEN
from backend.audit.actions import record
from backend.db import action, after_commit, beside_the_action, changed, new_id, session
from backend.documents import examination, pages, papers, queries
from backend.documents.examination import Examined
from backend.documents.kinds import DocumentKind, FileStatus, Unfit
from backend.documents.models import Document, Paper, StoredFile
from backend.documents.scanner import ScannerDown
from backend.documents.shelf import Shelf
from backend.errors import (
    ExaminerBusy,
    InUse,
    Invalid,
    NoRoom,
    NotAllowed,
    NotFound,
    WrongStatus,
)

View = dict[str, Any]
Looks = Callable[[bytes], Examined]
S = FileStatus


class Sent(NamedTuple):
    """A file as it was sent, and what was said of it."""

    name: str
    content: bytes
    kind: DocumentKind
    expires_on: date | None = None
    issued_on: date | None = None


def upload(
    sent: Sent, *, by: Principal, shelf: Shelf, examine: Looks = examination.examine
) -> View:
    """Take a file in; the same content of the same person is stored once.

    Raise Invalid for what is no sound PDF or picture, NoRoom when there would be too much,
    ExaminerBusy or DiskFull when it cannot be taken now.
    """
    found = examine(sent.content)
    status = _scanned(found, shelf)
    digest = _digest(by.id, sent.content)
    with beside_the_action():
        reserved = _reserve(by.id, digest, found)
    settled: list[UUID] = []
    try:
        wrapped = _put(reserved, found, shelf) if reserved else ""
        return _settle(reserved, wrapped, status, sent, settled, by=by, shelf=shelf)
    finally:
        if reserved and reserved not in settled:
            with beside_the_action():
                _give_up(reserved, shelf)


@action
def remove(public_id: UUID, *, by: Principal, shelf: Shelf) -> None:
    """Remove a document, from drafts too, and its content with the last mention of it.

    Raise InUse, naming the cases, when an application was submitted with it.
    """
    found = queries.visible(public_id, by, "removeDocument")
    _one_at_a_time(by.id)
    _hold_cases_of(found["id"])
    document = session.scalar(select(Document).where(Document.id == found["id"]).with_for_update())
    if document is None:
        raise NotFound
    if cases := queries.submitted_with(document.id):
        raise InUse(f"该材料已随申请 {'、'.join(cases)} 提交，不能删除", cases=cases)
    session.execute(delete(Paper).where(Paper.document_id == document.id))
    session.delete(document)
    session.flush()
    record("document.removed", "document", document.id, by)
    _forget_unused(document.file_id, shelf)


@action
def attach(application: UUID, paper: str, *, documents: Sequence[UUID], by: Principal) -> View:
    """Let these documents, and no others, stand for a paper of a draft, or for one promised.

    Raise Invalid with each document that is not hers to use, WrongStatus once it is submitted.
    """
    found = queries.case(application, by, "listPapers")
    if not can(by, "attachDocument", found):
        raise NotAllowed
    asked = papers.asked(found["kind"], paper)
    if asked is None:
        raise NotFound
    _one_at_a_time(by.id)
    held = session.scalars(
        select(Application).where(Application.id == found["id"]).with_for_update()
    ).one()
    promised = held.status in OPEN and gaps.is_promised(held.id, papers.pointer(asked))
    if held.status not in papers.ATTACHABLE and not promised:
        raise WrongStatus(current_status=held.status.name.lower(), actions=[])
    chosen = _usable(documents, by)
    before = [each["id"] for each in queries.attached(held.id).get(paper, [])]
    if chosen != before:
        session.execute(delete(Paper).where(Paper.application_id == held.id, Paper.paper == paper))
        for document_id in chosen:
            session.add(Paper(application_id=held.id, paper=paper, document_id=document_id))
            session.flush()
        told = [str(each) for each in documents]
        record("document.attached", "application", held.id, by, paper=paper, documents=told)
    return pages.paper_list(application, by)


@action
def _reserve(person_id: int, digest: str, found: Examined) -> UUID | None:
    """Write down that a file is on its way; None when there is no room for it."""
    _one_at_a_time(person_id)
    held = queries.held(person_id)
    known = _same_content(person_id, digest) is not None
    more = 0 if known else len(found.content)
    if held["files"] >= queries.MOST_FILES or held["bytes"] + more > queries.MOST_BYTES:
        return None
    coming = StoredFile(
        public_id=new_id(),
        person_id=person_id,
        digest=digest,
        status=S.UPLOADING,
        type=found.type,
        size_bytes=len(found.content),
        pages=found.pages,
        created_at=clock.now(),
    )
    session.add(coming)
    return coming.public_id


@action
def _settle(
    reserved: UUID | None,
    wrapped: str,
    status: FileStatus,
    sent: Sent,
    settled: list[UUID],
    *,
    by: Principal,
    shelf: Shelf,
) -> View:
    """Make the file that is on the disk hers; note in `settled` that this was done."""
    _one_at_a_time(by.id)
    if reserved is None:
        most = {"files_at_most": queries.MOST_FILES, "bytes_at_most": queries.MOST_BYTES}
        raise NoRoom(NoRoom.detail, **queries.held(by.id), **most)
    coming = session.scalar(
        select(StoredFile).where(StoredFile.public_id == reserved, StoredFile.status == S.UPLOADING)
    )
    if coming is None:
        raise ExaminerBusy  # It took so long that it was swept away.
    kept = _same_content(by.id, coming.digest)
    if kept is None:
        kept, coming.status, coming.wrapped_key = coming, status, wrapped
        coming.scanned = status is S.CLEAN and shelf.scanner is not None
    else:
        session.delete(coming)
        after_commit(lambda: shelf.remove(reserved))
    session.flush()
    public_id = new_id()
    document = Document(
        public_id=public_id,
        person_id=by.id,
        file_id=kept.id,
        name=vault.keys().seal(pages.name_place(public_id), sent.name),
        kind=sent.kind,
        issued_on=sent.issued_on,
        expires_on=sent.expires_on,
        created_at=clock.now(),
    )
    session.add(document)
    session.flush()
    record("document.uploaded", "document", document.id, by, kind=sent.kind.name.lower())
    settled.append(reserved)
    return pages.page(queries.visible(public_id, by, "getDocument"), by)


@action
def _give_up(reserved: UUID, shelf: Shelf) -> None:
    """Forget a file that was not settled after all; another answer stands in its place."""
    unsettled = (StoredFile.public_id == reserved, StoredFile.status == S.UPLOADING)
    if changed(delete(StoredFile).where(*unsettled)):
        after_commit(lambda: shelf.remove(reserved))


def _put(reserved: UUID, found: Examined, shelf: Shelf) -> str:
    wrapped, sealed = vault.keys().seal_file(pages.file_place(reserved), found.content)
    shelf.put(reserved, sealed)
    return wrapped


def _scanned(found: Examined, shelf: Shelf) -> FileStatus:
    """Ask the scanner, where there is one; what it cannot tell now waits for it."""
    if shelf.scanner is None:
        return S.CLEAN
    try:
        if shelf.scanner.is_clean(found.content):
            return S.CLEAN
    except ScannerDown:
        return S.QUARANTINED
    raise examination.unfit(Unfit.INFECTED)


def _digest(person_id: int, content: bytes) -> str:
    """Hash with a key what was sent: equal for equal content of one person, of nobody else."""
    plain = hashlib.sha256(content).hexdigest()
    return vault.keys().index("stored_file.digest", f"{person_id}|{plain}")


def _same_content(person_id: int, digest: str) -> StoredFile | None:
    return session.scalar(
        select(StoredFile).where(
            StoredFile.person_id == person_id,
            StoredFile.digest == digest,
            StoredFile.status.in_(queries.USABLE),
        )
    )


def _one_at_a_time(person_id: int) -> None:
    """Let whoever else changes this person's documents wait until this action is over."""
    session.execute(
        select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    ).all()


def _hold_cases_of(document_id: int) -> None:
    """Let nobody submit an application that has the document while it is being removed."""
    session.execute(
        select(Application.id)
        .join(Paper, Paper.application_id == Application.id)
        .where(Paper.document_id == document_id)
        .order_by(Application.id)
        .with_for_update(of=Application)
    ).all()


def _forget_unused(file_id: int, shelf: Shelf) -> None:
    """Remove a content of which no document speaks any more."""
    if session.scalar(select(Document.id).where(Document.file_id == file_id).limit(1)):
        return
    unused = session.get_one(StoredFile, file_id)
    name = unused.public_id
    session.delete(unused)
    session.flush()
    after_commit(lambda: shelf.remove(name))


def _usable(documents: Sequence[UUID], by: Principal) -> list[int]:
    """Return the keys of documents, in their order; raise Invalid naming each that will not do."""
    hers = {
        each.public_id: each
        for each in session.execute(
            select(Document.id, Document.public_id, StoredFile.status)
            .join(StoredFile, StoredFile.id == Document.file_id)
            .where(Document.public_id.in_(documents), Document.person_id == by.id)
        )
    }
    faults = []
    for place, public_id in enumerate(documents):
        if public_id not in hers:
            faults.append((place, "没有这份材料"))
        elif hers[public_id].status not in queries.USABLE:
            faults.append((place, "这份材料未通过检查，不能使用"))
        elif public_id in documents[:place]:
            faults.append((place, "重复"))
    if faults:
        raise Invalid(
            errors=[{"pointer": f"#/documents/{n}", "detail": detail} for n, detail in faults]
        )
    return [hers[public_id].id for public_id in documents]
