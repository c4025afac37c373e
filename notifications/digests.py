"""What has changed for somebody this week, of which she did not want to hear each time?

Once a week, on the morning of its first working day, whoever has asked for it has one message and
one push that list what she has not read yet; nothing where there is nothing. All digests of a week
grow from one event, of which a reader has one message at most, so that nobody has two. In the order
of their keys people are told in portions: message, push and watermark commit together, so that
whoever dies in between leaves nobody out.
"""

import time
from datetime import date, datetime, timedelta
from datetime import time as hour
from typing import NamedTuple

import orjson
from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import insert

from backend import clock, jobs, workdays
from backend.audit.actions import record
from backend.db import action, row, rows, session
from notifications import cards
from notifications.expansion import BROADCASTS, CHUNK, RUN_S, SEND
from notifications.models import Digest
from notifications.reach import TEMPLATE, TOLD, UNWANTED, alone, loud, slot

WRITE = "write_digests"
EVENT = "digest.begun"
AT, WEEK, WORKDAYS = hour(9), timedelta(days=7), 5
PUSH_WITHIN = timedelta(days=3)
# What is being written as a week is opened is for the next one.
SETTLES = timedelta(minutes=1)
# So many titles stand in a digest; whatever more there is, is in the inbox.
SHOWN = 10
PAGE = "pages/messages/index"
TITLE = "本周与您有关的消息"


class Source(NamedTuple):
    """A kind of message that a digest lists: its event, and, in SQL, of which `m` it still may."""

    event: str
    still: str


# What is withdrawn, or of which she does not want to hear any more, is not news.
SOURCES = (
    Source(
        "notice.published",
        "NOT EXISTS (SELECT FROM notice WHERE notice.event_id = m.event_id"
        f" AND (notice.status = 'CANCELLED' OR {UNWANTED.format(person='m.person_id')}))",
    ),
    Source(
        "match.found",
        "EXISTS (SELECT FROM consent WHERE consent.person_id = m.person_id"
        " AND purpose = 'POLICY_MATCHING' AND withdrawn_at IS NULL)",
    ),
)
LISTED = " OR ".join(f"(m.event = '{each.event}' AND {each.still})" for each in SOURCES)
TELL = text(f"""
WITH chunk AS (
    SELECT DISTINCT weekly.person_id FROM weekly JOIN person ON person.id = weekly.person_id
    WHERE weekly.person_id > :after AND person.disabled_at IS NULL
    ORDER BY weekly.person_id LIMIT :size),
news AS (
    SELECT person_id, many, titles FROM chunk, LATERAL (
        SELECT count(*) AS many, (array_agg(m.title ORDER BY m.id))[1:{SHOWN}] AS titles
        FROM message m WHERE m.person_id = chunk.person_id
        AND m.read_at IS NULL AND m.created_at > :since AND m.created_at <= :until
        AND ({LISTED})) AS hers
    WHERE many > 0),
judged AS (SELECT r.*, {alone("r.person_id", f"'{TEMPLATE}'")} AS reach FROM news r),
told AS (
    INSERT INTO message (public_id, event_id, event, person_id, title, body, link, created_at)
    SELECT uuidv7(), :event_id, '{EVENT}', person_id, '{TITLE}',
        many || '条消息您还没有阅读：《' || array_to_string(titles, '》《') || '》'
        || CASE WHEN many > {SHOWN} THEN '等。' ELSE '。' END, '{PAGE}', :now
    FROM judged ORDER BY person_id
    ON CONFLICT DO NOTHING RETURNING id, person_id),
pushed AS (
    INSERT INTO delivery (message_id, person_id, channel, lane, polite, template, page,
        content, status, attempts, claim_epoch, next_try_at, expires_at, settled_at, detail)
    SELECT told.id, told.person_id, 'wechat', 'BROADCAST', true, '{TEMPLATE}', '{PAGE}',
        CAST(:card AS jsonb)
        || jsonb_build_object('thing2', (of_her ->> 'many') || '条消息您还没有阅读'),
        CASE WHEN reach = 'REACHABLE' THEN 'PENDING' ELSE 'SKIPPED' END, 0, 0,
        CAST(:due AS timestamptz) + {slot("told.person_id")}, :expires,
        CASE WHEN reach <> 'REACHABLE' THEN CAST(:now AS timestamptz) END,
        CASE WHEN reach <> 'REACHABLE' THEN lower(reach) END
    FROM {TOLD})
SELECT count(*) AS people, max(person_id) AS last FROM chunk
""")


def morning(week_on: date) -> datetime:
    """Return when the digests of a week are written: on its first working day, else on its Monday.

    `week_on` is its Monday; at the weekend nobody's telephone rings for it.
    """
    days = [week_on + timedelta(days=n) for n in range(WORKDAYS)]
    first = next(filter(workdays.is_workday, days), week_on)
    return datetime.combine(first, AT, clock.SHANGHAI)


def is_due() -> bool:
    """Tell whether the digests of this week are to begin, or some have been begun and not ended."""
    return bool(_begun()) or _begins() is not None


def ask() -> None:
    """Ask for the job that writes digests, inside the running transaction."""
    jobs.defer(WRITE, queueing_lock=WRITE, queue=BROADCASTS)


def sweep() -> None:
    """Begin what is due, and go on portion by portion while there is time."""
    if (week_on := _begins()) is not None:
        begin(week_on)
    until = time.monotonic() + RUN_S
    for digest_id in _begun():
        while time.monotonic() < until and tell(digest_id):
            pass


@action
def begin(week_on: date) -> None:
    """Open the digests of a week, once: they list what came since those before, or in a week."""
    until = clock.now() - SETTLES
    before = row(select(Digest.until).order_by(Digest.week_on.desc()).limit(1))
    since = before["until"] if before else until - WEEK
    opened = session.scalar(
        insert(Digest)
        .values(week_on=week_on, since=since, until=until)
        .on_conflict_do_nothing()
        .returning(Digest)
    )
    if opened is not None:
        opened.event_id = record(EVENT, "digest", opened.id, None, week_on=str(week_on)).id


@action
def tell(digest_id: int) -> int:
    """Tell the next portion; return how many people it had, none where there is nothing to do."""
    digest = session.scalar(
        select(Digest)
        .where(Digest.id == digest_id, Digest.ended_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    if digest is None:
        return 0
    now = clock.now()
    rings = loud(now)
    told = row(
        TELL,
        event_id=digest.event_id,
        after=digest.told_to,
        size=CHUNK,
        since=digest.since,
        until=digest.until,
        now=now,
        due=rings,
        expires=rings + PUSH_WITHIN,
        card=orjson.dumps(cards.card({"title": TITLE, "summary": ""}, rings)).decode(),
    )
    assert told is not None
    if told["people"]:
        digest.told_to = told["last"]
        jobs.defer(SEND, queueing_lock=SEND, queue=BROADCASTS)
    else:
        digest.ended_at = now
    return int(told["people"])


def _begins() -> date | None:
    """Return the Monday of this week if its morning has come and nobody has begun with it."""
    today = clock.today()
    week_on = today - timedelta(days=today.weekday())
    is_begun = select(exists().where(Digest.week_on == week_on))
    if clock.now() < morning(week_on) or rows(is_begun)[0]["anon_1"]:
        return None
    return week_on


def _begun() -> list[int]:
    asked = select(Digest.id).where(Digest.ended_at.is_(None)).order_by(Digest.id)
    return [each["id"] for each in rows(asked)]
