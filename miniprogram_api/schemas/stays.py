"""What may be sent while somebody stays, and what does a stay look like?"""

from marshmallow import fields

from backend.tenancies.grounds import Duty, Ending, Eviction, Fee, Leaving, Outcome, Pause, Refusal
from backend.tenancies.kinds import MONTHS_MORE
from miniprogram_api.schemas.shared import Moment, Shown
from miniprogram_api.schemas.strict import CreditCode, Day, Label, OneOf, Strict, Text, Whole, YesNo
from miniprogram_api.schemas.tenancies import ENDS, STARTS, ReliefSchema, TenancySchema

A_DAY = {"example": "2027-11-30"}
WORDS = {"example": "连续三个月无人办公"}


def _words(*, least: int = 1) -> Text:
    return Text(
        most=500,
        least=least,
        lines=True,
        metadata=WORDS,
        **({"required": True} if least else {"load_default": ""}),
    )


class Arrival(Strict):
    """On which day somebody moved in."""

    arrived_on = Day(required=True, metadata=STARTS)


class Postponement(Strict):
    """Until when somebody may move in instead, and why."""

    arrive_by = Day(required=True, metadata=STARTS)
    why = _words()


class RenewalRequest(Strict):
    """For how many more months one asks, and why."""

    months = Whole(least=1, most=MONTHS_MORE, required=True, metadata={"example": 12})
    why = _words()


class RenewalGrant(Strict):
    """Until which day it is granted; left out: as it was asked for."""

    ends_on = Day(load_default=None, metadata=ENDS)
    words = _words(least=0)


class RenewalRefusal(Strict):
    """Why it is not granted; `other` needs words."""

    reason = OneOf(Refusal, required=True)
    words = _words(least=0)


class NewSuspension(Strict):
    """Why a unit may stand idle, and through which day; `other` needs words."""

    ground = OneOf(Pause, required=True)
    ends_on = Day(required=True, metadata=A_DAY)
    words = _words(least=0)


class Announcement(Strict):
    """For what a tenant is to leave, and what was seen."""

    ground = OneOf(Eviction, required=True)
    words = _words()


class Statement(Strict):
    """What a tenant has to say against it."""

    words = _words()


class Hearing(Strict):
    """How she was heard, or that she did not come."""

    attended = YesNo(required=True)
    note = Text(most=2000, lines=True, required=True, metadata={"example": "当面听取，另附记录"})


class Grounds(Strict):
    """The reasons for what was decided."""

    why = _words()


class Departure(Strict):
    """Why somebody leaves before her term is over; `other` needs words."""

    reason = OneOf(Leaving, required=True)
    words = _words(least=0)


class NewGraduation(Strict):
    """Which firm was registered when, when it moved out, and where to."""

    credit_code = CreditCode(required=True, metadata={"example": "91152201MA0N0TRE41"})
    registered_on = Day(required=True, metadata=STARTS)
    moved_out_on = Day(required=True, metadata=A_DAY)
    moved_to = Text(most=100, required=True, metadata={"example": "乌兰浩特市经济技术开发区"})


class SettledDuty(Strict):
    """What became of a duty; `on` is the day on which the unit was handed over, today if absent."""

    duty = OneOf(Duty, required=True)
    outcome = OneOf(Outcome, required=True)
    words = _words(least=0)
    on = Day(load_default=None, metadata=A_DAY)


class RenewalSchema(Shown):
    """What was asked for and what was answered; nulls until it is."""

    months = fields.Integer(required=True, metadata={"example": 12})
    why = fields.String(required=True)
    asked_at = Moment(required=True)
    due_on = fields.Date(required=True, metadata=A_DAY)
    people_waiting = fields.Integer(required=True, metadata={"example": 2})
    closed_at = Moment(required=True, allow_none=True)
    granted_to = fields.Date(required=True, allow_none=True, metadata={"example": None})
    refused_for = OneOf(Refusal, required=True, allow_none=True, metadata={"example": None})
    refused_for_label = Label(required=True, allow_none=True, attribute="refused_for")
    words = fields.String(required=True)


class SuspensionSchema(Shown):
    """Why and until when a unit may stand idle; `ended_on` once it does no longer."""

    ground = OneOf(Pause, required=True)
    ground_label = Label(required=True, attribute="ground", metadata={"example": "伤病"})
    words = fields.String(required=True)
    starts_on = fields.Date(required=True, metadata=A_DAY)
    ends_on = fields.Date(required=True, metadata=ENDS)
    ended_on = fields.Date(required=True, allow_none=True, metadata={"example": None})


class EvictionSchema(Shown):
    """An eviction from its announcement to the decision."""

    ground = OneOf(Eviction, required=True)
    ground_label = Label(required=True, attribute="ground", metadata={"example": "转租转借"})
    words = fields.String(required=True)
    announced_at = Moment(required=True)
    hear_until = fields.Date(required=True, metadata=A_DAY)
    answer = fields.String(required=True, allow_none=True)
    answered_at = Moment(required=True, allow_none=True)
    hearing = fields.String(required=True, allow_none=True)
    attended = fields.Boolean(required=True, allow_none=True)
    heard_at = Moment(required=True, allow_none=True)
    closed_at = Moment(required=True, allow_none=True)
    evicted = fields.Boolean(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)


class DutySchema(Shown):
    """One thing to be settled; nulls while it is open."""

    duty = OneOf(Duty, required=True)
    duty_label = Label(required=True, attribute="duty", metadata={"example": "费用结清"})
    outcome = OneOf(Outcome, required=True, allow_none=True, metadata={"example": None})
    outcome_label = Label(required=True, allow_none=True, attribute="outcome")
    words = fields.String(required=True)
    at = Moment(required=True, allow_none=True)


class ExitSchema(Shown):
    """How a stay ended, when the unit was handed over, and how much is still open."""

    ended_on = fields.Date(required=True, metadata=ENDS)
    why = OneOf(Ending, required=True)
    why_label = Label(required=True, attribute="why", metadata={"example": "期满"})
    handed_over_on = fields.Date(required=True, allow_none=True, metadata={"example": None})
    open = fields.Integer(required=True, metadata={"example": 5})
    duties = fields.List(fields.Nested(DutySchema), required=True)


class GraduationSchema(Shown):
    """Which firm was registered, and where it went."""

    credit_code = fields.String(required=True, metadata={"example": "91152201MA0N0TRE41"})
    registered_on = fields.Date(required=True, metadata=STARTS)
    moved_out_on = fields.Date(required=True, metadata=A_DAY)
    moved_to = fields.String(required=True)


class WholeTenancySchema(TenancySchema):
    """A tenancy with what happened within it; what never came to be is null."""

    relief = fields.List(fields.Nested(ReliefSchema), required=True)
    renewal = fields.Nested(RenewalSchema, required=True, allow_none=True)
    suspension = fields.Nested(SuspensionSchema, required=True, allow_none=True)
    eviction = fields.Nested(EvictionSchema, required=True, allow_none=True)
    exit = fields.Nested(ExitSchema, required=True, allow_none=True)
    graduation = fields.Nested(GraduationSchema, required=True, allow_none=True)


class LeavingSchema(Shown):
    """What leaving today would mean."""

    may_leave = fields.Boolean(required=True)
    frees_at_once = fields.Boolean(required=True)
    days_left = fields.Integer(required=True, metadata={"example": 120})
    passes_on = fields.Boolean(required=True)
    duties = fields.List(OneOf(Duty), required=True)
    ends_relief = fields.List(OneOf(Fee), required=True)
