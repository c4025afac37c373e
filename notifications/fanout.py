"""Which messages grow out of an event?

Runs right after the event's commit and, in case that process died, from a job that was committed
with the event. It touches only the database, so it cannot half fail; and as a message is unique
for an event and a reader, doing it twice does nothing. An event of which a row names something
that is not known is told to nobody, and stays where somebody looks for what was left behind.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from backend import clock, jobs
from backend.applications import corrections, lapsed
from backend.applications import queries as applications
from backend.applications.kinds import Kind
from backend.applications.promises import UNSETTLED
from backend.audit.models import Event
from backend.db import Row as Record
from backend.db import action, new_id, rows, session
from notifications import fields, lists, pushes, subjects, wordings, words
from notifications.catalogue import readers_of
from notifications.filling import Filled, filled
from notifications.models import Delivery, Message
from notifications.readers import READERS, Reader
from notifications.rows import Row

log = logging.getLogger(__name__)
LATE_AFTER = timedelta(seconds=30)
# So many are made up for in one sweep.
MOST = 500
AFTERWARDS: Mapping[Kind, tuple[str, str]] = {
    Kind.GUARANTEE_LOAN: ("接下来公示；公示期满后推荐给经办银行。", "接下来公示，期满后推荐银行"),
    Kind.STARTUP_SUBSIDY: ("接下来公示；公示期满后办理拨付。", "接下来公示，期满后拨付"),
    Kind.INTERNSHIP: ("接下来由各方签订见习协议。", "请与见习基地签订协议"),
}
# Whom an event itself names as its readers, whatever else the case may say.
NAMED = ("from_staff", "advising_parks", "advising_counties")
NOTHING_ASKED: Mapping[str, Any] = {"items": ()}


def defer_announcement(event_id: int) -> None:
    """Ask, in the transaction of the event, for its announcement."""
    jobs.defer("announce_event", event_id=event_id)


@action
def announce(event_id: int) -> None:
    """Write one message for each reader of the event, once, and ask for their delivery."""
    event = session.scalar(
        select(Event).where(Event.id == event_id, *_to_announce()).with_for_update(skip_locked=True)
    )
    if event is None:
        return
    told = [each for each in readers_of(event.name) if not each.once_overdue or _overdue(event)]
    pushed = _tell(event, told) if told else False
    event.announced_at = clock.now()
    if pushed:
        jobs.defer("send_due", queueing_lock="send_due")


def announce_late_events(most: int = MOST) -> None:
    """Announce whatever was left behind by a process and a job that both died.

    One event that cannot be announced is logged and does not hold up the others: where there are
    more than fit, which of them are tried is left to chance.
    """
    late = rows(
        select(Event.id, Event.name)
        .where(*_to_announce(), Event.at < clock.now() - LATE_AFTER)
        .order_by(func.random())
        .limit(most)
    )
    for each in sorted(late, key=lambda event: int(event["id"])):
        try:
            announce(each["id"])
        except Exception:
            log.exception("event %s, %s, cannot be announced", each["id"], each["name"])


def _to_announce() -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that nobody has heard of an event, and that it is time."""
    return (
        Event.announced_at.is_(None),
        Event.taken_back_at.is_(None),
        or_(Event.not_before.is_(None), Event.not_before <= clock.now()),
    )


def _tell(event: Event, told: list[Row]) -> bool:
    """Write the messages of all readers, or none; tell whether there is a push to send."""
    case, known = SUBJECTS[event.subject_kind](event)
    read = [(each, readers) for each in told if (readers := READERS[each.reader](case))]
    said = [(*each, filled(each[0], known), wordings.of_row(each[0])) for each in read]
    wordings.keep(version for *_, version in said)
    written = [
        _write(event, each, version.version, reader, words)
        for each, readers, words, version in said
        for reader in readers
    ]
    return any(written)


def _overdue(event: Event) -> bool:
    """Tell whether the day of the case had passed when the event happened."""
    due = event.particulars.get("due_on")
    return due is not None and date.fromisoformat(due) < clock.day_of(event.at)


def _write(event: Event, told: Row, version: str, reader: Reader, said: Filled) -> bool:
    """Write the message of one reader and its push; tell whether there is one to send."""
    written = session.scalar(
        insert(Message)
        .values(
            public_id=new_id(),
            event_id=event.id,
            event=event.name,
            **reader,
            title=said.title,
            body=said.body,
            link=said.link,
            wording=version,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Message.id)
    )
    if written is None or not told.template:
        return False
    session.add(
        Delivery(
            message_id=written,
            **reader,
            channel="wechat",
            template=told.template,
            page=said.link,
            content=said.card,
            **pushes.planned(told.template, reader["person_id"]),
        )
    )
    return True


def particulars(event: Event, found: Record) -> dict[str, Any]:
    """Collect the words an application's messages may use."""
    told = event.particulars
    asked = next(reversed(corrections.rounds_of(found["id"])), NOTHING_ASKED)
    return {
        "id": found["public_id"],
        "number": found["number"],
        "kind": found["kind"].value,
        "office": found["office_name"],
        **_granted(found, waits=bool(told.get("waits"))),
        "decided_at": fields.moment(found["decided_at"] or event.at),
        "reasons": words.reasons(found["reasons"]),
        "note": _note(found),
        "gap": "；".join(told.get("gap") or _promised(found)),
        "restorable": _restorable(found),
        "items": "；".join(f"{item['label']}（{item['text']}）" for item in asked["items"]),
        "due_on": words.day(told.get("due_on")),
        "for_on": words.day(told.get("for_on")),
        "handler": found["handler_name"] or "",
        "why": words.why(told),
        **lists.passed_on(told),
        "at": fields.moment(event.at),
    }


def _note(found: Record) -> str:
    """Say what the office wrote, and that what was promised has to be there first."""
    note = f"承办单位留言：{found['note']}。" if found["note"] else ""
    if found["gap_status"] not in UNSETTLED or found["decided_at"] is None:
        return note
    return f"{note}您承诺后补的内容（{'；'.join(_promised(found))}）补齐并经核对后，本决定生效。"


def _promised(found: Record) -> list[str]:
    return [each["label"] for each in found["gap_items"] or ()]


def _restorable(found: Record) -> str:
    until = lapsed.restorable_until(found)
    return f"{fields.day(until)} 前可以恢复这份草稿；" if until else ""


def _granted(found: Record, *, waits: bool) -> dict[str, str]:
    """Say what was granted and what comes next."""
    if waits:
        return {
            "granted": "目前没有空闲场地，您在候补名单中，有场地时会通知您。",
            "next": "暂无空闲场地，请等候通知",
        }
    if found["kind"] in AFTERWARDS:
        granted, comes_next = AFTERWARDS[found["kind"]]
        return {"granted": granted, "next": comes_next}
    unit, first, last = (found[name] for name in ("unit_code", "starts_on", "ends_on"))
    if unit is None:
        # The decision was set aside, or the place given up, before anybody could tell of it.
        return {
            "granted": "之后又有变化，请查看申请的最新进展。",
            "next": "之后有变化，请查看申请进展",
        }
    return {
        "granted": f"场地 {unit}，自 {first} 至 {last}。请按园区通知办理入驻手续。",
        "next": f"场地{unit}，请办理入驻手续",
    }


def _of_application(event: Event) -> tuple[Record, dict[str, Any]]:
    case = applications.find(applications.public_id_of(event.subject_id))
    assert case is not None
    named = {name: event.particulars[name] for name in NAMED if name in event.particulars}
    return {**case, **named}, particulars(event, case)


# What an event may speak of: the record that names its readers, and the words of its messages.
SUBJECTS: Mapping[str, Callable[[Event], tuple[Record, dict[str, Any]]]] = {
    "application": _of_application,
    "internship": subjects.of_internship,
    "tenancy": subjects.of_tenancy,
    "loan": subjects.of_loan,
    "subsidy": subjects.of_subsidy,
    "text": subjects.of_text,
    "ticket": lists.of_ticket,
    "waiting": lists.of_waiting,
    "notice": subjects.of_notice,
    "match": subjects.of_match,
}
