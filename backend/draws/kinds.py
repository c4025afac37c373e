"""Which days may a draw have?  Ours, until the bureau decides."""

from datetime import date, datetime, time, timedelta

from backend import clock, workdays
from backend.applications.clocks import CLOSES_AT

# Working days in which one may still join after the announcement, at least.
TO_JOIN = 3
# Working days for which the closed list lies open before the draw, at least.
TO_CHECK = 1
# Days from the announcement to the draw, at most: meanwhile nothing of the list is given away.
AT_MOST = 30
# When the draw is held, on its day.
DRAWN_AT = time(10)
TOO_EARLY = f"公告后至少留出 {TO_JOIN} 个工作日供申请人加入"
TOO_SOON = f"名单封存后至少公开 {TO_CHECK} 个工作日再开奖"
TOO_LATE = f"最迟在公告后 {AT_MOST} 天内开奖"


def faults(today: date, freezes_on: date, draws_on: date) -> list[dict[str, str]]:
    """List what is wrong with the days of a draw that is announced today."""
    found = []
    if freezes_on < workdays.after(today, TO_JOIN):
        found.append({"pointer": "#/freezes_on", "detail": TOO_EARLY})
    if draws_on < workdays.after(freezes_on, TO_CHECK):
        found.append({"pointer": "#/draws_on", "detail": TOO_SOON})
    if draws_on > today + timedelta(days=AT_MOST):
        found.append({"pointer": "#/draws_on", "detail": TOO_LATE})
    return found


def freezes_at(day: date) -> datetime:
    """Return the moment at which the list is closed: when the offices close."""
    return _at(day, CLOSES_AT)


def draws_at(day: date) -> datetime:
    """Return the moment at which the draw is held."""
    return _at(day, DRAWN_AT)


def _at(day: date, hour: time) -> datetime:
    return clock.start_of(day) + timedelta(hours=hour.hour, minutes=hour.minute)
