"""What has WeChat told us, and what follows from it?

Each message is written down before WeChat is answered, once however often it comes, and taken up by
a job: the effect and the note that it was taken up are one transaction. In which order they come
makes no difference to what is in the end, since each effect goes by the moment that is told.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, text

from backend import clock, jobs, vault
from backend.accounts import withdrawing
from backend.consents import actions as consents
from backend.db import action, changed, row, rows, session
from backend.errors import DatabaseDown
from backend.wechat import event as events
from backend.wechat.event import Event
from notifications import grants, receipts
from notifications.models import Callback

log = logging.getLogger(__name__)
# A flood of receipts has a place of its own in each worker, and never takes a decision's.
QUEUE, JOB = "callbacks", "take_up_callbacks"
BATCH = 100
# A run ends by then, so that a worker that is told to stop can.
RUN_S = 8.0
# A receipt may come before its push was written down; one that is of none of ours is let go.
WAITS_FOR, LOOKS_AGAIN = timedelta(minutes=5), timedelta(seconds=5)
AGAIN_AFTER, AT_MOST = timedelta(seconds=10), timedelta(hours=1)
KEPT = timedelta(days=7)
# What is told happened at some moment of that second.
SECOND = timedelta(seconds=1)
PHONE = "8"
_WAITING = text("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :job AND status = 'todo'")
# In words, since they are said ten thousand times a minute.
_KEEP = text("""
    INSERT INTO callback (digest, kind, message, told_at, came_at, next_try_at)
    VALUES (:digest, :kind, :message, :told_at, :now, :now)
    ON CONFLICT DO NOTHING RETURNING id
""")
# In the order of the index of those that wait; by their numbers all that was ever taken up might be
# read first, as often as one looks.
_DUE = text(f"""
    SELECT id FROM callback WHERE processed_at IS NULL AND next_try_at <= :now
    ORDER BY next_try_at LIMIT {BATCH}
""")
_TAKE = text("""
    SELECT digest, kind, message, told_at, came_at FROM callback
    WHERE id = :id AND processed_at IS NULL FOR UPDATE SKIP LOCKED
""")
_TAKEN = text("UPDATE callback SET processed_at = :now WHERE id = :id")
_LATER = text("UPDATE callback SET next_try_at = :at WHERE id = :id")
Names = Mapping[str, str]
Effect = Callable[[Event, datetime, Names], bool]


@action
def keep(message: bytes) -> None:
    """Write down what WeChat tells and ask for it to be taken up; a repetition changes nothing.

    Raise Malformed for a message that is neither JSON nor XML.
    """
    event, now = events.of(message), clock.now()
    digest = hashlib.sha256(message).hexdigest()
    kept = rows(
        _KEEP,
        digest=digest,
        kind=event.kind,
        message=vault.keys().seal(_place(digest), message.decode()),
        told_at=event.at,
        now=now,
    )
    if kept:
        ask_for_taking_up()


def ask_for_taking_up() -> None:
    """Have one more run, inside an action, unless one is waiting already.

    In a flood one nearly always is, and to look for it costs less than to be told so.
    """
    if not rows(_WAITING, job=JOB):
        jobs.defer(JOB, queueing_lock=JOB, queue=QUEUE)


def take_up_due(templates: Mapping[str, str]) -> bool:
    """Take up whatever is due; False when the time was over before all of it was.

    `templates` are the numbers of our templates at WeChat, by our names.
    """
    names = {number: name for name, number in templates.items()}
    until = time.monotonic() + RUN_S
    taken = True
    while taken and (found := _due()):
        taken = False
        for key in found:
            if time.monotonic() > until:
                return False
            taken |= _tried(key, names)
    return True


def _tried(key: int, names: Names) -> bool:
    """Take up one message, or come back to it later; False where another worker has it."""
    try:
        return take_up(key, names)
    except DatabaseDown:
        raise
    except Exception as error:
        log.error("callback %s cannot be taken up: %s", key, type(error).__name__)
        put_off(key)
        return True


def is_due() -> bool:
    """Tell whether there is anything to take up."""
    return bool(_due())


@action
def take_up(key: int, names: Names) -> bool:
    """Let follow what follows from one message; False if somebody else does or has done so."""
    found = row(_TAKE, id=key)
    if found is None:
        return False
    message = vault.keys().unseal(_place(found["digest"]), found["message"]).encode()
    event, now = events.of(message), clock.now()
    if EFFECTS.get(found["kind"], _nothing)(event, found["told_at"] or found["came_at"], names):
        session.execute(_TAKEN, {"id": key, "now": now})
    elif now >= found["came_at"] + WAITS_FOR:
        log.warning("callback %s: a receipt of a push that is not known here", key)
        session.execute(_TAKEN, {"id": key, "now": now})
    else:
        session.execute(_LATER, {"id": key, "at": now + LOOKS_AGAIN})
    return True


@action
def put_off(key: int) -> None:
    """Come back later, and later still, to a message that could not be taken up."""
    found = session.get_one(Callback, key, with_for_update=True)
    found.tries += 1
    found.next_try_at = clock.now() + min(AT_MOST, AGAIN_AFTER * 2 ** min(found.tries, 10))


@action
def forget_old() -> int:
    """Remove what was taken up more than seven days ago: it names people and serves nothing."""
    return changed(delete(Callback).where(Callback.processed_at < clock.now() - KEPT))


def _due() -> Sequence[int]:
    return [each["id"] for each in rows(_DUE, now=clock.now())]


def _place(digest: str) -> str:
    return f"callback|message|{digest}"


def _answered(event: Event, at: datetime, names: Names) -> bool:
    """Count each "yes" to the dialog, good for one card."""
    if person := _reachable(event):
        for template in _templates(event, names, "accept"):
            grants.told(person, template, at)
    return True


def _turned_off(event: Event, at: datetime, names: Names) -> bool:
    """Count nothing any more of what she had granted before she turned these cards off."""
    if person := _reachable(event):
        for template in _templates(event, names, "reject"):
            grants.withdrawn(person, template, at + SECOND)
    return True


def _taken_back(event: Event, at: datetime, names: Names) -> bool:
    """Remove the phone that she withdraws; nothing else that WeChat could tell is kept here."""
    items = [each.strip() for each in event.text("RevokeInfo").split(",")]
    person = _reachable(event)
    if person and PHONE in items:
        withdrawing.take_phone(person, at + SECOND)
    if others := [each for each in items if each != PHONE]:
        log.info("somebody withdraws what is not kept here: %s", ", ".join(others))
    return True


def _closed(event: Event, at: datetime, names: Names) -> bool:
    """Detach a person who has closed her account at WeChat, and end her consents."""
    person = _reachable(event)
    if person and event.openid and withdrawing.close(person, event.openid, at + SECOND):
        grants.forget(person)
        consents.end_all(person)
    return True


def _checked(event: Event, at: datetime, names: Names) -> bool:
    """Say that a picture was checked; we have none checked so far."""
    log.warning("WeChat has checked a picture that nobody here asked about")
    return True


def _punished(event: Event, at: datetime, names: Names) -> bool:
    """Call a person: the mini-program is said to break a rule of WeChat's."""
    log.error("WeChat needs a person: the mini-program is warned or punished, see its console")
    return True


def _nothing(event: Event, at: datetime, names: Names) -> bool:
    """Let nothing follow from what we do not know; it is kept for a while."""
    log.info("WeChat tells of something unknown here: %s", event.kind)
    return True


# event: what follows from it. All of it may be done twice, and in any order.
EFFECTS: Mapping[str, Effect] = {
    "subscribe_msg_popup_event": _answered,
    "subscribe_msg_change_event": _turned_off,
    "subscribe_msg_sent_event": receipts.settle,
    "user_authorization_revoke": _taken_back,
    "user_authorization_cancellation": _closed,
    "wxa_media_check": _checked,
    "wxa_punish_event": _punished,
}


def _templates(event: Event, names: Names, answer: str) -> list[str]:
    """Return our names of the templates about which she said this, in one order for all."""
    said = [each for each in event.items if each.get("SubscribeStatusString") == answer]
    known = (names.get(each.get("TemplateId", "")) for each in said)
    return sorted(name for name in known if name is not None)


def _reachable(event: Event) -> int | None:
    """Return who is meant, if she is known here and has not closed her account at WeChat."""
    holder = withdrawing.holder_of(event.openid) if event.openid else None
    return holder["person_id"] if holder and not holder["closed"] else None
