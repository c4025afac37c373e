"""Who sends this request? Tokens name a session; the records say whose it is and what she may.

Citizens and staff have keys and audiences of their own. Every claim is demanded and checked
here, because the libraries' defaults let a foreign audience or a missing expiry pass.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from flask import Flask, current_app, request
from flask_jwt_extended import JWTManager, create_access_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from backend import access, clock
from backend.access import Audience, Principal
from backend.accounts import queries as accounts
from backend.accounts.actions import Opened
from backend.config import Settings
from backend.errors import NotSignedIn
from backend.loans import queries as loans
from backend.parks import queries as parks
from miniprogram_api import envelope

ISSUER = "xingan-startup-parks"
ACCESS_LIFE = {Audience.CITIZEN: timedelta(minutes=15), Audience.STAFF: timedelta(minutes=10)}
LEEWAY_S = 30
LONGEST_TOKEN = 4096
TOKENS_KEPT = 1024
DEMANDED = {
    "iss": str,
    "aud": str,
    "sub": str,
    "sid": str,
    "jti": str,
    "type": str,
    "exp": int,
    "iat": int,
    "nbf": int,
}


def register(app: Flask, settings: Settings) -> None:
    """Teach the app to sign and read tokens."""
    app.config.update(
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_DECODE_AUDIENCE=[audience.value for audience in Audience],
        JWT_DECODE_LEEWAY=LEEWAY_S,
        JWT_TOKEN_LOCATION=["headers"],
        JWT_SECRET_KEY=None,
    )
    rings = {
        Audience.CITIZEN.value: settings.jwt_keys_citizen,
        Audience.STAFF.value: settings.jwt_keys_staff,
    }
    app.extensions["jwt_rings"] = rings
    # A signature holds for good; when the token holds is asked anew each time.
    app.extensions["jwt_claims"] = lru_cache(maxsize=TOKENS_KEPT)(_verified)
    manager = JWTManager(app)
    manager.user_identity_loader(lambda opened: str(opened.public_id))
    manager.encode_key_loader(lambda opened: _newest(rings[opened.audience.value])[1])
    manager.decode_key_loader(lambda header, claims: rings[claims["aud"]][header["kid"]])


def tokens(opened: Opened) -> dict[str, Any]:
    """Return the pair of tokens of a session, as the contract shapes it."""
    now = clock.now()
    access_ends = min(now + ACCESS_LIFE[opened.audience], opened.expires_at)
    return {
        "access_token": _signed(opened, "access", access_ends - now),
        "access_expires_at": access_ends,
        "refresh_token": _signed(
            opened, "refresh", opened.expires_at - now, number=opened.refresh_number
        ),
        "refresh_expires_at": opened.expires_at,
        "person": {
            "id": opened.public_id,
            "name": opened.name,
            "role": opened.role,
            "role_label": opened.role,
        },
    }


def challenge(opened: Opened) -> dict[str, Any]:
    """Return the token with which only the second factor can be given."""
    life = opened.expires_at - clock.now()
    return {
        "challenge_token": _signed(opened, "challenge", life),
        "challenge_expires_at": opened.expires_at,
    }


def claims_of(token: str, kind: str, audiences: frozenset[Audience]) -> Mapping[str, Any]:
    """Return the claims of a token of this kind and for one of these sides.

    Raise NotSignedIn for anything else, whatever is wrong with it.
    """
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        raise NotSignedIn
    claims: Mapping[str, Any] = current_app.extensions["jwt_claims"](token)
    now = clock.now().timestamp()
    in_time = claims["nbf"] - LEEWAY_S <= now < claims["exp"] + LEEWAY_S
    sides = {audience.value for audience in audiences}
    if not in_time or claims["type"] != kind or claims["aud"] not in sides:
        raise NotSignedIn("登录已失效，请重新登录")
    return claims


def _verified(token: str) -> Mapping[str, Any]:
    """Return the claims of a token that we have signed; raise NotSignedIn for any other."""
    try:
        decode_token(token)
        # The library fills in what is missing; what was really said decides.
        claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (PyJWTError, JWTExtendedException, KeyError, TypeError, ValueError):
        raise NotSignedIn("登录已失效，请重新登录") from None
    if not all(type(claims.get(name)) is kept for name, kept in DEMANDED.items()):
        raise NotSignedIn("登录已失效，请重新登录")
    return claims


def principal(operation: str) -> Principal | None:
    """Return who is asking, read from the records now; None where nobody needs to sign in."""
    sides = access.audiences(operation)
    if not sides:
        return None
    claims = claims_of(_bearer(), "access", sides)
    found = accounts.session_of(_uuid(claims["sid"]), parks.MANAGED, loans.REPORTS_FOR)
    if found is None or not found["confirmed"] or found["audience"].value != claims["aud"]:
        raise NotSignedIn("登录已失效，请重新登录")
    asking = accounts.principal(found, frozenset(found["parks"]), found["institution"])
    if str(asking.public_id) != claims["sub"]:
        raise NotSignedIn("登录已失效，请重新登录")
    accounts.touch(asking.session_id, found["seen_at"])
    envelope.note("account", str(asking.public_id))
    return asking


def session_id(claims: Mapping[str, Any]) -> UUID:
    """Return the session that a token names."""
    return _uuid(claims["sid"])


def number_of(claims: Mapping[str, Any]) -> int:
    """Return the number of a refresh token; raise NotSignedIn when it has none."""
    number = claims.get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotSignedIn
    return number


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    return token


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotSignedIn from None


def _newest(ring: Mapping[str, str]) -> tuple[str, str]:
    return next(iter(ring.items()))


def _signed(opened: Opened, kind: str, life: timedelta, **claims: Any) -> str:
    side = opened.audience.value
    kid, _ = _newest(current_app.extensions["jwt_rings"][side])
    signed: str = create_access_token(
        identity=opened,
        expires_delta=life,
        additional_claims={"aud": side, "type": kind, "sid": str(opened.session_id), **claims},
        additional_headers={"kid": kid},
    )
    return signed
