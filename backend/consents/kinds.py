"""To what may somebody consent, in which words, and what ends with her withdrawal?

Consent is given for one purpose, to one version of its words, by itself, and may be withdrawn at
any time (Personal Information Protection Law, articles 14, 15 and 16). Nobody has to consent to
anything in order to be served.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Purpose(Enum):
    """For what somebody lets us use what we know about her."""

    POLICY_MATCHING = "政策找人"
    POLICY_LOSSES = "不再符合时也告诉我"


class Terms(NamedTuple):
    """What she consents to: the words, their version, and what happens when she withdraws.

    New words are a new version, and leave whoever consented to the old ones unasked: that purpose
    rests until she has consented to the new ones.
    """

    version: str
    text: str
    afterwards: str


TERMS: Mapping[Purpose, Terms] = {
    Purpose.POLICY_MATCHING: Terms(
        "2026-11",
        "我们每天用您填写的和部门核实过的资料，与现行政策比对。您新符合的政策、快要截止的申请、"
        "到了日子的条件，合成一条消息告诉您，写明依据和原因。资料不提供给他人。不同意也不影响您"
        "办理任何事项。",
        "撤回后立即停止比对，比对状态随即删除，还没有发出的推送不再发出；已经收到的消息保留。",
    ),
    Purpose.POLICY_LOSSES: Terms(
        "2026-11",
        "您的资料或政策有变化，使您不再符合原来符合的政策时，也告诉您，并写明原因。须先同意“政策找人”。",
        "撤回后不再告诉您这类变化。",
    ),
}
