"""What does each kind of application ask, section by section?

The table is read three times: the API builds its input schemas from it, `missing` lists what is
still to be filled in, and what is sensitive is sealed before it is kept.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from backend.applications.kinds import Kind
from backend.parks.kinds import UnitKind


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
    DAY = "日期"
    CONSENT = "确认"


class Field(NamedTuple):
    """One question. `when` names a sibling and the answer that makes this one required."""

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
FORMS: Mapping[Kind, tuple[Section, ...]] = {
    Kind.TENANCY: (
        Section(
            "applicant",
            "申请人",
            (
                Field("name", "姓名", T.TEXT, most=50, example="其其格"),
                Field("phone", "联系电话", T.PHONE, sensitive=True, example="13800138000"),
            ),
        ),
        Section(
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
        ),
        Section(
            "project",
            "创业项目",
            (
                Field("title", "项目名称", T.TEXT, most=50),
                Field("industry", "所属行业", T.CHOICE, choices=Industry),
                Field("summary", "项目简介", T.TEXT, most=1000),
                Field("team_size", "团队人数", T.WHOLE, most=500),
            ),
        ),
        Section(
            "space",
            "场地需求",
            (
                Field("unit_kind", "场地类型", T.CHOICE, choices=UnitKind),
                Field("floor_area_m2", "所需面积（平方米）", T.WHOLE, required=False, most=100_000),
                Field("starts_on", "希望入驻日期", T.DAY),
                Field("term_months", "入驻期限（月）", T.WHOLE, most=36),
            ),
        ),
        Section(
            "declaration",
            "承诺",
            (Field("truthful", "承诺所填内容属实", T.CONSENT),),
        ),
    ),
}


def missing(kind: Kind, sections: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """List everything required that is not there yet, each with its pointer and its label."""
    found = []
    for section in FORMS[kind]:
        answers = sections.get(section.name) or {}
        for field in section.fields:
            if _is_required(field, answers) and not _is_answered(field, answers):
                pointer = f"#/sections/{section.name}/{field.name}"
                found.append({"pointer": pointer, "label": f"{section.label} · {field.label}"})
    return found


def labels(kind: Kind) -> dict[str, str]:
    """Return what a correction may point at, by pointer: each section and each of its fields."""
    found = {}
    for section in FORMS[kind]:
        found[f"#/sections/{section.name}"] = section.label
        for field in section.fields:
            pointer = f"#/sections/{section.name}/{field.name}"
            found[pointer] = f"{section.label} · {field.label}"
    return found


def sensitive(kind: Kind) -> list[tuple[str, str]]:
    """Return (section, field) of everything that must be sealed."""
    return [(s.name, f.name) for s in FORMS[kind] for f in s.fields if f.sensitive]


def _is_required(field: Field, answers: Mapping[str, Any]) -> bool:
    if field.when:
        sibling, answer = field.when
        return answers.get(sibling) == answer
    return field.required


def _is_answered(field: Field, answers: Mapping[str, Any]) -> bool:
    answer = answers.get(field.name)
    return answer is True if field.kind is Type.CONSENT else answer not in (None, "")
