"""What stands in the ledger of pushes, and which step may a push take next?

claim (a lease) → intent (committed) → result. WeChat knows no idempotency key: whoever dies between
intent and result leaves a push whose fate is unknown, and that is what its row says. All leases are
judged by the database's clock. A person has one push under way at most, which an index holds.
"""

from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import text

from backend import clock
from backend.accounts.queries import OPENID
from backend.db import Row, action, alone, changed, rows, session
from backend.wechat import reactions
from backend.wechat.outcome import Outcome, Word
from backend.wechat.reactions import Stops
from notifications import grants, pace
from notifications.models import Lane, Status
from notifications.reach import HAS_HAD_ENOUGH_THIS_WEEK, IN_DIGEST, UNWANTED, loud, slot
from notifications.templates import RESENT_ONCE

BATCH, PORTION = 20, 5000
CLAIM_S, SEND_S = 30, 20
# A receipt that has not come by then, and waits nowhere to be read, will not come; what may be sent
# again is, once. With the lease before it nothing of the kind is in doubt for two minutes. One that
# was read and is of no push of ours holds nothing up while it is looked at again every few seconds.
RESEND_AFTER_S = 75
RETRY_S = (2, 5, 15, 60)
LONGEST_DETAIL = 200
BECOMES = {
    Word.ACCEPTED: Status.ACCEPTED,
    Word.REJECTED: Status.REJECTED,
    Word.RETRY: Status.RETRY_WAIT,
    Word.UNKNOWN: Status.UNKNOWN,
    Word.FAILED: Status.FAILED,
}
_DUE = """
    status IN ('PENDING', 'RETRY_WAIT')
    AND next_try_at <= statement_timestamp() AND expires_at > statement_timestamp()
"""
# Whatever goes wrong elsewhere, nobody's phone hears more of us in a day.
MOST_A_DAY = 5
_TODAY = "date_trunc('day', statement_timestamp() AT TIME ZONE 'Asia/Shanghai')"
_HAS_HAD_ENOUGH = f"""
    {MOST_A_DAY} <= (SELECT count(*) FROM delivery sent WHERE sent.person_id = due.person_id
        AND sent.intent_at >= {_TODAY} AT TIME ZONE 'Asia/Shanghai')
"""
# Of those due the first of each person, who has none under way. A choice among a few that an index
# names in their order: whatever the planner believes of a ledger that has just grown by a hundred
# thousand, it costs the same. Whoever stands in the way of others is moved on by the sweep.
LOOK = 5 * BATCH
_CLAIMABLE = f"""
    SELECT id FROM (
        SELECT DISTINCT ON (person_id) * FROM (
            SELECT id, person_id, next_try_at, polite, notice_id FROM delivery
            WHERE lane = :lane AND {_DUE} AND NOT (polite AND :night)
            ORDER BY next_try_at, id LIMIT {LOOK}) AS next
        ORDER BY person_id, next_try_at, id) AS due
    WHERE person_id <> ALL(ARRAY(
            SELECT person_id FROM delivery WHERE status IN ('CLAIMED', 'SENDING')))
      AND NOT {_HAS_HAD_ENOUGH}
      AND NOT ({HAS_HAD_ENOUGH_THIS_WEEK})
"""
# An array is made once; of a set with a limit a plan that loops asks anew for every row. What was
# chosen is looked at again in words that name no index, else all that waits might be read for it.
_CLAIM = text(f"""
    WITH claimed AS (
        UPDATE delivery SET status = 'CLAIMED', claimed_by = :me, claim_epoch = claim_epoch + 1,
               lease_until = clock_timestamp() + :lease * interval '1 s'
        WHERE id = ANY(ARRAY(
            SELECT id FROM delivery
            WHERE id = ANY(ARRAY({_CLAIMABLE} ORDER BY next_try_at, id LIMIT :room))
              AND status ~ '^(PENDING|RETRY_WAIT)$' FOR UPDATE SKIP LOCKED))
        RETURNING id, person_id, template, page, content, attempts, claim_epoch, next_try_at
    ), taken AS ({pace.TAKEN.format(rows="claimed")})
    SELECT claimed.*, {OPENID.format(person="claimed.person_id")} AS openid
    FROM claimed ORDER BY next_try_at, id
""")
_IS_DUE = text(f"SELECT EXISTS ({_CLAIMABLE}) AS is_due")
# Whoever has withdrawn her consent does not hear of what was found while she gave it.
_WITHDRAWN = """(template = 'policy_match' AND NOT EXISTS (
    SELECT FROM consent WHERE consent.person_id = delivery.person_id
    AND purpose = 'POLICY_MATCHING' AND withdrawn_at IS NULL))"""
# What became of pushes, what that uses up, and which others leave now: together or not at all.
_STEP = text(f"""
    WITH said AS (
        SELECT * FROM json_to_recordset(CAST(:said AS json))
            AS said (id bigint, claim_epoch bigint, status text, errcode bigint, detail text,
                     msgid text, wait_s float)
    ), settled AS (
        UPDATE delivery SET status = said.status, errcode = said.errcode, detail = said.detail,
               provider_id = said.msgid, lease_until = NULL,
               next_try_at = clock_timestamp() + said.wait_s * interval '1 s',
               settled_at = CASE WHEN said.status <> 'RETRY_WAIT' THEN clock_timestamp() END
        FROM said
        WHERE delivery.id = said.id AND delivery.claim_epoch = said.claim_epoch
          AND delivery.status IN ('SENDING', 'UNKNOWN')
        RETURNING delivery.id, person_id, template, delivery.claim_epoch, delivery.status,
                  delivery.errcode
    ), {grants.USED_UP}
    UPDATE delivery SET status = 'SENDING', attempts = attempts + 1,
           intent_at = clock_timestamp(),
           lease_until = clock_timestamp() + :lease * interval '1 s'
    WHERE id = ANY(CAST(:ids AS bigint[])) AND status = 'CLAIMED' AND claimed_by = :me
      AND lease_until > clock_timestamp() AND expires_at > clock_timestamp()
      AND (notice_id IS NULL OR EXISTS (
          SELECT FROM notice
          WHERE notice.id = delivery.notice_id AND notice.status = 'SENDING'
          AND NOT {UNWANTED.format(person="delivery.person_id")}
          AND NOT ({IN_DIGEST.format(person="delivery.person_id")})))
      AND NOT {_WITHDRAWN}
    RETURNING id
""")
_SWEEPS = tuple(
    text(f"UPDATE delivery SET {change}")
    for change in (
        "status = 'PENDING', lease_until = NULL "
        "WHERE status = 'CLAIMED' AND lease_until < clock_timestamp()",
        "status = 'UNKNOWN', lease_until = NULL, settled_at = clock_timestamp(), "
        "detail = 'the worker died while sending' "
        "WHERE status = 'SENDING' AND lease_until < clock_timestamp()",
        "status = 'EXPIRED', settled_at = clock_timestamp() "
        "WHERE status IN ('PENDING', 'RETRY_WAIT') AND expires_at <= clock_timestamp()",
        "status = 'SKIPPED', settled_at = clock_timestamp(), detail = 'opted_out' "
        f"WHERE status IN ('PENDING', 'RETRY_WAIT') AND {_WITHDRAWN}",
    )
)
# Not at midnight, when the new day begins.
_TOMORROW = text(f"""
    UPDATE delivery due
    SET next_try_at = ({_TODAY} + interval '1 day 8 hours') AT TIME ZONE 'Asia/Shanghai'
                      + {slot("due.person_id")}
    WHERE {_DUE} AND {_HAS_HAD_ENOUGH}
""")
_LEFT_OUT = text(f"""
    UPDATE delivery due SET status = 'SKIPPED', detail = 'capped', settled_at = clock_timestamp()
    WHERE {_DUE} AND {HAS_HAD_ENOUGH_THIS_WEEK}
""")
# What was set aside, by a pause, is due when it expires and stays so.
_AT_REST = text(f"""
    UPDATE delivery SET status = 'PENDING', next_try_at = :morning + {slot("person_id")}
    WHERE id = ANY(ARRAY(SELECT id FROM delivery
        WHERE lane = 'BROADCAST' AND polite AND status IN ('PENDING', 'RETRY_WAIT')
          AND next_try_at < :morning AND next_try_at < expires_at
        LIMIT {PORTION} FOR UPDATE SKIP LOCKED))
""")
_RESEND = text("""
    UPDATE delivery SET status = 'PENDING', resent_at = clock_timestamp(), settled_at = NULL,
           next_try_at = clock_timestamp()
    WHERE status = 'UNKNOWN' AND resent_at IS NULL AND template = ANY(:templates)
      AND settled_at < clock_timestamp() - :patience * interval '1 s'
      AND expires_at > clock_timestamp()
      AND NOT EXISTS (SELECT FROM callback WHERE processed_at IS NULL AND tries = 0
          AND (next_try_at = came_at OR next_try_at < clock_timestamp() - interval '1 min'))
""")


@action
def claim(me: str, lane: Lane, *, rate: int) -> Sequence[Row]:
    """Take up to a batch of due pushes under a lease, no more than the rate leaves room for.

    Each row says in `leaves_in_s` after how many seconds its turn at the rate has come, and under
    which openid WeChat knows the person, or None. The pace is locked meanwhile, so that no two
    workers claim for one person at once.
    """
    room, wait_s = pace.room(lane, rate)
    if not room:
        return []
    values = {"me": me, "lane": lane.name, "lease": CLAIM_S, "night": _is_night()}
    claimed = rows(_CLAIM, room=min(BATCH, room), rate=rate, **values)
    return [{**push, "leaves_in_s": wait_s + turn / rate} for turn, push in enumerate(claimed)]


def is_due(lane: Lane) -> bool:
    """Tell whether there is something to claim, whatever the rate says."""
    return any(each["is_due"] for each in rows(_IS_DUE, lane=lane.name, night=_is_night()))


def step(
    said: Sequence[tuple[Row, Outcome]], ids: Collection[int] = (), me: str = ""
) -> frozenset[int]:
    """Write down what became of pushes, and commit with it that others are about to leave.

    Return those of `ids` that still may. The late answer of a paused worker still counts.
    """
    leaving = "{" + ",".join(map(str, sorted(ids))) + "}"
    told = orjson.dumps([_written(push, outcome) for push, outcome in said]).decode()
    gone = alone(_STEP, said=told, ids=leaving, me=me, lease=SEND_S, at=clock.now())
    return frozenset(each["id"] for each in gone)


@action
def release(ids: Collection[int], me: str) -> None:
    """Give back pushes that certainly have not left."""
    session.execute(
        text(
            """
            UPDATE delivery SET status = 'PENDING', lease_until = NULL, intent_at = NULL
            WHERE id = ANY(:ids) AND status = 'SENDING' AND claimed_by = :me
            """
        ),
        {"ids": sorted(ids), "me": me},
    )


def _written(push: Row, outcome: Outcome) -> Row:
    status, wait_s = next_of(outcome, push["attempts"])
    return {
        "id": push["id"],
        "claim_epoch": push["claim_epoch"],
        "status": status.name,
        "errcode": outcome.errcode,
        "detail": outcome.detail[:LONGEST_DETAIL],
        "msgid": outcome.msgid,
        "wait_s": wait_s,
    }


def next_of(outcome: Outcome, attempts: int) -> tuple[Status, float]:
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


@action
def sweep() -> None:
    """Free expired claims, call expired intents unknown, and give up what is too late.

    Of what is unknown, that which may be read twice is sent once more when no receipt has come;
    what is due to somebody who has had enough for today waits until eight in the morning, and what
    is due to somebody who has had enough for this week is left out.
    """
    session.execute(_TOMORROW)
    session.execute(_LEFT_OUT)
    for change in _SWEEPS:
        session.execute(change)
    session.execute(_RESEND, {"templates": sorted(RESENT_ONCE), "patience": RESEND_AFTER_S})


def rest() -> None:
    """In the night, let what is polite wait for the morning, spread over an hour.

    In portions, each a transaction of its own, until nothing is left.
    """
    now = clock.now()
    morning = loud(now)
    while morning > now and action(changed)(_AT_REST, morning=morning) == PORTION:
        pass


def _is_night() -> bool:
    now = clock.now()
    return loud(now) > now


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
def skip(ids: Collection[int], me: str, detail: str) -> None:
    """End pushes that cannot be sent to anybody; the messages stay in the inbox."""
    session.execute(
        text(
            """
            UPDATE delivery SET status = 'SKIPPED', detail = :detail, lease_until = NULL,
                   settled_at = clock_timestamp()
            WHERE id = ANY(:ids) AND status = 'CLAIMED' AND claimed_by = :me
            """
        ),
        {"ids": sorted(ids), "me": me, "detail": detail},
    )
