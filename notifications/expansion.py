"""How does a notice come to everybody for whom it is?

Its people stand in `notice_reader`. In the order of their keys they are told in portions: the
inbox message, the push and the watermark commit together, so that whoever dies in between leaves
nothing out and tells nobody twice. The first hundred pushes go alone; only when all of them are
settled without alarm the rest follows, else the notice pauses itself.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, Table, exists, select, text, update

from backend import clock, jobs
from backend.db import Row, action, changed, row, rows, session
from backend.notices.models import Notice
from backend.notices.taking import moved, published, taken_by_itself
from backend.notices.workflow import Status
from notifications import alarms, cards
from notifications.models import Delivery
from notifications.models import Status as Sent
from notifications.reach import IN_DIGEST, REACH, TEMPLATE, TOLD, UNSENT, UNWANTED, loud, slot

log = logging.getLogger(__name__)
TABLE = cast(Table, Notice.__table__)
# Notices to many have a place of their own in each worker, and never take a decision's.
BROADCASTS = "broadcasts"
EXPAND, SEND = "send_notices", "send_broadcast"
CHUNK, CANARY, PORTION = 2000, 100, 5000
# What is not pushed within three days is not news any more; the inbox has it.
PUSH_WITHIN = timedelta(days=3)
# Pushes leave in the order in which they are due: what is urgent stands before all that waits.
BEFORE_ALL = timedelta(days=1)
# A run ends by then, so that a worker that is told to stop can.
RUN_S = 8.0
# So many failures are an alarm: while the first hundred are tried one is, and a few unknown.
FAILURES, UNKNOWN = 20, 5
EVERYBODY = 2**63 - 1
TELL = f"""
WITH chunk AS (
    SELECT notice_id, person_id FROM notice_reader
    WHERE notice_id = :id AND person_id > :after AND person_id <= :until
    ORDER BY person_id LIMIT :size),
judged AS (SELECT r.person_id, {REACH} AS reach FROM chunk r),
told AS (
    INSERT INTO message (public_id, event_id, event, person_id, title, body, link, created_at)
    SELECT uuidv7(), :event, 'notice.published', person_id, :title, :body, :link, :now
    FROM judged WHERE reach <> 'OPTED_OUT' ORDER BY person_id
    ON CONFLICT DO NOTHING RETURNING id, person_id),
pushed AS (
    INSERT INTO delivery (message_id, person_id, notice_id, channel, lane, polite, template, page,
        content, status, attempts, claim_epoch, next_try_at, expires_at, settled_at, detail)
    SELECT told.id, told.person_id, :id, 'wechat', 'BROADCAST', :polite, '{TEMPLATE}', :link,
        CAST(:card AS jsonb), CASE WHEN reach = 'REACHABLE' THEN 'PENDING' ELSE 'SKIPPED' END, 0, 0,
        CAST(:due AS timestamptz) + CASE WHEN :rests THEN {slot("told.person_id")} ELSE '0' END,
        :expires, CASE WHEN reach <> 'REACHABLE' THEN CAST(:now AS timestamptz) END,
        CASE WHEN reach <> 'REACHABLE' THEN lower(reach) END
    FROM {TOLD}),
left_out AS (
    UPDATE notice_reader n SET opted_out = true FROM judged
    WHERE n.notice_id = :id AND n.person_id = judged.person_id AND reach = 'OPTED_OUT')
SELECT count(*) AS people, max(person_id) AS last FROM chunk
"""
HUNDREDTH = f"""
SELECT person_id FROM (
    SELECT r.person_id, {REACH} AS reach FROM notice_reader r WHERE r.notice_id = :id) AS judged
WHERE reach = 'REACHABLE' ORDER BY person_id OFFSET {CANARY - 1} LIMIT 1
"""
SETTLED_BADLY = """
SELECT count(*) FILTER (WHERE status = 'FAILED') AS failed,
       count(*) FILTER (WHERE status = 'UNKNOWN') AS unknown
FROM delivery WHERE notice_id = :id AND status IN ('FAILED', 'UNKNOWN')
AND settled_at > coalesce(:since, '-infinity'::timestamptz)
"""
OPEN = f"SELECT 1 FROM delivery WHERE notice_id = :id AND status IN ({UNSENT}, 'SENDING') LIMIT 1"
WAITS = f"SELECT id FROM delivery WHERE delivery.notice_id = :id AND status IN ({UNSENT})"
# Of the few who have muted anything, or want to hear of it once a week: why it is left out now.
LEFT_OUT = {
    detail: f"""delivery.person_id IN (SELECT person_id FROM {table})
        AND EXISTS (SELECT FROM notice WHERE notice.id = :id
                    AND {why.format(person="delivery.person_id")})"""
    for detail, table, why in (("opted_out", "muted", UNWANTED), ("digest", "weekly", IN_DIGEST))
}
AGAIN = "status = 'PENDING', next_try_at ="
WAITING = (Sent.PENDING, Sent.RETRY_WAIT, Sent.CLAIMED)


def is_due() -> bool:
    """Tell whether there is anything to do about any notice."""
    return bool(_due())


def ask() -> None:
    """Ask for the job that sweeps, inside the running transaction."""
    jobs.defer(EXPAND, queueing_lock=EXPAND, queue=BROADCASTS)


def sweep() -> None:
    """Do all that is due about every notice; one that cannot go on does not hold up the rest."""
    for each in _due():
        try:
            DUE[each["status"]](each["id"])
        except Exception:
            log.exception("notice %s cannot go on", each["id"])


@action
def start(notice_id: int) -> None:
    """Publish an approved notice whose time has come, and choose its first hundred pushes."""
    notice = _locked(notice_id, Notice.status == Status.SCHEDULED, Notice.send_at <= clock.now())
    if notice is None:
        return
    case, hundredth = taken_by_itself(notice, "start"), row(text(HUNDREDTH), id=notice_id)
    if hundredth is None:
        # Fewer than a hundred are all of it.
        notice.released_at = clock.now()
    else:
        notice.canary_to = hundredth["person_id"]
    published(case)
    alarms.begin(notice)


@action
def tell(notice_id: int) -> int:
    """Tell the next portion; return how many people it had, none where there is nothing to do."""
    notice = _locked(notice_id, Notice.status == Status.SENDING, Notice.expanded_at.is_(None))
    if notice is None:
        return 0
    now = clock.now()
    until = EVERYBODY if notice.released_at else notice.canary_to
    shown = {name: getattr(notice, name) for name in ("public_id", "title", "summary")}
    rings = now if notice.urgent_why else loud(now)
    told = row(
        text(TELL),
        id=notice_id,
        event=notice.event_id,
        after=notice.expanded_to,
        until=until,
        size=CHUNK,
        now=now,
        polite=not notice.urgent_why,
        due=now - BEFORE_ALL if notice.urgent_why else rings,
        rests=rings > now,
        expires=rings + PUSH_WITHIN,
        card=orjson.dumps(cards.card(shown, rings)).decode(),
        **cards.copy(shown),
    )
    assert told is not None
    if told["people"]:
        _note(notice_id, expanded_to=told["last"])
        jobs.defer(SEND, queueing_lock=SEND, queue=BROADCASTS)
    elif notice.released_at:
        _note(notice_id, expanded_at=now)
    return int(told["people"])


@action
def judge(notice_id: int) -> None:
    """Let the rest follow where the first hundred went well; pause where too much went wrong.

    What failed before somebody looked at it and went on gives no second alarm.
    """
    notice = _locked(notice_id, Notice.status == Status.SENDING)
    if notice is None:
        return
    badly = row(text(SETTLED_BADLY), id=notice_id, since=notice.resumed_at)
    assert badly is not None
    first = notice.released_at is None
    if badly["failed"] >= (1 if first else FAILURES) or (first and badly["unknown"] > UNKNOWN):
        notice.why = f"{badly['failed']}条推送失败，{badly['unknown']}条结果未知。"
        moved(taken_by_itself(notice, "halt"), **badly)
    elif first and notice.expanded_to >= (notice.canary_to or 0) and not _is_open(notice_id):
        _note(notice_id, released_at=clock.now())


@action
def finish(notice_id: int) -> None:
    """End a notice that everybody has been told of and of which no push waits any more."""
    notice = _locked(notice_id, Notice.status == Status.SENDING, Notice.expanded_at.is_not(None))
    if notice is not None and not _is_open(notice_id):
        moved(taken_by_itself(notice, "finish"))


def begin(notice_id: int) -> None:
    """Start a notice and go on with it at once."""
    start(notice_id)
    go_on(notice_id)


def go_on(notice_id: int) -> None:
    """Tell portion by portion while there is time; see whether the rest may follow, or all is done.

    What was set aside while the notice was paused waits no longer, and what waits for somebody who
    does not want it any more, or not by itself, is left out.
    """
    judge(notice_id)
    for detail, which in LEFT_OUT.items():
        _set(notice_id, which, f"status = 'SKIPPED', detail = '{detail}', settled_at = now()")
    _set(notice_id, "next_try_at = expires_at", f"{AGAIN} now()")
    until = time.monotonic() + RUN_S
    while time.monotonic() < until and tell(notice_id):
        pass
    judge(notice_id)
    finish(notice_id)


def hold(notice_id: int) -> None:
    """Take what waits of a paused notice out of the way of the senders."""
    _set(notice_id, "next_try_at < expires_at", f"{AGAIN} expires_at")


def drop(notice_id: int) -> None:
    """End what waits of a cancelled notice."""
    _set(notice_id, "true", "status = 'CANCELLED', settled_at = clock_timestamp()")


def _due() -> list[Row]:
    """Find what has begun or is to begin, and what was stopped and has pushes that wait."""
    begins = (Notice.status == Status.SCHEDULED) & (Notice.send_at <= clock.now())
    waiting = exists().where(
        Delivery.notice_id == Notice.id,
        Delivery.status.in_(WAITING),
        (Notice.status == Status.CANCELLED) | (Delivery.next_try_at < Delivery.expires_at),
    )
    stopped = Notice.status.in_((Status.PAUSED, Status.CANCELLED)) & waiting
    asked = select(Notice.id, Notice.status).where(
        begins | (Notice.status == Status.SENDING) | stopped
    )
    return list(rows(asked.order_by(Notice.id)))


def _locked(notice_id: int, *still: ColumnElement[bool]) -> Notice | None:
    """Lock a notice if it is still so and nobody else is at it right now."""
    chosen = select(Notice).where(Notice.id == notice_id, *still)
    return session.scalar(chosen.with_for_update(skip_locked=True))


def _note(notice_id: int, **how_far: Any) -> None:
    """Write down how far it has come; its version is that of what people decide about it."""
    session.execute(update(TABLE).where(TABLE.c.id == notice_id).values(**how_far))


def _is_open(notice_id: int) -> bool:
    return row(text(OPEN), id=notice_id) is not None


def _set(notice_id: int, which: str, change: str) -> None:
    """Change what waits in portions, each a transaction of its own, until nothing is left."""
    portion = text(
        f"UPDATE delivery SET lease_until = NULL, {change}"
        f" WHERE id = ANY(ARRAY({WAITS} AND {which} LIMIT {PORTION} FOR UPDATE SKIP LOCKED))"
    )
    while action(changed)(portion, id=notice_id) == PORTION:
        pass


DUE: Mapping[Status, Callable[[int], None]] = {
    Status.SCHEDULED: begin,
    Status.SENDING: go_on,
    Status.PAUSED: hold,
    Status.CANCELLED: drop,
}
