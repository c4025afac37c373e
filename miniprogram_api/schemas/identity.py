"""What goes in and out about who somebody is and how to reach her?"""

from typing import Any

from marshmallow import ValidationError, fields

from backend import clock
from backend.accounts import identity, names
from backend.accounts.identity import DocumentNumber, DocumentType, DuplicateKind, IdentitySource
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import REQUIRED, Label, OneOf, Strict, Text

# Far beyond any name or number with its separators; what is longer is not even looked at.
LONGEST = 200


class RealName(fields.String):
    """The name on a document; see `backend.accounts.names` for what is brought to one form."""

    default_error_messages = {**REQUIRED, "invalid": "应为文字"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > LONGEST:
            raise ValidationError(names.NameFault.LENGTH.value)
        try:
            return names.read(value)
        except names.NameRefused as refused:
            raise ValidationError([fault.value for fault in refused.faults]) from None


class CivilNumber(fields.String):
    """The number of a document, always as text: a client's number loses its last digits."""

    default_error_messages = {**REQUIRED, "invalid": "应为文字：证件号码须加引号，按文本传送"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> DocumentNumber:  # type: ignore[override]
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > LONGEST:
            raise ValidationError(identity.NumberFault.LENGTH.value)
        try:
            return identity.read(value, clock.today())
        except identity.NumberRefused as refused:
            raise ValidationError([fault.value for fault in refused.faults]) from None


class Told(Strict):
    """Who the person says she is."""

    name = RealName(required=True, metadata={"example": "其其格"})
    number = CivilNumber(required=True, metadata={"example": "152201199001010001"})


class PhoneCode(Strict):
    """The code of the phone button: good for five minutes and one use; not that of `wx.login`."""

    code = Text(most=128, required=True, metadata={"example": "0b3f6d"})


class IdentitySchema(Shown):
    """Who somebody is, as it is shown: never with a date of birth."""

    name_masked = fields.String(required=True, metadata={"example": "其**"})
    number_masked = fields.String(required=True, metadata={"example": "1522**********0001"})
    document = OneOf(DocumentType, required=True)
    document_label = Label(required=True, attribute="document", metadata={"example": "居民身份证"})
    minor = fields.Boolean(required=True, metadata={"example": False})
    source = OneOf(IdentitySource, required=True)
    source_label = Label(required=True, attribute="source", metadata={"example": "本人填写"})
    bound_at = Moment(required=True)


class PhoneSchema(Shown):
    """How to reach somebody, as it is shown."""

    number_masked = fields.String(required=True, metadata={"example": "138****8000"})
    bound_at = Moment(required=True)


class DuplicateSchema(Shown):
    """Two accounts with one document or one phone, and nothing else about them."""

    id = PublicId(attribute="public_id", required=True)
    kind = OneOf(DuplicateKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "同一证件号码"})
    number_masked = fields.String(required=True, metadata={"example": "1522**********0001"})
    claimant = PublicId(required=True)
    holder = PublicId(required=True)
    noted_at = Moment(required=True)


DUPLICATE_PAGE = page_of(DuplicateSchema)
