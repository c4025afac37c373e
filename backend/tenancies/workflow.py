"""Who may do what to a tenancy, and when?"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where a tenancy stands, from the first offer of a unit to its end."""

    OFFERED = "待答复"
    AGREEMENT_PENDING = "待签协议"
    ACTIVE = "入驻中"
    RENEWING = "续期待答复"
    SUSPENDED = "暂停经营"
    GRADUATED = "孵化毕业"
    LEFT_ON_TIME = "期满退出"
    LEFT_EARLY = "提前退出"
    EVICTED = "被清退"
    DECLINED = "已谢绝"
    OFFER_LAPSED = "逾期失效"
    CANCELLED = "已取消"


S = Status
# Somebody has the unit, or is about to move in.
STAYING = (S.ACTIVE, S.RENEWING, S.SUSPENDED)
# She had it; whether it was handed over is another matter.
OVER = (S.LEFT_ON_TIME, S.LEFT_EARLY, S.EVICTED, S.GRADUATED)
# Whoever has left like this may still turn out to have graduated.
LEFT = (S.LEFT_ON_TIME, S.LEFT_EARLY)
STEPS = (
    #    when it is                may be      by            and becomes             which we call
    Step(S.OFFERED, "accept", R.APPLICANT, S.AGREEMENT_PENDING, "accepted"),
    Step(S.OFFERED, "decline", R.APPLICANT, S.DECLINED, "declined"),
    Step(S.OFFERED, "lapse", R.SYSTEM, S.OFFER_LAPSED, "offer_lapsed"),
    Step(S.OFFERED, "cancel", R.SYSTEM, S.CANCELLED, "cancelled"),
    Step(S.AGREEMENT_PENDING, "amend", R.DECIDER, S.AGREEMENT_PENDING, "amended"),
    Step(S.AGREEMENT_PENDING, "sign", R.APPLICANT, S.AGREEMENT_PENDING, "signed"),
    Step(S.AGREEMENT_PENDING, "sign", R.DECIDER, S.AGREEMENT_PENDING, "signed_by_park"),
    Step(S.AGREEMENT_PENDING, "activate", R.SYSTEM, S.ACTIVE, "activated"),
    Step(S.AGREEMENT_PENDING, "lapse", R.SYSTEM, S.OFFER_LAPSED, "agreement_lapsed"),
    Step(S.AGREEMENT_PENDING, "cancel", R.SYSTEM, S.CANCELLED, "cancelled"),
    Step(S.ACTIVE, "arrive", R.DECIDER, S.ACTIVE, "arrived"),
    Step(S.ACTIVE, "postpone", R.DECIDER, S.ACTIVE, "arrival_postponed"),
    Step(S.ACTIVE, "no_show", R.SYSTEM, S.OFFER_LAPSED, "arrival_lapsed"),
    Step(S.ACTIVE, "renew", R.APPLICANT, S.RENEWING, "renewal_asked"),
    Step(S.RENEWING, "grant_renewal", R.DECIDER, S.ACTIVE, "renewal_granted"),
    Step(S.RENEWING, "refuse_renewal", R.DECIDER, S.ACTIVE, "renewal_refused"),
    Step(S.ACTIVE, "suspend", R.DECIDER, S.SUSPENDED, "suspended"),
    Step(S.SUSPENDED, "resume", R.DECIDER, S.ACTIVE, "resumed"),
    Step(S.SUSPENDED, "resume", R.SYSTEM, S.ACTIVE, "resumed"),
    *(Step(each, "leave", R.APPLICANT, S.LEFT_EARLY, "left_early") for each in STAYING),
    *(Step(each, "end", R.SYSTEM, S.LEFT_ON_TIME, "left_on_time") for each in STAYING),
    *(Step(each, "graduate", R.DECIDER, S.GRADUATED, "graduated") for each in STAYING + LEFT),
    *(Step(each, "announce", R.DECIDER, each, "eviction_announced") for each in STAYING),
    *(Step(each, "answer", R.APPLICANT, each, "eviction_answered") for each in STAYING),
    *(Step(each, "hear", R.DECIDER, each, "eviction_heard") for each in STAYING),
    *(Step(each, "drop", R.DECIDER, each, "eviction_dropped") for each in STAYING),
    *(Step(each, "drop", R.SUPERVISOR, each, "eviction_dropped") for each in STAYING),
    *(Step(each, "evict", R.SUPERVISOR, S.EVICTED, "evicted") for each in STAYING),
    *(Step(each, "count", R.APPLICANT, each, "heads_declared") for each in STAYING),
    *(Step(each, "count", R.DECIDER, each, "heads_counted") for each in STAYING + OVER),
    *(Step(each, "confirm_count", R.DECIDER, each, "heads_confirmed") for each in STAYING + OVER),
    *(Step(each, "check_out", R.DECIDER, each, "checked_out") for each in OVER),
)
# What a tenancy begins with: a unit that came free, or one that the park granted outright.
BEGINNINGS = {S.OFFERED: "offered", S.AGREEMENT_PENDING: "granted"}

# Each of these holds a unit; an application has at most one (a partial unique index says so too).
LIVE = (S.OFFERED, S.AGREEMENT_PENDING, *STAYING)
# A person, and a venture, is in one of these once in the whole league (two more such indexes).
HOUSED = (S.AGREEMENT_PENDING, *STAYING)
# What runs out at `expires_at`.
TIMED = (S.OFFERED, S.AGREEMENT_PENDING)
# Who has to act while it stands there; an agreement waits for whoever has not signed.
HELD_BY = {S.OFFERED: R.APPLICANT, S.RENEWING: R.DECIDER}
# What the timeline calls each event; that a unit was granted is told by the approval itself.
EVENT_LABELS = {
    "offered": "预留场地，待答复",
    "accepted": "接受场地",
    "declined": "谢绝场地",
    "offer_lapsed": "逾期未答复",
    "amended": "协议文本变更",
    "signed": "入驻人确认协议",
    "signed_by_park": "园区确认协议",
    "activated": "双方确认完毕",
    "agreement_lapsed": "协议逾期未签",
    "cancelled": "取消",
    "arrival_due": "提醒到园",
    "arrived": "确认到园",
    "arrival_postponed": "到园期限延后",
    "arrival_lapsed": "未按期到园，场地释放",
    "term_ending": "提醒期限将到",
    "renewal_asked": "提出续期",
    "renewal_due": "提醒答复续期",
    "renewal_overdue": "续期逾期未答复",
    "renewal_granted": "同意续期",
    "renewal_refused": "不同意续期",
    "suspended": "暂停经营",
    "suspension_ending": "提醒恢复经营",
    "resumed": "恢复经营",
    "heads_missing": "提醒填报人数",
    "heads_declared": "填报在园人数",
    "heads_counted": "登记在园人数",
    "heads_confirmed": "确认在园人数",
    "eviction_announced": "告知拟清退",
    "eviction_answered": "入驻人陈述意见",
    "eviction_heard": "听取意见完毕",
    "eviction_dropped": "不再清退",
    "evicted": "决定清退",
    "left_early": "提前退出",
    "left_on_time": "期满退出",
    "graduated": "孵化毕业",
    "checked_out": "退出事项办理",
    "handed_over": "场地交还",
    "exit_open": "提醒办理退出事项",
}
