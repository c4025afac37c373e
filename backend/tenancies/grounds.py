"""For which coded reasons does somebody's stay change or end, and what is to be done at its end?"""

from enum import Enum


class Fee(Enum):
    """What may be waived or reduced (clauses 二 and 六（二）)."""

    RENT = "房租"
    WATER = "水费"
    ELECTRICITY = "电费"
    PROPERTY_FEE = "物业费"


class Refusal(Enum):
    """Why a renewal is refused."""

    UNIT_NEEDED = "场地另有安排"
    DUTIES_BROKEN = "未履行协议约定"
    IDLE = "长期闲置或停业"
    PROJECT_OVER = "创业项目已停止"
    OTHER = "其他原因"


class Pause(Enum):
    """Why a unit may stand idle for a while."""

    ILLNESS = "伤病"
    PARENTAL = "生育"
    SEASON = "季节性停业"
    REPAIR = "场地维修"
    OTHER = "其他原因"


class Eviction(Enum):
    """For what a tenant may have to leave."""

    IDLE_OR_CLOSED = "长期闲置或停业"
    SUBLET = "转租转借"
    FAILED_REVIEW = "考核不合格"
    ILLEGAL_ACTIVITY = "违法违规经营"
    FALSE_MATERIAL = "提供虚假材料"
    TERM_ENDED = "期满未退出"
    REGISTERED_ADDRESS_ONLY = "仅挂注册地址"


class Leaving(Enum):
    """Why a tenant leaves before her term is over."""

    MOVING = "迁往他处"
    CLOSING = "停止经营"
    PERSONAL = "个人原因"
    OTHER = "其他原因"


class Ending(Enum):
    """Why a tenancy has ended, whoever ended it."""

    TERM_OVER = "期满"
    NO_SHOW = "未按期到园"
    MOVING = Leaving.MOVING.value
    CLOSING = "停业退出"
    PERSONAL = Leaving.PERSONAL.value
    OTHER = "其他原因"
    EVICTED = "被清退"
    GRADUATED = "孵化毕业"


class Duty(Enum):
    """What has to be settled when somebody has left; the unit is free once it was handed over."""

    UNIT = "场地和钥匙交还"
    METERS = "水电表抄录"
    ARREARS = "费用结清"
    GOODS = "物品清出"
    ADDRESS = "注册地址变更"


class Outcome(Enum):
    """What became of a duty."""

    DONE = "已办妥"
    NOT_NEEDED = "不涉及"


class Idle(Enum):
    """What is known of a firm at which nobody is known to work."""

    NEVER_COUNTED = "没有人数记录"
    NOBODY = "人数记录为零"
    COUNTED_ELSEWHERE = "人员均已计入同园区其他实体"
