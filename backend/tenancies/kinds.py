"""Which words does a waiting list use, and which limits have a place and a stay?

The numbers are our proposals until the bureau decides; DECISIONS says why each is what it is.
"""

from datetime import date, datetime, timedelta
from enum import Enum

from backend import clock, workdays
from backend.applications import clocks
from backend.applications.kinds import PARKS
from eligibility.dates import add_months

# How many parks one application may wait for.
CHOICES = PARKS
# Working days for an answer to an offer, until the office closes; our proposal, until the bureau
# decides.
TO_ANSWER = 3
# Calendar days for both signatures, until the end of the last one.
TO_SIGN = 15
# After so many offers without a word, the place on the list rests until the applicant asks anew.
SILENT_OFFERS = 2
# Working days to move in, from the first day of the term or, if later, from the signatures; and by
# how many more the park may once put it off.
TO_ARRIVE, TO_ARRIVE_LATER = 10, 10
# A renewal is asked for in the last sixty days, once, for a year at the most and for three in all.
RENEWED_AHEAD = timedelta(days=60)
RENEWALS, MONTHS_MORE, MONTHS_IN_ALL = 1, 12, 36
# Working days in which the park answers.
TO_ANSWER_RENEWAL = 5
# Months for which a unit may stand idle at one time.
MONTHS_IDLE = 3
# Working days in which a tenant may say what she has to say before she can be evicted.
TO_BE_HEARD = 5
# More people than this do not work in one unit.
MOST_HEADS = 500


class Left(Enum):
    """Why somebody is no longer on a list."""

    PLACED = "已获得场地"
    LEFT = "本人退出"
    CLOSED = "申请已结束"
    NOT_ADMITTED = "园区未接收"


class Standing(Enum):
    """Where an applicant stands with one of the parks that she named."""

    TO_COME = "尚未轮到"
    IN_HAND = "由该园区办理"
    PASSED_ON = "已转下一志愿"
    ASKED = "待该园区确认"
    WAITING = "候补中"
    NOT_ADMITTED = "该园区未接收"
    OFFERED = "有场地，待您答复"
    PLACED = "已安排场地"
    RELEASED = "已释放"


def answer_by(moment: datetime) -> datetime:
    """Return the moment at which an offer made now runs out.

    What is offered after the offices have closed counts as offered on the next working day.
    """
    last = workdays.after(clocks.received_on(moment), TO_ANSWER)
    closing = timedelta(hours=clocks.CLOSES_AT.hour, minutes=clocks.CLOSES_AT.minute)
    return clock.start_of(last) + closing


def sign_by(moment: datetime) -> datetime:
    """Return the moment at which an agreement laid out now runs out: the end of the last day."""
    return clock.start_of(clock.day_of(moment) + timedelta(days=TO_SIGN + 1))


def arrive_by(starts_on: date, signed: datetime) -> date:
    """Return the last day on which somebody may move in who has signed at a moment."""
    first = max(starts_on, clock.day_of(signed))
    return workdays.after(first, TO_ARRIVE)


def renewal_due(asked: datetime, until_on: date) -> date:
    """Return the day on which a renewal has to be answered; the last working day at the latest."""
    answered = workdays.after(clocks.received_on(asked), TO_ANSWER_RENEWAL)
    return max(clock.day_of(asked), min(answered, workdays.before(until_on, 1)))


def renewable_until(starts_on: date) -> date:
    """Return the day on which a term is over at the latest, whatever is renewed."""
    return add_months(starts_on, MONTHS_IN_ALL)
