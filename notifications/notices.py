"""Which members of staff hear of a notice, and in which words?

Whom a notice is for has it from `notifications.expansion`.
"""

from backend.access import Relation
from notifications.rows import Row

PAGE = "pages/notices/manage?id={id}"


def _row(event: str, reader: Relation, title: str, body: str) -> Row:
    return Row(f"notice.{event}", reader, title, body, PAGE)


NOTICES = (
    _row(
        "submitted",
        Relation.CONFIRMER,
        "有政策通知待复核",
        "{proposer}提交了《{title}》，面向{people}人，请核对内容和人数后批准。{urgent}",
    ),
    _row("approved", Relation.PROPOSER, "政策通知已批准", "《{title}》已批准，请安排发送时间。"),
    _row("refused", Relation.PROPOSER, "政策通知未获批准", "《{title}》未获批准。{why}"),
    _row(
        "alarmed",
        Relation.CLERK,
        "紧急通知未能送达",
        "《{title}》是紧急通知，面向{people}人，其中可以推送{could}人，微信已受理{reached}人，"
        "结果未知{unknown}人。{advice}",
    ),
    _row(
        "halted",
        Relation.REGULATOR,
        "政策通知已自动暂停",
        "《{title}》发送中出现异常，已自动暂停。{why}请核查后决定继续或取消。",
    ),
)
UNTOLD = frozenset(
    {
        "notice.created",
        "notice.updated",
        "notice.scheduled",
        # Its readers have it in portions, from `notifications.expansion`.
        "notice.published",
        "notice.paused",
        "notice.resumed",
        "notice.sent",
        "notice.cancelled",
    }
)
