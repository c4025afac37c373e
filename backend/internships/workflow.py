"""Who may do what to an internship, and when?"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where an internship stands, from its agreement to the paid stipend."""

    AGREEMENT_PENDING = "待签协议"
    IN_PROGRESS = "见习中"
    COMPLETED = "见习期满"
    TERMINATED = "见习提前结束"
    WINDOW_OPEN = "创业窗口期"
    VENTURE_CONFIRMED = "已申报创业，待核实"
    STIPEND_REVIEW = "补贴复核中"
    STIPEND_APPROVED = "补贴已核定，待拨付"
    PAID = "补贴已拨付"
    RECOVERED = "补贴已追回"
    WINDOW_EXPIRED = "窗口期已过"
    CANCELLED = "已取消"


S = Status
# While it stands at one of these, it is a place of its post that somebody has.
LIVE = (
    S.AGREEMENT_PENDING,
    S.IN_PROGRESS,
    S.WINDOW_OPEN,
    S.VENTURE_CONFIRMED,
    S.STIPEND_REVIEW,
    S.STIPEND_APPROVED,
)
# Months are answered for until the licence has been accepted: some answers come late.
ATTENDED = (S.IN_PROGRESS, S.WINDOW_OPEN, S.VENTURE_CONFIRMED)
# What runs out after `expires_on`.
TIMED = (S.AGREEMENT_PENDING, S.WINDOW_OPEN)
STEPS = (
    #    when it is             may be      by            and becomes             which we call
    Step(S.AGREEMENT_PENDING, "amend", R.DECIDER, S.AGREEMENT_PENDING, "amended"),
    Step(S.AGREEMENT_PENDING, "sign", R.APPLICANT, S.AGREEMENT_PENDING, "signed"),
    Step(S.AGREEMENT_PENDING, "sign", R.CONTACT, S.AGREEMENT_PENDING, "signed_by_host"),
    Step(S.AGREEMENT_PENDING, "sign", R.DECIDER, S.AGREEMENT_PENDING, "signed_by_bureau"),
    Step(S.AGREEMENT_PENDING, "begin", R.SYSTEM, S.IN_PROGRESS, "begun"),
    Step(S.AGREEMENT_PENDING, "expire", R.SYSTEM, S.CANCELLED, "agreement_lapsed"),
    Step(S.IN_PROGRESS, "complete", R.SYSTEM, S.COMPLETED, "completed"),
    Step(S.IN_PROGRESS, "end_early", R.APPLICANT, S.TERMINATED, "terminated"),
    Step(S.IN_PROGRESS, "end_early", R.CONTACT, S.TERMINATED, "terminated"),
    Step(S.IN_PROGRESS, "end_early", R.DECIDER, S.TERMINATED, "terminated"),
    Step(S.COMPLETED, "open_window", R.SYSTEM, S.WINDOW_OPEN, "window_opened"),
    Step(S.TERMINATED, "open_window", R.SYSTEM, S.WINDOW_OPEN, "window_opened"),
    Step(S.WINDOW_OPEN, "confirm_venture", R.APPLICANT, S.VENTURE_CONFIRMED, "venture_confirmed"),
    Step(S.WINDOW_OPEN, "expire", R.SYSTEM, S.WINDOW_EXPIRED, "window_expired"),
    Step(S.VENTURE_CONFIRMED, "accept_venture", R.DECIDER, S.STIPEND_REVIEW, "venture_accepted"),
    Step(S.VENTURE_CONFIRMED, "return_venture", R.DECIDER, S.WINDOW_OPEN, "venture_returned"),
    Step(S.STIPEND_REVIEW, "approve_stipend", R.APPROVER, S.STIPEND_APPROVED, "stipend_approved"),
    Step(S.STIPEND_REVIEW, "return_stipend", R.APPROVER, S.VENTURE_CONFIRMED, "stipend_returned"),
    Step(S.STIPEND_APPROVED, "pay", R.DECIDER, S.PAID, "paid"),
    Step(S.PAID, "recover", R.DECIDER, S.RECOVERED, "recovered"),
    *(Step(each, "attend", R.APPLICANT, each, "attended") for each in ATTENDED),
    *(Step(each, "attend", R.CONTACT, each, "attended") for each in ATTENDED),
    *(Step(each, "settle", R.DECIDER, each, "month_settled") for each in ATTENDED),
    *(Step(each, "cancel", R.SYSTEM, S.CANCELLED, "cancelled") for each in LIVE),
)
# What it begins with.
GRANTED = "granted"
# Who has to act while it stands there; an agreement and a month wait for whoever has not answered.
HELD_BY = {
    S.WINDOW_OPEN: R.APPLICANT,
    S.VENTURE_CONFIRMED: R.DECIDER,
    S.STIPEND_REVIEW: R.APPROVER,
    S.STIPEND_APPROVED: R.DECIDER,
}
# What the timeline calls each event.
EVENT_LABELS = {
    GRANTED: "见习岗位已安排，待签协议",
    "amended": "协议文本变更",
    "signed": "见习人员签署协议",
    "signed_by_host": "见习单位签署协议",
    "signed_by_bureau": "人社部门签署协议",
    "begun": "三方签署完毕，见习开始",
    "agreement_lapsed": "协议逾期未签，岗位释放",
    "attended": "确认月度出勤",
    "month_unanswered_by_intern": "提醒见习人员确认月度出勤",
    "month_unanswered_by_host": "提醒见习单位确认月度出勤",
    "month_disputed": "月度出勤有异议",
    "month_settled": "核定月度出勤",
    "completed": "见习期满",
    "terminated": "见习提前结束",
    "window_opened": "创业窗口期开始",
    "window_closing": "提醒创业窗口期将到",
    "window_expired": "创业窗口期已过",
    "venture_confirmed": "申报已创业",
    "venture_accepted": "创业核实，补贴已测算",
    "venture_returned": "创业信息退回修改",
    "stipend_approved": "补贴复核通过",
    "stipend_returned": "补贴复核退回",
    "paid": "补贴已拨付",
    "recovered": "补贴已追回",
    "cancelled": "见习取消",
}
