"""What may be published, and what may become of a question, and of cases decided together?"""

from enum import Enum

from backend.applications.kinds import Kind
from backend.subsidies.kinds import CLAIMED


class Heard(Enum):
    """How an office that was asked has answered; silence is no agreement."""

    ASKED = "等待答复"
    GIVEN = "已提出意见"
    SILENT = "未答复，视为未提出意见"


class Decision(Enum):
    """How many cases are decided together."""

    APPROVE = "通过"
    REJECT = "不通过"


class Outcome(Enum):
    """What became of one row of a decision in bulk."""

    DECIDED = "已办理"
    REFUSED = "未能办理"
    UNDONE = "已撤销"
    LEFT = "已有后续操作，未撤销"


# A decision on each kind of application, and on each kind of claim, may be read by anybody.
Publishable = Enum(  # type: ignore[misc]
    "Publishable", {each.name: each.value for each in (*Kind, *CLAIMED)}
)
# Working days in which an office answers unless others are named; ours, until the bureau decides.
TO_ADVISE, TO_ADVISE_AT_MOST = 3, 10
