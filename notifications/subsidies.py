"""Who hears of a subsidy: the applicant, the park that claims, the bureau and its second person?"""

from functools import partial

from backend.access import Relation
from notifications.rows import Row, to_her, to_staff

PAGE = "pages/subsidies/detail?id={subsidy}"
_HER = partial(to_her, of="subsidy")


def _staff(reader: Relation, event: str, title: str, body: str) -> Row:
    return to_staff(reader, event, title, body, of="subsidy")._replace(link=PAGE)


_PARK = partial(_staff, Relation.CLAIMANT)
_BUREAU = partial(_staff, Relation.DECIDER)
_SECOND = partial(_staff, Relation.APPROVER)
_ABOVE = partial(_staff, Relation.SUPERVISOR)
SUBSIDIES = (
    _BUREAU(
        "submitted", "有补贴申报待审核", "{park_name}申报{kind} {number}，最晚 {due_on} 审核。"
    ),
    _PARK(
        "sent_back",
        "补贴申报需要补正",
        "{kind}申报 {number} 需要补正，请按列出的各项修改后，在 {due_on} 前重新申报。"
        "等待补正的时间不计入审核时限。",
    ),
    _BUREAU(
        "resubmitted",
        "补贴申报已补正",
        "{park_name}的{kind}申报 {number} 已补正，请继续审核，最晚 {due_on} 办结。",
    ),
    _BUREAU("withdrawn", "补贴申报已撤回", "{park_name}已撤回{kind}申报 {number}，无需再办理。"),
    _PARK(
        "reviewed",
        "补贴申报审核完毕",
        "{kind}申报 {number} 已逐项审核，请查看每一行的结论。接下来公示。",
    ),
    _PARK("publicised", "补贴申报开始公示", "{kind}申报 {number} 的审核结果自 {at} 起公示。"),
    _PARK(
        "objected",
        "补贴申报公示中止",
        "有人对{kind}申报 {number} 提出异议，公示中止，由上级人社局核查。",
    ),
    _ABOVE(
        "objected",
        "有异议待核查",
        "有人对{park_name}的{kind}申报 {number} 提出异议，请核查后答复。",
    ),
    _PARK(
        "objection_dismissed",
        "补贴申报公示继续",
        "对{kind}申报 {number} 的异议经核查不成立，公示继续。",
    ),
    _PARK(
        "objection_upheld",
        "补贴申报重新审核",
        "对{kind}申报 {number} 的异议经核查成立，{office}将重新审核。",
    ),
    _BUREAU(
        "objection_upheld",
        "补贴申报须重新审核",
        "对{park_name}的{kind}申报 {number} 的异议成立，请重新逐项审核，最晚 {due_on} 办结。",
    ),
    _BUREAU(
        "published",
        "公示期满，请核定金额",
        "{kind} {number} 公示期满，没有成立的异议，请在 {due_on} 前核定金额。",
    ),
    _SECOND("granted", "有补贴金额待复核", "{kind} {number} 的金额已核定，请在 {due_on} 前复核。"),
    _BUREAU("returned", "补贴金额复核退回", "{kind} {number} 的金额复核退回，请重新核定。{why}"),
    _HER(
        "approved",
        "补贴复核通过",
        "您的{kind} {number} 复核通过，等待拨付。",
        phrase="等待拨付",
        on="{at}",
        thing="补贴复核通过，等待拨付",
    ),
    _PARK("approved", "补贴复核通过", "{kind}申报 {number} 复核通过，等待拨付。"),
    _BUREAU("approved", "补贴待拨付", "{kind} {number} 复核通过，拨付后请在 {due_on} 前登记。"),
    _HER(
        "paid",
        "补贴已拨付",
        "您的{kind} {number} 已拨付，申请办结。到账情况请以银行为准；"
        "请妥善保管材料，经核实不符合条件的，补贴会被追回。",
        phrase="已拨付",
        on="{at}",
        thing="到账情况请以银行为准",
    ),
    _PARK("paid", "补贴已拨付", "{kind}申报 {number} 已拨付，到账情况请以银行为准。"),
    _HER(
        "recovered",
        "补贴已追回",
        "您的{kind} {number} 已追回，原因：{ground}。如有疑问请咨询{office}。",
        phrase="已追回",
        on="{at}",
        thing="原因：{ground}",
    ),
    _PARK("recovered", "补贴已追回", "{kind}申报 {number} 已追回，原因：{ground}。"),
    _HER(
        "refused",
        "补贴不予发放",
        "您的{kind} {number} 不予发放，申请办结。原因：{reasons}。{note}"
        "条件具备后可以重新申请，也可以咨询{office}。",
        phrase="不予发放",
        on="{at}",
        thing="原因：{reasons}",
    ),
    _PARK("refused", "补贴申报未获认可", "{kind}申报 {number} 不予发放，原因：{reasons}。{note}"),
    _PARK("claimant_due", "补正今天到期", "{kind}申报 {number} 的补正期限是今天（{for_on}）。"),
    _PARK(
        "claimant_late",
        "补正已逾期",
        "{kind}申报 {number} 应于 {for_on} 补正，至今没有重新申报，请尽快办理或撤回。",
    ),
    _BUREAU("decider_due", "补贴办理今天到期", "{kind} {number} 的办理期限是今天（{for_on}）。"),
    _BUREAU("decider_late", "补贴办理已逾期", "{kind} {number} 应于 {for_on} 办理，现已逾期。"),
    _ABOVE(
        "decider_late",
        "辖区内补贴逾期未办",
        "{office}的{kind} {number} 应于 {for_on} 办理，至今未办，请督促。",
    ),
    _SECOND("approver_due", "补贴复核今天到期", "{kind} {number} 的复核期限是今天（{for_on}）。"),
    _SECOND("approver_late", "补贴复核已逾期", "{kind} {number} 应于 {for_on} 复核，现已逾期。"),
    _ABOVE(
        "approver_late",
        "辖区内补贴逾期未复核",
        "{office}的{kind} {number} 应于 {for_on} 复核，至今未复核，请督促。",
    ),
)
# What follows from the case, of which she hears anyhow, and what is the park's own draft.
UNTOLD = frozenset(
    f"subsidy.{event}"
    for event in (
        *("qualified", "cancelled", "given_up", "worker_opened"),
        *("drafted", "updated", "dropped"),
    )
)
