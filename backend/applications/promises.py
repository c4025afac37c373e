"""What may be promised for later, who may do what to such a promise, and when?

A case is taken in although something is missing (容缺受理): what is missing is named, the applicant
promises it, and until it is there and has been looked at nothing that was granted takes effect.
"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class GapStatus(Enum):
    """Where a gap stands."""

    OFFERED = "待申请人承诺"
    PROMISED = "已承诺，待补齐"
    FILLED = "已补交，待核对"
    CLOSED = "已补齐"
    DECLINED = "申请人未承诺"
    LAPSED = "逾期未补齐"
    ENDED = "已终止"


G = GapStatus
STEPS = (
    #    when it is  may be     by           and becomes  which we call
    Step(G.OFFERED, "promise", R.APPLICANT, G.PROMISED, "gap_promised"),
    Step(G.OFFERED, "decline", R.APPLICANT, G.DECLINED, "gap_declined"),
    Step(G.OFFERED, "end", R.SYSTEM, G.ENDED, "gap_ended"),
    Step(G.PROMISED, "fill", R.APPLICANT, G.FILLED, "gap_filled"),
    Step(G.PROMISED, "lapse", R.SYSTEM, G.LAPSED, "gap_lapsed"),
    Step(G.PROMISED, "end", R.SYSTEM, G.ENDED, "gap_ended"),
    Step(G.FILLED, "confirm", R.DECIDER, G.CLOSED, "gap_confirmed"),
    Step(G.FILLED, "refuse", R.DECIDER, G.PROMISED, "gap_refused"),
    Step(G.FILLED, "end", R.SYSTEM, G.ENDED, "gap_ended"),
)
# A case has at most one of these (a partial unique index says so too).
LIVE = (G.OFFERED, G.PROMISED, G.FILLED)
# While it stands at one of these, nothing that was granted takes effect (a trigger says so too).
UNSETTLED = (G.PROMISED, G.FILLED)
# The steps of a case by which what was granted takes effect.
EFFECTIVE = ("publicise", "complete")
# Working days in which what was promised has to be there, and the most that an office may grant;
# both ours, until the bureau decides.
TO_FOLLOW, TO_FOLLOW_AT_MOST = 7, 15
# So many are left at least when something that came has to come again, or a case is reopened.
AGAIN_WITHIN = 3
