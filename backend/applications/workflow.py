"""Who may do what to an application, and when?"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Status(Enum):
    """Where an application stands."""

    DRAFT = "草稿"
    SUBMITTED = "已提交，待审核"
    UNDER_REVIEW = "审核中"
    CORRECTION_REQUESTED = "待补正"
    APPROVED = "审核通过"
    PUBLICISED = "公示中"
    OBJECTION_HOLD = "异议核查中"
    COMPLETED = "已办结"
    REJECTED = "审核不通过"
    WITHDRAWN = "已撤回"
    LAPSED = "已失效"


S = Status
STEPS = (
    #    when it is                may be      by            and becomes             which we call
    Step(S.DRAFT, "update", R.APPLICANT, S.DRAFT, "updated"),
    Step(S.DRAFT, "submit", R.APPLICANT, S.SUBMITTED, "submitted"),
    Step(S.DRAFT, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.DRAFT, "lapse", R.SYSTEM, S.LAPSED, "lapsed"),
    Step(S.SUBMITTED, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.SUBMITTED, "claim", R.DECIDER, S.UNDER_REVIEW, "claimed"),
    Step(S.SUBMITTED, "transfer", R.SUPERVISOR, S.UNDER_REVIEW, "transferred"),
    Step(S.SUBMITTED, "transfer", R.DECIDER, S.UNDER_REVIEW, "transferred"),
    Step(S.SUBMITTED, "pass_on", R.DECIDER, S.SUBMITTED, "passed_on"),
    Step(S.SUBMITTED, "return", R.DECIDER, S.CORRECTION_REQUESTED, "returned"),
    Step(S.SUBMITTED, "return_again", R.SUPERVISOR, S.CORRECTION_REQUESTED, "returned"),
    Step(S.SUBMITTED, "allow_gap", R.DECIDER, S.SUBMITTED, "gap_allowed"),
    Step(S.SUBMITTED, "approve", R.DECIDER, S.APPROVED, "approved"),
    Step(S.SUBMITTED, "reject", R.DECIDER, S.REJECTED, "rejected"),
    Step(S.SUBMITTED, "lapse", R.SYSTEM, S.LAPSED, "lapsed"),
    Step(S.UNDER_REVIEW, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.UNDER_REVIEW, "release", R.DECIDER, S.SUBMITTED, "released"),
    Step(S.UNDER_REVIEW, "release", R.SYSTEM, S.SUBMITTED, "released"),
    Step(S.UNDER_REVIEW, "transfer", R.SUPERVISOR, S.UNDER_REVIEW, "transferred"),
    Step(S.UNDER_REVIEW, "transfer", R.DECIDER, S.UNDER_REVIEW, "transferred"),
    Step(S.UNDER_REVIEW, "pass_on", R.DECIDER, S.SUBMITTED, "passed_on"),
    Step(S.UNDER_REVIEW, "return", R.DECIDER, S.CORRECTION_REQUESTED, "returned"),
    Step(S.UNDER_REVIEW, "return_again", R.SUPERVISOR, S.CORRECTION_REQUESTED, "returned"),
    Step(S.UNDER_REVIEW, "allow_gap", R.DECIDER, S.UNDER_REVIEW, "gap_allowed"),
    Step(S.UNDER_REVIEW, "approve", R.DECIDER, S.APPROVED, "approved"),
    Step(S.UNDER_REVIEW, "reject", R.DECIDER, S.REJECTED, "rejected"),
    Step(S.UNDER_REVIEW, "lapse", R.SYSTEM, S.LAPSED, "lapsed"),
    Step(S.CORRECTION_REQUESTED, "update", R.APPLICANT, S.CORRECTION_REQUESTED, "updated"),
    Step(S.CORRECTION_REQUESTED, "resolve", R.APPLICANT, S.UNDER_REVIEW, "resolved"),
    Step(S.CORRECTION_REQUESTED, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.CORRECTION_REQUESTED, "recall", R.DECIDER, S.UNDER_REVIEW, "recalled"),
    Step(S.CORRECTION_REQUESTED, "lapse", R.SYSTEM, S.LAPSED, "lapsed"),
    Step(S.APPROVED, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.APPROVED, "reopen", R.SUPERVISOR, S.SUBMITTED, "reopened"),
    Step(S.APPROVED, "publicise", R.DECIDER, S.PUBLICISED, "publicised"),
    Step(S.PUBLICISED, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.PUBLICISED, "object", R.ENTREPRENEUR, S.OBJECTION_HOLD, "objected"),
    Step(S.PUBLICISED, "end_publicity", R.SYSTEM, S.APPROVED, "publicity_ended"),
    Step(S.OBJECTION_HOLD, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.OBJECTION_HOLD, "object", R.ENTREPRENEUR, S.OBJECTION_HOLD, "objected"),
    Step(S.OBJECTION_HOLD, "dismiss", R.SUPERVISOR, S.PUBLICISED, "objection_dismissed"),
    Step(S.OBJECTION_HOLD, "uphold", R.SUPERVISOR, S.SUBMITTED, "objection_upheld"),
    Step(S.APPROVED, "undo", R.SYSTEM, S.SUBMITTED, "decision_undone"),
    Step(S.APPROVED, "undo_in_hand", R.SYSTEM, S.UNDER_REVIEW, "decision_undone"),
    Step(S.APPROVED, "complete", R.SYSTEM, S.COMPLETED, "completed"),
    Step(S.APPROVED, "lapse", R.SYSTEM, S.LAPSED, "lapsed"),
    Step(S.REJECTED, "reopen", R.SUPERVISOR, S.SUBMITTED, "reopened"),
    Step(S.REJECTED, "undo", R.SYSTEM, S.SUBMITTED, "decision_undone"),
    Step(S.REJECTED, "undo_in_hand", R.SYSTEM, S.UNDER_REVIEW, "decision_undone"),
    Step(S.LAPSED, "restore", R.APPLICANT, S.DRAFT, "restored"),
)

# One open application of a kind per person (a partial unique index says so too).
OPEN = (
    S.DRAFT,
    S.SUBMITTED,
    S.UNDER_REVIEW,
    S.CORRECTION_REQUESTED,
    S.APPROVED,
    S.PUBLICISED,
    S.OBJECTION_HOLD,
)
# What nothing can befall any more, but that a lapsed draft may be restored.
OVER = (S.COMPLETED, S.WITHDRAWN, S.LAPSED)
# What the applicant may still write in.
IN_HER_HANDS = (S.DRAFT, S.CORRECTION_REQUESTED)
# Which of the two depends on whether the applicant has put something right before.
ROUNDS = {"return": False, "return_again": True}
# Who has to act while it stands there.
HELD_BY = {
    S.DRAFT: R.APPLICANT,
    S.SUBMITTED: R.DECIDER,
    S.UNDER_REVIEW: R.DECIDER,
    S.CORRECTION_REQUESTED: R.APPLICANT,
    S.OBJECTION_HOLD: R.SUPERVISOR,
}
# What the timeline calls each event; the many savings of a draft are not told, nor what only the
# office is reminded of.
EVENT_LABELS = {
    "created": "新建草稿",
    "submitted": "提交申请",
    "claimed": "开始审核",
    "released": "退回待办",
    "transferred": "转交办理",
    "parks_ranked": "填报其他志愿",
    "passed_on": "转下一志愿",
    "conflict_declared": "工作人员回避",
    "returned": "要求补正",
    "resolved": "提交补正",
    "recalled": "撤销补正要求",
    "gap_allowed": "同意容缺受理，待承诺",
    "gap_opened": "容缺受理，申请人承诺限期补齐",
    "gap_promised": "申请人承诺限期补齐",
    "gap_declined": "申请人未作容缺承诺",
    "gap_filled": "补交容缺材料",
    "gap_confirmed": "容缺材料已补齐",
    "gap_refused": "补交的材料须重新提交",
    "gap_due": "提醒补齐期限",
    "gap_lapsed": "逾期未补齐容缺材料",
    "withdrawn": "撤回申请",
    "approved": "审核通过",
    "rejected": "审核不通过",
    "reopened": "重新审核",
    "decision_undone": "撤销批量审核结果",
    "publicised": "开始公示",
    "publicity_ended": "公示结束",
    "objected": "收到异议，公示中止",
    "objection_dismissed": "异议不成立，公示继续",
    "objection_upheld": "异议成立，重新审核",
    "completed": "办结",
    "lapsed": "逾期失效",
    "restored": "恢复草稿",
    "nudged": "申请人催办",
    "answer_soon": "提醒补正期限",
    "document_expiring": "提醒材料即将到期",
    "draft_expiring": "提醒草稿即将失效",
}
