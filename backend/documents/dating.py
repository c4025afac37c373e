"""Since when and until when is a document good, and who says so?"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.access import Audience, Principal
from backend.audit.actions import record
from backend.db import Row, action, session
from backend.documents import pages, queries
from backend.documents.models import Document
from backend.errors import Invalid, NotAllowed, NotFound

BACKWARDS = "有效期截止日不能早于签发日"
READ_BY_STAFF = "工作人员已核对这份材料的日期，不能再自行更改"


@action
def date_document(
    public_id: UUID,
    *,
    issued_on: date | None,
    expires_on: date | None,
    by: Principal,
    application: UUID | None = None,
) -> dict[str, Any]:
    """Write down the days of a document: its owner her own word, staff what they have read.

    Raise NotFound for a document that is neither hers nor of a case of his, NotAllowed for the
    owner once staff have read them, Invalid for days in the wrong order.
    """
    found = _found(public_id, application, by)
    document = session.scalars(
        select(Document).where(Document.id == found["id"]).with_for_update()
    ).one()
    is_staff = by.audience is Audience.STAFF
    if document.dated_by is not None and not is_staff:
        raise NotAllowed(READ_BY_STAFF)
    if issued_on and expires_on and expires_on < issued_on:
        raise Invalid(errors=[{"pointer": "#/expires_on", "detail": BACKWARDS}])
    document.issued_on, document.expires_on = issued_on, expires_on
    document.dated_by = by.id if is_staff else None
    session.flush()
    record("document.dated", "document", document.id, by, expires_on=expires_on and str(expires_on))
    dated = queries.find(public_id)
    assert dated is not None
    return pages.page(dated, by)


def _found(public_id: UUID, application: UUID | None, by: Principal) -> Row:
    if by.audience is Audience.CITIZEN:
        return queries.visible(public_id, by, "dateDocument")
    if application is None:
        raise NotFound
    case = queries.case(application, by, "dateDocument")
    there = (each for some in queries.attached(case["id"]).values() for each in some)
    for each in there:
        if each["public_id"] == public_id:
            return each
    raise NotFound
