"""What do a draw and its tickets look like?"""

from marshmallow import fields

from backend.draws.workflow import Status
from backend.parks.kinds import UnitKind
from miniprogram_api.schemas.shared import PUBLIC_ID, Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Day, Id, Label, OneOf, Strict, Text, Whole

SHA256 = {"example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
CODE = {"example": "9f86d081884c7d65"}
CLASS = {"example": "重点群体"}


class NewDraw(Strict):
    """For which list, for how many units, and its two days."""

    unit_kind = OneOf(UnitKind, required=True)
    places = Whole(least=1, most=1000, required=True, metadata={"example": 1})
    freezes_on = Day(required=True, metadata={"example": "2026-12-04"})
    draws_on = Day(required=True, metadata={"example": "2026-12-08"})


class DrawQuery(Paging):
    """Narrows the list of draws to a park."""

    park_id = Id(load_default=None, metadata=PUBLIC_ID)


class CallingOff(Strict):
    """Says why a draw is called off."""

    why = Text(most=500, required=True, lines=True, metadata={"example": "场地检修，延期举行"})


class DrawSchema(Shown):
    """A draw: what it has bound itself to, and since the draw the secret that shows it."""

    id = PublicId(required=True)
    algorithm = fields.String(required=True, metadata={"example": "xingan-draw-1"})
    park_id = PublicId(required=True)
    park_name = fields.String(required=True, metadata={"example": "恒隆创业广场"})
    unit_kind = OneOf(UnitKind, required=True)
    unit_kind_label = Label(required=True, attribute="unit_kind", metadata={"example": "工位"})
    places = fields.Integer(required=True, metadata={"example": 6})
    status = OneOf(Status, required=True)
    status_label = Label(required=True, attribute="status", metadata={"example": "已开奖"})
    actions = fields.List(fields.String(), required=True)
    announced_at = Moment(required=True)
    freezes_at = Moment(required=True)
    draws_at = Moment(required=True)
    frozen_at = Moment(required=True, allow_none=True)
    revealed_at = Moment(required=True, allow_none=True)
    cancelled_at = Moment(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True, metadata={"example": None})
    commitment = fields.String(required=True, metadata=SHA256)
    entrants = fields.Integer(required=True, metadata={"example": 20})
    list_sha256 = fields.String(required=True, allow_none=True, metadata=SHA256)
    secret = fields.String(required=True, allow_none=True, metadata={"example": "00" * 32})
    version = fields.Integer(required=True, metadata={"example": 3})


class DrawTicketSchema(Shown):
    """A ticket as everybody may know it; the place is null before the draw."""

    code = fields.String(required=True, metadata=CODE)
    class_rank = fields.Integer(required=True, metadata={"example": 1})
    class_label = fields.String(required=True, metadata=CLASS)
    place = fields.Integer(required=True, allow_none=True, metadata={"example": 3})


class WholeDrawSchema(DrawSchema):
    """A draw with every ticket: all that it takes to rerun it."""

    tickets = fields.List(fields.Nested(DrawTicketSchema), required=True)


class OwnDrawTicketSchema(DrawTicketSchema):
    """The caller's own ticket; from `draw_id` and `entry_id` she can work out its code herself."""

    draw_id = PublicId(required=True)
    entry_id = PublicId(required=True)
    entrants = fields.Integer(required=True, metadata={"example": 20})
    still_waiting = fields.Boolean(required=True)


DRAW_PAGE = page_of(DrawSchema)
