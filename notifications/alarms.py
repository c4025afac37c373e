"""Has an urgent notice reached its people, and who hears of it if not?

As it begins, and once more half an hour later: one alarm for each notice, written down with the
figures in the transaction that raises it, so that whoever dies in between raises it after all.
"""

import logging
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, select, text, update

from backend import clock
from backend.audit.actions import record
from backend.db import Row, action, after_commit, row, rows, session
from backend.notices.models import Notice
from backend.notices.workflow import Status
from notifications.reach import OF_READERS, REACH

log = logging.getLogger(__name__)
TABLE = cast(Table, Notice.__table__)
LOOKS_AFTER = timedelta(minutes=30)
# Of a hundred whom it could reach, so many have to have it by then.
EXPECTED_PERCENT = 95
# A push without a card of its own could have been sent; the other reasons lie with the person.
FIGURES = f"""
SELECT count(*) AS people, count(*) FILTER (WHERE could) AS could,
       count(*) FILTER (WHERE status IN ('ACCEPTED', 'DELIVERED')) AS reached,
       count(*) FILTER (WHERE status = 'UNKNOWN') AS unknown
FROM (
    SELECT d.status, CASE
        WHEN d.id IS NOT NULL THEN d.status <> 'SKIPPED' OR d.detail = 'no template'
        WHEN r.opted_out THEN false
        ELSE ({REACH}) = 'REACHABLE' END AS could
    FROM {OF_READERS}) AS each
"""


def begin(notice: Notice) -> None:
    """Raise the alarm, inside the action that begins an urgent notice, if it can reach nobody.

    Else have it looked at later.
    """
    if not notice.urgent_why:
        return
    figures = _figures(notice.id)
    if figures["could"]:
        _note(notice.id, alarm_at=clock.now() + LOOKS_AFTER)
    else:
        _raise(notice.id, figures)


def watch() -> None:
    """Look at every urgent notice whose half hour is over; none holds up the others."""
    due = select(Notice.id).where(Notice.alarm_at <= clock.now()).order_by(Notice.id)
    for each in rows(due):
        try:
            look(each["id"])
        except Exception:
            log.exception("urgent notice %s cannot be looked at", each["id"])


@action
def look(notice_id: int) -> None:
    """Raise the alarm if a notice has not reached those whom it could; look at it no more."""
    chosen = select(Notice).where(Notice.id == notice_id, Notice.alarm_at <= clock.now())
    notice = session.scalar(chosen.with_for_update(skip_locked=True))
    if notice is None:
        return
    _note(notice_id, alarm_at=None)
    figures = _figures(notice_id)
    if notice.status is not Status.CANCELLED and falls_short(figures):
        _raise(notice_id, figures)


def falls_short(figures: Row) -> bool:
    """Tell whether it has reached nobody, or too few of those whom it could."""
    reached, could = figures["reached"], figures["could"]
    return bool(reached == 0 or reached * 100 < could * EXPECTED_PERCENT)


def _figures(notice_id: int) -> Row:
    found = row(text(FIGURES), id=notice_id)
    assert found is not None
    return found


def _raise(notice_id: int, figures: Row) -> None:
    """Write the alarm down, which tells staff."""
    _note(notice_id, alarm_at=None, alarmed_at=clock.now())
    record("notice.alarmed", "notice", notice_id, None, **figures)
    after_commit(lambda: log.error("urgent notice %s: %s", notice_id, dict(figures)))


def _note(notice_id: int, **moments: datetime | None) -> None:
    """Write down when; its version is that of what people decide about it."""
    session.execute(update(TABLE).where(TABLE.c.id == notice_id).values(**moments))
