"""Who hears of the stages of a loan: the applicant, the bureau, bank and guarantor?"""

from collections.abc import Iterator

from backend.access import Relation
from notifications.rows import Row, to_her, to_staff

PAGE = "pages/loans/detail?id={loan_id}"
BANK, GUARANTOR, BUREAU = Relation.BANK, Relation.GUARANTOR, Relation.DECIDER


def _to_each(readers: tuple[Relation, ...], event: str, title: str, body: str) -> Iterator[Row]:
    told = (to_staff(each, event, title, body, of="loan") for each in readers)
    return (each._replace(link=PAGE) for each in told)


LOANS = (
    to_her(
        "referred",
        "贷款已推荐",
        "您的贷款申请 {number} 已由{office}推荐给{guarantor}和{bank}，请留意来电。"
        "担保机构应在 {due_on} 前受理。是否担保、是否放款由担保机构和银行决定。",
        phrase="已推荐",
        on="{due_on}",
        thing="已推荐担保机构和银行，请留意来电",
        of="loan",
    ),
    to_her(
        "due_diligence",
        "贷款开始尽职调查",
        "您的贷款申请 {number} 已开始尽职调查，{guarantor}应在 {due_on} 前决定是否担保。",
        phrase="调查中",
        on="{due_on}",
        thing="担保机构调查中，请配合",
        of="loan",
    ),
    to_her(
        "guarantee_given",
        "担保已落实",
        "{guarantor}已同意为您的贷款申请 {number} 担保，{bank}应在 {due_on} 前决定是否放款。",
        phrase="担保已落实",
        on="{due_on}",
        thing="担保已落实，等待银行决定",
        of="loan",
    ),
    to_her(
        "guarantor_refused",
        "担保机构未同意",
        "{guarantor}未同意为您的贷款申请 {number} 担保，本次申请已办结。原因：{reason}。"
        "详情请咨询该机构；条件具备后可以重新申请，也可以咨询{office}。",
        phrase="未获同意",
        on="{at}",
        thing="原因：{reason}",
        of="loan",
    ),
    to_her(
        "bank_approved",
        "银行已同意放款",
        "{bank}已同意您的贷款申请 {number}，应在 {due_on} 前放款。请按银行通知签约。",
        phrase="同意放款",
        on="{due_on}",
        thing="请按银行通知签约",
        of="loan",
    ),
    to_her(
        "bank_refused",
        "银行未同意放款",
        "{bank}未同意您的贷款申请 {number}，本次申请已办结。原因：{reason}。"
        "详情请咨询该银行；条件具备后可以重新申请，也可以咨询{office}。",
        phrase="未获同意",
        on="{at}",
        thing="原因：{reason}",
        of="loan",
    ),
    to_her(
        "disbursed",
        "贷款已发放",
        "{bank}已于 {on} 发放您的贷款 {number}，申请已办结。请按约定还款。",
        phrase="已放款",
        on="{on}",
        thing="申请已办结，请按约定还款",
        of="loan",
    ),
    to_her(
        "interest_subsidised",
        "贷款已贴息",
        "您的贷款 {number} 已于 {on} 贴息。",
        phrase="已贴息",
        on="{on}",
        thing="本次贴息已办理",
        of="loan",
    ),
    to_her(
        "overdue",
        "贷款还款逾期",
        "{bank}告知：您的贷款 {number} 自 {on} 起还款逾期，请尽快与银行联系；"
        "有困难可以咨询{office}。",
        phrase="还款逾期",
        on="{on}",
        thing="请尽快与银行联系",
        of="loan",
    ),
    to_her(
        "arrears_cleared",
        "贷款逾期已结清",
        "您的贷款 {number} 的逾期部分已于 {on} 结清。",
        phrase="已结清",
        on="{on}",
        thing="逾期部分已结清",
        of="loan",
    ),
    to_her(
        "repaid",
        "贷款已还清",
        "您的贷款 {number} 已于 {on} 还清。",
        phrase="已还清",
        on="{on}",
        thing="贷款已还清",
        of="loan",
    ),
    *_to_each(
        (BUREAU,),
        "published",
        "公示期满，请推荐",
        "贷款申请 {number} 公示期满，请在 {due_on} 前推荐给担保机构和经办银行。",
    ),
    *_to_each(
        (GUARANTOR, BANK),
        "referred",
        "有新的贷款推荐",
        "{office}推荐贷款申请 {number}，{guarantor}应在 {due_on} 前受理。"
        "申请人的姓名和电话可在该笔贷款中查看，每次查看都会留下记录。",
    ),
    *_to_each(
        (BANK,),
        "guarantee_given",
        "担保已落实",
        "{guarantor}已同意为贷款申请 {number} 担保，请在 {due_on} 前告知是否放款。",
    ),
    *_to_each(
        (BANK, BUREAU),
        "guarantor_refused",
        "担保机构未同意",
        "{guarantor}未同意为贷款申请 {number} 担保（{reason}），该申请已办结。",
    ),
    *_to_each(
        (GUARANTOR, BUREAU),
        "bank_refused",
        "银行未同意放款",
        "{bank}未同意贷款申请 {number}（{reason}），该申请已办结。",
    ),
    *_to_each(
        (GUARANTOR, BANK),
        "withdrawn",
        "申请人已撤回",
        "申请人已撤回贷款申请 {number}，无需再办理。",
    ),
    *_to_each(
        (GUARANTOR, BANK),
        "recalled",
        "推荐已收回",
        "{office}的审核结果不再有效，贷款申请 {number} 的推荐已收回，请暂停办理。",
    ),
    *_to_each(
        (BUREAU,),
        "decider_late",
        "贷款推荐已逾期",
        "贷款申请 {number} 应于 {for_on} 前推荐，现已逾期，请立即办理。",
    ),
    *_to_each(
        (GUARANTOR, BUREAU),
        "guarantor_late",
        "担保机构办理已逾期",
        "贷款申请 {number} 应由{guarantor}于 {for_on} 前办理，至今没有结果，请尽快办理或督促。",
    ),
    *_to_each(
        (BANK, BUREAU),
        "bank_late",
        "银行办理已逾期",
        "贷款申请 {number} 应由{bank}于 {for_on} 前办理，至今没有结果，请尽快办理或督促。",
    ),
)
