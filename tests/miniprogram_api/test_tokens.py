"""G8: does only a whole, fresh, unrevoked token of the right side open anything?"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from backend import clock
from backend.accounts import actions as accounts
from backend.db import session
from miniprogram_api import auth
from tests.factories import BASE, Caller, World, openid_of
from tests.miniprogram_api.refusals import nothing_changes, one_more_app, records, refused, rows

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


@pytest.mark.parametrize("given", HEADERS.values(), ids=HEADERS)
def test_no_usable_token_is_not_signed_in(world, app, given):
    sent = {} if given is None else {"Authorization": given}
    with nothing_changes(app):
        answers = [
            app.test_client().get(f"{BASE}/me", headers=sent),
            app.test_client().post(f"{BASE}/applications", json={}, headers=sent),
            app.test_client().delete(f"{BASE}/sessions/current", headers=sent),
        ]
    for answer in answers:
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


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_token_with_one_thing_wrong_opens_nothing(citizen, app, forged):
    caller = Caller(app, forged(citizen))
    with nothing_changes(app):
        refused(caller.get("/me"), 401, "not-signed-in")
        refused(caller.post("/applications", {}), 401, "not-signed-in")
        refused(caller.delete("/sessions/current"), 401, "not-signed-in")
    assert 200 == status(citizen, citizen.genuine)


@pytest.mark.parametrize("claim", REQUIRED_CLAIMS)
def test_no_claim_can_be_left_out(citizen, staff, claim):
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


def test_jw12_access_ends_after_fifteen_minutes_for_citizens_and_ten_for_staff(citizen, staff):
    for forge, minutes in ((citizen, 15), (staff, 10)):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes, seconds=25)):
            assert 200 == status(forge, forge.genuine)
        with time_machine.travel(clock.now() + timedelta(minutes=minutes, seconds=35)):
            assert 401 == status(forge, forge.genuine)


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
        refused(him.get("/messages"), 401, "not-signed-in")
        refused(him.get("/messages/unread"), 401, "not-signed-in")


def test_jw18_a_key_of_one_side_signs_nothing_for_the_other(citizen, staff):
    assert 401 == status(citizen, citizen.token(citizen.key, aud="staff"))
    assert 401 == status(citizen, staff.token(staff.key, aud="citizen"))
    assert 401 == status(citizen, staff.token(staff.key, **(citizen.claims | {"aud": "staff"})))
    assert 401 == status(citizen, citizen.token(staff.key))


def test_jw20_a_session_of_somebody_else_does_not_fit_ones_own_name(world, citizen, settings):
    other = Forge(world, settings.jwt_keys_citizen, world.citizen("another").token)

    assert 401 == status(citizen, citizen.token(sid=other.claims["sid"]))
    assert 401 == status(citizen, citizen.token(sub=other.claims["sub"]))


AFTERWARDS = {
    "JW-20-disabled": ("UPDATE person SET disabled_at = now()",),
    "JW-20-deleted": ("DELETE FROM session", "DELETE FROM identity", "DELETE FROM person"),
    "JW-22-new-credentials": ("UPDATE person SET credential_version = credential_version + 1",),
    "JW-23-session-ended": ("UPDATE session SET ended_at = now()",),
    "JW-30-session-expired": ("UPDATE session SET expires_at = now() - interval '1 second'",),
}


@pytest.mark.parametrize("changes", AFTERWARDS.values(), ids=AFTERWARDS)
def test_a_token_ends_with_what_it_stands_for(citizen, changes):
    assert 200 == status(citizen, citizen.genuine)
    by_sql(citizen.world.app, *changes)

    assert 401 == status(citizen, citizen.genuine)


STAFF_AFTERWARDS = {
    "JW-20-disabled": "UPDATE staff SET disabled_at = now() WHERE username = 'demo-manager'",
    "JW-22-new-password": "UPDATE session SET credential_version = credential_version - 1",
    "JW-29-idle-for-31-minutes": "UPDATE session SET seen_at = now() - interval '31 minutes'",
    "JW-30-after-12-hours": "UPDATE session SET expires_at = now() - interval '1 second'",
    "second-factor-never-given": "UPDATE session SET confirmed = false",
}


@pytest.mark.parametrize("change", STAFF_AFTERWARDS.values(), ids=STAFF_AFTERWARDS)
def test_a_token_of_staff_ends_with_what_it_stands_for(staff, change):
    assert 200 == status(staff, staff.genuine)
    by_sql(staff.world.app, change)

    assert 401 == status(staff, staff.genuine)


def test_jw29_staff_who_were_seen_within_half_an_hour_stay_signed_in(staff, citizen):
    by_sql(staff.world.app, "UPDATE session SET seen_at = now() - interval '29 minutes'")
    assert 200 == status(staff, staff.genuine)

    by_sql(staff.world.app, "UPDATE session SET seen_at = now() - interval '3 days'")
    assert 200 == status(citizen, citizen.genuine)


def test_jw29_staff_who_go_on_working_are_not_idle(staff):
    by_sql(staff.world.app, "UPDATE session SET seen_at = now() - interval '29 minutes'")
    status(staff, staff.genuine)
    seen = by_sql(staff.world.app, "SELECT now() - seen_at < interval '1 minute' FROM session")

    assert seen is True


def test_jw22_a_role_or_a_park_that_changes_counts_from_the_next_request_on(world, app, staff):
    him = Caller(app, staff.genuine)
    made, etag = world.submitted()
    path = f"/applications/{made['id']}"
    assert 200 == him.get(path).status_code
    role = "UPDATE staff SET role = '{}' WHERE username = 'demo-manager'"
    try:
        by_sql(app, role.format("AUDITOR"))
        refused(him.get(path), 404)
        refused(him.post(f"{path}/reject", {"reasons": ["no_space"]}, etag=etag), 404)
        by_sql(app, role.format("PARK_MANAGER"))
        assert 200 == him.get(path).status_code
    finally:
        by_sql(app, role.format("PARK_MANAGER"))
    until = (
        "UPDATE park_manager SET until_on = {} WHERE staff_id ="
        " (SELECT id FROM staff WHERE username = 'demo-manager')"
    )
    try:
        by_sql(app, until.format("since_on"))
        refused(him.get(path), 404)
        refused(him.post(f"{path}/reject", {"reasons": ["no_space"]}, etag=etag), 404)
    finally:
        by_sql(app, until.format("NULL"))
    assert 200 == him.get(path).status_code


def test_jw23_signing_out_counts_at_once_in_every_process(world, app, citizen, settings):
    with one_more_app(settings) as another:
        elsewhere = Caller(another, citizen.genuine)
        assert 200 == elsewhere.get("/me").status_code

        assert 204 == Caller(app, citizen.genuine).delete("/sessions/current").status_code

        refused(elsewhere.get("/me"), 401, "not-signed-in")
        refused(Caller(app, citizen.genuine).get("/me"), 401, "not-signed-in")


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


def test_jw27_an_old_key_is_good_until_it_is_taken_out(citizen, settings):
    new = {"dev2": "the-next-citizen-signing-key-of-40-bytes"}
    both = new | dict(settings.jwt_keys_citizen)
    with one_more_app(settings, jwt_keys_citizen=both) as rotated:
        her = Caller(rotated, citizen.genuine)
        assert 200 == her.get("/me").status_code
        with rotated.test_request_context():
            opened = accounts.sign_in_person(openid_of("qiqige"), None, device="")
            fresh = auth.tokens(opened)["access_token"]
        assert "dev2" == jwt.get_unverified_header(fresh)["kid"]
        assert 200 == Caller(rotated, fresh).get("/me").status_code
        refused(Caller(citizen.world.app, fresh).get("/me"), 401)
    with one_more_app(settings, jwt_keys_citizen=new) as later:
        refused(Caller(later, citizen.genuine).get("/me"), 401)
        assert 200 == Caller(later, fresh).get("/me").status_code


def test_jw28_a_session_list_shows_ones_own_devices_and_ends_them(world, app):
    phone, tablet, other = world.citizen(), world.citizen(), world.citizen("another")
    listed = phone.get("/sessions").json["items"]
    assert [1, 1] == [[each["is_this_one"] for each in listed].count(is_) for is_ in (True, False)]
    far = next(each["id"] for each in listed if not each["is_this_one"])

    with nothing_changes(app):
        refused(other.delete(f"/sessions/{far}"), 404, "not-found")
        refused(other.delete(f"/sessions/{AN_ID}"), 404, "not-found")
    assert 204 == phone.delete(f"/sessions/{far}").status_code

    refused(tablet.get("/me"), 401)
    assert [True] == [each["is_this_one"] for each in phone.get("/sessions").json["items"]]
    refused(phone.delete(f"/sessions/{far}"), 404)


def signed_in(world: World, name: str = "qiqige") -> dict[str, Any]:
    answer = world.anybody.post("/session/wechat", {"code": f"demo:{name}:{uuid4()}"})
    assert 200 == answer.status_code, answer.text
    return answer.json


def refreshed(world: World, token: str):
    return world.anybody.post("/session/refresh", {"refresh_token": token})


def test_a_refresh_token_is_used_up_by_a_new_pair(world):
    first = signed_in(world)

    second = refreshed(world, first["refresh_token"])

    assert 200 == second.status_code, second.text
    assert first["refresh_token"] != second.json["refresh_token"]
    assert first["refresh_expires_at"] == second.json["refresh_expires_at"]
    assert 200 == Caller(world.app, second.json["access_token"]).get("/me").status_code


def test_jw24_a_used_refresh_token_ends_the_whole_family_after_ten_seconds(world, app):
    first = signed_in(world)
    second = refreshed(world, first["refresh_token"]).json
    by_sql(app, "UPDATE session SET refreshed_at = now() - interval '11 seconds'")

    refused(refreshed(world, first["refresh_token"]), 401, "not-signed-in")

    refused(Caller(app, second["access_token"]).get("/me"), 401)
    refused(refreshed(world, second["refresh_token"]), 401)
    revoked = by_sql(app, "SELECT count(*) FROM event WHERE name = 'session.revoked'")
    assert 1 == revoked


def test_jw24_within_ten_seconds_a_used_refresh_token_only_gets_a_no(world, app):
    first = signed_in(world)
    second = refreshed(world, first["refresh_token"]).json
    with nothing_changes(app):
        refused(refreshed(world, first["refresh_token"]), 401, "not-signed-in")

    assert 200 == Caller(app, second["access_token"]).get("/me").status_code
    assert 200 == refreshed(world, second["refresh_token"]).status_code


def test_jw24_a_refresh_token_two_steps_old_is_stolen_however_soon_it_comes(world, app):
    first = signed_in(world)
    second = refreshed(world, first["refresh_token"]).json
    third = refreshed(world, second["refresh_token"]).json

    refused(refreshed(world, first["refresh_token"]), 401)

    refused(Caller(app, third["access_token"]).get("/me"), 401)


def test_jw25_of_twenty_refreshes_at_once_one_gets_a_pair_and_nobody_is_thrown_out(world, app):
    token = signed_in(world)["refresh_token"]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: refreshed(world, token), range(20)))

    assert [200] + [401] * 19 == sorted(answer.status_code for answer in answers)
    (pair,) = [answer.json for answer in answers if answer.status_code == 200]
    assert 200 == Caller(app, pair["access_token"]).get("/me").status_code
    assert 200 == refreshed(world, pair["refresh_token"]).status_code


def test_jw30_refreshing_does_not_make_a_session_of_staff_longer_than_12_hours(world, app, staff):
    refresh = staff.token(type="refresh", number=1, exp=now() + 12 * 3600)

    answer = refreshed(world, refresh)

    assert 200 == answer.status_code, answer.text
    ends = datetime.fromisoformat(answer.json["refresh_expires_at"])
    assert ends - clock.now() <= timedelta(hours=12)
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1)):
        refused(refreshed(world, answer.json["refresh_token"]), 401)


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


@pytest.mark.parametrize("forged", rows(NO_REFRESH))
def test_anything_but_the_newest_refresh_token_gives_no_pair(world, app, citizen, forged):
    with nothing_changes(app):
        refused(refreshed(world, forged(citizen)), 401, "not-signed-in")
    assert 200 == status(citizen, citizen.genuine)


def test_jw20_nobody_who_was_disabled_gets_another_pair(world, app):
    token = signed_in(world)["refresh_token"]
    by_sql(app, "UPDATE person SET disabled_at = now()")
    before = records(app)

    refused(refreshed(world, token), 401, "not-signed-in")
    refused(world.anybody.post("/session/wechat", {"code": f"demo:qiqige:{uuid4()}"}), 401)

    assert before == records(app)


NO_CHALLENGE: dict[str, Callable[[Forge], str]] = {
    "JW-04-garbage": lambda f: "a.b.c",
    "JW-19-access-as-challenge": lambda f: f.genuine,
    "JW-19-refresh-as-challenge": lambda f: f.token(type="refresh", number=1),
    "JW-20-session-is-confirmed-already": lambda f: f.token(type="challenge"),
    "JW-20-sid-unknown": lambda f: f.token(type="challenge", sid=AN_ID),
}


@pytest.mark.parametrize("forged", NO_CHALLENGE.values(), ids=NO_CHALLENGE)
def test_anything_but_a_fresh_challenge_gets_no_second_factor(world, app, staff, forged):
    content = {"challenge_token": forged(staff), "code": "123456"}
    with nothing_changes(app):
        refused(world.anybody.post("/session/staff/totp", content), 401, "not-signed-in")


def test_jw18_a_challenge_of_the_citizens_side_is_none(world, app, citizen):
    content = {"challenge_token": citizen.token(type="challenge"), "code": "123456"}
    with nothing_changes(app):
        refused(world.anybody.post("/session/staff/totp", content), 401, "not-signed-in")


def by_sql(app, *statements: str) -> Any:
    """Change the records behind the app's back; return the first value of the last statement."""
    with app.app_context():
        for statement in statements:
            result = session.execute(text(statement))
        value = result.scalar() if result.returns_rows else None
        session.commit()
    return value
