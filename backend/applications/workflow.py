"""Who may do what to an application, and when?"""

from enum import Enum

from backend.access import Relation as R
from backend.steps import Step


class Kind(Enum):
    """What is asked for."""

    TENANCY = "入驻申请"


class Status(Enum):
    """Where an application stands."""

    DRAFT = "草稿"
    SUBMITTED = "已提交，待审核"
    APPROVED = "审核通过"
    REJECTED = "审核不通过"
    WITHDRAWN = "已撤回"


class Reason(Enum):
    """Why an application is refused; several may hold."""

    PROJECT_RESTRICTED_OR_POLLUTING = "项目属于限制类或有污染"
    PLAN_INCOMPLETE = "创业计划不完整"
    NOT_TARGET_GROUP = "不属于本园区服务对象"
    NO_SPACE = "暂无合适场地"
    FALSE_MATERIAL = "材料不属实"
    BAD_CREDIT_OR_VIOLATION = "存在失信或违法记录"
    PERMIT_MISSING = "缺少所需许可"
    INDUSTRY_MISMATCH = "与园区产业方向不符"
    ALREADY_TENANT_ELSEWHERE = "已入驻其他园区"
    OTHER = "其他"


S = Status
STEPS = (
    #    when it is   may be      by            and becomes  which we call
    Step(S.DRAFT, "update", R.APPLICANT, S.DRAFT, "updated"),
    Step(S.DRAFT, "submit", R.APPLICANT, S.SUBMITTED, "submitted"),
    Step(S.DRAFT, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.SUBMITTED, "withdraw", R.APPLICANT, S.WITHDRAWN, "withdrawn"),
    Step(S.SUBMITTED, "approve", R.DECIDER, S.APPROVED, "approved"),
    Step(S.SUBMITTED, "reject", R.DECIDER, S.REJECTED, "rejected"),
)

# One open application of a kind per person (a partial unique index says so too).
OPEN = (S.DRAFT, S.SUBMITTED)
# Who has to act while it stands there, and within how many working days.
HELD_BY = {S.DRAFT: R.APPLICANT, S.SUBMITTED: R.DECIDER}
DUE_IN_WORKDAYS = {S.SUBMITTED: 5}
# Case numbers read RZ-2026-000123.
NUMBER_PREFIX = {Kind.TENANCY: "RZ"}
# What the timeline calls each event; the many savings of a draft are not told.
EVENT_LABELS = {
    "created": "新建草稿",
    "submitted": "提交申请",
    "withdrawn": "撤回申请",
    "approved": "审核通过",
    "rejected": "审核不通过",
}
