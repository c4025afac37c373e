"""What time is it? The one door through which time enters."""

from datetime import UTC, date, datetime
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
    return moment.astimezone(SHANGHAI).date()
