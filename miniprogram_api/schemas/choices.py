"""What do the parks that somebody named, and the people on a park's lists, look like?"""

from marshmallow import fields, validate

from backend.applications.kinds import PARKS, Reason
from backend.parks.kinds import UnitKind
from backend.tenancies.kinds import Standing
from miniprogram_api.schemas.applications import ReasonSchema
from miniprogram_api.schemas.shared import PUBLIC_ID, Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Id, Label, OneOf, Several, Strict, Text, YesNo

NO_SPACE = {"example": "no_space"}
NOTE = {"example": "目前没有空闲工位"}
PARK = {"example": "恒隆创业广场"}
NUMBER = {"example": "RZ-2026-000123"}


class OtherParks(Strict):
    """The parks after the first, in order; empty takes back those not reached yet."""

    other_parks = Several(
        Id(metadata=PUBLIC_ID),
        required=True,
        validate=validate.Length(0, PARKS - 1, error=f"除首个志愿外最多填报 {PARKS - 1} 个园区"),
    )


class PassingOn(Strict):
    """Why this park leaves the case to the next; `other` needs a note."""

    reasons = Several(
        OneOf(Reason, metadata=NO_SPACE),
        required=True,
        validate=validate.Length(1, len(Reason), error="至少选择一个原因"),
    )
    note = Text(most=500, least=0, lines=True, load_default="", metadata=NOTE)


class PassedOnSchema(Shown):
    """That the case has gone to the next park; the one that passed it on sees no more of it."""

    application_id = PublicId(required=True)
    number = fields.String(required=True, metadata=NUMBER)
    passed_on_at = Moment(required=True)


class ChoiceSchema(Shown):
    """One of her parks: how she stands with it, and why the case left it."""

    choice = fields.Integer(required=True, metadata={"example": 1})
    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata=PARK)
    standing = OneOf(Standing, required=True)
    standing_label = Label(
        required=True, attribute="standing", metadata={"example": "由该园区办理"}
    )
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    note = fields.String(required=True)
    came_at = Moment(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-12-01"})


class ChoicesSchema(Shown):
    """Her parks in her order; a park sees itself alone."""

    items = fields.List(fields.Nested(ChoiceSchema), required=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class ListedQuery(Paging):
    """Narrows the waiting lists to whoever waits for the park's word."""

    to_answer = YesNo(load_default=False, metadata={"in_query": True})


class AdmissionAnswer(Strict):
    """The park's own word; a no gives coded reasons."""

    admitted = YesNo(required=True)
    reasons = Several(
        OneOf(Reason),
        load_default=list,
        validate=validate.Length(0, len(Reason), error="原因过多"),
        metadata={"example": []},
    )
    note = Text(most=500, least=0, lines=True, load_default="", metadata=NOTE)


class ListedProjectSchema(Shown):
    """What she wants to do."""

    title = fields.String(required=True, allow_none=True, metadata={"example": "草原奶食品电商"})
    industry = fields.String(required=True, allow_none=True, metadata={"example": "ecommerce"})
    summary = fields.String(required=True, allow_none=True)


class ListedSchema(Shown):
    """A place on one of the park's lists; other parks that she named are not told."""

    id = PublicId(required=True)
    number = fields.String(required=True, metadata=NUMBER)
    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata=PARK)
    unit_kind = OneOf(UnitKind, required=True)
    unit_kind_label = Label(required=True, attribute="unit_kind", metadata={"example": "工位"})
    joined_at = Moment(required=True)
    rests_since = Moment(required=True, allow_none=True)
    drawn = fields.Integer(required=True, allow_none=True, metadata={"example": None})
    rank = fields.Integer(required=True, allow_none=True, metadata={"example": 3})
    group = fields.String(required=True, allow_none=True, metadata={"example": "重点群体"})
    project = fields.Nested(ListedProjectSchema, required=True)
    venture = fields.String(required=True, allow_none=True, metadata={"example": None})
    standing = fields.String(
        required=True,
        metadata={
            "example": "asked",
            "enum": ["by_itself", "asked", "admitted", "not_admitted"],
        },
    )
    due_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-12-01"})
    actions = fields.List(fields.String(), required=True, metadata={"example": ["answer"]})


LISTED_PAGE = page_of(ListedSchema)
