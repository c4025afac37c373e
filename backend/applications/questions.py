"""What does each kind of application ask, section by section?

A section of one name is the same for every kind that has it. The API builds its input schemas from
this table; `forms` reads off it what is missing, sensitive, or a fact that the rules know.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from backend.applications.kinds import Kind
from backend.parks.kinds import UnitKind

# A hundred million yuan, in fen: more than any of the benefits, and far from what overflows.
MOST_MONEY = 10_000_000_000


class VentureStage(Enum):
    """Whether the business exists yet."""

    PLANNED = "尚未注册"
    REGISTERED = "已注册登记"


class Industry(Enum):
    """The emerging industries of clause 三（三）, and those found in the parks' names."""

    SMART_INDUSTRY = "智能产业"
    IOT = "物联网"
    GIG = "零工"
    SOFTWARE = "软件"
    SMART_ROBOT = "智能机器人"
    PRINTING_3D = "3D打印"
    HUMANITIES_SERVICE = "人文服务"
    DRONE = "无人机研发生产使用"
    AGRI_LIVESTOCK = "农牧业"
    ECOMMERCE = "电子商务"
    CULTURE_CREATIVE = "文化创意"
    EDUCATION_SPORT = "教育体育"
    OTHER = "其他"


class Type(Enum):
    """What a field holds."""

    TEXT = "文字"
    PHONE = "联系电话"
    CREDIT_CODE = "统一社会信用代码"
    CHOICE = "选项"
    WHOLE = "整数"
    MONEY = "金额（元）"
    DAY = "日期"
    CONSENT = "确认"
    YES_NO = "是否"


class Field(NamedTuple):
    """One question. `when` names a sibling and the answer that makes this one required.

    `fact` is what the rules call the answer; `most` of money is in fen. `may_follow`: a case may
    be taken in without it, if it is promised. `free` texts are looked at before others read them;
    names and numbers are none.
    """

    name: str
    label: str
    kind: Type
    required: bool = True
    least: int = 1
    most: int = 100
    choices: type[Enum] | None = None
    sensitive: bool = False
    when: tuple[str, str] | None = None
    example: str | None = None
    fact: str | None = None
    may_follow: bool = False
    free: bool = False

    @property
    def shown(self) -> dict[str, str]:
        """Return the example, where there is one, for the documentation."""
        return {"example": self.example} if self.example else {}


class Section(NamedTuple):
    """A page of the form."""

    name: str
    label: str
    fields: tuple[Field, ...]


T = Type
APPLICANT = Section(
    "applicant",
    "申请人",
    (
        Field("name", "姓名", T.TEXT, most=50, example="其其格"),
        Field("phone", "联系电话", T.PHONE, sensitive=True, example="13800138000"),
    ),
)
VENTURE = Section(
    "venture",
    "创业实体",
    (
        Field("stage", "注册情况", T.CHOICE, choices=VentureStage, example="planned"),
        Field("name", "实体名称", T.TEXT, when=("stage", "registered")),
        Field(
            "credit_code",
            "统一社会信用代码",
            T.CREDIT_CODE,
            when=("stage", "registered"),
            example="91152201MA0N0TRE41",
        ),
    ),
)
PROJECT = Section(
    "project",
    "创业项目",
    (
        Field("title", "项目名称", T.TEXT, most=50, free=True),
        Field("industry", "所属行业", T.CHOICE, choices=Industry),
        Field("summary", "项目简介", T.TEXT, most=1000, free=True),
        Field("team_size", "团队人数", T.WHOLE, most=500, may_follow=True),
    ),
)
SPACE = Section(
    "space",
    "场地需求",
    (
        Field("unit_kind", "场地类型", T.CHOICE, choices=UnitKind),
        Field("floor_area_m2", "所需面积（平方米）", T.WHOLE, required=False, most=100_000),
        Field("starts_on", "希望入驻日期", T.DAY),
        Field("term_months", "入驻期限（月）", T.WHOLE, most=36),
    ),
)
LOAN = Section(
    "loan",
    "贷款需求",
    (
        Field(
            "amount",
            "申请金额（元）",
            T.MONEY,
            most=MOST_MONEY,
            example="100000.00",
            fact="loan_amount",
        ),
        Field("term_months", "贷款期限（月）", T.WHOLE, most=60),
        Field("purpose", "资金用途", T.TEXT, most=500, example="购置奶食品加工设备", free=True),
    ),
)
BUSINESS = Section(
    "business",
    "经营情况",
    (
        Field("registered_on", "注册登记日期", T.DAY, example="2025-09-01", fact="reg_date"),
        Field("operating", "目前正常经营", T.YES_NO, fact="normal_operation"),
        Field(
            "workers",
            "带动就业人数（不含本人）",
            T.WHOLE,
            least=0,
            most=10_000,
            fact="other_workers_employed",
        ),
        Field("first", "属于首次创业", T.YES_NO, fact="is_first_startup"),
    ),
)
INTERNSHIP = Section(
    "internship",
    "见习意向",
    (
        Field("school", "毕业（就读）学校", T.TEXT, example="兴安职业技术学院"),
        Field("graduated_on", "毕业日期", T.DAY, required=False, fact="graduation_date"),
        Field("starts_on", "希望开始日期", T.DAY, example="2027-01-04"),
        Field("months", "见习月数", T.WHOLE, most=12),
        Field(
            "idea",
            "创业设想",
            T.TEXT,
            most=1000,
            example="见习后回乡开办奶食品加工厂",
            free=True,
        ),
    ),
)
DECLARATION = Section(
    "declaration",
    "承诺",
    (Field("truthful", "承诺所填内容属实", T.CONSENT),),
)
FORMS: Mapping[Kind, tuple[Section, ...]] = {
    Kind.TENANCY: (APPLICANT, VENTURE, PROJECT, SPACE, DECLARATION),
    Kind.GUARANTEE_LOAN: (APPLICANT, VENTURE, LOAN, DECLARATION),
    Kind.STARTUP_SUBSIDY: (APPLICANT, VENTURE, BUSINESS, DECLARATION),
    Kind.INTERNSHIP: (APPLICANT, INTERNSHIP, DECLARATION),
}
