"""Who may do what to a notice, and when?

One member of staff writes it, another approves it. While it is being sent it can be paused and
taken up again; cancelling ends it for everybody whom it has not reached.
"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where a notice stands."""

    DRAFT = "草稿"
    AWAITING_APPROVAL = "待复核"
    SCHEDULED = "已批准，待发送"
    SENDING = "发送中"
    PAUSED = "已暂停"
    SENT = "已发送"
    CANCELLED = "已取消"
    REFUSED = "未获批准"


S = Status
STEPS = (
    #    when it is            may be      by            and becomes          which we call
    Step(S.DRAFT, "update", R.PROPOSER, S.DRAFT, "updated"),
    Step(S.DRAFT, "submit", R.PROPOSER, S.AWAITING_APPROVAL, "submitted"),
    Step(S.AWAITING_APPROVAL, "approve", R.CONFIRMER, S.SCHEDULED, "approved"),
    Step(S.AWAITING_APPROVAL, "refuse", R.CONFIRMER, S.REFUSED, "refused"),
    Step(S.SCHEDULED, "schedule", R.REGULATOR, S.SCHEDULED, "scheduled"),
    Step(S.SCHEDULED, "start", R.SYSTEM, S.SENDING, "published"),
    Step(S.SENDING, "pause", R.REGULATOR, S.PAUSED, "paused"),
    Step(S.SENDING, "halt", R.SYSTEM, S.PAUSED, "halted"),
    Step(S.SENDING, "finish", R.SYSTEM, S.SENT, "sent"),
    Step(S.PAUSED, "resume", R.REGULATOR, S.SENDING, "resumed"),
    *(
        Step(each, "cancel", R.REGULATOR, S.CANCELLED, "cancelled")
        for each in (S.DRAFT, S.AWAITING_APPROVAL, S.SCHEDULED, S.SENDING, S.PAUSED)
    ),
)
# What it begins with.
CREATED = "created"
# A second person has said yes to it.
APPROVED = (S.SCHEDULED, S.SENDING, S.PAUSED, S.SENT)
# Who may write a notice for the league or for her county.
MAY_WRITE = R.REGULATOR
# Who may look at it before it is published.
SEEN_BY = frozenset({R.REGULATOR, R.PROPOSER, R.CONFIRMER})
