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


def reasons(names: Iterable[str]) -> str:
    """Name coded reasons."""
    return "、".join(Reason[name].value for name in names)


def note(words: str) -> str:
    """Give what a park added in its own words, if it did."""
    return f"园区留言：{words}。" if words else ""
