"""What may be applied for, and wherein do the kinds differ?

The workflow is one for all of them. A row here says which office decides, what case numbers begin
with, which benefit the verdict is about, and within how many working days it has to be decided.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What is asked for."""

    TENANCY = "入驻申请"
    GUARANTEE_LOAN = "创业担保贷款申请"
    STARTUP_SUBSIDY = "一次性创业补贴申请"
    INTERNSHIP = "见习+孵化申请"


class Office(Enum):
    """Who decides."""

    PARK = "园区"
    BUREAU = "旗县市人社局"


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


class Fault(Enum):
    """Why an item has to be put right."""

    INCORRECT = "填写有误"
    INCOMPLETE = "内容不完整"
    OUTDATED = "材料已过期"
    ILLEGIBLE = "看不清"
    MISSING = "缺少材料"


# What is suggested to whoever refuses, and told to the applicant, for each reason.
REFUSALS: Mapping[Reason, str] = {
    Reason.PROJECT_RESTRICTED_OR_POLLUTING: "项目属于限制类产业或可能造成污染，不能进入园区。"
    "调整项目内容后可以重新申请。",
    Reason.PLAN_INCOMPLETE: "创业计划缺少产品、市场、资金或人员等主要内容。"
    "补充完整后可以重新申请。",
    Reason.NOT_TARGET_GROUP: "本园区目前只接收特定群体入驻。您可以选择其他园区申请。",
    Reason.NO_SPACE: "申请的时间段内没有合适的场地。您可以加入候补名单，或选择其他园区。",
    Reason.FALSE_MATERIAL: "提交的材料经核实与实际情况不符。如有异议，请携带原件到人社局窗口说明。",
    Reason.BAD_CREDIT_OR_VIOLATION: "查询到失信或违法记录，目前不能入驻。信用修复后可以重新申请。",
    Reason.PERMIT_MISSING: "所从事的行业须先取得许可。取得许可证后可以重新申请。",
    Reason.INDUSTRY_MISMATCH: "项目与本园区的产业方向不一致。您可以选择产业方向相近的园区。",
    Reason.ALREADY_TENANT_ELSEWHERE: "您或您的创业实体已入驻其他园区。退出原园区后可以重新申请。",
    Reason.OTHER: "具体原因见审核意见。",
}
# What a park says for itself alone: the next park may well see it otherwise.
OF_ONE_PARK = (Reason.NO_SPACE, Reason.NOT_TARGET_GROUP, Reason.INDUSTRY_MISMATCH)
# How many parks an application may name, the first of which decides it.
PARKS = 3
# What is suggested to whoever asks for something to be put right.
CORRECTIONS: Mapping[Fault, str] = {
    Fault.INCORRECT: "此项填写与材料或登记信息不一致，请核对后更正。",
    Fault.INCOMPLETE: "此项内容不够完整，请补充。",
    Fault.OUTDATED: "此项所依据的材料已过有效期，请更换为有效的材料。",
    Fault.ILLEGIBLE: "此项材料不清晰，请重新拍摄或扫描后上传。",
    Fault.MISSING: "缺少此项材料，请补交。",
}


class Terms(NamedTuple):
    """What differs between kinds.

    `promised` and `legal` are working days from receipt to decision: what the office has promised
    and what it may at most take. `published`: nothing follows an approval before it has been
    published without an objection that was upheld.
    """

    office: Office
    prefix: str
    benefit: str
    promised: int
    legal: int
    published: bool = False


# Promised: our proposal, until the bureau decides (DECISIONS 20). Legal: twenty working days,
# Administrative Licensing Law, article 42, taken over by analogy.
TERMS: Mapping[Kind, Terms] = {
    Kind.TENANCY: Terms(Office.PARK, "RZ", "free_space", 5, 20),
    Kind.GUARANTEE_LOAN: Terms(Office.BUREAU, "DK", "guarantee_waiver", 5, 20, published=True),
    Kind.STARTUP_SUBSIDY: Terms(Office.BUREAU, "BT", "startup_subsidy", 5, 20, published=True),
    Kind.INTERNSHIP: Terms(Office.BUREAU, "JX", "internship_subsidy", 5, 20),
}
OF_PARKS = tuple(kind for kind, terms in TERMS.items() if terms.office is Office.PARK)
# Working days within which the applicant puts right what was named; then the case lapses.
TO_CORRECT = 15
# Days after the last change in which a draft is kept.
DRAFT_DAYS = 60
# Days after it lapsed in which a draft may be taken up again.
RESTORE_DAYS = 14
# Working days between one nudge and the next.
BETWEEN_NUDGES = 3
# Working days for which a decision is published, and the least; the practice of other leagues.
PUBLISHED, PUBLISHED_AT_LEAST = 5, 3
