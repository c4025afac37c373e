"""What may staff do about a notice that has to do with whom it reaches?

The preview counts without writing. With submission the people are written down one by one, so that
what the second person sees is what happens. To pause or to cancel takes effect with its commit:
no push starts any more whose notice is not being sent (`ledger.step`).
"""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, insert, literal

from backend import clock
from backend.access import Principal
from backend.db import Row, action, rows, session
from backend.errors import Invalid
from backend.notices import audience, queries
from backend.notices.models import NoticeReader
from backend.notices.taking import Taken, View, moved, seen_now, taken
from notifications import expansion, figures
from notifications.models import Delivery
from notifications.reach import Reach

READER = cast(Table, NoticeReader.__table__)


def preview(public_id: UUID, *, at: datetime | None, by: Principal) -> dict[str, Any]:
    """Say whom a notice is for and how it would reach them; raise NotFound like `visible`.

    Of a draft, of whom the rules fit now; later, of those whom it was submitted for. Raise Invalid
    for a draft whose audience cannot be asked any more.
    """
    notice, moment = queries.visible(public_id, by), at or clock.now()
    is_frozen = notice["people"] is not None
    readers = figures.frozen(notice["id"]) if is_frozen else _wanted(notice).subquery("r")
    counted = figures.counted(readers, moment, urgent=bool(notice["urgent_why"]))
    return {
        "at": moment,
        "frozen": is_frozen,
        "urgent_why": notice["urgent_why"],
        **counted,
        "by_reach": [
            {"reach": Reach[name.upper()], "people": many}
            for name, many in counted["by_reach"].items()
        ],
        "samples": figures.samples(notice, readers, moment),
    }


@action
def submit(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Hand a notice to a second person: its words, its people and its numbers stay as they are.

    Raise Invalid like `preview`.
    """
    case = taken("submitNotice", "submit", public_id, seen, by)
    notice = case.notice
    wanted = _wanted({"id": notice.id, "audience": notice.audience, "scope": notice.scope})
    session.execute(
        insert(READER).from_select(
            ["notice_id", "person_id", "county", "groups", "opted_out"],
            wanted.add_columns(literal(False)),
        )
    )
    urgent = bool(notice.urgent_why)
    counted = figures.counted(figures.frozen(notice.id), clock.now(), urgent=urgent)
    notice.submitted_at, notice.people, notice.figures = clock.now(), counted["people"], counted
    moved(case, people=notice.people)
    return seen_now(case)


@action
def pause(public_id: UUID, *, why: str, seen: int, by: Principal) -> View:
    """Let nothing more of a notice leave until it is resumed."""
    return _ended(taken("pauseNotice", "pause", public_id, seen, by), why)


@action
def resume(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Go on where it was paused; failures until now give no new alarm."""
    case = taken("resumeNotice", "resume", public_id, seen, by)
    case.notice.resumed_at, case.notice.why = clock.now(), ""
    moved(case)
    expansion.ask()
    return seen_now(case)


@action
def cancel(public_id: UUID, *, why: str, seen: int, by: Principal) -> View:
    """End a notice for everybody whom it has not reached, and take it out of what is published."""
    return _ended(taken("cancelNotice", "cancel", public_id, seen, by), why)


def whole(public_id: UUID, *, by: Principal) -> View:
    """Return a notice, and once it was submitted what became of everybody for whom it is."""
    found = queries.visible(public_id, by)
    reported = None if found["people"] is None else figures.report(found["id"])
    return queries.seen_by(by, found) | {"report": reported}


def _wanted(notice: Row) -> Select[Any]:
    """Select whom a draft means; raise Invalid where the policy has changed since it was written.

    A benefit that is gone cannot be asked for any more.
    """
    today = clock.today()
    if faults := audience.faults(notice["audience"], today):
        raise Invalid(errors=faults)
    return audience.readers(notice["id"], notice["audience"], notice["scope"], today)


def _ended(case: Taken, why: str) -> View:
    case.notice.why = why
    moved(case, why=why)
    if case.notice.published_at is not None:
        # What waits in the ledger is set aside by the worker, in portions.
        expansion.ask()
    return seen_now(case)


def deliveries(
    public_id: UUID, *, by: Principal, after: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return a page of a notice's pushes, newest first, without the people."""
    notice = queries.visible(public_id, by)
    table = Delivery.__table__.c
    asked = (
        Delivery.__table__.select()
        .with_only_columns(
            table.id.label("row"),
            *(table[name] for name in ("channel", "status", "attempts", "errcode", "detail")),
            table.settled_at,
        )
        .where(table.notice_id == notice["id"])
    )
    if after is not None:
        asked = asked.where(table.id < after)
    return [dict(each) for each in rows(asked.order_by(table.id.desc()).limit(limit))]
