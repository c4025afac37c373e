"""What is a notice about, and how does somebody stand to her own venture?"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Topic(Enum):
    """What a notice is about. Whoever does not want to hear of a topic can say so."""

    POLICY = "政策解读"
    SUBSIDY = "补贴申报"
    LOAN = "创业担保贷款"
    SPACE = "园区与场地"
    INTERNSHIP = "见习与培训"
    ACTIVITY = "创业活动"


class Stage(NamedTuple):
    """A stage of a venture: its words, and the fact that is so, or is not so, in it."""

    label: str
    fact: str
    is_so: bool = True


STAGES: Mapping[str, Stage] = {
    "planned": Stage("尚未登记注册", "registered_with_authority", is_so=False),
    "registered": Stage("已登记注册", "registered_with_authority"),
    "in_park": Stage("已入驻园区", "in_park"),
    "incubating": Stage("正在孵化", "is_incubating"),
}
