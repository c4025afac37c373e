"""Which subsidies are there, by which rule of the policy, and within how many working days?

The start-up subsidy follows an application of a person. The other two are claimed by a park: for
households that graduated from it, and for new jobs at one of its firms.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple


class SubsidyKind(Enum):
    """What is paid."""

    STARTUP = "一次性创业补贴"
    INCUBATION = "创业孵化补贴"
    JOB_CREATION = "创业带动就业补贴"


class WhyNot(Enum):
    """Why a line of a claim, or a subsidy, is refused; several may hold."""

    NOT_IN_RECORDS = "台账和材料都不能证明"
    NOT_REGISTERED = "没有注册登记"
    NOT_MOVED_OUT = "没有搬离园区"
    NOT_EMPLOYED = "没有劳动合同或社会保险"
    NOT_NEW = "不属于新增就业"
    NOT_OPERATING = "没有正常经营"
    CONDITIONS_NOT_MET = "不符合政策条件"
    FALSE_MATERIAL = "材料不属实"
    OTHER = "其他"


class Ground(Enum):
    """Why money has to be given back."""

    FALSE_MATERIAL = "材料不属实"
    NOT_ENTITLED = "经核实不符合条件"
    PAID_TWICE = "重复拨付"
    OVERPAID = "超额拨付"
    OTHER = "其他"


class Outcome(Enum):
    """What became of one line of a claim."""

    ACCEPTED = "认可"
    REFUSED = "不认可"


class Standing(Enum):
    """How somebody stands to a subsidy, as far as the records know; a no is not listed."""

    MET = "符合"
    NOT_YET_KNOWN = "还不能确定"


class Terms(NamedTuple):
    """What differs between kinds: the rule, what one unit of it is, and what numbers begin with."""

    rule: str
    one: Mapping[str, Any]
    prefix: str = ""


TERMS: Mapping[SubsidyKind, Terms] = {
    SubsidyKind.STARTUP: Terms("startup_subsidy", {}),
    SubsidyKind.INCUBATION: Terms("incubation_subsidy", {"graduated_entities": 1}, "FH"),
    SubsidyKind.JOB_CREATION: Terms("job_creation", {"new_employees": 1}, "DJ"),
}
CLAIMED = (SubsidyKind.INCUBATION, SubsidyKind.JOB_CREATION)
# Lines of one claim: far more than a park graduates in a year, and few enough for one screen.
MOST_LINES = 100
# Working days for each step, ours until the bureau decides on others.
TO_ANSWER = 15
TO_REVIEW = 10
TO_PUBLISH = 3
TO_GRANT = 3
TO_APPROVE = 3
TO_PAY = 10
