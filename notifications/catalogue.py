"""Who hears of which event, and in which words?"""

from collections.abc import Mapping
from typing import NamedTuple

from backend.access import Relation


class Row(NamedTuple):
    """One reader of one event.

    `title`, `body` and the values of `push` are filled in with the particulars that
    `fanout.particulars` collects. `template` names the WeChat template; its number is a setting
    of the installation. `push` maps the template's keys to their words.
    """

    event: str
    reader: Relation
    title: str
    body: str
    link: str
    template: str
    push: Mapping[str, str]


CATALOGUE = (
    Row(
        event="application.approved",
        reader=Relation.APPLICANT,
        title="入驻申请已通过",
        body="您的入驻申请 {number} 已由{park_name}审核通过，场地 {unit_code}，"
        "自 {starts_on} 至 {ends_on}。请按园区通知办理入驻手续。{note}",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "审核通过",
            "date3": "{decided_at}",
            "thing4": "场地{unit_code}，请办理入驻手续",
        },
    ),
    Row(
        event="application.rejected",
        reader=Relation.APPLICANT,
        title="入驻申请未通过",
        body="您的入驻申请 {number} 未获{park_name}通过。原因：{reasons}。{note}"
        "您可以修改后重新申请，也可以选择其他园区。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "审核不通过",
            "date3": "{decided_at}",
            "thing4": "原因：{reasons}",
        },
    ),
    Row(
        event="application.returned",
        reader=Relation.APPLICANT,
        title="申请需要补正",
        body="您的申请 {number} 需要补正：{items}。请在 {due_on} 前修改后重新提交，"
        "逾期申请将失效。等待补正的时间不计入审核时限。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "需要补正",
            "date3": "{due_on}",
            "thing4": "请按要求修改后重新提交",
        },
    ),
    Row(
        event="application.recalled",
        reader=Relation.APPLICANT,
        title="不再需要补正",
        body="您的申请 {number} 不再需要补正，{park_name}继续审核，预计 {due_on} 前有结果。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "继续审核",
            "date3": "{due_on}",
            "thing4": "不再需要补正，请等待结果",
        },
    ),
    Row(
        event="application.reopened",
        reader=Relation.APPLICANT,
        title="申请重新审核",
        body="您的申请 {number} 由人社局决定重新审核，原审核结果不再有效。{why}",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "重新审核",
            "date3": "{due_on}",
            "thing4": "原审核结果不再有效",
        },
    ),
    Row(
        event="application.lapsed",
        reader=Relation.APPLICANT,
        title="申请已失效",
        body="您的申请 {number} 逾期未办，已经失效。填写的内容仍可查看，您可以重新申请。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "已失效",
            "date3": "{at}",
            "thing4": "逾期未办，可以重新申请",
        },
    ),
    Row(
        event="application.publicised",
        reader=Relation.APPLICANT,
        title="审核结果开始公示",
        body="您的申请 {number} 的审核结果自 {at} 起公示，姓名已隐去。公示期间他人可以提出异议。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "开始公示",
            "date3": "{at}",
            "thing4": "姓名已隐去，他人可提异议",
        },
    ),
    Row(
        event="application.publicity_ended",
        reader=Relation.APPLICANT,
        title="公示结束",
        body="您的申请 {number} 公示期满，没有成立的异议。请按{park_name}通知办理后续手续。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "公示结束",
            "date3": "{at}",
            "thing4": "没有成立的异议",
        },
    ),
    Row(
        event="application.objected",
        reader=Relation.APPLICANT,
        title="公示中止",
        body="有人对您的申请 {number} 提出异议，公示中止，由上级人社局核查。核查结果会通知您。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "公示中止",
            "date3": "{at}",
            "thing4": "有人提出异议，正在核查",
        },
    ),
    Row(
        event="application.objection_dismissed",
        reader=Relation.APPLICANT,
        title="公示继续",
        body="对您的申请 {number} 的异议经核查不成立，公示继续。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "公示继续",
            "date3": "{at}",
            "thing4": "异议不成立",
        },
    ),
    Row(
        event="application.objection_upheld",
        reader=Relation.APPLICANT,
        title="申请重新审核",
        body="对您的申请 {number} 的异议经核查成立，原审核结果不再有效，{park_name}将重新审核。",
        link="pages/applications/detail?id={id}",
        template="tenancy_result",
        push={
            "thing1": "{park_name}",
            "phrase2": "重新审核",
            "date3": "{at}",
            "thing4": "异议成立，原结果不再有效",
        },
    ),
)

# Events of which nobody is told: the one who did it sees it at once.
SILENT = frozenset(
    {
        "application.claimed",
        "application.created",
        "application.nudged",
        "application.released",
        "application.resolved",
        "application.updated",
        "application.submitted",
        "application.withdrawn",
        "decision.overridden",
        "decision.recorded",
        "identity.bound",
        "identity.corrected",
        "identity.duplicate_claimed",
        "parameter.confirmed",
        "parameter.dropped",
        "parameter.proposed",
        "phone.bound",
        "phone.changed",
        "phone.shared",
        "profile.facts_recorded",
        "ruling.confirmed",
        "ruling.dropped",
        "ruling.proposed",
        "screening.claimed",
        "session.opened",
        "session.ended",
        "session.revoked",
        "staff.created",
    }
)


def readers_of(event: str) -> tuple[Row, ...]:
    """Return the rows of an event; an event without any must stand in SILENT."""
    found = tuple(row for row in CATALOGUE if row.event == event)
    if not found and event not in SILENT:
        raise LookupError(f"{event} has no row in the catalogue and is not silent")
    return found
