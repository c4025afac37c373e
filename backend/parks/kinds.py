"""Which words does a park use? The member is ours, the value is the official term."""

from enum import Enum

# The league and its six county-level divisions (GB/T 2260); the seed names them.
DIVISION_CODES = ("152200", "152201", "152202", "152221", "152222", "152223", "152224")


class Tier(Enum):
    """How a park is recognised (clauses 二.1 to 二.3 and 五（七）)."""

    LEAGUE_STANDARD = "盟级标准化"
    LEAGUE_DEMONSTRATION = "盟级示范性"
    REGIONAL_DEMONSTRATION = "自治区级示范性"
    NATIONAL_DEMONSTRATION = "国家级示范"


class ParkType(Enum):
    """Whom or what a park is for (clause 三（二） and 三（三）); a park may be of several."""

    STUDENT = "大学生创业园"
    RETURNEE = "返乡创业园"
    VETERAN = "退役军人创业园"
    SPECIAL_FEATURE = "特色园"


class UnitKind(Enum):
    """What can be let (clause 三（二） and 四)."""

    OFFICE = "办公用房"
    DESK = "工位"
    PRODUCTION = "生产用房"
    RESEARCH = "研发用房"
    STALL = "摊位"


class HoldingKind(Enum):
    """Why a unit is not free."""

    TENANCY = "入驻"
    OFFER = "预留待答复"
    OUT_OF_SERVICE = "停用"
