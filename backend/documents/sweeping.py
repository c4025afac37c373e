"""What is left behind by whoever died, and what still waits for the scanner?"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from backend import clock
from backend.audit.actions import record
from backend.db import action, after_commit, changed, rows, session
from backend.documents import openings
from backend.documents.kinds import FileStatus, Unfit
from backend.documents.models import Document, StoredFile
from backend.documents.scanner import ScannerDown
from backend.documents.shelf import Shelf

log = logging.getLogger(__name__)
S = FileStatus
LEFT_AFTER = timedelta(hours=1)
_NAMES = select(StoredFile.public_id, StoredFile.status)


def sweep(shelf: Shelf) -> int:
    """Remove uploads that never ended and files of which no row speaks; return how many.

    A row whose file is gone is a loss and no litter: it stays, and is said in the log.
    """
    before = clock.now() - LEFT_AFTER
    removed = _forget_unsettled(before)
    known = {str(each["public_id"]): each["status"] for each in rows(_NAMES)}
    for path in shelf.older_than(before):
        # Looked up again: it may have been settled since, by somebody slow.
        if known.get(path.name, S.REFUSED) is S.REFUSED and not _is_known(path.name):
            path.unlink(missing_ok=True)
            removed += 1
    for name, status in known.items():
        if status in (S.CLEAN, S.QUARANTINED) and not shelf.has(UUID(name)):
            log.error("file %s is missing", name)
    return removed


def scan_waiting(shelf: Shelf) -> int:
    """Ask the scanner about what it has not seen; return how many have been settled.

    While it is down they stay where they are.
    """
    waiting = rows(
        select(StoredFile.public_id, StoredFile.public_id.label("file_public_id"))
        .add_columns(StoredFile.wrapped_key)
        .where(StoredFile.status == S.QUARANTINED)
        .order_by(StoredFile.id)
    )
    done = 0
    for each in waiting:
        try:
            is_clean = shelf.scanner is None or shelf.scanner.is_clean(
                openings.content_of(each, shelf)
            )
        except FileNotFoundError:
            continue  # It was removed while it waited.
        except ScannerDown:
            break
        done += _judged(each["public_id"], is_clean, shelf)
    return done


@action
def _judged(name: UUID, is_clean: bool, shelf: Shelf) -> int:
    """Write the verdict down, unless the file is gone or was judged already."""
    held = session.scalar(
        select(StoredFile)
        .where(StoredFile.public_id == name, StoredFile.status == S.QUARANTINED)
        .with_for_update()
    )
    if held is None:
        return 0
    if is_clean:
        held.status, held.scanned = S.CLEAN, shelf.scanner is not None
        return 1
    held.status, held.unfit, held.wrapped_key = S.REFUSED, Unfit.INFECTED, None
    for document in session.scalars(select(Document).where(Document.file_id == held.id)):
        record("document.refused", "document", document.id, None, reason="infected")
    after_commit(lambda: shelf.remove(name))
    return 1


@action
def _forget_unsettled(before: datetime) -> int:
    return changed(
        delete(StoredFile).where(StoredFile.status == S.UPLOADING, StoredFile.created_at < before)
    )


def _is_known(name: str) -> bool:
    try:
        public_id = UUID(name)
    except ValueError:
        return False  # An unfinished file, or nothing of ours.
    usable = (S.UPLOADING, S.QUARANTINED, S.CLEAN)
    statement = _NAMES.where(StoredFile.public_id == public_id, StoredFile.status.in_(usable))
    return bool(rows(statement))
