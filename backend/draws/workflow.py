"""Who may do what to a draw, and when?"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where a draw stands."""

    ANNOUNCED = "已公告，可加入候补"
    FROZEN = "名单已封存，待开奖"
    REVEALED = "已开奖"
    CANCELLED = "已取消"


S = Status
STEPS = (
    #    when it is      may be      by         and becomes   which we call
    Step(S.ANNOUNCED, "cancel", R.DECIDER, S.CANCELLED, "cancelled"),
    Step(S.ANNOUNCED, "freeze", R.SYSTEM, S.FROZEN, "frozen"),
    Step(S.FROZEN, "reveal", R.SYSTEM, S.REVEALED, "revealed"),
)
# While it stands there, nothing of its list is given away.
OPEN = (S.ANNOUNCED, S.FROZEN)
