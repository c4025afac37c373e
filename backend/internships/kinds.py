"""Which words do internships use, and which limits?"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from backend import clock
from backend.access import Relation
from eligibility.dates import A_DAY, add_months


class HostKind(Enum):
    """The carriers that clause 五（四） names."""

    INNOVATION_BASE = "双创示范基地"
    INCUBATION_BASE = "创业孵化示范基地"
    CROWD_MARKET = "“四众”创业市场"


class Party(Enum):
    """Who signs the agreement; the first two answer for each month."""

    INTERN = "见习人员"
    HOST = "见习单位"
    BUREAU = "人社部门"


# As which party each relation speaks.
PARTIES: Mapping[Relation, Party] = {
    Relation.APPLICANT: Party.INTERN,
    Relation.CONTACT: Party.HOST,
    Relation.DECIDER: Party.BUREAU,
}
ANSWERING = (Party.INTERN, Party.HOST)

# Days for which an invitation is good.
INVITED = timedelta(days=7)
# Calendar days for the three signatures; the last one counts.
TO_SIGN = timedelta(days=15)
# Working days that are left for them once nothing stands in their way any more.
TO_SIGN_AT_LEAST = 3
# Working days in which she may put a returned licence right, even beyond the window.
TO_ANSWER = 15
# A post may be longer than what is paid for: ruling `over_12` says what becomes of the rest.
MOST_MONTHS = 24
# How many other posts are named to whoever finds one full.
OTHERS = 5


class Span(NamedTuple):
    """One month of an internship, first and last day included, named after where it begins."""

    name: str
    first_on: date
    last_on: date


def sign_by(moment: datetime) -> date:
    """Return the last day on which an agreement laid out now can be signed."""
    return clock.day_of(moment) + TO_SIGN


def spans(starts_on: date, months: int) -> list[Span]:
    """Return the months of an internship, each from the day of the month on which it began.

    Ruling `partial_month`: only whole months are months. From 31 January on, the second one begins
    on the last of February, so that no two begin in the same calendar month.
    """
    firsts = [add_months(starts_on, number) for number in range(months + 1)]
    return [
        Span(f"{first:%Y-%m}", first, after - A_DAY)
        for first, after in zip(firsts, firsts[1:], strict=False)
    ]
