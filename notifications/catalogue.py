"""Who hears of which event, and in which words?"""

from backend.access import Relation
from notifications.choices import CHOICES
from notifications.draws import DRAWS
from notifications.gaps import GAPS
from notifications.internships import INTERNSHIPS
from notifications.loans import LOANS
from notifications.matches import MATCHES
from notifications.notices import NOTICES
from notifications.places import PLACES
from notifications.rows import Row, to_her, to_staff
from notifications.silent import SILENT
from notifications.stays import STAYS
from notifications.subsidies import SUBSIDIES
from notifications.texts import TEXTS

CATALOGUE = (
    to_her(
        "approved",
        "申请已通过",
        "您的{kind} {number} 已由{office}审核通过，{granted}{note}",
        phrase="审核通过",
        on="{decided_at}",
        thing="{next}",
    ),
    to_her(
        "rejected",
        "申请未通过",
        "您的{kind} {number} 未获{office}通过。原因：{reasons}。{note}您可以修改后重新申"
        "请，也可以咨询承办单位。",
        phrase="审核不通过",
        on="{decided_at}",
        thing="原因：{reasons}",
    ),
    to_her(
        "returned",
        "申请需要补正",
        "您的申请 {number} 需要补正：{items}。请在 {due_on} 前修改后重新提交，逾期申请将失效"
        "。等待补正的时间不计入审核时限。",
        phrase="需要补正",
        on="{due_on}",
        thing="请按要求修改后重新提交",
    ),
    to_her(
        "recalled",
        "不再需要补正",
        "您的申请 {number} 不再需要补正，{office}继续审核，预计 {due_on} 前有结果。",
        phrase="继续审核",
        on="{due_on}",
        thing="不再需要补正，请等待结果",
    ),
    to_her(
        "reopened",
        "申请重新审核",
        "您的申请 {number} 由人社局决定重新审核，原审核结果不再有效。{why}",
        phrase="重新审核",
        on="{due_on}",
        thing="原审核结果不再有效",
    ),
    to_her(
        "lapsed",
        "申请已失效",
        "您的申请 {number} 逾期未办，已经失效。填写的内容仍可查看，{restorable}您可以重新申请。",
        phrase="已失效",
        on="{at}",
        thing="逾期未办，可以重新申请",
    ),
    to_her(
        "publicised",
        "审核结果开始公示",
        "您的申请 {number} 的审核结果自 {at} 起公示，姓名已隐去。公示期间他人可以提出异议。",
        phrase="开始公示",
        on="{at}",
        thing="姓名已隐去，他人可提异议",
    ),
    to_her(
        "publicity_ended",
        "公示结束",
        "您的申请 {number} 公示期满，没有成立的异议。请按{office}通知办理后续手续。",
        phrase="公示结束",
        on="{at}",
        thing="没有成立的异议",
    ),
    to_her(
        "objected",
        "公示中止",
        "有人对您的申请 {number} 提出异议，公示中止，由上级人社局核查。核查结果会通知您。",
        phrase="公示中止",
        on="{at}",
        thing="有人提出异议，正在核查",
    ),
    to_her(
        "objection_dismissed",
        "公示继续",
        "对您的申请 {number} 的异议经核查不成立，公示继续。",
        phrase="公示继续",
        on="{at}",
        thing="异议不成立",
    ),
    to_her(
        "objection_upheld",
        "申请重新审核",
        "对您的申请 {number} 的异议经核查成立，原审核结果不再有效，{office}将重新审核。",
        phrase="重新审核",
        on="{at}",
        thing="异议成立，原结果不再有效",
    ),
    to_her(
        "answer_soon",
        "补正期限将到",
        "您的申请 {number} 需要补正，最晚 {for_on} 重新提交。逾期申请将失效。",
        phrase="等待补正",
        on="{for_on}",
        thing="请尽快补正，逾期申请将失效",
    ),
    to_her(
        "draft_expiring",
        "申请草稿即将失效",
        "您的申请草稿 {number} 将于 {for_on} 失效。请在此之前提交，或修改后保存以延长保留时间。",
        phrase="即将失效",
        on="{for_on}",
        thing="请提交草稿，或修改后保存",
    ),
    to_staff(
        Relation.DECIDER,
        "submitted",
        "有新申请待审核",
        "{office}收到申请 {number}，最晚 {due_on} 办结。",
    ),
    to_staff(
        Relation.DECIDER,
        "resolved",
        "补正已提交",
        "申请 {number}（{office}）已补正，请继续审核，最晚 {due_on} 办结。",
    ),
    to_staff(
        Relation.DECIDER,
        "nudged",
        "申请人催办",
        "申请 {number}（{office}）的申请人催办。办结期限为 {due_on}，请尽快办理。",
    ),
    to_staff(
        Relation.SUPERVISOR,
        "nudged",
        "逾期申请被催办",
        "申请 {number}（{office}）应于 {due_on} 办结，至今未办，申请人催办，请督促。",
        once_overdue=True,
    ),
    to_staff(
        Relation.DECIDER,
        "conflict_declared",
        "有同事回避，请接办",
        "申请 {number}（{office}）有工作人员回避，请由其他人员继续办理。",
    ),
    to_staff(
        Relation.HANDLER,
        "transferred",
        "案件已转交给您",
        "申请 {number}（{office}）已转交给您办理，最晚 {due_on} 办结。{why}",
    ),
    to_staff(
        Relation.PREDECESSOR,
        "transferred",
        "案件已转交同事",
        "申请 {number}（{office}）已转交{handler}办理，您无需再办理。{why}",
    ),
    to_staff(
        Relation.ADVISER,
        "opinion_asked",
        "征求贵单位意见",
        "{office}申请 {number} 征求贵单位意见，请于 {for_on} 前答复。"
        "逾期未答复的，视为未提出意见，不视为同意。",
    ),
    to_staff(
        Relation.ADVISER,
        "opinion_due",
        "征求意见即将到期",
        "{office}申请 {number} 征求贵单位意见，最晚 {for_on} 答复。"
        "逾期未答复的，视为未提出意见，不视为同意。",
    ),
    to_staff(
        Relation.DECIDER,
        "opinion_given",
        "收到其他单位意见",
        "申请 {number}（{office}）征求的意见已有答复，请查看。",
    ),
    to_staff(
        Relation.HANDLER,
        "withdrawn",
        "申请已撤回",
        "申请人已撤回申请 {number}（{office}），无需再办理。",
    ),
    to_staff(
        Relation.DECIDER,
        "due_soon",
        "办理期限将到",
        "申请 {number}（{office}）最晚 {for_on} 办结，请及时办理。",
    ),
    to_staff(
        Relation.DECIDER,
        "due_today",
        "今天到期",
        "申请 {number}（{office}）的办结期限是今天（{for_on}），请当日办结。",
    ),
    to_staff(
        Relation.DECIDER,
        "overdue",
        "办理已逾期",
        "申请 {number}（{office}）应于 {for_on} 办结，现已逾期，请立即办理。",
    ),
    to_staff(
        Relation.SUPERVISOR,
        "overdue",
        "辖区内申请逾期未办",
        "申请 {number}（{office}）应于 {for_on} 办结，至今未办，请督促。",
    ),
    to_staff(
        Relation.SUPERVISOR,
        "legal_limit_near",
        "最长办理期限将到",
        "申请 {number}（{office}）的最长办理期限为 {for_on}，请督促办结。",
    ),
    *GAPS,
    *PLACES,
    *STAYS,
    *CHOICES,
    *DRAWS,
    *INTERNSHIPS,
    *LOANS,
    *SUBSIDIES,
    *TEXTS,
    *NOTICES,
    *MATCHES,
)


def readers_of(event: str) -> tuple[Row, ...]:
    """Return the rows of an event; an event without any must stand in SILENT."""
    found = tuple(row for row in CATALOGUE if row.event == event)
    if not found and event not in SILENT:
        raise LookupError(f"{event} has no row in the catalogue and is not silent")
    return found
