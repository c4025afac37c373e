"""G8: does only a whole, fresh, unrevoked token of the right side open anything?"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.factories import BASE, Caller, World
from tests.miniprogram_api.refusals import nothing_changes, refused

AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
REQUIRED_CLAIMS = ("iss", "aud", "sub", "sid", "jti", "type", "exp", "iat", "nbf")


class Forge:
    """Makes tokens like ours, with one thing changed."""

    def __init__(self, world: World, ring: dict[str, str], genuine: str):
        self.world, self.ring, self.genuine = world, ring, genuine
        self.kid, self.key = next(iter(ring.items()))
        self.claims = jwt.decode(genuine, options={"verify_signature": False})

    def token(self, key: Any = None, algorithm: str = "HS256", header: Any = None, **claims) -> str:
        changed = {
            name: value for name, value in (self.claims | claims).items() if value is not ABSENT
        }
        headers = {"kid": self.kid, **(header or {})}
        headers = {name: value for name, value in headers.items() if value is not ABSENT}
        return jwt.encode(changed, key or self.key, algorithm=algorithm, headers=headers)

    def raw(self, header: Any, claims: Any, key: str | None = None) -> str:
        """A token put together by hand, for what PyJWT refuses to make."""
        parts = [_b64(json.dumps(part).encode()) for part in (header, claims)]
        signed = ".".join(parts)
        tag = hmac.new((key or self.key).encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_b64(tag)}"


ABSENT = object()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def citizen(world: World, settings) -> Forge:
    return Forge(world, settings.jwt_keys_citizen, world.citizen().token)


@pytest.fixture
def staff(world: World, settings) -> Forge:
    return Forge(world, settings.jwt_keys_staff, world.staff().token)


def status(forge: Forge, token: str, path: str = "/me") -> int:
    return Caller(forge.world.app, token).get(path).status_code


def now() -> int:
    return int(time.time())


HEADERS = {
    "JW-01-none": None,
    "JW-01-empty": "",
    "JW-02-basic": "Basic ZGVtbzpkZW1v",
    "JW-02-token": "Token abc",
    "JW-02-digest": "Digest username=demo",
    "JW-03-bearer-alone": "Bearer",
    "JW-03-bearer-and-a-space": "Bearer ",
    "JW-03-bearer-and-spaces": "Bearer    ",
    "JW-04-garbage": "Bearer a.b.c",
    "JW-04-one-part": "Bearer abc",
    "JW-04-two-parts": "Bearer a.b",
    "JW-04-four-parts": "Bearer a.b.c.d",
    "JW-04-dots": "Bearer ..",
    "JW-04-not-base64": "Bearer !!!.???.###",
    "JW-04-latin-1": "Bearer é.é.é",
    "JW-04-NUL-escaped": "Bearer a%00.b.c",
    "JW-05-200-KB": "Bearer " + "a" * 200_000,
    "JW-05-200-KB-of-parts": "Bearer " + "a." * 100_000,
    "JW-05-4097": "Bearer " + "a" * 4097,
    "JW-two-words": "Bearer a b",
    "JW-null": "Bearer null",
    "JW-undefined": "Bearer undefined",
}


def test_no_usable_token_is_not_signed_in(world, app, subtests):
    for name, given in HEADERS.items():
        sent = {} if given is None else {"Authorization": given}
        with subtests.test(name), nothing_changes(app):
            for answer in (
                app.test_client().get(f"{BASE}/me", headers=sent),
                app.test_client().post(f"{BASE}/applications", json={}, headers=sent),
                app.test_client().delete(f"{BASE}/sessions/current", headers=sent),
            ):
                refused(answer, 401, "not-signed-in")
                assert "Bearer" == answer.headers["WWW-Authenticate"]


def _none_by_hand(forge: Forge) -> str:
    header = {"alg": "none", "typ": "JWT", "kid": forge.kid}
    return forge.raw(header, forge.claims).rsplit(".", 1)[0] + "."


def _none_with_signature(forge: Forge) -> str:
    return forge.raw({"alg": "None", "typ": "JWT", "kid": forge.kid}, forge.claims)


def _confused(forge: Forge) -> str:
    public = rsa.generate_private_key(65537, 2048).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return forge.raw({"alg": "RS256", "typ": "JWT", "kid": forge.kid}, forge.claims, pem.decode())


def _signed_by_rsa(forge: Forge) -> str:
    return forge.token(rsa.generate_private_key(65537, 2048), "RS256")


def _own_key_in_the_header(forge: Forge) -> str:
    mine = "a-key-of-the-attacker-a-key-of-the-attacker"
    return forge.token(mine, header={"jwk": {"kty": "oct", "k": _b64(mine.encode())}})


def _edited_without_signing(forge: Forge, **claims: Any) -> str:
    head, _, tag = forge.genuine.split(".")
    return f"{head}.{_b64(json.dumps(forge.claims | claims).encode())}.{tag}"


WRONG_KEY = "some-other-key-of-more-than-32-bytes-000"
FORGED: dict[str, Callable[[Forge], str]] = {
    "JW-06-alg-none": _none_by_hand,
    "JW-06-alg-None-signed": _none_with_signature,
    "JW-07-HS512": lambda f: f.token(f.key * 2, "HS512"),
    "JW-07-HS384-right-key": lambda f: f.token(f.key * 2, "HS384"),
    "JW-08-RS256-by-hand": _confused,
    "JW-08-RS256": _signed_by_rsa,
    "JW-09-wrong-key": lambda f: f.token(WRONG_KEY),
    "JW-09-no-signature": lambda f: f.genuine.rsplit(".", 1)[0] + ".",
    "JW-09-signature-cut": lambda f: f.genuine[:-4],
    "JW-10-kid-path": lambda f: f.token(header={"kid": "../../dev/null"}),
    "JW-10-kid-sql": lambda f: f.token(header={"kid": "' UNION SELECT 'key'--"}),
    "JW-10-kid-unknown": lambda f: f.token(header={"kid": "dev9"}),
    "JW-10-kid-empty": lambda f: f.token(header={"kid": ""}),
    "JW-10-kid-absent": lambda f: f.token(header={"kid": ABSENT}),
    "JW-10-kid-number": lambda f: f.raw({"alg": "HS256", "kid": 1}, f.claims),
    "JW-10-kid-list": lambda f: f.raw({"alg": "HS256", "kid": ["dev1"]}, f.claims),
    "JW-10-kid-null": lambda f: f.raw({"alg": "HS256", "kid": None}, f.claims),
    "JW-11-jwk": _own_key_in_the_header,
    "JW-11-jku": lambda f: f.token(WRONG_KEY, header={"jku": "https://evil.example/keys"}),
    "JW-11-x5u": lambda f: f.token(WRONG_KEY, header={"x5u": "https://evil.example/cert"}),
    "JW-11-crit": lambda f: f.token(header={"crit": ["exp"], "exp": 1}),
    "JW-12-expired-by-31-s": lambda f: f.token(exp=now() - 31),
    "JW-12-expired-for-a-year": lambda f: f.token(exp=now() - 31_536_000),
    "JW-13-nbf-in-a-minute": lambda f: f.token(nbf=now() + 60),
    "JW-13-iat-in-a-minute": lambda f: f.token(iat=now() + 60),
    "JW-14-exp-absent": lambda f: f.token(exp=ABSENT),
    "JW-14-exp-null": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, f.claims | {"exp": None}),
    "JW-14-exp-text": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, f.claims | {"exp": "9" * 9}),
    "JW-14-exp-list": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, f.claims | {"exp": [1]}),
    "JW-14-exp-true": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, f.claims | {"exp": True}),
    "JW-15-jti-absent": lambda f: f.token(jti=ABSENT),
    "JW-15-jti-number": lambda f: f.token(jti=1),
    "JW-16-type-absent": lambda f: f.token(type=ABSENT),
    "JW-16-type-unknown": lambda f: f.token(type="id"),
    "JW-17-aud-foreign": lambda f: f.token(aud="another-mini-program"),
    "JW-17-aud-absent": lambda f: f.token(aud=ABSENT),
    "JW-17-aud-list": lambda f: f.token(aud=["citizen", "staff"]),
    "JW-17-aud-null": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, f.claims | {"aud": None}),
    "JW-17-iss-foreign": lambda f: f.token(iss="someone-else"),
    "JW-17-iss-absent": lambda f: f.token(iss=ABSENT),
    "JW-19-refresh-as-access": lambda f: f.token(type="refresh", number=1),
    "JW-19-challenge-as-access": lambda f: f.token(type="challenge"),
    "JW-20-sub-number": lambda f: f.token(sub=1),
    "JW-20-sub-unknown": lambda f: f.token(sub=AN_ID),
    "JW-20-sub-empty": lambda f: f.token(sub=""),
    "JW-20-sub-absent": lambda f: f.token(sub=ABSENT),
    "JW-20-sid-unknown": lambda f: f.token(sid=AN_ID),
    "JW-20-sid-not-a-uuid": lambda f: f.token(sid="1"),
    "JW-20-sid-absent": lambda f: f.token(sid=ABSENT),
    "JW-20-sid-number": lambda f: f.token(sid=1),
    "JW-21-role-edited": lambda f: _edited_without_signing(f, role="bureau_admin"),
    "JW-21-sub-edited": lambda f: _edited_without_signing(f, sub=AN_ID),
    "JW-21-aud-edited": lambda f: _edited_without_signing(f, aud="staff"),
    "JW-claims-are-a-list": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, [1]),
    "JW-claims-are-words": lambda f: f.raw({"alg": "HS256", "kid": f.kid}, "citizen"),
    "JW-header-is-a-list": lambda f: f.raw(["HS256"], f.claims),
}


def test_a_token_with_one_thing_wrong_opens_nothing(citizen, app, subtests):
    for name, forged in FORGED.items():
        caller = Caller(app, forged(citizen))
        with subtests.test(name), nothing_changes(app):
            refused(caller.get("/me"), 401, "not-signed-in")
            refused(caller.post("/applications", {}), 401, "not-signed-in")
            refused(caller.delete("/sessions/current"), 401, "not-signed-in")
    assert 200 == status(citizen, citizen.genuine)


def test_jw14_jw15_jw16_no_claim_can_be_left_out(citizen, staff, subtests):
    for claim in REQUIRED_CLAIMS:
        with subtests.test(claim):
            assert 401 == status(citizen, citizen.token(**{claim: ABSENT}))
            assert 401 == status(staff, staff.token(**{claim: ABSENT}))


def test_the_forge_makes_good_tokens_when_nothing_is_changed(citizen, staff):
    assert 200 == status(citizen, citizen.token())
    assert 200 == status(staff, staff.token())
    assert 200 == status(citizen, citizen.raw({"alg": "HS256", "kid": "dev1"}, citizen.claims))


def test_jw12_a_token_that_expired_within_the_leeway_still_opens(citizen):
    assert 200 == status(citizen, citizen.token(exp=now() - 1))
    assert 200 == status(citizen, citizen.token(exp=now() - 25))
    assert 401 == status(citizen, citizen.token(exp=now() - 31))


def test_jw13_a_clock_that_is_a_little_fast_does_no_harm(citizen):
    assert 200 == status(citizen, citizen.token(nbf=now() + 20, iat=now() + 20))
    assert 401 == status(citizen, citizen.token(nbf=now() + 60))


def test_jw21_a_role_inside_a_genuine_token_counts_for_nothing(citizen):
    token = citizen.token(role="bureau_admin", roles=["bureau_admin"], is_admin=True, parks=[1])

    assert "entrepreneur" == Caller(citizen.world.app, token).get("/me").json["role"]


def test_jw18_a_token_of_one_side_opens_nothing_on_the_other(world, app, citizen, staff):
    her, him = Caller(app, citizen.genuine), Caller(app, staff.genuine)
    made, etag = world.submitted(world.citizen("another"))
    path, wish = f"/applications/{made['id']}", {"unit_id": AN_ID}
    with nothing_changes(app):
        refused(her.post(f"{path}/approve", wish, etag=etag), 401, "not-signed-in")
        refused(her.post(f"{path}/reject", {"reasons": ["other"]}, etag=etag), 401)
        refused(him.post("/applications", {}), 401, "not-signed-in")
        refused(him.put(path, {}, etag=etag), 401, "not-signed-in")
        refused(him.post(f"{path}/submit", {}, etag=etag), 401, "not-signed-in")
        refused(him.post(f"{path}/withdraw", {}, etag=etag), 401, "not-signed-in")
        refused(him.get("/me/facts"), 401, "not-signed-in")
        refused(her.get("/policy-changes"), 401, "not-signed-in")


def test_jw18_a_key_of_one_side_signs_nothing_for_the_other(citizen, staff):
    assert 401 == status(citizen, citizen.token(citizen.key, aud="staff"))
    assert 401 == status(citizen, staff.token(staff.key, aud="citizen"))
    assert 401 == status(citizen, staff.token(staff.key, **(citizen.claims | {"aud": "staff"})))
    assert 401 == status(citizen, citizen.token(staff.key))


def test_jw26_tokens_in_the_query_or_a_cookie_are_ignored(world, app, citizen):
    client = app.test_client()
    for name in ("access_token", "access_token_cookie", "token", "jwt", "session"):
        client.set_cookie(name, citizen.genuine)

    refused(client.get(f"{BASE}/me"), 401)
    refused(client.get(f"{BASE}/me?access_token={citizen.genuine}"), 401)
    her = Caller(app, world.citizen("another").token)
    refused(her.get(f"/me?jwt={citizen.genuine}"), 400, "malformed")


def test_jw26_of_a_good_header_and_another_cookie_only_the_header_counts(world, app, citizen):
    client = app.test_client()
    client.set_cookie("access_token_cookie", world.citizen("another").token)

    answer = client.get(f"{BASE}/me", headers={"Authorization": f"Bearer {citizen.genuine}"})

    assert citizen.claims["sub"] == answer.json["id"]


NO_REFRESH: dict[str, Callable[[Forge], str]] = {
    "JW-04-garbage": lambda f: "a.b.c",
    "JW-05-longest": lambda f: "a" * 4096,
    "JW-06-alg-none": _none_by_hand,
    "JW-09-wrong-key": lambda f: f.token(WRONG_KEY, type="refresh", number=1),
    "JW-14-no-exp": lambda f: f.token(type="refresh", number=1, exp=ABSENT),
    "JW-17-foreign-aud": lambda f: f.token(type="refresh", number=1, aud="another"),
    "JW-19-access-as-refresh": lambda f: f.genuine,
    "JW-20-sid-unknown": lambda f: f.token(type="refresh", number=1, sid=AN_ID),
    "number-absent": lambda f: f.token(type="refresh"),
    "number-text": lambda f: f.token(type="refresh", number="1"),
    "number-null": lambda f: f.token(type="refresh", number=None),
    "number-list": lambda f: f.token(type="refresh", number=[1]),
    "number-huge": lambda f: f.token(type="refresh", number=10**30),
}


def test_anything_but_the_newest_refresh_token_gives_no_pair(world, app, citizen, subtests):
    for name, forged in NO_REFRESH.items():
        with subtests.test(name), nothing_changes(app):
            content = {"refresh_token": forged(citizen)}
            refused(world.anybody.post("/session/refresh", content), 401, "not-signed-in")
    assert 200 == status(citizen, citizen.genuine)


NO_CHALLENGE: dict[str, Callable[[Forge], str]] = {
    "JW-04-garbage": lambda f: "a.b.c",
    "JW-19-access-as-challenge": lambda f: f.genuine,
    "JW-19-refresh-as-challenge": lambda f: f.token(type="refresh", number=1),
    "JW-20-session-is-confirmed-already": lambda f: f.token(type="challenge"),
    "JW-20-sid-unknown": lambda f: f.token(type="challenge", sid=AN_ID),
}


def test_anything_but_a_fresh_challenge_gets_no_second_factor(world, app, staff, citizen, subtests):
    given = {name: forged(staff) for name, forged in NO_CHALLENGE.items()}
    given["JW-18-of-the-citizens-side"] = citizen.token(type="challenge")
    for name, token in given.items():
        content = {"challenge_token": token, "code": "123456"}
        with subtests.test(name), nothing_changes(app):
            refused(world.anybody.post("/session/staff/totp", content), 401, "not-signed-in")
