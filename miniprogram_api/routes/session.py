"""Session: citizens come with a WeChat code, staff with password and second factor."""

from typing import Any
from uuid import UUID

from flask import current_app, request

from backend.access import Audience, Principal
from backend.accounts import actions, claims, queries
from backend.errors import NotSignedIn
from backend.parks import queries as parks
from miniprogram_api import auth
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import session as shapes

routes = Routes("session", __name__, description="登录与会话")
STAFF = frozenset({Audience.STAFF})
EVERYBODY = frozenset(Audience)


@routes.operation(
    "POST",
    "/session/wechat",
    "loginWechat",
    body=shapes.WechatCode,
    gives=shapes.TokensSchema,
    may_refuse=(401, 403, 429),
)
def login_wechat(body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a `wx.login` code for tokens; the person comes to be on first use."""
    identity = current_app.extensions["wechat"].sign_in(body["code"])
    opened = actions.sign_in_person(identity.openid, identity.unionid, device=body["device"])
    return auth.tokens(opened)


@routes.operation(
    "POST",
    "/session/staff",
    "loginStaff",
    body=shapes.Password,
    gives=shapes.ChallengeSchema,
    may_refuse=(401, 429),
)
def login_staff(body: dict[str, Any]) -> dict[str, Any]:
    """Check the password; what comes back is good only for the second factor."""
    network = request.remote_addr or ""
    return auth.challenge(actions.check_password(**body, network=network))


@routes.operation(
    "POST",
    "/session/staff/totp",
    "confirmTotp",
    body=shapes.Code,
    gives=shapes.TokensSchema,
    may_refuse=(401, 429),
)
def confirm_totp(body: dict[str, Any]) -> dict[str, Any]:
    """Check the second factor and open the session."""
    claims = auth.claims_of(body["challenge_token"], "challenge", STAFF)
    return auth.tokens(actions.check_totp(auth.session_id(claims), body["code"]))


@routes.operation(
    "POST",
    "/session/refresh",
    "refreshSession",
    body=shapes.RefreshToken,
    gives=shapes.TokensSchema,
    may_refuse=(401,),
)
def refresh_session(body: dict[str, Any]) -> dict[str, Any]:
    """Use up a refresh token for a new pair; using it twice ends the session."""
    claims = auth.claims_of(body["refresh_token"], "refresh", EVERYBODY)
    opened = actions.refresh(auth.session_id(claims), auth.number_of(claims))
    if opened is None:
        raise NotSignedIn("登录凭证被重复使用，为安全起见已退出登录")
    return auth.tokens(opened)


@routes.operation(
    "DELETE", "/sessions/current", "endSession", gives=None, status=204, key="natural"
)
def end_session(by: Principal) -> Any:
    """Sign out here."""
    return actions.end_session(by.session_id, by=by)


@routes.operation("GET", "/sessions", "listSessions", gives=shapes.SESSION_PAGE)
def list_sessions(by: Principal) -> dict[str, Any]:
    """The devices on which the caller is signed in."""
    found = queries.sessions_of(by)
    items = [{**row, "is_this_one": row["id"] == by.session_id} for row in found]
    return {"items": items, "next_cursor": None}


@routes.operation(
    "DELETE",
    "/sessions/<uuid:session_id>",
    "endOtherSession",
    gives=None,
    status=204,
    key="natural",
)
def end_other_session(by: Principal, session_id: UUID) -> Any:
    """Sign out on another device of one's own."""
    return actions.end_session(session_id, by=by)


@routes.operation("GET", "/me", "getMe", gives=shapes.MeSchema)
def get_me(by: Principal) -> dict[str, Any]:
    """The caller, what she has told of herself and, for a manager, the parks he runs today."""
    is_citizen = by.audience is Audience.CITIZEN
    return {
        "id": by.public_id,
        "name": by.name,
        "role": by.role,
        "role_label": by.role,
        "county": by.county,
        "parks": parks.named(by.parks),
        "identity": claims.identity_of(by.id) if is_citizen else None,
        "phone": claims.phone_of(by.id) if is_citizen else None,
    }
