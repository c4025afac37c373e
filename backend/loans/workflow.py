"""Who may do what to a loan, and when?"""

from collections.abc import Mapping
from enum import Enum

from backend.access import Relation as R
from backend.loans.kinds import (
    TO_APPROVE,
    TO_BEGIN,
    TO_DISBURSE,
    TO_GUARANTEE,
    TO_REFER,
    Report,
)
from backend.steps import Step


class Status(Enum):
    """Where a loan stands, from the bureau's qualification to the last instalment."""

    QUALIFIED = "资格审核通过，待公示"
    PUBLISHED = "公示期满，待推荐"
    REFERRED = "已推荐，待受理"
    DUE_DILIGENCE = "尽职调查中"
    GUARANTEED = "担保已落实"
    BANK_APPROVED = "银行已同意放款"
    DISBURSED = "已放款"
    INTEREST_SUBSIDISED = "已贴息"
    OVERDUE = "还款逾期"
    REPAID = "已还清"
    REFUSED = "未获同意"
    WITHDRAWN = "申请人已撤回"
    CANCELLED = "已取消"


S = Status
_BY_BANK, _BY_GUARANTOR, _BY_EITHER = (R.BANK,), (R.GUARANTOR,), (R.GUARANTOR, R.BANK)
# What an institution reports with its own account, or the bureau in its name:
#    when it is                may be                    by              and becomes
_REPORTS = (
    (S.REFERRED, "due_diligence", _BY_EITHER, S.DUE_DILIGENCE),
    (S.REFERRED, "guarantee_given", _BY_GUARANTOR, S.GUARANTEED),
    (S.REFERRED, "guarantor_refused", _BY_GUARANTOR, S.REFUSED),
    (S.REFERRED, "bank_refused", _BY_BANK, S.REFUSED),
    (S.DUE_DILIGENCE, "guarantee_given", _BY_GUARANTOR, S.GUARANTEED),
    (S.DUE_DILIGENCE, "guarantor_refused", _BY_GUARANTOR, S.REFUSED),
    (S.DUE_DILIGENCE, "bank_refused", _BY_BANK, S.REFUSED),
    (S.GUARANTEED, "bank_approved", _BY_BANK, S.BANK_APPROVED),
    (S.GUARANTEED, "bank_refused", _BY_BANK, S.REFUSED),
    (S.BANK_APPROVED, "disbursed", _BY_BANK, S.DISBURSED),
    (S.BANK_APPROVED, "bank_refused", _BY_BANK, S.REFUSED),
    (S.DISBURSED, "interest_subsidised", _BY_BANK, S.INTEREST_SUBSIDISED),
    (S.DISBURSED, "overdue", _BY_BANK, S.OVERDUE),
    (S.DISBURSED, "repaid", _BY_BANK, S.REPAID),
    (S.INTEREST_SUBSIDISED, "interest_subsidised", _BY_BANK, S.INTEREST_SUBSIDISED),
    (S.INTEREST_SUBSIDISED, "overdue", _BY_BANK, S.OVERDUE),
    (S.INTEREST_SUBSIDISED, "repaid", _BY_BANK, S.REPAID),
    (S.OVERDUE, "arrears_cleared", _BY_BANK, S.DISBURSED),
    (S.OVERDUE, "repaid", _BY_BANK, S.REPAID),
)
_REFERRED_AND_NOT_PAID = (S.REFERRED, S.DUE_DILIGENCE, S.GUARANTEED, S.BANK_APPROVED)
STEPS = (
    #    when it is                may be      by            and becomes             which we call
    Step(S.QUALIFIED, "publish", R.SYSTEM, S.PUBLISHED, "published"),
    Step(S.QUALIFIED, "withdraw", R.SYSTEM, S.WITHDRAWN, "given_up"),
    Step(S.QUALIFIED, "set_aside", R.SYSTEM, S.CANCELLED, "cancelled"),
    Step(S.PUBLISHED, "refer", R.DECIDER, S.REFERRED, "referred"),
    Step(S.PUBLISHED, "withdraw", R.SYSTEM, S.WITHDRAWN, "given_up"),
    Step(S.PUBLISHED, "set_aside", R.SYSTEM, S.CANCELLED, "cancelled"),
    *(
        Step(status, report, party, to, report)
        for status, report, parties, to in _REPORTS
        for party in (*parties, R.DECIDER)
    ),
    *(
        Step(status, "withdraw", R.SYSTEM, S.WITHDRAWN, "withdrawn")
        for status in _REFERRED_AND_NOT_PAID
    ),
    *(
        Step(status, "set_aside", R.SYSTEM, S.CANCELLED, "recalled")
        for status in _REFERRED_AND_NOT_PAID
    ),
)
# What a loan begins with.
BEGINNING = "qualified"

# What may still be withdrawn with its application.
PENDING = (S.QUALIFIED, S.PUBLISHED, *_REFERRED_AND_NOT_PAID)
PAID = (S.DISBURSED, S.INTEREST_SUBSIDISED, S.OVERDUE)
# A person, and a venture, has one of these at a time (two partial unique indexes say so too).
RUNNING = (*PENDING, *PAID)
# What completes the application.
CLOSING = (Report.GUARANTOR_REFUSED, Report.BANK_REFUSED, Report.DISBURSED)
# While it is one of these, whoever it was referred to may ask for name and phone.
REACHABLE = (*_REFERRED_AND_NOT_PAID, *PAID)
# Who has to act while it stands there, and within how many working days.
HELD_BY: Mapping[Status, R] = {
    S.QUALIFIED: R.DECIDER,
    S.PUBLISHED: R.DECIDER,
    S.REFERRED: R.GUARANTOR,
    S.DUE_DILIGENCE: R.GUARANTOR,
    S.GUARANTEED: R.BANK,
    S.BANK_APPROVED: R.BANK,
}
WITHIN: Mapping[Status, int] = {
    S.PUBLISHED: TO_REFER,
    S.REFERRED: TO_BEGIN,
    S.DUE_DILIGENCE: TO_GUARANTEE,
    S.GUARANTEED: TO_APPROVE,
    S.BANK_APPROVED: TO_DISBURSE,
}
# What is to be expected next, as the applicant is told.
NEXT: Mapping[Status, str] = {
    S.QUALIFIED: "人社局公示审核结果",
    S.PUBLISHED: "人社局推荐给担保机构和经办银行",
    S.REFERRED: "担保机构开始尽职调查",
    S.DUE_DILIGENCE: "担保机构决定是否担保",
    S.GUARANTEED: "经办银行决定是否放款",
    S.BANK_APPROVED: "经办银行放款",
    S.DISBURSED: "按与银行的约定还款",
    S.INTEREST_SUBSIDISED: "按与银行的约定还款",
    S.OVERDUE: "请尽快与经办银行联系",
    S.REFUSED: "可以咨询人社局，条件具备后重新申请",
}
# What the timeline calls each event; that of the qualification is the approval itself.
EVENT_LABELS: Mapping[str, str] = {
    "published": "公示期满，待推荐",
    "referred": "推荐给担保机构和经办银行",
    **{report.name.lower(): report.value for report in Report},
    "given_up": "贷款随申请撤回",
    "withdrawn": "贷款随申请撤回，已告知机构",
    "cancelled": "贷款资格取消，等待重新审核",
    "recalled": "贷款推荐收回，已告知机构",
    "contact_opened": "机构查看姓名和电话",
}
