"""How are the particulars of an event put into words?"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from backend.applications.kinds import Reason
from notifications import fields


def day(told: str | None) -> str:
    """Write a day that an event tells of, if it tells of one."""
    return fields.day(date.fromisoformat(told)) if told else ""


def moment(told: str | None) -> str:
    """Write a moment that an event tells of, if it tells of one."""
    return fields.moment(datetime.fromisoformat(told)) if told else ""


def why(told: Mapping[str, Any]) -> str:
    """Give the reason in words, if one was given."""
    return f"理由：{told['why']}。" if told.get("why") else ""


def urgency(why: str) -> str:
    """Say, of an urgent notice, what whoever approves it allows."""
    if not why:
        return ""
    return f"本通知标为紧急，理由：{why}。批准后夜间也会推送，不受每周上限和每周汇总限制。"


def advice(figures: Mapping[str, Any]) -> str:
    """Say what to do about an urgent notice that has not reached those whom it is for."""
    if not figures["could"]:
        return "没有人可以收到推送，请改用电话、短信或现场通知。"
    if not figures["reached"]:
        return (
            "尚无一人收到，请检查通知是否已暂停、定时任务和微信接口是否正常，并改用电话、短信通知。"
        )
    return "请查看推送结果，对未收到的人改用电话、短信通知。"


def reasons(names: Iterable[str]) -> str:
    """Name coded reasons."""
    return "、".join(Reason[name].value for name in names)


def note(words: str) -> str:
    """Give what a park added in its own words, if it did."""
    return f"园区留言：{words}。" if words else ""
