"""Which cards of WeChat are there, and when may the client ask for leave to send one?

`wx.requestSubscribeMessage` opens inside a tap only, takes three templates on every version of the
client, and one "yes" is good for one card of a one-time template.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

AT_ONCE = 3


class Moment(Enum):
    """A tap after which somebody knows what she would be told of, and wants to be."""

    SUBMITTED = "提交申请之后"
    CORRECTED = "补正提交之后"
    FOLLOWED = "查看办理进度时"
    WAITING = "加入候补名单之后"
    SIGNED = "签署协议之后"
    SCREENED = "查看测算结果之后"
    READ_NOTICE = "阅读政策通知之后"


class Template(NamedTuple):
    """A card: its title in WeChat's list, its keys with theirs, and when it may be asked for.

    `of_policy`: it tells of policies, which can wait for the morning, and goes the way of notices.
    `may_be_read_twice` says what is done about a push whose fate is unknown: it is sent once more,
    or held. A second copy of what carries its case number does no harm; one of a notice to
    thousands, or of anything to be paid or typed in, would.
    """

    title: str
    keys: Mapping[str, str]
    moments: tuple[Moment, ...]
    of_policy: bool = False
    may_be_read_twice: bool = False


# Taps of somebody who cares for policies, whether or not she has a case.
OF_POLICY = (Moment.SCREENED, Moment.READ_NOTICE)
# By the name that a row of the catalogue uses; its number at WeChat is a setting.
TEMPLATES = {
    "tenancy_result": Template(
        "申请办理结果通知",
        {"thing1": "项目名称", "phrase2": "审核结果", "date3": "审核时间", "thing4": "备注"},
        tuple(each for each in Moment if each not in OF_POLICY),
        may_be_read_twice=True,
    ),
    # What is told to many may not go out on the card of somebody's result.
    "policy_notice": Template(
        "政策通知提醒",
        {"thing1": "通知标题", "thing2": "通知内容", "date3": "发布时间"},
        OF_POLICY,
        of_policy=True,
    ),
    # What one person alone is told, of what she is entitled to.
    "policy_match": Template(
        "政策匹配提醒",
        {"thing1": "政策名称", "thing2": "匹配原因", "date3": "匹配时间"},
        OF_POLICY,
        of_policy=True,
    ),
}
RESENT_ONCE = frozenset(name for name, card in TEMPLATES.items() if card.may_be_read_twice)
