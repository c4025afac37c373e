"""What does a park claim, line by line, and who might have a subsidy?"""

from marshmallow import fields, validate

from backend.subsidies.kinds import MOST_LINES, Outcome, Standing, SubsidyKind, WhyNot
from miniprogram_api.schemas.identity import CivilNumber
from miniprogram_api.schemas.policies import CLAUSE
from miniprogram_api.schemas.screenings import GapSchema
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import (
    CreditCode,
    Day,
    Id,
    Label,
    OneOf,
    Part,
    Several,
    Strict,
    Text,
)

AMOUNT, FLOOR = {"example": "5000.00"}, {"example": "10000.00"}
DAY, FIRM = {"example": "2026-11-23"}, {"example": "草原奶食品有限公司"}
CODE, PARK = {"example": "91152201MA0N0TRE41"}, {"example": "恒隆创业广场"}
WHY, REASON = {"example": "请核对搬离日期"}, {"example": "没有搬离园区"}
A_FEW = validate.Length(0, MOST_LINES, error=f"一次最多 {MOST_LINES} 行")
SOME = validate.Length(1, MOST_LINES, error=f"应有 1 至 {MOST_LINES} 行")
REASONS = validate.Length(0, len(WhyNot), error="原因重复或过多")


class CandidateQuery(Paging):
    """Of which subsidy, in which park, and how sure it is: what is not known stands apart."""

    kind = OneOf(SubsidyKind, load_default=SubsidyKind.STARTUP)
    park_id = Id(load_default=None)
    standing = OneOf(Standing, load_default=None)


class NewLine(Strict):
    """A household that graduated, or a worker who was taken on.

    Of a household on the park's records its tenancy is enough.
    """

    tenancy_id = Id(load_default=None)
    name = Text(most=100, load_default=None, metadata=FIRM)
    credit_code = CreditCode(load_default=None, metadata=CODE)
    registered_on = Day(load_default=None, metadata=DAY)
    moved_out_on = Day(load_default=None, metadata=DAY)
    number = CivilNumber(load_default=None, metadata={"example": "152201199001010001"})
    hired_on = Day(load_default=None, metadata={"example": "2026-09-01"})
    evidence = Text(
        most=500,
        least=0,
        lines=True,
        load_default="",
        metadata={"example": "营业执照；场地交接单 2026-11-02"},
    )


class ClaimLines(Strict):
    """All lines of a claim, in their order."""

    lines = Several(Part(NewLine), required=True, validate=A_FEW)


class NewClaim(ClaimLines):
    """A claim of a park; of jobs, the firm where they are."""

    kind = OneOf(SubsidyKind, required=True, metadata={"example": "incubation"})
    park_id = Id(required=True)
    tenancy_id = Id(load_default=None)


class FaultyLine(Strict):
    """What has to be put right: on a line, or on the claim as a whole."""

    line_id = Id(load_default=None)
    text = Text(most=500, required=True, lines=True, metadata=WHY)


class ReturnedItems(Strict):
    """Every item at once."""

    items = Several(Part(FaultyLine), required=True, validate=SOME)


class DecidedLine(Strict):
    """Whether a line is accepted, and if not, why."""

    line_id = Id(required=True)
    outcome = OneOf(Outcome, required=True)
    reasons = Several(OneOf(WhyNot), load_default=list, validate=REASONS, metadata={"example": []})
    note = Text(most=500, least=0, lines=True, load_default="")


class ClaimReview(Strict):
    """Every line of the claim."""

    lines = Several(Part(DecidedLine), required=True, validate=SOME)
    note = Text(most=500, least=0, lines=True, load_default="")


class DatedNumberSchema(Shown):
    """A number of the policy as it was on the day: what an amount rests on."""

    id = fields.String(required=True, metadata={"example": "startup_floor@2022-03-30"})
    name = fields.String(required=True, metadata={"example": "startup_floor"})
    label = fields.String(required=True, metadata={"example": "一次性创业补贴的最低额"})
    scope = fields.String(required=True, metadata={"example": "league"})
    value = fields.String(required=True, metadata=FLOOR)
    valid_from = fields.String(required=True, metadata={"example": "2022-03-30"})
    valid_to = fields.String(required=True, allow_none=True, metadata={"example": None})
    source = fields.String(required=True, metadata={"example": "实施方案 2022-03-30"})
    clause = fields.String(required=True, metadata=CLAUSE)
    verified = fields.Boolean(required=True)


class BasisSchema(Shown):
    """Between which bounds one unit may be granted; a floor has no upper figure."""

    kind = fields.String(required=True, metadata={"example": "at_least"})
    lower = fields.String(required=True, allow_none=True, metadata=FLOOR)
    upper = fields.String(required=True, allow_none=True, metadata={"example": None})
    as_of = fields.String(required=True, metadata=DAY)
    policy = fields.String(required=True, metadata={"example": "xingan_2022@a5480fb5afee"})
    rests_on = fields.List(fields.Nested(DatedNumberSchema), required=True)


class CandidateSchema(Shown):
    """Somebody who might have a subsidy; `missing` says what is not known and who could tell."""

    kind = OneOf(SubsidyKind, required=True)
    tenancy_id = PublicId(required=True)
    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata=PARK)
    name = fields.String(required=True, allow_none=True, metadata=FIRM)
    credit_code = fields.String(required=True, allow_none=True, metadata=CODE)
    applicant = fields.String(required=True, allow_none=True, metadata={"example": "其其格"})
    starts_on = fields.Date(required=True, metadata=DAY)
    new_jobs = fields.Integer(required=True, allow_none=True, metadata={"example": 2})
    standing = OneOf(Standing, required=True)
    standing_label = Label(required=True, attribute="standing", metadata={"example": "符合"})
    missing = fields.List(fields.Nested(GapSchema), required=True)
    basis = fields.Nested(BasisSchema, required=True)


class WhyNotSchema(Shown):
    """One coded reason."""

    code = OneOf(WhyNot, required=True)
    label = fields.String(required=True, metadata=REASON)


class SubsidyLineSchema(Shown):
    """A line of a claim; `gaps` names what is lacking, `number_masked` is of a worker."""

    id = PublicId(required=True)
    name = fields.String(required=True, allow_none=True, metadata=FIRM)
    number_masked = fields.String(required=True, allow_none=True)
    credit_code = fields.String(required=True, allow_none=True, metadata=CODE)
    registered_on = fields.Date(required=True, allow_none=True, metadata=DAY)
    moved_out_on = fields.Date(required=True, allow_none=True, metadata=DAY)
    hired_on = fields.Date(required=True, allow_none=True, metadata=DAY)
    evidence = fields.String(required=True)
    is_on_record = fields.Boolean(required=True)
    gaps = fields.List(fields.String(), required=True)
    outcome = OneOf(Outcome, required=True, allow_none=True)
    outcome_label = Label(
        required=True, allow_none=True, attribute="outcome", metadata={"example": "认可"}
    )
    reasons = fields.List(fields.Nested(WhyNotSchema), required=True)
    note = fields.String(required=True)
    amount = fields.String(required=True, allow_none=True, metadata=AMOUNT)


class ReturnedItemSchema(Shown):
    """One item that had to be put right; `line` counts from nought, null is the whole claim."""

    line = fields.Integer(required=True, allow_none=True, metadata={"example": 0})
    text = fields.String(required=True, metadata=WHY)


class ClaimReturnSchema(Shown):
    """One round of putting right."""

    round = fields.Integer(required=True, metadata={"example": 1})
    items = fields.List(fields.Nested(ReturnedItemSchema), required=True)
    asked_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class WorkerSchema(Shown):
    """The number of a worker's document; each look at this is written down."""

    line_id = PublicId(required=True)
    number = fields.String(required=True, metadata={"example": "152201199001010001"})


CANDIDATE_PAGE = page_of(CandidateSchema)
