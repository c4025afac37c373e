"""In which words does somebody hear that a policy fits her, or closes, or has come into reach?"""

from collections.abc import Iterator, Mapping
from typing import Any

from backend.access import Relation
from backend.matches.kinds import What
from notifications.rows import Row

TEMPLATE = "policy_match"
MATCHES = (
    Row(
        "match.found",
        Relation.OWNER,
        "有政策与您有关",
        "{policies}\n\n"
        "为什么收到：您同意了“政策找人”，我们按您的资料与现行政策比对。"
        "不想再收到：在“我的—授权管理”中撤回，立即生效。",
        "pages/matches/detail?id={id}",
        TEMPLATE,
        {"thing1": "{headline}", "thing2": "{first}", "date3": "{at}"},
    ),
)


def headline(items: list[Mapping[str, Any]]) -> str:
    """Say in a few words what there is."""
    first = items[0]
    if len(items) == 1:
        return f"{first['what'].value}：{first['answer']['title']}"
    return f"{len(items)}项政策与您有关"


def policies(items: list[Mapping[str, Any]]) -> str:
    """Tell all of it: what, by which clause, why, how much, until when, with which papers."""
    several = len(items) > 1
    paragraphs = ("\n".join(_lines(each)) for each in items)
    if not several:
        return next(paragraphs)
    return "\n\n".join(f"{number}. {each}" for number, each in enumerate(paragraphs, 1))


def _lines(item: Mapping[str, Any]) -> Iterator[str]:
    told = item["answer"]
    yield f"{item['what'].value}：{told['title']}（依据：实施方案{told['clause']}）"
    yield f"原因：{item['why']}。"
    if item["what"] is not What.LOST:
        yield from _ways(item)
    if told["flag_labels"]:
        yield f"请注意：{'；'.join(told['flag_labels'])}。"


def _ways(item: Mapping[str, Any]) -> Iterator[str]:
    """Tell what it is worth, until when, with which papers, who decides, and what to do next."""
    told = item["answer"]
    if told["missing"]:
        yield f"还要确认：{'、'.join(each['label'] for each in told['missing'])}。"
    if told["amount"]:
        yield f"金额：{told['amount']['text']}。"
    if item["closes_on"]:
        yield f"最晚申请：{item['closes_on']}。"
    for label, key in (("材料", "papers"), ("谁来定", "decides"), ("怎么办", "next_step")):
        if told[key]:
            words = told[key] if isinstance(told[key], str) else "、".join(told[key])
            yield f"{label}：{words.rstrip('。')}。"
