"""What do a tenancy, its agreement and a place on a waiting list look like?"""

from marshmallow import fields, validate

from backend.parks.kinds import UnitKind
from backend.tenancies.grounds import Ending, Fee
from backend.tenancies.kinds import CHOICES
from backend.tenancies.workflow import Status
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import (
    Day,
    Id,
    Label,
    OneOf,
    Part,
    Several,
    Strict,
    Text,
    Whole,
)

STARTS, ENDS = {"example": "2027-01-01"}, {"example": "2027-12-31"}
SHA256 = {"example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}


class TenancyQuery(Paging):
    """Narrows the list of tenancies."""

    status = OneOf(Status, load_default=None)


class Signature(Strict):
    """Names the text that is signed, by the hash of what was shown."""

    sha256 = Text(
        most=64,
        required=True,
        metadata=SHA256,
    )


class Waiver(Strict):
    """So many per cent of a fee are waived, first and last day included."""

    fee = OneOf(Fee, required=True)
    percent = Whole(least=1, most=100, required=True, metadata={"example": 50})
    starts_on = Day(required=True, metadata=STARTS)
    ends_on = Day(required=True, metadata=ENDS)


class Amendment(Strict):
    """What was agreed besides, empty takes it out again; `relief` left out stays as it is."""

    relief = Several(
        Part(Waiver),
        load_default=None,
        validate=validate.Length(0, 24, error="减免条款过多"),
    )

    special_terms = Text(most=1000, least=0, lines=True, required=True, metadata={"example": ""})


class Joining(Strict):
    """Where to wait and for what; `choice` ranks the parks of one application."""

    park_id = Id(required=True)
    unit_kind = OneOf(UnitKind, required=True)
    choice = Whole(least=1, most=CHOICES, load_default=1)


class TenancySchema(Shown):
    """A tenancy as the caller may see it; the last day is included."""

    id = PublicId(required=True)
    application_id = PublicId(required=True)
    number = fields.String(required=True, metadata={"example": "RZ-2026-000123"})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "待签协议"})
    actions = fields.List(fields.String(), required=True)
    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    unit_id = PublicId(required=True)
    unit_code = fields.String(required=True, metadata={"example": "B201"})
    unit_kind = OneOf(UnitKind, required=True)
    unit_kind_label = Label(required=True, attribute="unit_kind", metadata={"example": "工位"})
    starts_on = fields.Date(required=True, metadata={"example": "2027-01-01"})
    ends_on = fields.Date(required=True, metadata={"example": "2027-12-31"})
    expires_at = Moment(required=True, allow_none=True)
    arrive_by = fields.Date(required=True, allow_none=True, metadata={"example": None})
    arrived_on = fields.Date(required=True, allow_none=True, metadata={"example": "2027-01-04"})
    ended_on = fields.Date(required=True, allow_none=True, metadata={"example": None})
    ended_why = OneOf(Ending, required=True, allow_none=True, metadata={"example": None})
    ended_why_label = Label(required=True, allow_none=True, attribute="ended_why")
    waits_for = fields.List(fields.String(), required=True, metadata={"example": ["applicant"]})
    created_at = Moment(required=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class WaivedSchema(Shown):
    """What is waived of a fee, first and last day included."""

    percent = fields.Integer(required=True, metadata={"example": 50})
    starts_on = fields.Date(required=True, metadata=STARTS)
    ends_on = fields.Date(required=True, metadata=ENDS)


class ReliefSchema(Shown):
    """A fee and what was agreed of it; null where nothing was."""

    fee = OneOf(Fee, required=True)
    fee_label = Label(required=True, attribute="fee", metadata={"example": "房租"})
    terms = fields.List(fields.Nested(WaivedSchema), required=True, allow_none=True)


class AgreementSchema(Shown):
    """The text before both sides, and who has signed exactly this text."""

    edition = fields.String(required=True, metadata={"example": "2026-1"})
    text = fields.String(required=True)
    sha256 = fields.String(required=True, validate=validate.Length(equal=64), metadata=SHA256)
    special_terms = fields.String(required=True)
    relief = fields.List(fields.Nested(ReliefSchema), required=True)
    drawn_up_at = Moment(required=True)
    applicant_signed_at = Moment(required=True, allow_none=True)
    park_signed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class AheadSchema(Shown):
    """How many of a class stand ahead."""

    rank = fields.Integer(required=True, metadata={"example": 1})
    label = fields.String(required=True, metadata={"example": "重点群体"})
    people = fields.Integer(required=True, metadata={"example": 2})


class KnownFactSchema(Shown):
    """A fact that a class is about."""

    fact = fields.String(required=True, metadata={"example": "is_veteran"})
    label = fields.String(required=True, metadata={"example": "是退役军人"})


class ClassSchema(Shown):
    """In which class somebody waits, by which dated rule, and what is not known of her."""

    rank = fields.Integer(required=True, metadata={"example": 1})
    label = fields.String(required=True, metadata={"example": "重点群体"})
    met = fields.List(fields.Nested(KnownFactSchema), required=True)
    not_known = fields.List(fields.Nested(KnownFactSchema), required=True)
    clause = fields.String(required=True, metadata={"example": "五（一）"})
    source = fields.String(required=True)
    verified = fields.Boolean(required=True)
    valid_from = fields.Date(required=True, metadata={"example": "2022-03-30"})


class PlaceSchema(Shown):
    """One place on a waiting list; the rank is null while it rests.

    `drawn` is the place in a draw, which counts before the moment of joining.
    """

    id = PublicId(required=True)
    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    unit_kind = OneOf(UnitKind, required=True)
    choice = fields.Integer(required=True, metadata={"example": 1})
    joined_at = Moment(required=True)
    rests_since = Moment(required=True, allow_none=True)
    drawn = fields.Integer(required=True, allow_none=True, metadata={"example": None})
    rank = fields.Integer(required=True, allow_none=True, metadata={"example": 3})
    waiting = fields.Integer(required=True, metadata={"example": 7})
    ahead = fields.List(fields.Nested(AheadSchema), required=True)
    reason = fields.Nested(ClassSchema, required=True)


class WaitingSchema(Shown):
    """Every place of an application on a list."""

    items = fields.List(fields.Nested(PlaceSchema), required=True)


class ConsequencesSchema(Shown):
    """What withdrawing an application would give up."""

    may_withdraw = fields.Boolean(required=True)
    frees = fields.Nested(TenancySchema, required=True, allow_none=True)
    passes_on = fields.Boolean(required=True)
    waiting = fields.List(fields.Nested(PlaceSchema), required=True)


TENANCY_PAGE = page_of(TenancySchema)
