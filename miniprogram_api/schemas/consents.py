"""What goes in and out about consents?"""

from marshmallow import fields

from backend.consents.kinds import TERMS, Purpose
from miniprogram_api.schemas.shared import Moment, Shown
from miniprogram_api.schemas.strict import Label, OneOf, Strict, Text

FOUND = TERMS[Purpose.POLICY_MATCHING]
VERSION = {"example": FOUND.version}


class Granted(Strict):
    """The purpose, and the version of the words that she has read."""

    purpose = OneOf(Purpose, required=True)
    version = Text(most=20, required=True, metadata=VERSION)


class Withdrawn(Strict):
    """The purpose."""

    purpose = OneOf(Purpose, required=True)


class ConsentSchema(Shown):
    """A purpose, its words, and whether she consents to them."""

    purpose = OneOf(Purpose, required=True)
    purpose_label = Label(required=True, attribute="purpose", metadata={"example": "政策找人"})
    version = fields.String(required=True, metadata=VERSION)
    text = fields.String(required=True, metadata={"example": FOUND.text})
    afterwards = fields.String(required=True, metadata={"example": FOUND.afterwards})
    stands = fields.Boolean(required=True)
    granted_version = fields.String(required=True, allow_none=True, metadata=VERSION)
    granted_at = Moment(required=True, allow_none=True)


class ConsentListSchema(Shown):
    """All purposes."""

    items = fields.List(fields.Nested(ConsentSchema), required=True)
