"""What may there be to tell somebody about a policy, and for which reason?"""

from enum import Enum

# So many days before an application closes somebody hears of it, the last time before the last.
AHEAD = (60, 30, 7)
# Where it is not known whether a policy fits, somebody can settle it with so few answers.
QUESTIONS = 3


class What(Enum):
    """What has become of a policy for somebody. All but the last are changes for the better."""

    ELIGIBLE = "现在符合"
    POSSIBLE = "可能符合"
    CLOSING = "即将截止"
    LOST = "不再符合"


class Cause(Enum):
    """Why it is so now and was not before."""

    FIRST = "首次比对"
    TIME = "日期到了"
    FACTS = "资料有更新"
    RULES = "政策有调整"


def stage(days_left: int) -> int | None:
    """Return at which of the days ahead somebody stands; None while all of them are to come."""
    return min((days for days in AHEAD if days_left <= days), default=None)
