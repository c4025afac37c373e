"""What do internships, their agreements, months and stipends look like?"""

from marshmallow import fields, validate

from backend.internships.kinds import Party
from backend.internships.workflow import Status
from miniprogram_api.schemas.posts import CREDIT, HOST, STARTS, TITLE
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import (
    CreditCode,
    Day,
    Label,
    Money,
    OneOf,
    Strict,
    Text,
    Whole,
    YesNo,
)
from miniprogram_api.schemas.tenancies import SHA256

ENDS, MONTH = {"example": "2027-07-03"}, {"example": "2027-01"}
WHY = {"example": "见习单位出具了考勤记录"}
TOTAL = {"example": "9736.00"}
MOST_STIPEND = 100_000_00


class InternshipQuery(Paging):
    """Narrows the list of internships."""

    status = OneOf(Status, load_default=None)


class AmendedInternship(Strict):
    """What was agreed besides, and another first day if one is named."""

    special_terms = Text(most=1000, least=0, lines=True, required=True, metadata={"example": ""})
    starts_on = Day(load_default=None, metadata=STARTS)


class Attendance(Strict):
    """Was she there? On so many days, or why not."""

    present = YesNo(required=True, metadata={"example": True})
    days = Whole(least=0, most=31, load_default=None, metadata={"example": 21})
    words = Text(most=500, least=0, lines=True, load_default="", metadata={"example": ""})


class Settlement(Strict):
    """Does the month count, and why."""

    counts = YesNo(required=True, metadata={"example": True})
    why = Text(most=500, required=True, lines=True, metadata=WHY)


class EarlyEnd(Strict):
    """The last day, and why it is not that of the agreement."""

    last_on = Day(required=True, metadata=ENDS)
    why = Text(most=500, required=True, lines=True, metadata={"example": "提前创业"})


class ToldVenture(Strict):
    """The licence."""

    credit_code = CreditCode(required=True, metadata=CREDIT)
    registered_on = Day(required=True, metadata=ENDS)


class StipendReason(Strict):
    """Why."""

    why = Text(most=500, required=True, lines=True, metadata=WHY)


class NewStipendPayment(Strict):
    """What was paid, on which day, and under which number of the bank or the treasury."""

    amount = Money(most=MOST_STIPEND, required=True, metadata=TOTAL)
    paid_on = Day(required=True, metadata=ENDS)
    reference = Text(most=60, required=True, metadata={"example": "财拨 2027-0815"})


class VentureWindowSchema(Shown):
    """Until when a licence counts, that day included."""

    ends_on = fields.Date(required=True, metadata={"example": "2028-01-03"})
    days_left = fields.Integer(required=True, metadata={"example": 60})
    label = fields.String(required=True, metadata={"example": "还剩 60 天，2028-01-03 当天有效"})


class InternshipSchema(Shown):
    """An internship as the caller may see it; the last day is included."""

    id = PublicId(required=True)
    application_id = PublicId(required=True)
    number = fields.String(required=True, metadata={"example": "JX-2026-000123"})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "见习中"})
    actions = fields.List(fields.String(), required=True)
    post_id = PublicId(required=True)
    post_title = fields.String(required=True, metadata=TITLE)
    host_name = fields.String(required=True, metadata=HOST)
    office = fields.String(required=True, metadata={"example": "乌兰浩特市人社局"})
    starts_on = fields.Date(required=True, metadata=STARTS)
    ends_on = fields.Date(required=True, metadata=ENDS)
    ended_why = fields.String(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    window = fields.Nested(VentureWindowSchema, required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class AttendanceAnswerSchema(Shown):
    """What one side says of a month; nulls where it has not answered."""

    party = OneOf(Party, required=True)
    label = fields.String(required=True, metadata={"example": "见习人员"})
    present = fields.Boolean(required=True, allow_none=True)
    days = fields.Integer(required=True, allow_none=True, metadata={"example": 21})
    words = fields.String(required=True, allow_none=True)
    at = Moment(required=True, allow_none=True)


class InternshipMonthSchema(Shown):
    """One whole month; `counts` is null until it is certain."""

    name = fields.String(required=True, metadata=MONTH)
    first_on = fields.Date(required=True, metadata=STARTS)
    last_on = fields.Date(required=True, metadata={"example": "2027-02-03"})
    is_open = fields.Boolean(required=True)
    counts = fields.Boolean(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)
    answers = fields.List(fields.Nested(AttendanceAnswerSchema), required=True)


class LicenceSchema(Shown):
    """The licence as she told it, and why it was given back, if it was."""

    credit_code = fields.String(required=True, metadata=CREDIT)
    registered_on = fields.Date(required=True, metadata=ENDS)
    returned_why = fields.String(required=True)


class MonthlySchema(Shown):
    """What one month comes to."""

    month = fields.String(required=True, metadata=MONTH)
    wage = fields.String(required=True, metadata={"example": "2270.00"})
    amount = fields.String(required=True, metadata={"example": "1816.00"})


class StipendSchema(Shown):
    """What was put forward, and what the rules say of the case."""

    total = fields.String(required=True, metadata=TOTAL)
    months = fields.List(fields.Nested(MonthlySchema), required=True)
    value = fields.Boolean(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    flag_labels = fields.List(fields.String(), required=True)
    as_of = fields.String(required=True, metadata=ENDS)
    policy = fields.String(required=True)


class StipendPaymentSchema(Shown):
    """What was paid, and whether it had to be given back."""

    amount = fields.String(required=True, metadata=TOTAL)
    paid_on = fields.Date(required=True, metadata=ENDS)
    reference = fields.String(required=True)
    recovered_at = Moment(required=True, allow_none=True)
    recovered_why = fields.String(required=True, allow_none=True)


class WholeInternshipSchema(InternshipSchema):
    """An internship with its months; licence and money are not for the host to see."""

    waits_for = fields.List(fields.String(), required=True, metadata={"example": ["applicant"]})
    months = fields.List(fields.Nested(InternshipMonthSchema), required=True)
    venture = fields.Nested(LicenceSchema, required=True, allow_none=True)
    stipend = fields.Nested(StipendSchema, required=True, allow_none=True)
    payment = fields.Nested(StipendPaymentSchema, required=True, allow_none=True)


class PartySignatureSchema(Shown):
    """A party and when it signed exactly this text."""

    party = OneOf(Party, required=True)
    label = fields.String(required=True, metadata={"example": "见习单位"})
    signed_at = Moment(required=True, allow_none=True)


class InternshipAgreementSchema(Shown):
    """The text before all three, and who has signed exactly this text."""

    edition = fields.String(required=True, metadata={"example": "2026-1"})
    text = fields.String(required=True)
    sha256 = fields.String(required=True, validate=validate.Length(equal=64), metadata=SHA256)
    special_terms = fields.String(required=True)
    drawn_up_at = Moment(required=True)
    signatures = fields.List(fields.Nested(PartySignatureSchema), required=True)
    version = fields.Integer(required=True, metadata={"example": 1})


INTERNSHIP_PAGE = page_of(InternshipSchema)
