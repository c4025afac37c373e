"""Which texts are looked at before others read them, and what may be said of one?

What counts is what a citizen types freely and somebody else gets to read. Names, phones and numbers
are no texts of this kind and never leave for a check.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Verdict(Enum):
    """What a machine made of a text; anything but `PASS` is for a person to look at."""

    PASS = "未发现问题"
    REVIEW = "需人工复核"
    RISKY = "可能违规"
    UNCHECKED = "未能自动检查"


class Source(Enum):
    """Who said so."""

    WECHAT = "微信内容安全"
    WORD_LIST = "本地词表"


class Settled(Enum):
    """What a person made of it."""

    HARMLESS = "内容无问题"
    REWRITE = "需要修改"


class Place(Enum):
    """Where the words stand."""

    APPLICATION = "申请内容"
    OBJECTION = "异议"
    EVICTION = "对清退的陈述"
    RENEWAL = "续期申请"
    LEAVING = "退出说明"
    HEADCOUNT = "在园人数更正"
    ATTENDANCE = "出勤说明"
    EARLY_END = "提前结束见习的说明"
    POST = "见习岗位"


class Typed(NamedTuple):
    """Where the words of an operation come to stand, and the label of each of its free texts."""

    place: Place
    fields: Mapping[str, str]


# What comes with the request itself, by operation.
TYPED: Mapping[str, Typed] = MappingProxyType(
    {
        "objectToDecision": Typed(Place.OBJECTION, {"words": "异议内容"}),
        "answerEviction": Typed(Place.EVICTION, {"words": "陈述意见"}),
        "renewTenancy": Typed(Place.RENEWAL, {"why": "续期理由"}),
        "leaveTenancy": Typed(Place.LEAVING, {"words": "说明"}),
        "recordHeadcount": Typed(Place.HEADCOUNT, {"why": "更正理由"}),
        "confirmAttendance": Typed(Place.ATTENDANCE, {"words": "说明"}),
        "completeInternship": Typed(Place.EARLY_END, {"why": "理由"}),
        "createPost": Typed(Place.POST, {"title": "岗位名称", "duties": "岗位职责"}),
    }
)
# What has been on file since it was drafted.
ON_FILE: Mapping[str, Place] = MappingProxyType(
    {"submitApplication": Place.APPLICATION, "resolveCorrection": Place.APPLICATION}
)
LOOKED_AT = frozenset(TYPED) | frozenset(ON_FILE)


class Finding(NamedTuple):
    """What was made of one text; `label` is WeChat's number or our category, never a word of it."""

    pointer: str
    verdict: Verdict
    source: Source
    label: str | None = None
    trace_id: str | None = None


class Looked(NamedTuple):
    """What was made of the texts of one request."""

    place: Place
    findings: tuple[Finding, ...]


def spoken(operation: str, body: Mapping[str, object]) -> dict[str, str]:
    """Return the free texts of a request, by the pointer of their field."""
    return {f"#/{name}": str(body[name]) for name in TYPED[operation].fields if body.get(name)}
