"""Who may change a number or a reading of the policy, and when?

A change is proposed by one member of staff and confirmed by another; from that moment it is known
and, on the days it names, in force. A confirmed change is never touched again: whoever was wrong
proposes the next one.
"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where a change stands."""

    PROPOSED = "待复核"
    CONFIRMED = "已生效登记"
    DROPPED = "已撤下"


S = Status
STEPS = (
    #    when it is     may be      by            and becomes   which we call
    Step(S.PROPOSED, "confirm", R.CONFIRMER, S.CONFIRMED, "confirmed"),
    Step(S.PROPOSED, "drop", R.PROPOSER, S.DROPPED, "dropped"),
    Step(S.PROPOSED, "drop", R.CONFIRMER, S.DROPPED, "dropped"),
)

# Who may propose a change, see those proposed, and override a verdict within the scope.
MAY_PROPOSE = R.REGULATOR
MAY_OVERRIDE = R.REGULATOR
