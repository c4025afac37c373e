"""What goes in and out about cases that are decided together?"""

from marshmallow import fields, validate

from backend.applications.kinds import Reason
from backend.cases.kinds import Decision, Outcome
from miniprogram_api.schemas.shared import Moment, PublicId, Shown
from miniprogram_api.schemas.strict import (
    INT4_MAX,
    Id,
    Label,
    OneOf,
    Part,
    Several,
    Strict,
    Text,
    Whole,
    YesNo,
)

MOST = 100
TOKEN = {"example": "bidx1:6c1f0e0b8a"}


class DecidedRow(Strict):
    """One case, at the version that was seen; a unit to approve with, or reasons to refuse for."""

    application_id = Id(required=True)
    seen = Whole(least=1, most=INT4_MAX, required=True, metadata={"example": 2})
    unit_id = Id(load_default=None)
    reasons = Several(OneOf(Reason), load_default=list, validate=validate.Length(0, len(Reason)))
    note = Text(most=500, least=0, lines=True, load_default="")


class DecidedTogether(Strict):
    """Cases to decide; on trial unless it says otherwise, and then with the trial's token."""

    decision = OneOf(Decision, required=True)
    rows = Several(
        Part(DecidedRow),
        required=True,
        validate=validate.Length(1, MOST, error=f"一次办理 1 至 {MOST} 件"),
    )
    dry_run = YesNo(load_default=True)
    preview = Text(most=200, load_default=None, metadata=TOKEN)


class RefusalSchema(Shown):
    """Why a case could not be decided, as its own request would have been told."""

    type = fields.String(required=True, metadata={"example": "/api/v1/problems/unit-taken"})
    detail = fields.String(required=True, metadata={"example": "该场地在所选期间已被占用"})
    errors = fields.List(fields.Dict(), metadata={"example": []})


class BatchRowSchema(Shown):
    """What became of one case, or would."""

    application_id = PublicId(required=True)
    outcome = OneOf(Outcome, required=True)
    outcome_label = Label(required=True, attribute="outcome", metadata={"example": "已办理"})
    problem = fields.Nested(RefusalSchema, required=True, allow_none=True)


class BatchSchema(Shown):
    """Cases that were decided together, and until when that may be undone; no id on trial."""

    id = PublicId(required=True, allow_none=True)
    decision = OneOf(Decision, required=True)
    made_at = Moment(required=True)
    undo_until = Moment(required=True)
    undone_at = Moment(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    preview = fields.String(required=True, allow_none=True, metadata=TOKEN)
    rows = fields.List(fields.Nested(BatchRowSchema), required=True)
