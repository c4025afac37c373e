"""How does a push leave, so that nothing is lost and nothing is sent twice?

claim (a lease) → intent (committed) → send (no transaction held) → result. WeChat knows no
idempotency key: whoever dies between intent and result leaves a push whose fate is unknown, and
that is what its row says. All leases are judged by the database's clock.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import text

from backend.accounts.queries import openid_of
from backend.db import Row, action, changed, row, rows, session
from backend.wechat import reactions
from backend.wechat.outcome import Outcome, Word
from backend.wechat.reactions import Stops
from notifications import grants
from notifications.models import Status

log = logging.getLogger(__name__)
BATCH = 20
CLAIM_S, SEND_S = 30, 20
# Between the intent and the call nothing may take longer than this, or the lease proves nothing.
GUARD_S = 1.0
# A run ends by then, so that a worker that is told to stop can.
RUN_S = 8.0
RATE_PAUSE_S = 0.1
DUE = "status IN ('PENDING', 'RETRY_WAIT') AND next_try_at <= now() AND expires_at > now()"
RETRY_S = (2, 5, 15, 60)
BECOMES = {
    Word.ACCEPTED: Status.ACCEPTED,
    Word.REJECTED: Status.REJECTED,
    Word.RETRY: Status.RETRY_WAIT,
    Word.UNKNOWN: Status.UNKNOWN,
    Word.FAILED: Status.FAILED,
}


class Pushes(Protocol):
    """What we need of WeChat."""

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        """Send one subscription message and say in one word what became of it."""


def send_all_due(wechat: Pushes, templates: Mapping[str, str], *, rate: int) -> int:
    """Claim and send until nothing is due or RUN_S are over; return how many were tried.

    `rate` is the number of sends a second of all workers together. An answer that says further
    pushes would fare the same ends the run: what is still claimed is given back for the next one.
    """
    me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    tried, until = 0, time.monotonic() + RUN_S
    while time.monotonic() < until and (
        claimed := claim(me, rate=rate) or _once_the_rate_allows(me, rate=rate)
    ):
        for push in claimed:
            outcome = send_one(wechat, templates, push, me)
            tried += outcome is not None
            if outcome and outcome.stops is not Stops.NOTHING:
                give_back(me)
                return tried
    return tried


def send_one(wechat: Pushes, templates: Mapping[str, str], push: Row, me: str) -> Outcome | None:
    """Send one claimed push and write down its outcome; None when it was not tried."""
    openid, template_id = openid_of(push["person_id"]), templates.get(push["template"])
    if openid is None or template_id is None:
        skip(push["id"], me, "no openid" if openid is None else "no template")
        return None
    started = time.monotonic()
    if not intend(push["id"], me):
        return None
    if time.monotonic() - started > GUARD_S:
        release(push["id"], me)
        return None
    outcome = wechat.send(openid, template_id, push["page"], push["content"])
    if outcome.alarm:
        log.error("WeChat needs a person: %s %s", outcome.errcode, outcome.detail)
    settle(push["id"], push["claim_epoch"], push["attempts"], outcome)
    return outcome


@action
def claim(me: str, *, rate: int) -> Sequence[Row]:
    """Take up to a batch of due pushes under a lease, no more than the rate leaves room for."""
    claimed = rows(
        text(
            f"""
                UPDATE delivery SET status = 'CLAIMED', claimed_by = :me,
                       claim_epoch = claim_epoch + 1, lease_until = now() + :lease * interval '1 s'
                WHERE id IN (
                    SELECT id FROM delivery
                    WHERE {DUE}
                    ORDER BY next_try_at, id
                    LIMIT greatest(0, least(:batch, :rate - (
                        SELECT count(*) FROM delivery WHERE intent_at > now() - interval '1 s')))
                    FOR UPDATE SKIP LOCKED)
                RETURNING id, person_id, template, page, content, attempts, claim_epoch, next_try_at
                """
        ),
        me=me,
        lease=CLAIM_S,
        batch=BATCH,
        rate=rate,
    )
    # RETURNING keeps no order.
    return sorted(claimed, key=lambda push: (push["next_try_at"], push["id"]))


@action
def intend(delivery_id: int, me: str) -> bool:
    """Commit that the push is about to leave; tell whether it still may."""
    return bool(
        changed(
            text(
                """
                UPDATE delivery SET status = 'SENDING', attempts = attempts + 1,
                       intent_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :lease * interval '1 s'
                WHERE id = :id AND status = 'CLAIMED' AND claimed_by = :me
                  AND lease_until > clock_timestamp() AND expires_at > clock_timestamp()
                """
            ),
            id=delivery_id,
            me=me,
            lease=SEND_S,
        )
    )


@action
def release(delivery_id: int, me: str) -> None:
    """Give back a push that certainly has not left."""
    session.execute(
        text(
            """
            UPDATE delivery SET status = 'PENDING', lease_until = NULL, intent_at = NULL
            WHERE id = :id AND status = 'SENDING' AND claimed_by = :me
            """
        ),
        {"id": delivery_id, "me": me},
    )


@action
def settle(delivery_id: int, epoch: int, attempts: int, outcome: Outcome) -> None:
    """Write down what became of the push; the late answer of a paused worker still counts."""
    becomes, wait = _next(outcome, attempts)
    push = row(
        text(
            """
            UPDATE delivery SET status = :status, errcode = :errcode, detail = :detail,
                   provider_id = :msgid, lease_until = NULL,
                   next_try_at = clock_timestamp() + :wait * interval '1 s',
                   settled_at = CASE WHEN :final THEN clock_timestamp() END
            WHERE id = :id AND claim_epoch = :epoch AND status IN ('SENDING', 'UNKNOWN')
            RETURNING id, person_id, template, claim_epoch
            """
        ),
        id=delivery_id,
        epoch=epoch,
        status=becomes.name,
        errcode=outcome.errcode,
        detail=outcome.detail[:200],
        msgid=outcome.msgid,
        wait=wait,
        final=becomes is not Status.RETRY_WAIT,
    )
    if push is not None:
        grants.settled(push, outcome)


def _next(outcome: Outcome, attempts: int) -> tuple[Status, float]:
    """Say what a push becomes and, where it is tried again, after how many seconds.

    `attempts` counts the tries before this one. An error code that says 'again' is followed as
    often as its row of the table has waits; what never left, or was too much for the moment, is
    tried until the push expires.
    """
    if outcome.word is Word.RETRY and outcome.errcode is not None:
        rule = reactions.of(reactions.Endpoint.SEND, outcome.errcode)
        if rule.reaction is reactions.Reaction.RETRY and rule.stops is Stops.NOTHING:
            if attempts >= len(rule.waits_s):
                return Status.FAILED, 0
            return Status.RETRY_WAIT, rule.waits_s[attempts]
    patience = RETRY_S[min(attempts, len(RETRY_S) - 1)]
    return BECOMES[outcome.word], max(outcome.retry_after_s or 0, patience)


def _once_the_rate_allows(me: str, *, rate: int) -> Sequence[Row]:
    """Claim what is due but had to wait for this second's rate; nothing when nothing is due."""
    while rows(text(f"SELECT 1 FROM delivery WHERE {DUE} LIMIT 1")):
        time.sleep(RATE_PAUSE_S)
        if claimed := claim(me, rate=rate):
            return claimed
    return ()


@action
def sweep() -> None:
    """Free expired claims, call expired intents unknown, and give up what is too late."""
    for change in (
        "status = 'PENDING', lease_until = NULL "
        "WHERE status = 'CLAIMED' AND lease_until < clock_timestamp()",
        "status = 'UNKNOWN', lease_until = NULL, settled_at = clock_timestamp(), "
        "detail = 'the worker died while sending' "
        "WHERE status = 'SENDING' AND lease_until < clock_timestamp()",
        "status = 'EXPIRED', settled_at = clock_timestamp() "
        "WHERE status IN ('PENDING', 'RETRY_WAIT') AND expires_at <= clock_timestamp()",
    ):
        session.execute(text(f"UPDATE delivery SET {change}"))


@action
def give_back(me: str) -> None:
    """Give back whatever this worker has claimed and not begun to send."""
    session.execute(
        text(
            """
            UPDATE delivery SET status = 'PENDING', lease_until = NULL
            WHERE status = 'CLAIMED' AND claimed_by = :me
            """
        ),
        {"me": me},
    )


@action
def skip(delivery_id: int, me: str, detail: str) -> None:
    """End a push that cannot be sent to anybody; the message stays in the inbox."""
    session.execute(
        text(
            """
            UPDATE delivery SET status = 'SKIPPED', detail = :detail, lease_until = NULL,
                   settled_at = clock_timestamp()
            WHERE id = :id AND status = 'CLAIMED' AND claimed_by = :me
            """
        ),
        {"id": delivery_id, "me": me, "detail": detail},
    )
