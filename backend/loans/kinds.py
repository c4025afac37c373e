"""Who takes part in a loan besides us, what do they report, and within how many working days?

The bureau qualifies and refers; guarantor and bank decide. Of what they decide we keep the state,
its day and, once, the amount: no account number, no rate, nothing of anybody's credit.
"""

from enum import Enum


class InstitutionKind(Enum):
    """What an institution does."""

    BANK = "经办银行"
    GUARANTOR = "担保机构"


class Report(Enum):
    """What may be reported of a loan that was referred; the workflow says by whom."""

    DUE_DILIGENCE = "开始尽职调查"
    GUARANTEE_GIVEN = "同意担保"
    GUARANTOR_REFUSED = "不同意担保"
    BANK_APPROVED = "同意放款"
    BANK_REFUSED = "不同意放款"
    DISBURSED = "已放款"
    INTEREST_SUBSIDISED = "已贴息"
    OVERDUE = "还款逾期"
    ARREARS_CLEARED = "逾期已结清"
    REPAID = "已还清"


class WhyRefused(Enum):
    """Why a loan was refused, in words of our own that say nothing of anybody's credit."""

    CONDITIONS_NOT_MET = "不符合该机构的办理条件"
    PAPERS_INCOMPLETE = "材料不齐或无法核实"
    GUARANTEE_NOT_SETTLED = "担保未能落实"
    NOT_OPERATING = "经营状况无法确认"
    APPLICANT_DECLINED = "申请人放弃办理"
    NOT_STATED = "机构未说明原因"


REFUSALS = {
    Report.GUARANTOR_REFUSED: InstitutionKind.GUARANTOR,
    Report.BANK_REFUSED: InstitutionKind.BANK,
}
# Working days for each step, ours until the bureau and the institutions agree on others; guarantors
# and banks elsewhere take three to ten.
TO_REFER = 3
TO_BEGIN = 3
TO_GUARANTEE = 10
TO_APPROVE = 10
TO_DISBURSE = 5
