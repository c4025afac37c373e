"""Which words does a waiting list use, and which limits?"""

from datetime import datetime, timedelta
from enum import Enum

from backend import clock, workdays
from backend.applications import clocks

# How many parks one application may wait for.
CHOICES = 3
# Working days for an answer to an offer, until the office closes; our proposal, until the bureau
# decides.
TO_ANSWER = 3
# Calendar days for both signatures, until the end of the last one.
TO_SIGN = 15
# After so many offers without a word, the place on the list rests until the applicant asks anew.
SILENT_OFFERS = 2


class Left(Enum):
    """Why somebody is no longer on a list."""

    PLACED = "已获得场地"
    LEFT = "本人退出"
    CLOSED = "申请已结束"


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
