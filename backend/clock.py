"""What time is it? The one door through which time enters."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return this moment, aware and in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day in Asia/Shanghai, by which every deadline is counted."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the calendar day in Asia/Shanghai on which a moment falls."""
    return local(moment).date()


def local(moment: datetime) -> datetime:
    """Return a moment as the clocks of Asia/Shanghai show it."""
    return moment.astimezone(SHANGHAI)


def start_of(day: date) -> datetime:
    """Return the moment, in UTC, at which a day begins in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
