"""What may a message say of its subject, and how does each of it look at its longest?

The names below are all that the records and the event give; a row that has a blank for anything
else could never be filled in. Names of places come from the records; people are invented.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from backend import clock
from backend.applications.kinds import Kind, Reason
from backend.loans.kinds import WhyRefused
from backend.parks.kinds import UnitKind
from backend.subsidies.kinds import Ground, SubsidyKind, WhyNot
from backend.texts.kinds import Place
from notifications import fields
from notifications.rows import DETAIL


class Names(NamedTuple):
    """The longest names in the records: of a park, of an office of the bureau, of a unit."""

    park: str
    office: str
    unit: str


ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
# With the dot of a transliterated name, which is a character like any other.
SOMEBODY = "孛儿只斤·阿拉坦乌力吉"
AT = datetime(2026, 12, 31, 15, 30, tzinfo=clock.SHANGHAI)
DAY = date(2026, 12, 31)
DAYS = ("until", "for_on", "due_on")
ITEM = "创业实体 · 统一社会信用代码"


def _longest(words: type[Enum]) -> str:
    return max((str(each.value) for each in words), key=len)


# Whatever it speaks of, an event may say when, why, and which days go with it.
OF_ANY = ("at", "why", "until", "for_on")
SAID: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application": (
            *("id", "number", "kind", "office", "granted", "next", "decided_at", "reasons"),
            *("note", "gap", "restorable", "items", "due_on", "for_on", "handler", "why", "at"),
        ),
        "tenancy": (
            *("id", "number", "park_name", "office", "unit_code", "starts_on", "ends_on"),
            *("expires_at", *OF_ANY),
        ),
        "waiting": (
            *("id", "number", "park_name", "office", "unit_kind", "due_on", "reasons", "words"),
            *("why", "commitment", "freezes_at", "draws_at", "at"),
        ),
        "ticket": (
            *("id", "number", "park_name", "office", "unit_kind", "code", "place", "places"),
            *("entrants", "list_sha256", "draws_at", "at"),
        ),
        "internship": (
            *("id", "internship", "number", "office", "post", "starts_on", "ends_on"),
            *("expires_on", *OF_ANY),
        ),
        "loan": (
            *("id", "loan_id", "number", "office", "bank", "guarantor", "reason", "on", "due_on"),
            *OF_ANY,
        ),
        "subsidy": (
            *("id", "subsidy", "number", "kind", "office", "park_name", "ground", "reasons"),
            *("note", "due_on", *OF_ANY),
        ),
        "text": (
            *("id", "subject", "page", "staff_page", "number", "typed", "field", "office"),
            *OF_ANY,
        ),
        "notice": ("id", "title", "summary", "proposer", "people", "why", "urgent", "at"),
        "match": ("id", "headline", "first", "policies", *OF_ANY),
    }
)
# What one event alone tells of its subject.
BESIDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application.passed_on": ("from_park", "passed_for", "words"),
        "notice.alarmed": ("could", "reached", "unknown", "advice"),
    }
)
# Offices that are the bureau's, never a park.
OF_THE_BUREAU = frozenset({"loan", "subsidy", "internship"})
_REASONS = "、".join(each.value for each in Reason)
ALWAYS: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("id", "subject", "internship", "loan_id", "subsidy"), ID),
        **dict.fromkeys(DAYS, fields.day(DAY)),
        **dict.fromkeys(("on", "expires_on"), fields.day(DAY)),
        **dict.fromkeys(("at", "decided_at", "expires_at", "freezes_at"), fields.moment(AT)),
        "draws_at": fields.moment(AT),
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2027, 11, 30),
        "number": "RZ-2026-000123",
        "kind": _longest(Kind),
        "reasons": _REASONS,
        "passed_for": _REASONS,
        "note": "承办单位留言：请携带身份证原件和创业计划书，到园区服务大厅三号窗口办理。",
        "words": "园区留言：目前只有生产用房，建议改选其他园区。",
        "why": "理由：现场核查发现经营地址与登记信息不一致。",
        "gap": f"{ITEM}；{ITEM}",
        "items": f"{ITEM}（此项填写与材料或登记信息不一致，请核对后更正。）",
        "restorable": f"{fields.day(DAY)} 前可以恢复这份草稿；",
        "handler": SOMEBODY,
        "proposer": SOMEBODY,
        "unit_kind": _longest(UnitKind),
        "post": "电子商务运营与直播助农实习岗位",
        "bank": "中国邮政储蓄银行股份有限公司兴安盟分行",
        "guarantor": "兴安盟中小企业融资担保有限责任公司",
        "reason": _longest(WhyRefused),
        "ground": _longest(Ground),
        "typed": _longest(Place),
        "field": ITEM,
        "page": DETAIL.format(id=ID),
        "staff_page": DETAIL.format(id=ID),
        "commitment": "f" * 64,
        "list_sha256": "f" * 64,
        "code": "f" * 16,
        "place": 1000,
        "places": 1000,
        "entrants": 1000,
        **dict.fromkeys(("people", "could"), 100_000),
        **dict.fromkeys(("reached", "unknown"), 10_000),
        "urgent": "本通知标为紧急，理由：明日停电，窗口不办理业务。批准后夜间也会推送。",
        "advice": "请查看推送结果，对未收到的人改用电话、短信通知。",
        "headline": "现在符合：小微企业创业担保贷款招工比例放宽",
        "first": "营业执照已满12个月、属于可领创业补贴的人员、一直正常经营",
        "policies": "现在符合：小微企业创业担保贷款招工比例放宽（依据：实施方案五（二））\n"
        "原因：营业执照已满12个月、属于可领创业补贴的人员、一直正常经营。",
        "title": "2026年兴安盟高校毕业生和退役军人一次性创业补贴开始申报",
        "summary": "首次创业且正常经营满一年的人员可以申报，所需材料和办理地点见通知全文。",
    }
)
OTHERWISE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "subsidy": {
            "kind": _longest(SubsidyKind),
            "reasons": "、".join(each.value for each in WhyNot),
        }
    }
)
PLACES: Mapping[str, Callable[[Names], str]] = MappingProxyType(
    {
        "park_name": lambda names: names.park,
        "from_park": lambda names: names.park,
        "unit_code": lambda names: names.unit,
        "granted": lambda names: (
            f"场地 {names.unit}，自 2026-12-01 至 2027-11-30。请按园区通知办理入驻手续。"
        ),
        "next": lambda names: f"场地{names.unit}，请办理入驻手续",
    }
)


def said_of(event: str) -> frozenset[str]:
    """Return every name that an event gives to its messages."""
    return frozenset(SAID[subject_of(event)]) | frozenset(BESIDES.get(event, ()))


def subject_of(event: str) -> str:
    """Return the kind of thing that an event speaks of: its name begins with it."""
    return event.partition(".")[0]


def sample(event: str, names: Names) -> dict[str, Any]:
    """Return words for everything that a message of the event may say."""
    subject = subject_of(event)
    office = names.office if subject in OF_THE_BUREAU else max(names[:2], key=len)
    places = {name: said(names) for name, said in PLACES.items()}
    known = {**ALWAYS, **places, "office": office, **OTHERWISE.get(subject, {})}
    return {name: known[name] for name in said_of(event)}
