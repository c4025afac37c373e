"""Which tokens get in? Only the right one. (reliability group G8, Show 5)"""

from datetime import timedelta

import jwt
import pytest
import time_machine

from backend import clock
from tests.factories import Caller, World

KEY = "development-only-citizen-signing-key-000"
STAFF_KEY = "development-only-staff-signing-key-00000"
MISSING = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"


def claims(world: World) -> dict:
    return jwt.decode(world.citizen().token, options={"verify_signature": False})


def forged(content: dict, key: str = KEY, alg: str = "HS256", kid: str = "dev1") -> str:
    return jwt.encode(content, key, algorithm=alg, headers={"kid": kid})


def without(content: dict, name: str) -> dict:
    return {each: value for each, value in content.items() if each != name}


def status(world: World, token: str) -> int:
    return Caller(world.app, token).get("/me").status_code


def test_the_token_that_we_sign_ourselves_is_the_control(world: World):
    assert 200 == status(world, forged(claims(world)))


@pytest.mark.parametrize(
    "header", ["", "Basic YTpi", "Bearer", "Bearer a.b.c", "Bearer " + "x" * 5000]
)
def test_jw_01_to_05_no_usable_token(world: World, header: str):
    answer = world.anybody.get("/me", Authorization=header)

    assert (401, "未登录") == (answer.status_code, answer.json["title"])
    assert "Bearer" == answer.headers["WWW-Authenticate"]


def test_jw_06_to_10_wrong_algorithm_key_or_key_id(world: World):
    good = claims(world)

    assert 401 == status(world, jwt.encode(good, "", algorithm="none", headers={"kid": "dev1"}))
    assert 401 == status(world, forged(good, KEY * 2, alg="HS512"))
    assert 401 == status(world, forged(good, "another-key-of-more-than-thirty-two-bytes"))
    for kid in ("../../dev/null", "' OR 1=1--", "dev2", ""):
        assert 401 == status(world, forged(good, kid=kid))


@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "jti", "type", "aud", "iss", "sub", "sid"])
def test_jw_14_to_16_every_claim_is_demanded(world: World, name: str):
    assert 401 == status(world, forged(without(claims(world), name)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "someone-else"),
        ("aud", ["citizen", "staff"]),
        ("aud", "staff"),
        ("iss", "someone-else"),
        ("type", "refresh"),
        ("type", "challenge"),
        ("sub", 7),
        ("sub", MISSING),
        ("sid", MISSING),
        ("sid", "not-a-uuid"),
        ("exp", "tomorrow"),
    ],
)
def test_jw_17_to_20_a_claim_that_is_not_ours(world: World, name: str, value):
    assert 401 == status(world, forged({**claims(world), name: value}))


@pytest.mark.parametrize(("seconds", "expected"), [(29, 200), (31, 401)])
def test_jw_12_13_clocks_may_differ_by_thirty_seconds(world: World, seconds: int, expected: int):
    good, now = claims(world), int(clock.now().timestamp())

    assert expected == status(world, forged({**good, "exp": now - seconds}))
    assert expected == status(world, forged({**good, "nbf": now + seconds}))
    assert expected == status(world, forged({**good, "iat": now + seconds}))


def test_jw_18_a_token_of_the_other_side_is_refused(world: World):
    case, etag = world.submitted()
    path = f"/applications/{case['id']}"
    wish = {"unit_id": world.units()[0]["id"]}

    assert 401 == world.citizen().post(f"{path}/approve", wish, etag=etag).status_code
    assert 401 == world.staff().post(f"{path}/withdraw", {}, etag=etag).status_code
    assert 401 == world.staff().get("/messages").status_code


def test_jw_18_a_citizens_claims_under_the_staff_key_are_refused(world: World):
    assert 401 == status(world, forged(claims(world), STAFF_KEY))


def test_jw_26_a_token_in_the_address_is_no_token(world: World):
    token = world.citizen().token

    assert 400 == world.anybody.get(f"/me?access_token={token}").status_code or 401


def test_jw_23_after_signing_out_the_token_is_dead_at_once(world: World):
    her = world.citizen()

    assert 204 == her.delete("/sessions/current").status_code
    assert 401 == her.get("/me").status_code


def test_an_access_token_lives_fifteen_minutes(world: World):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        her = world.citizen()
        traveller.shift(timedelta(minutes=15, seconds=29))
        assert 200 == her.get("/me").status_code
        traveller.shift(timedelta(seconds=2))
        assert 401 == her.get("/me").status_code


def test_a_foreign_case_and_a_missing_one_look_the_same(world: World):
    case, etag = world.submitted(world.citizen("owner"))
    wish = {"unit_id": world.units()[0]["id"]}
    strangers = {
        "a foreign person": (world.citizen("stranger"), "withdraw", {}),
        "a foreign park's manager": (world.staff("demo-manager-p01"), "approve", wish),
    }
    for who, (stranger, verb, content) in strangers.items():
        for method, end in (("GET", ""), ("GET", "/timeline"), ("POST", f"/{verb}")):
            answers = []
            for id in (case["id"], MISSING):
                sent = content if method == "POST" else None
                path = f"/applications/{id}{end}"
                answers.append(stranger.send(method, path, sent, etag=etag))
            bodies = [{**each.json, "instance": ""} for each in answers]
            assert [404, 404] == [each.status_code for each in answers], who
            assert bodies[0] == bodies[1]
    assert "submitted" == world.citizen("owner").get(f"/applications/{case['id']}").json["status"]
