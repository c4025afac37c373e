"""Which papers does each kind of application ask for, why, and when must they be there?"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from backend.applications.kinds import Kind
from backend.applications.workflow import IN_HER_HANDS
from backend.documents.kinds import DocumentKind as D
from eligibility.dates import add_months

# While it stands there, papers may be attached and taken away; afterwards they are evidence.
ATTACHABLE = frozenset(IN_HER_HANDS)
MOST_FOR_A_PAPER = 10


class Asked(NamedTuple):
    """One paper. `when` names a section, a field and the answer that make it required.

    `may_follow`: a case may be taken in without it, if it is promised. `good_for_months`: it must
    not have been issued longer ago, whatever it says itself. Both are our proposals.
    """

    name: str
    label: str
    why: str
    kinds: tuple[D, ...]
    required: bool = True
    when: tuple[str, str, str] | None = None
    may_follow: bool = False
    good_for_months: int | None = None


REGISTERED = ("venture", "stage", "registered")
ID = Asked("id", "身份证明", "核对申请人身份", (D.ID_CARD,))
GROUP = Asked(
    "group",
    "群体身份证明",
    "属于高校毕业生、退役军人、残疾人等群体的，可据此核对优先条件",
    (D.DIPLOMA, D.VETERAN_CERTIFICATE, D.DISABILITY_CERTIFICATE),
    required=False,
)
PERMIT = Asked(
    "permit",
    "特种行业许可",
    "从事须经许可的行业的，请提供许可证",
    (D.PERMIT,),
    required=False,
)
PAPERS: Mapping[Kind, tuple[Asked, ...]] = {
    Kind.TENANCY: (
        ID,
        Asked("plan", "创业计划书", "了解项目内容与可行性", (D.PLAN,)),
        Asked(
            "licence",
            "营业执照",
            "核对已注册实体的名称与统一社会信用代码",
            (D.LICENCE,),
            when=REGISTERED,
            may_follow=True,
        ),
        GROUP,
        PERMIT,
    ),
    Kind.GUARANTEE_LOAN: (
        ID,
        Asked("licence", "营业执照", "核对经营主体", (D.LICENCE,), when=REGISTERED),
        GROUP,
        PERMIT,
        Asked(
            "credit",
            "个人信用报告",
            "经办银行核查信用时使用",
            (D.OTHER,),
            required=False,
            good_for_months=3,
        ),
    ),
    Kind.STARTUP_SUBSIDY: (
        ID,
        Asked("licence", "营业执照", "核对注册登记日期与统一社会信用代码", (D.LICENCE,)),
        GROUP,
        Asked("contracts", "劳动合同", "核对带动就业的人员", (D.CONTRACT,)),
        Asked(
            "insurance",
            "社会保险缴费证明",
            "核对带动就业的人员",
            (D.SOCIAL_INSURANCE,),
            may_follow=True,
            good_for_months=3,
        ),
        Asked("agreement", "入驻协议", "核对入驻园区情况", (D.CONTRACT,), required=False),
    ),
    Kind.INTERNSHIP: (
        ID,
        Asked(
            "diploma",
            "毕业证书或学籍证明",
            "核对高校学生或毕业生身份",
            (D.DIPLOMA,),
            may_follow=True,
        ),
    ),
}


def asked(kind: Kind, name: str) -> Asked | None:
    """Return a paper of a kind of application by its name."""
    return next((paper for paper in PAPERS[kind] if paper.name == name), None)


def labels(kind: Kind, *, if_promised: bool = False) -> dict[str, str]:
    """Return the label of every paper by its pointer, or only of those that may follow."""
    return {
        pointer(paper): f"材料 · {paper.label}"
        for paper in PAPERS[kind]
        if paper.may_follow or not if_promised
    }


def pointer(paper: Asked) -> str:
    """Return how a paper is pointed at."""
    return f"#/papers/{paper.name}"


def good_until(paper: Asked, issued_on: date, expires_on: date | None) -> date | None:
    """Return the last day on which a document can stand for a paper; None: for ever.

    One that was issued on 15 March and is good for three months can last on 15 June.
    """
    if paper.good_for_months is None:
        return expires_on
    aged = add_months(issued_on, paper.good_for_months)
    return min(aged, expires_on) if expires_on else aged


def is_required(paper: Asked, sections: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether the paper must be there, given what the form says so far."""
    if paper.when is None:
        return paper.required
    section, field, answer = paper.when
    return (sections.get(section) or {}).get(field) == answer
