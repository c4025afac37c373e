"""When does a step not exist, although the table has it for this status?

A tenancy in the same status may or may not have moved in, be in the last sixty days of its term, or
have an eviction announced. Each row: the verb, when it exists, and what is said where it does not.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from backend.access import Relation
from backend.applications.workflow import Status as Asking
from backend.steps import Step, open_to
from backend.tenancies.kinds import RENEWALS, RENEWED_AHEAD, renewable_until

# While others may object, nothing is agreed on yet.
PUBLISHED = (Asking.PUBLICISED, Asking.OBJECTION_HOLD)
Row = Mapping[str, Any]
Holds = Callable[[Row, date], bool]


class Condition(NamedTuple):
    """The step exists when this holds of a row on a day; else this is said."""

    holds: Holds
    else_: str


def _has_arrived(found: Row, today: date) -> bool:
    return found["arrived_on"] is not None


def _may_arrive(found: Row, today: date) -> bool:
    return found["arrived_on"] is None and found["starts_on"] <= today


def _may_be_postponed(found: Row, today: date) -> bool:
    return found["arrived_on"] is None and found["postponed_why"] is None


def _may_renew(found: Row, today: date) -> bool:
    return (
        _has_arrived(found, today)
        and found["until_on"] - RENEWED_AHEAD <= today < found["until_on"]
        and found["renewals"] < RENEWALS
        and found["until_on"] < renewable_until(found["starts_on"])
    )


def _is_announced(found: Row, today: date) -> bool:
    return found["hear_until"] is not None


def _is_unannounced(found: Row, today: date) -> bool:
    return found["hear_until"] is None


def _is_unheard(found: Row, today: date) -> bool:
    return _is_announced(found, today) and found["heard_at"] is None


def _may_be_decided(found: Row, today: date) -> bool:
    heard = _is_announced(found, today) and found["heard_at"] is not None
    return heard and found["hear_until"] < today


def _is_pending(found: Row, today: date) -> bool:
    return bool(found["counts_pending"])


def _is_final(found: Row, today: date) -> bool:
    return found["case_status"] not in PUBLISHED


ARRIVED = Condition(_has_arrived, "入驻人尚未到园")
CONDITIONS: Mapping[str, Condition] = {
    "sign": Condition(_is_final, "决定正在公示或者异议核查中，公示期满后再签署协议"),
    "arrive": Condition(_may_arrive, "已确认到园，或者尚未到入驻开始之日"),
    "postpone": Condition(_may_be_postponed, "已确认到园，或者到园期限已延后过一次"),
    "renew": Condition(_may_renew, "期满前六十日内可以提出一次续期，入驻总期限不超过三年"),
    "suspend": ARRIVED,
    "graduate": ARRIVED,
    "count": ARRIVED,
    "confirm_count": Condition(_is_pending, "没有待确认的人数"),
    "check_out": ARRIVED,
    "announce": Condition(_is_unannounced, "已有正在进行的清退程序"),
    "answer": Condition(_is_unheard, "没有等待陈述意见的清退程序"),
    "hear": Condition(_is_unheard, "没有等待听取意见的清退程序"),
    "drop": Condition(_is_announced, "没有正在进行的清退程序"),
    "evict": Condition(_may_be_decided, "应先告知、听取意见，陈述意见的期限届满后方可决定"),
}


def missing(verb: str, found: Row, today: date) -> str | None:
    """Say why a verb does not exist now, or None where it does."""
    condition = CONDITIONS.get(verb)
    return None if condition is None or condition.holds(found, today) else condition.else_


def open_now(
    steps: Iterable[Step], status: Enum, held: Set[Relation], found: Row, today: date
) -> list[str]:
    """List what the holder of these relations may do to a tenancy now."""
    return [each for each in open_to(steps, status, held) if missing(each, found, today) is None]
