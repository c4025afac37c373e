"""What do a loan, a route to a waiver and a report of an institution look like?"""

from marshmallow import fields

from backend.applications.questions import MOST_MONEY
from backend.loans.kinds import InstitutionKind, Report, WhyRefused
from backend.loans.workflow import Status
from miniprogram_api.schemas.applications import HolderSchema
from miniprogram_api.schemas.policies import CLAUSE, RulingSchema
from miniprogram_api.schemas.screenings import GapSchema
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Day, Id, Label, Money, OneOf, Strict, Text

NUMBER = {"example": "DK-2026-000123"}
AMOUNT = {"example": "100000.00"}
UNKNOWN = {"example": None}
VERDICT = {"example": "还不能确定"}


class LoanQuery(Paging):
    """Narrows the list of loans."""

    status = OneOf(Status, load_default=None)


class Referral(Strict):
    """To whom the applicant is passed on."""

    bank_id = Id(required=True)
    guarantor_id = Id(required=True)


class StateReport(Strict):
    """What bank or guarantor decided, and on which day.

    The amount goes with a payment, the reason with a refusal.
    """

    state = OneOf(Report, required=True)
    on = Day(required=True, metadata={"example": "2026-11-23"})
    amount = Money(most=MOST_MONEY, load_default=None, metadata=AMOUNT)
    reason = OneOf(WhyRefused, load_default=None)


class InstitutionQuery(Strict):
    """Narrows the register."""

    kind = OneOf(InstitutionKind, load_default=None)


class NewInstitution(Strict):
    """A bank or a guarantor; without a county it serves the whole league."""

    name = Text(most=50, required=True, metadata={"example": "兴安盟创业担保中心"})
    kind = OneOf(InstitutionKind, required=True)
    jurisdiction_code = Text(most=6, load_default=None, metadata={"example": "152201"})


class InstitutionSchema(Shown):
    """A bank or a guarantor of the register."""

    id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "兴安盟创业担保中心"})
    kind = OneOf(InstitutionKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "担保机构"})
    jurisdiction_code = fields.String(
        required=True, allow_none=True, metadata={"example": "152201"}
    )


class InstitutionListSchema(Shown):
    """The register."""

    items = fields.List(fields.Nested(InstitutionSchema), required=True)


class RouteSchema(Shown):
    """One of the ways in which a counter-guarantee is spared; null is not known, and never no."""

    id = fields.String(required=True, metadata={"example": "small_loan"})
    label = fields.String(required=True, metadata={"example": "个人小额贷款"})
    clause = fields.String(required=True, metadata=CLAUSE)
    value = fields.Boolean(required=True, allow_none=True, metadata=UNKNOWN)
    value_label = fields.String(required=True, metadata=VERDICT)
    missing = fields.List(fields.Nested(GapSchema), required=True)
    tree = fields.Dict(required=True, metadata={"example": {"op": "is", "value": None}})


class ReadingSchema(Shown):
    """What the whole answer would be under one reading of a clause that is open."""

    ruling = fields.String(required=True, metadata={"example": "waiver_scope"})
    label = fields.String(required=True)
    reading = fields.String(required=True, metadata={"example": "park_only"})
    reading_label = fields.String(required=True)
    value = fields.Boolean(required=True, allow_none=True, metadata=UNKNOWN)
    value_label = fields.String(required=True, metadata=VERDICT)


class RoutesSchema(Shown):
    """By which routes a counter-guarantee is spared, as far as is known; the bank decides."""

    as_of = fields.Date(required=True, metadata={"example": "2026-11-23"})
    benefit = fields.String(required=True, metadata={"example": "guarantee_waiver"})
    title = fields.String(required=True, metadata={"example": "创业担保贷款免反担保"})
    clause = fields.String(required=True, metadata=CLAUSE)
    decides = fields.String(required=True, metadata={"example": "经办银行决定"})
    value = fields.Boolean(required=True, allow_none=True, metadata=UNKNOWN)
    value_label = fields.String(required=True, metadata=VERDICT)
    flags = fields.List(fields.String(), required=True)
    flag_labels = fields.List(fields.String(), required=True)
    missing = fields.List(fields.Nested(GapSchema), required=True)
    routes = fields.List(fields.Nested(RouteSchema), required=True)
    rulings = fields.List(fields.Nested(RulingSchema), required=True)
    readings = fields.List(fields.Nested(ReadingSchema), required=True)
    policy = fields.String(required=True, metadata={"example": "xingan_2022@a5480fb5afee"})


class NamedInstitutionSchema(Shown):
    """To whom a loan was referred."""

    id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "兴安盟创业担保中心"})


class LoanRefusedSchema(Shown):
    """Who refused, and why in our own words."""

    by = OneOf(InstitutionKind, required=True)
    by_label = Label(required=True, attribute="by", metadata={"example": "经办银行"})
    reason = OneOf(WhyRefused, required=True)
    reason_label = Label(required=True, attribute="reason", metadata={"example": "担保未能落实"})


class LoanSchema(Shown):
    """A loan as the caller may see it; institutions see nothing else of the case."""

    id = PublicId(required=True)
    application_id = PublicId(required=True, allow_none=True)
    number = fields.String(required=True, metadata=NUMBER)
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "尽职调查中"})
    actions = fields.List(fields.String(), required=True)
    applicant = fields.String(required=True, metadata={"example": "其**"})
    amount_asked = fields.String(required=True, allow_none=True, metadata=AMOUNT)
    bank = fields.Nested(NamedInstitutionSchema, required=True, allow_none=True)
    guarantor = fields.Nested(NamedInstitutionSchema, required=True, allow_none=True)
    held_by = fields.Nested(HolderSchema, required=True, allow_none=True)
    held_since = Moment(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-12-07"})
    expected = fields.String(
        required=True, allow_none=True, metadata={"example": "担保机构决定是否担保"}
    )
    state_on = fields.Date(required=True, metadata={"example": "2026-11-23"})
    amount = fields.String(required=True, allow_none=True, metadata=AMOUNT)
    disbursed_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-12-21"})
    refused = fields.Nested(LoanRefusedSchema, required=True, allow_none=True)
    routes = fields.Nested(RoutesSchema, required=True, allow_none=True)
    created_at = Moment(required=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class ContactSchema(Shown):
    """Whom to call; each look at this is written down, and the applicant sees it."""

    loan_id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "其其格"})
    phone = fields.String(required=True, metadata={"example": "13800138000"})


LOAN_PAGE = page_of(LoanSchema)
