"""Who may do what to a tenancy, and when?"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where a tenancy stands, from the first offer of a unit to its end."""

    OFFERED = "待答复"
    AGREEMENT_PENDING = "待签协议"
    ACTIVE = "入驻中"
    LEFT_ON_TIME = "期满退出"
    DECLINED = "已谢绝"
    OFFER_LAPSED = "逾期失效"
    CANCELLED = "已取消"


S = Status
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
    Step(S.ACTIVE, "end", R.SYSTEM, S.LEFT_ON_TIME, "left_on_time"),
)
# What a tenancy begins with: a unit that came free, or one that the park granted outright.
BEGINNINGS = {S.OFFERED: "offered", S.AGREEMENT_PENDING: "granted"}

# Each of these holds a unit; an application has at most one (a partial unique index says so too).
LIVE = (S.OFFERED, S.AGREEMENT_PENDING, S.ACTIVE)
# A person, and a venture, is in one of these once in the whole league (two more such indexes).
HOUSED = (S.AGREEMENT_PENDING, S.ACTIVE)
# What runs out at `expires_at`.
TIMED = (S.OFFERED, S.AGREEMENT_PENDING)
# Who has to act while it stands there; an agreement waits for whoever has not signed.
HELD_BY = {S.OFFERED: R.APPLICANT}
