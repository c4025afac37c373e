"""What may be sent to count who worked where, and what do counts and figures look like?"""

from marshmallow import fields, validate

from backend.tenancies.grounds import Idle
from backend.tenancies.kinds import MOST_HEADS
from miniprogram_api.schemas.shared import Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, Month, OneOf, Part, Several, Strict, Text, Whole
from miniprogram_api.schemas.tenancies import STARTS, TenancySchema

A_MONTH = {"example": "2027-03"}
WHY = {"example": "漏登一人"}


class Person(Strict):
    """Somebody who worked there; of the number only a keyed hash is kept."""

    name = Text(most=50, required=True, metadata={"example": "其其格"})
    number = Text(most=30, required=True, metadata={"example": "152201199001010001"})


class NewHeadcount(Strict):
    """Who worked there in a month, nobody included; a correction says why."""

    month = Month(required=True, metadata=A_MONTH)
    people = Several(
        Part(Person),
        required=True,
        validate=validate.Length(0, MOST_HEADS, error=f"不超过 {MOST_HEADS} 人"),
    )
    why = Text(most=500, least=0, lines=True, load_default="", metadata=WHY)


class CountedMonth(Strict):
    """Of which month a count is meant."""

    month = Month(required=True, metadata=A_MONTH)


class HeadsQuery(Strict):
    """Of which month; the one before this if absent."""

    month = Month(load_default=None, metadata=A_MONTH)


class NameplateQuery(Paging):
    """For how many whole months nobody was counted."""

    months = Whole(least=1, most=12, load_default=3, metadata={"in_query": True})


class HeadSchema(Shown):
    """Somebody, masked for those who need not know; `counted` here or with another tenant."""

    name = fields.String(required=True, metadata={"example": "其其格"})
    counted = fields.Boolean(required=True)


class HeadcountSchema(Shown):
    """A count as it was told; `replaced_at` once a later one corrected it."""

    id = PublicId(required=True)
    month = fields.String(required=True, metadata=A_MONTH)
    source = fields.String(required=True, metadata={"example": "实体填报"})
    told_at = Moment(required=True)
    confirmed_at = Moment(required=True, allow_none=True)
    replaced_at = Moment(required=True, allow_none=True)
    why = fields.String(required=True)
    people = fields.List(fields.Nested(HeadSchema), required=True)
    counted = fields.Integer(required=True, metadata={"example": 4})


class ParkHeadsSchema(Shown):
    """How many different people worked in a park; null where nobody has counted yet."""

    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    month = fields.String(required=True, metadata=A_MONTH)
    tenants = fields.Integer(required=True, metadata={"example": 20})
    tenants_counted = fields.Integer(required=True, metadata={"example": 18})
    people = fields.Integer(required=True, allow_none=True, metadata={"example": 151})
    as_of = Moment(required=True, allow_none=True)
    source = fields.Constant("园区确认的月度在园人数", required=True)


class HeadsSchema(Shown):
    """Every park within reach."""

    items = fields.List(fields.Nested(ParkHeadsSchema), required=True)


class NameplateSchema(Shown):
    """A tenant at whom nobody is known to work, since when, and what is known."""

    tenancy = fields.Nested(TenancySchema, required=True)
    idle_since = fields.Date(required=True, metadata=STARTS)
    why = OneOf(Idle, required=True)
    why_label = Label(required=True, attribute="why", metadata={"example": "人数记录为零"})
    is_registered = fields.Boolean(required=True)


HEADCOUNT_PAGE = page_of(HeadcountSchema)
NAMEPLATE_PAGE = page_of(NameplateSchema)
