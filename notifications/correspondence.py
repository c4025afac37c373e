"""What was told in a case: to whom, by which words, as which text, and what became of each push?

For the bureau that oversees the case. A park is not shown it: what she was told of one park is no
other park's business.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.access import Principal, can
from backend.applications import queries as applications
from backend.db import Row, rows
from backend.errors import NotFound
from notifications.models import Status
from notifications.previewing import LABELS

# What hangs off an application, by the kind of thing that its events speak of.
OF_THE_CASE = """
    SELECT 'application' AS kind, CAST(:case AS bigint) AS id
    UNION ALL SELECT 'tenancy', id FROM tenancy WHERE application_id = :case
    UNION ALL SELECT 'waiting', id FROM waiting_entry WHERE application_id = :case
    UNION ALL SELECT 'ticket', ticket.id FROM ticket
        JOIN waiting_entry ON waiting_entry.id = ticket.entry_id WHERE application_id = :case
    UNION ALL SELECT 'internship', id FROM internship WHERE application_id = :case
    UNION ALL SELECT 'loan', id FROM loan WHERE application_id = :case
    UNION ALL SELECT 'subsidy', id FROM subsidy WHERE application_id = :case
    UNION ALL SELECT 'text', id FROM text_check WHERE application_id = :case
"""
_TOLD = text(f"""
    SELECT m.id AS row, m.public_id, m.event, m.title, m.body, m.link, m.created_at, m.read_at,
           m.wording, w.reader, s.name AS staff_name
    FROM ({OF_THE_CASE}) AS about
    JOIN event e ON e.subject_kind = about.kind AND e.subject_id = about.id
    JOIN message m ON m.event_id = e.id
    LEFT JOIN wording w ON w.version = m.wording
    LEFT JOIN staff s ON s.id = m.staff_id
    WHERE m.id < coalesce(:after, 9223372036854775807)
    ORDER BY m.id DESC LIMIT :limit
""")
_PUSHED = text("""
    SELECT message_id, channel, status, template, content, attempts, errcode, detail, settled_at
    FROM delivery WHERE message_id = ANY(:messages) ORDER BY id
""")


def of_case(public_id: UUID, by: Principal, *, after: int | None, limit: int) -> Sequence[Any]:
    """Return a page of what was told in a case, newest first; raise NotFound for a foreign one."""
    found = applications.find(public_id)
    if found is None or not can(by, "listCaseMessages", found):
        raise NotFound
    told = rows(_TOLD, case=found["id"], after=after, limit=limit)
    pushed = rows(_PUSHED, messages=[each["row"] for each in told])
    return [_shown(each, pushed) for each in told]


def _shown(message: Row, pushed: Sequence[Row]) -> dict[str, Any]:
    return {
        **message,
        "reader_label": LABELS.get(message["reader"]),
        "deliveries": [_push(each) for each in pushed if each["message_id"] == message["row"]],
    }


def _push(delivery: Row) -> dict[str, Any]:
    content: Mapping[str, str] = delivery["content"]
    said = [{"key": key, "words": words} for key, words in sorted(content.items())]
    return {**delivery, "status": Status[delivery["status"]], "keys": said}
