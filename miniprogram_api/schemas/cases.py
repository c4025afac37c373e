"""What may be sent to move a case?"""

from marshmallow import fields, validate

from backend.access import Role
from backend.applications.kinds import Fault, Reason
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
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

NOTE = {"example": "已电话核实经营地址"}
WHY = {"example": "补正材料与承诺不符，须再次核对"}


class FaultyItem(Strict):
    """One thing that has to be put right."""

    pointer = Text(most=200, required=True, metadata={"example": "#/sections/project/summary"})
    fault = OneOf(Fault, required=True)
    text = Text(most=500, required=True, lines=True, metadata={"example": "请写明产品和销路"})


class ReturnForCorrection(Strict):
    """Everything that has to be put right; a second round says why it was not asked at once."""

    items = Several(
        Part(FaultyItem),
        required=True,
        validate=validate.Length(1, 100, error="请列出需要补正的每一项"),
    )
    why = Text(most=500, least=0, lines=True, load_default="", metadata=WHY)


class Approval(Strict):
    """Grants a unit; period and note may be left to what was asked for.

    Without a unit the applicant, who has to be on a waiting list, waits for an offer.
    """

    unit_id = Id(load_default=None)
    starts_on = Day(load_default=None, metadata={"example": "2026-12-01"})
    term_months = Whole(least=1, most=36, load_default=None)
    note = Text(most=500, least=0, lines=True, load_default="")


class Rejection(Strict):
    """Refuses for coded reasons; `other` needs a note."""

    reasons = Several(
        OneOf(Reason),
        required=True,
        validate=validate.Length(1, len(Reason), error="至少选择一个原因"),
    )
    note = Text(most=500, least=0, lines=True, load_default="")


class Reopening(Strict):
    """Says why a decision is set aside."""

    why = Text(most=500, required=True, lines=True, metadata=WHY)


class Conflict(Strict):
    """Says why somebody keeps away: the caller, unless a colleague is named."""

    why = Text(most=500, required=True, lines=True, metadata={"example": "申请人是本人亲属"})
    staff_id = Id(load_default=None)


class Transfer(Strict):
    """Names the colleague; another park is refused, for the applicant has to agree to that."""

    to_staff = Id(load_default=None)
    to_park = Id(load_default=None)
    why = Text(most=500, required=True, lines=True, metadata={"example": "本人休假，请代为办理"})


class ColleagueSchema(Shown):
    """Somebody to whom a case may be handed."""

    id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "演示园区管理员二"})
    cases = fields.Integer(required=True, metadata={"example": 3})


class NewNote(Strict):
    """What colleagues should know."""

    words = Text(most=2000, required=True, lines=True, metadata=NOTE)


class NoteSchema(Shown):
    """What somebody wrote down for colleagues."""

    id = PublicId(required=True)
    words = fields.String(required=True, metadata=NOTE)
    at = Moment(required=True)
    by_name = fields.String(required=True, metadata={"example": "演示园区管理员"})
    by_role = OneOf(Role, required=True, attribute="role")
    by_role_label = Label(required=True, attribute="role", metadata={"example": "园区管理员"})


COLLEAGUES = page_of(ColleagueSchema)
NOTES = page_of(NoteSchema)
