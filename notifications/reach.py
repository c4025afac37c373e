"""Will a notice reach somebody by WeChat, and if not, why not?

One expression for everybody who counts and for whoever writes the pushes, so that a preview and
what comes of it cannot differ in their rules.
"""

from datetime import datetime, time, timedelta
from enum import Enum

from backend import clock

TEMPLATE = "policy_notice"
# So many pushes of notices within so many days, and no more.
MOST, WITHIN_DAYS = 3, 7
# From nine in the evening until eight in the morning nobody's telephone rings for a notice.
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
UNSENT = "'PENDING', 'RETRY_WAIT', 'CLAIMED'"


class Reach(Enum):
    """How a notice reaches somebody; the inbox has it but for whoever opted out."""

    OPTED_OUT = "已关闭这类通知"
    NO_WECHAT = "没有微信账号"
    NO_CREDIT = "没有订阅次数"
    CAPPED = "近期推送已达上限"
    REACHABLE = "可以推送"


MUTED = "ARRAY(SELECT topic FROM muted WHERE muted.person_id = {person})"
# What holds of every push that tells of policies; both lanes of them share one measure.
OF_ANY = f"""
    WHEN NOT EXISTS (SELECT FROM identity WHERE identity.person_id = {{person}}
                     AND provider = 'wechat') THEN 'NO_WECHAT'
    WHEN NOT EXISTS (SELECT FROM credit WHERE credit.person_id = {{person}}
                     AND template = {{template}} AND remaining > 0) THEN 'NO_CREDIT'
    WHEN (SELECT count(*) FROM delivery
          WHERE delivery.person_id = {{person}} AND lane = 'BROADCAST' AND {{other}}
          AND (intent_at > now() - interval '{WITHIN_DAYS} days' OR status IN ({UNSENT}))
         ) >= {MOST} THEN 'CAPPED'
    ELSE 'REACHABLE' END"""
# About `r`, which has the keys of a notice and of a person.
REACH = f"""CASE
    WHEN (SELECT topics FROM notice WHERE notice.id = r.notice_id)
         <@ {MUTED.format(person="r.person_id")} THEN 'OPTED_OUT'
    {
    OF_ANY.format(
        person="r.person_id",
        template=f"'{TEMPLATE}'",
        other="delivery.notice_id IS DISTINCT FROM r.notice_id",
    )
}"""
# About one person, whom nothing but this tells of policies.
ALONE = (
    f"SELECT CASE {OF_ANY.format(person=':person', template=':template', other='true')} AS reach"
)


def loud(at: datetime) -> datetime:
    """Return the first moment, not before this one, at which a telephone may ring."""
    local = clock.local(at)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, clock.SHANGHAI).astimezone(at.tzinfo)
