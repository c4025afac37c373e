"""Will a notice reach somebody by WeChat, and if not, why not? When may a telephone ring?

One expression for everybody who counts and for whoever writes the pushes, so that a preview and
what comes of it cannot differ in their rules. What two notices at once cannot know of each other is
looked at again when a push is claimed, of which each person has one at a time.
"""

from datetime import datetime, time, timedelta
from enum import Enum

from backend import clock

TEMPLATE = "policy_notice"
# So many pushes to many within so many days, and so many of one topic, and no more.
MOST, MOST_OF_A_TOPIC, WITHIN_DAYS = 3, 2, 7
# From nine in the evening until eight in the morning nobody's telephone rings for a notice.
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
UNSENT = "'PENDING', 'RETRY_WAIT', 'CLAIMED'"


class Reach(Enum):
    """How a notice reaches somebody; the inbox has it but for whoever opted out."""

    OPTED_OUT = "已关闭这类通知"
    DIGEST = "每周汇总告知"
    NO_WECHAT = "没有微信账号"
    NO_CREDIT = "没有订阅次数"
    CAPPED = "近期推送已达上限"
    REACHABLE = "可以推送"


MUTED = "ARRAY(SELECT topic FROM muted WHERE muted.person_id = {person})"
SELDOM = "ARRAY(SELECT topic FROM weekly WHERE weekly.person_id = {person})"
# About a row of `notice` and a person: she wants to hear of nothing that it is about, ...
UNWANTED = f"notice.topics <@ {MUTED}"
# ... or of all that she does want to hear of it, once a week. What is urgent does not wait.
IN_DIGEST = f"notice.urgent_why = '' AND notice.topics <@ ({MUTED} || {SELDOM})"


# Of rows that have just been written the planner believes that there are two, and would compare all
# with all where they are joined. So they are looked up one by one, which OFFSET 0 makes sure of.

# Each of those for whom a notice is (`r`, of the notice `n`), with her copy `m` and its push `d`.
OF_READERS = """notice_reader r JOIN notice n ON n.id = r.notice_id
LEFT JOIN LATERAL (SELECT id, created_at, read_at FROM message
    WHERE event_id = n.event_id AND person_id = r.person_id OFFSET 0) m ON true
LEFT JOIN LATERAL (SELECT id, status, detail FROM delivery WHERE message_id = m.id OFFSET 0) d
    ON true
WHERE r.notice_id = :id"""
# Who of `judged` was told, with her row of it.
TOLD = """(SELECT id, person_id, (SELECT jsonb_object_agg(person_id, to_jsonb(judged)) FROM judged)
        -> CAST(person_id AS text) AS of_her FROM told OFFSET 0) AS told,
    LATERAL (SELECT of_her ->> 'reach' AS reach) AS hers"""


def slot(person: str) -> str:
    """Say in SQL how long after the first moment of a morning somebody's telephone may ring.

    It is always the same for one person, and spread over an hour for all of them: neighbours by
    key are 2,053 seconds apart, which goes round the hour through each of its seconds.
    """
    return f"mod({person} * 2053, 3600) * interval '1 second'"


def enough(person: str, topics: str, sent: str) -> str:
    """Say in SQL that somebody has had as many pushes as she may in a week, of all or of a topic.

    `sent` says which rows of `sent` count, `topics` what the next one would be about. Of most
    people one look into the ledger tells it.
    """
    hers = f"sent.person_id = {person} AND sent.lane = 'BROADCAST' AND {sent}"
    return f"""(SELECT CASE
        WHEN count(*) < {MOST_OF_A_TOPIC} THEN false
        WHEN count(*) >= {MOST} THEN true
        ELSE EXISTS (SELECT FROM delivery sent JOIN notice told ON told.id = sent.notice_id,
                unnest(told.topics) AS topic
            WHERE {hers} AND ARRAY[topic] <@ {topics}
            GROUP BY topic HAVING count(*) >= {MOST_OF_A_TOPIC}) END
        FROM delivery sent WHERE {hers})"""


WEEK = f"interval '{WITHIN_DAYS} days'"
# What has left within a week, or waits to leave.
_SENT_OR_WAITING = f"(sent.intent_at > now() - {WEEK} OR sent.status IN ({UNSENT}))"
# About `due`, a push that is to leave now.
HAS_HAD_ENOUGH_THIS_WEEK = "due.polite AND " + enough(
    "due.person_id",
    "(SELECT topics FROM notice WHERE notice.id = due.notice_id)",
    f"sent.id <> due.id AND sent.intent_at > statement_timestamp() - {WEEK}",
)
# What keeps every push that tells of policies, whatever writes it. The provider is asked for in
# words that no index has, lest everybody's openids be looked through for each of them.
_NO_WAY = """
    WHEN NOT EXISTS (SELECT FROM identity WHERE identity.person_id = {person}
                     AND provider || '' = 'wechat') THEN 'NO_WECHAT'
    WHEN NOT EXISTS (SELECT FROM credit WHERE credit.person_id = {person}
                     AND template = {template} AND remaining > 0) THEN 'NO_CREDIT'"""
_NOTICE = "FROM notice WHERE notice.id = r.notice_id"
_OF_OTHERS = f"sent.notice_id IS DISTINCT FROM r.notice_id AND {_SENT_OR_WAITING}"
# About `r`, which has the keys of a notice and of a person.
REACH = f"""CASE
    WHEN EXISTS (SELECT {_NOTICE} AND {UNWANTED.format(person="r.person_id")}) THEN 'OPTED_OUT'
    WHEN EXISTS (SELECT FROM weekly WHERE weekly.person_id = r.person_id) AND EXISTS (
        SELECT {_NOTICE} AND {IN_DIGEST.format(person="r.person_id")}) THEN 'DIGEST'
    {_NO_WAY.format(person="r.person_id", template=f"'{TEMPLATE}'")}
    WHEN {enough("r.person_id", f"(SELECT topics {_NOTICE})", _OF_OTHERS)}
         AND EXISTS (SELECT {_NOTICE} AND urgent_why = '') THEN 'CAPPED'
    ELSE 'REACHABLE' END"""


def alone(person: str, template: str) -> str:
    """Say in SQL how somebody is reached by what is about no topic of a notice."""
    return f"""CASE
        {_NO_WAY.format(person=person, template=template)}
        WHEN {enough(person, "CAST(ARRAY[] AS text[])", _SENT_OR_WAITING)} THEN 'CAPPED'
        ELSE 'REACHABLE' END"""


# About one person, whom nothing but this tells of policies.
ALONE = f"SELECT {alone(':person', ':template')} AS reach"


def rings(at: datetime, person_id: int) -> datetime:
    """Return when somebody's telephone may ring: now, else in her own second of the morning."""
    morning = loud(at)
    return morning + timedelta(seconds=person_id * 2053 % 3600) if morning > at else at


def loud(at: datetime) -> datetime:
    """Return the first moment, not before this one, at which a telephone may ring."""
    local = clock.local(at)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, clock.SHANGHAI).astimezone(at.tzinfo)
