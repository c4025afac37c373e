import json
import time

import pytest

from backend.wechat.simulator import people
from backend.wechat.simulator.account import Account
from backend.wechat.simulator.refused import Refused

APPID, SECRET = "wx1", "s3cret"
CREDENTIALS = {"appid": APPID, "secret": SECRET}
OPENID = people.openid_of("其其格", APPID)
MESSAGE = {
    "touser": OPENID,
    "template_id": "TENANCY_RESULT",
    "page": "pages/applications/detail?id=1",
    "miniprogram_state": "formal",
    "lang": "zh_CN",
    "data": {
        "thing1": {"value": "创业园"},
        "phrase2": {"value": "审核通过"},
        "date3": {"value": "2026年11月23日 15:01"},
        "thing4": {"value": "无"},
    },
}


@pytest.fixture
def account():
    return Account(APPID, SECRET)


def refusal(call, *args):
    with pytest.raises(Refused) as raised:
        call(*args)
    return raised.value


def send(account, message=MESSAGE, **changes):
    query = {"access_token": account.tokens.stable()[0]}
    body = json.dumps({**message, **changes}, ensure_ascii=False).encode()
    return account.send(query, body)


def data(**changes):
    entries = {key: {"value": value} for key, value in changes.items() if value is not None}
    kept = {key: value for key, value in MESSAGE["data"].items() if key not in changes}
    return kept | entries


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "wx2"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "other"}, 40002),
    ],
)
def test_every_call_with_credentials_checks_them(account, change, errcode):
    sign_in = {**CREDENTIALS, "js_code": "demo:x", "grant_type": "authorization_code", **change}
    token = {**CREDENTIALS, "grant_type": "client_credential", **change}

    assert refusal(account.sign_in, sign_in).errcode == errcode
    assert refusal(account.plain_token, token).errcode == errcode
    assert refusal(account.stable_token, json.dumps(token).encode()).errcode == errcode


def test_signing_in_gives_an_openid_and_a_session_key_and_no_errcode(account):
    query = {**CREDENTIALS, "js_code": "demo:其其格", "grant_type": "authorization_code"}

    said = account.sign_in(query)

    assert (said["openid"], set(said)) == (OPENID, {"openid", "session_key"})


def test_a_token_comes_without_errcode(account):
    body = json.dumps({**CREDENTIALS, "grant_type": "client_credential"}).encode()

    assert set(account.stable_token(body)) == {"access_token", "expires_in"}


def test_force_refresh_is_true_or_false(account):
    asked = {**CREDENTIALS, "grant_type": "client_credential", "force_refresh": "false"}

    assert refusal(account.stable_token, json.dumps(asked).encode()).errcode == 40097


def test_a_right_message_is_accepted_with_a_msgid_beyond_2_to_the_53(account):
    said = send(account)

    assert (said["errcode"], said["msgid"] > 2**53) == (0, True)


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        ('{"touser":"中"}'.encode("gbk"), 47001),
        (b'{"touser":"\\u4e2d"}', 40033),
    ],
)
def test_a_body_is_a_json_object_in_utf_8_without_escapes(account, body, errcode):
    token, _ = account.tokens.stable()

    assert refusal(account.send, {"access_token": token}, body).errcode == errcode


def test_an_escaped_backslash_before_a_u_is_no_escape(account):
    assert send(account, data=data(thing4="a\\u4e2d"))["errcode"] == 0


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "o" * 28}, 40003),
        ({"touser": None}, 40003),
        ({"template_id": "NONE"}, 40037),
        ({"template_id": None}, 40037),
        ({"page": "/pages/applications/detail"}, 41030),
        ({"page": "pages/unreleased"}, 41030),
        ({"page": 5}, 41030),
        ({"miniprogram_state": "release"}, 40097),
        ({"lang": "zh"}, 40097),
    ],
)
def test_each_field_of_a_message_is_checked(account, change, errcode):
    def call():
        send(account, **change)

    assert refusal(call).errcode == errcode


def test_a_token_is_checked_before_anything_else(account):
    assert refusal(account.send, {}, b"").errcode == 41001
    assert refusal(account.send, {"access_token": "x"}, b"").errcode == 40001


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (json.dumps(MESSAGE["data"]), "thing1"),
        (None, "thing1"),
        (data(date3=None), "date3"),
        (data(phrase2="需补充材料2"), "phrase2"),
        (data(thing4=""), "thing4"),
        (data(thing4=5), "thing4"),
        (data(**{"thing9": "x"}), "thing9"),
        ({f"{key}.DATA": value for key, value in MESSAGE["data"].items()}, "thing1"),
        ({**MESSAGE["data"], "thing1": "创业园"}, "thing1"),
    ],
)
def test_data_holds_exactly_the_keys_of_the_template_and_values_that_fit(account, given, named):
    def call():
        send(account, data=given)

    refused = refusal(call)

    assert refused.errcode == 47003
    assert f"data.{named}" in refused.more


def test_a_message_takes_a_credit_and_none_is_none(account):
    account.set_credits(OPENID, "TENANCY_RESULT", 2)
    send(account)
    send(account)

    assert refusal(send, account).errcode == 43101


def test_a_refused_message_takes_no_credit(account):
    account.set_credits(OPENID, "TENANCY_RESULT", 1)
    with pytest.raises(Refused):
        send(account, page="pages/unreleased")

    assert send(account)["errcode"] == 0


def test_credits_may_be_unlimited_again(account):
    account.set_credits(OPENID, "TENANCY_RESULT", 0)
    account.set_credits(OPENID, "TENANCY_RESULT", None)

    assert send(account)["errcode"] == 0


def phone(account, code, **more):
    query = {"access_token": account.tokens.stable()[0]}
    body = json.dumps({"code": code, **more}, ensure_ascii=False)
    return account.phone(query, body.encode())


def test_a_phone_code_gives_the_number_with_the_watermark_of_now(account):
    account.set_phone("其其格", "13800138000")

    told = phone(account, "phone:其其格", openid=OPENID)["phone_info"]

    assert ("13800138000", "13800138000", "86") == (
        told["phoneNumber"],
        told["purePhoneNumber"],
        told["countryCode"],
    )
    assert APPID == told["watermark"]["appid"]
    assert abs(time.time() - told["watermark"]["timestamp"]) < 60


def test_only_a_foreign_number_carries_its_country(account):
    account.set_phone("其其格", "51234567", "852")

    told = phone(account, "phone:其其格")["phone_info"]

    assert ("+852 51234567", "51234567") == (told["phoneNumber"], told["purePhoneNumber"])


def test_a_phone_code_of_somebody_else_is_refused(account):
    with pytest.raises(Refused) as refused:
        phone(account, "phone:巴图", openid=OPENID)
    assert 40029 == refused.value.errcode


def test_a_phone_is_shown_only_to_whoever_has_a_token(account):
    assert 40001 == refusal(account.phone, {"access_token": "x"}, b"{}").errcode
