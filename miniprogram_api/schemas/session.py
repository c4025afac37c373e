"""What goes in and out when somebody signs in?"""

from marshmallow import fields, validate

from backend.access import Role
from miniprogram_api.schemas.identity import IdentitySchema, PhoneSchema
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf, Strict, Text

TOKEN = {"example": "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.e30.c2ln"}


class WechatCode(Strict):
    """The code of `wx.login`: good for five minutes and one use."""

    code = Text(most=128, required=True, metadata={"example": "0a3b5c"})
    device = Text(most=100, least=0, load_default="", metadata={"example": "iPhone"})


class Password(Strict):
    """The first factor of staff."""

    username = Text(most=64, required=True, metadata={"example": "demo-manager"})
    password = fields.String(
        required=True,
        validate=validate.Length(1, 256, error="长度应为 1 至 256 个字符"),
        error_messages={"required": "必填", "null": "不能为空", "invalid": "应为文字"},
        metadata={"format": "password", "example": "correct horse battery"},
    )
    device = Text(most=100, least=0, load_default="")


class Code(Strict):
    """The second factor of staff."""

    challenge_token = Text(most=4096, required=True, metadata=TOKEN)
    code = Text(most=6, least=6, required=True, metadata={"example": "123456"})


class RefreshToken(Strict):
    """The newest refresh token of a session."""

    refresh_token = Text(most=4096, required=True, metadata=TOKEN)


class WhoSchema(Shown):
    """The account behind a token."""

    id = PublicId(required=True)
    name = fields.String(required=True)
    role = OneOf(Role, required=True)
    role_label = Label(required=True, metadata={"example": "创业者"})


class TokensSchema(Shown):
    """A pair of tokens; each refresh gives a new pair and uses the old one up."""

    access_token = fields.String(required=True, metadata=TOKEN)
    access_expires_at = Moment(required=True)
    refresh_token = fields.String(required=True, metadata=TOKEN)
    refresh_expires_at = Moment(required=True)
    person = fields.Nested(WhoSchema, required=True)


class ChallengeSchema(Shown):
    """The password was right; now the second factor."""

    challenge_token = fields.String(required=True, metadata=TOKEN)
    challenge_expires_at = Moment(required=True)


class SessionSchema(Shown):
    """One signed-in device."""

    id = PublicId(required=True)
    device = fields.String(required=True, metadata={"example": "iPhone"})
    created_at = Moment(required=True)
    seen_at = Moment(required=True)
    expires_at = Moment(required=True)
    is_this_one = fields.Boolean(required=True)


class ManagedParkSchema(Shown):
    """A park that a manager runs."""

    id = PublicId(required=True)
    name = fields.String(required=True, metadata={"example": "恒隆创业广场"})


class MeSchema(WhoSchema):
    """The caller, as the records stand now."""

    county = fields.String(required=True, allow_none=True)
    parks = fields.List(fields.Nested(ManagedParkSchema), required=True)
    identity = fields.Nested(IdentitySchema, required=True, allow_none=True)
    phone = fields.Nested(PhoneSchema, required=True, allow_none=True)


SESSION_PAGE = page_of(SessionSchema)
