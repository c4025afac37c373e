"""Who may do what to a subsidy, and when?

One table for the money, which is the same for every kind, and before it two ways in: that of a
person's case, which the system takes along with the case, and that of a park's claim.
"""

from collections.abc import Mapping
from enum import Enum

from backend.access import Relation as R
from backend.steps import Step
from backend.subsidies.kinds import (
    TO_ANSWER,
    TO_APPROVE,
    TO_GRANT,
    TO_PAY,
    TO_PUBLISH,
    TO_REVIEW,
    SubsidyKind,
)


class Status(Enum):
    """Where a subsidy stands, from the claim to the money."""

    DRAFT = "草拟中"
    SUBMITTED = "已申报，待审核"
    RETURNED = "待补正"
    QUALIFIED = "审核通过，待公示"
    PUBLICISED = "公示中"
    OBJECTION_HOLD = "异议核查中"
    PUBLISHED = "公示期满，待核定"
    GRANTED = "金额已核定，待复核"
    PAYABLE = "复核通过，待拨付"
    PAID = "已拨付"
    RECOVERED = "已追回"
    REFUSED = "不予发放"
    WITHDRAWN = "已撤回"
    CANCELLED = "已取消"


S = Status
# Until it is paid it follows its case.
PENDING = (S.QUALIFIED, S.PUBLISHED, S.GRANTED, S.PAYABLE)
MONEY = (
    #    when it is      may be      by            and becomes  which we call
    Step(S.PUBLISHED, "grant", R.DECIDER, S.GRANTED, "granted"),
    Step(S.PUBLISHED, "refuse", R.DECIDER, S.REFUSED, "refused"),
    Step(S.GRANTED, "approve", R.APPROVER, S.PAYABLE, "approved"),
    Step(S.GRANTED, "return", R.APPROVER, S.PUBLISHED, "returned"),
    Step(S.PAYABLE, "pay", R.DECIDER, S.PAID, "paid"),
    Step(S.PAID, "recover", R.DECIDER, S.RECOVERED, "recovered"),
)
OF_A_CASE = (
    Step(S.QUALIFIED, "publish", R.SYSTEM, S.PUBLISHED, "published"),
    *(Step(each, "withdraw", R.SYSTEM, S.WITHDRAWN, "given_up") for each in PENDING),
    *(Step(each, "set_aside", R.SYSTEM, S.CANCELLED, "cancelled") for each in PENDING),
)
OF_A_CLAIM = (
    Step(S.DRAFT, "update", R.CLAIMANT, S.DRAFT, "updated"),
    Step(S.DRAFT, "submit", R.CLAIMANT, S.SUBMITTED, "submitted"),
    Step(S.DRAFT, "withdraw", R.CLAIMANT, S.WITHDRAWN, "dropped"),
    Step(S.SUBMITTED, "withdraw", R.CLAIMANT, S.WITHDRAWN, "withdrawn"),
    Step(S.SUBMITTED, "send_back", R.DECIDER, S.RETURNED, "sent_back"),
    Step(S.SUBMITTED, "review", R.DECIDER, S.QUALIFIED, "reviewed"),
    Step(S.SUBMITTED, "reject", R.DECIDER, S.REFUSED, "refused"),
    Step(S.RETURNED, "update", R.CLAIMANT, S.RETURNED, "updated"),
    Step(S.RETURNED, "submit", R.CLAIMANT, S.SUBMITTED, "resubmitted"),
    Step(S.RETURNED, "withdraw", R.CLAIMANT, S.WITHDRAWN, "withdrawn"),
    Step(S.QUALIFIED, "withdraw", R.CLAIMANT, S.WITHDRAWN, "withdrawn"),
    Step(S.QUALIFIED, "publicise", R.DECIDER, S.PUBLICISED, "publicised"),
    Step(S.PUBLICISED, "object", R.ENTREPRENEUR, S.OBJECTION_HOLD, "objected"),
    Step(S.PUBLICISED, "end_publicity", R.SYSTEM, S.PUBLISHED, "published"),
    Step(S.OBJECTION_HOLD, "object", R.ENTREPRENEUR, S.OBJECTION_HOLD, "objected"),
    Step(S.OBJECTION_HOLD, "dismiss", R.SUPERVISOR, S.PUBLICISED, "objection_dismissed"),
    Step(S.OBJECTION_HOLD, "uphold", R.SUPERVISOR, S.SUBMITTED, "objection_upheld"),
)
STEPS = (*OF_A_CLAIM, *OF_A_CASE, *MONEY)
# Which of them are there for each kind.
WAYS: Mapping[SubsidyKind, tuple[Step, ...]] = {
    SubsidyKind.STARTUP: (*OF_A_CASE, *MONEY),
    SubsidyKind.INCUBATION: (*OF_A_CLAIM, *MONEY),
    SubsidyKind.JOB_CREATION: (*OF_A_CLAIM, *MONEY),
}
# What each way begins with.
BEGINNINGS = {S.QUALIFIED: "qualified", S.DRAFT: "drafted"}
# A person and a venture have one start-up subsidy, now or ever: one that was recovered counts too.
HAD = (*PENDING, S.PAID, S.RECOVERED)
# What was granted stands with whoever granted it.
PRICED = (S.GRANTED, S.PAYABLE, S.PAID, S.RECOVERED)
APPROVED = (S.PAYABLE, S.PAID, S.RECOVERED)
# Who has to act while it stands there, and within how many working days.
HELD_BY: Mapping[Status, R] = {
    S.DRAFT: R.CLAIMANT,
    S.SUBMITTED: R.DECIDER,
    S.RETURNED: R.CLAIMANT,
    S.QUALIFIED: R.DECIDER,
    S.OBJECTION_HOLD: R.SUPERVISOR,
    S.PUBLISHED: R.DECIDER,
    S.GRANTED: R.APPROVER,
    S.PAYABLE: R.DECIDER,
}
WITHIN: Mapping[Status, int] = {
    S.SUBMITTED: TO_REVIEW,
    S.RETURNED: TO_ANSWER,
    S.QUALIFIED: TO_PUBLISH,
    S.PUBLISHED: TO_GRANT,
    S.GRANTED: TO_APPROVE,
    S.PAYABLE: TO_PAY,
}
# What is to be expected next, as the applicant and the park are told.
NEXT: Mapping[Status, str] = {
    S.SUBMITTED: "人社局逐项审核",
    S.RETURNED: "园区补正后重新申报",
    S.QUALIFIED: "人社局公示审核结果",
    S.PUBLICISED: "公示期满后核定金额",
    S.OBJECTION_HOLD: "上级人社局核查异议",
    S.PUBLISHED: "人社局核定金额",
    S.GRANTED: "另一名工作人员复核",
    S.PAYABLE: "拨付",
    S.PAID: "请留意到账情况，并保持材料与经营情况真实",
    S.REFUSED: "可以咨询人社局，条件具备后重新申请",
}
# What the timeline calls each event; that of the qualification is the approval itself.
EVENT_LABELS: Mapping[str, str] = {
    "drafted": "新建申报",
    "submitted": "提交申报",
    "sent_back": "要求补正",
    "resubmitted": "提交补正",
    "reviewed": "逐项审核完毕",
    "publicised": "开始公示",
    "objected": "收到异议，公示中止",
    "objection_dismissed": "异议不成立，公示继续",
    "objection_upheld": "异议成立，重新审核",
    "published": "公示期满，待核定金额",
    "granted": "金额已核定，待复核",
    "returned": "复核退回，重新核定",
    "approved": "复核通过，待拨付",
    "paid": "补贴已拨付",
    "recovered": "补贴已追回",
    "refused": "不予发放",
    "withdrawn": "申报已撤回",
    "given_up": "补贴随申请撤回",
    "cancelled": "补贴取消，等待重新审核",
}
