"""Which phone stands behind a code? (wechat.md's phone call, over HTTP to the stand-in)"""

import json
import logging
import time

import pytest

from backend import clock
from backend.errors import Invalid, TooMany, WeChatDown
from backend.wechat import phone
from backend.wechat.errors import AccountRefused, PhoneCodeRefused, TooFrequent
from backend.wechat.phone import PhoneNumber
from backend.wechat.token import Pace
from tests.backend.wechat import planted
from tests.backend.wechat.conftest import QUICK, connect
from tests.backend.wechat.planted import PlantedServer

PHONE = "phone"
APPID = "wx1"


@pytest.fixture
def openid(simulator):
    return simulator.openid_of("其其格")


def answered(**changes):
    mark = {"appid": APPID, "timestamp": int(clock.now().timestamp())}
    info = {"purePhoneNumber": "13800138000", "countryCode": "86", "watermark": mark}
    return {"phone_info": info | changes}


def marked(**changes):
    return answered(watermark=answered()["phone_info"]["watermark"] | changes)


def test_a_code_gives_the_number_that_the_person_showed(wechat, simulator, openid):
    simulator.set_phone("其其格", "13800138000")
    code = simulator.mint_phone_code("其其格")

    assert PhoneNumber("86", "13800138000") == wechat.phone_of(code, openid)
    (call,) = simulator.log(endpoint=PHONE)
    assert {"code": code, "openid": openid} == call["body"]


def test_a_number_from_abroad_comes_with_its_country(wechat, simulator, openid):
    simulator.set_phone("其其格", "51234567", "852")

    told = wechat.phone_of("phone:其其格", openid)

    assert (PhoneNumber("852", "51234567"), False) == (told, told.is_mainland)


def test_a_code_works_once_and_for_five_minutes(wechat, simulator, openid):
    code, late = (simulator.mint_phone_code("其其格") for _ in range(2))
    wechat.phone_of(code, openid)
    simulator.advance(299)

    with pytest.raises(PhoneCodeRefused):
        wechat.phone_of(code, openid)
    simulator.advance(1)
    with pytest.raises(PhoneCodeRefused):
        wechat.phone_of(late, openid)


@pytest.mark.parametrize("code", ["demo:其其格", "phone:巴图", "x"])
def test_a_code_of_the_sign_in_or_of_somebody_else_is_refused(wechat, simulator, openid, code):
    with pytest.raises(PhoneCodeRefused) as refused:
        wechat.phone_of(code, openid)

    assert isinstance(refused.value, Invalid)
    assert ["#/code"] == [each["pointer"] for each in refused.value.more["errors"]]


@pytest.mark.parametrize(
    ("errcode", "raised", "kind"),
    [
        (40029, PhoneCodeRefused, Invalid),
        (40163, PhoneCodeRefused, Invalid),
        (40003, PhoneCodeRefused, Invalid),
        (45011, TooFrequent, TooMany),
        (-1, WeChatDown, WeChatDown),
        (45009, WeChatDown, WeChatDown),
        (40013, AccountRefused, WeChatDown),
        (48001, AccountRefused, WeChatDown),
        (47001, AccountRefused, WeChatDown),
        (987654, AccountRefused, WeChatDown),
    ],
)
def test_each_refusal_has_its_exception_and_is_never_repeated(
    wechat, simulator, openid, errcode, raised, kind
):
    simulator.misbehave(PHONE, errcode)

    with pytest.raises(raised) as refused:
        wechat.phone_of("phone:其其格", openid)

    assert isinstance(refused.value, kind)
    assert 1 == len(simulator.log(endpoint=PHONE))


def test_a_rejected_token_is_replaced_once_and_the_code_asked_about_again(simulator, openid):
    wechat = connect(simulator.url, pace=Pace(apart_s=0.0))
    wechat.warm_up()
    simulator.revoke_token()

    assert wechat.phone_of("phone:其其格", openid).is_mainland

    assert [40001, 0] == [call["errcode"] for call in simulator.log(endpoint=PHONE)]
    wechat.close()


def test_a_token_that_is_always_rejected_makes_no_loop(simulator, openid):
    wechat = connect(simulator.url, pace=Pace(apart_s=0.0))
    simulator.misbehave(PHONE, 40001)

    with pytest.raises(AccountRefused):
        wechat.phone_of("phone:其其格", openid)

    assert 2 == len(simulator.log(endpoint=PHONE))
    wechat.close()


@pytest.mark.parametrize(
    "kind", ["hang", 500, 503, "html", "half", "close", "reset", "empty", "drip"]
)
def test_without_an_answer_wechat_is_down_in_time(wechat, simulator, openid, kind):
    wechat.warm_up()
    simulator.misbehave(PHONE, kind, seconds=0.05)
    began = time.monotonic()

    with pytest.raises(WeChatDown):
        wechat.phone_of("phone:其其格", openid)

    assert time.monotonic() - began < QUICK.sign_in_total_s + 0.3
    assert 1 == len(simulator.log(endpoint=PHONE))


@pytest.mark.parametrize("code", ["", "x" * 257, "a\nb", "a\x00", "\ud800"])
def test_a_code_that_cannot_be_one_never_leaves_the_house(wechat, simulator, openid, code):
    with pytest.raises(PhoneCodeRefused):
        wechat.phone_of(code, openid)
    assert [] == simulator.log()


@pytest.mark.parametrize("apart_s", [-600, 0, 600])
def test_a_watermark_of_ten_minutes_is_fresh(apart_s):
    stamp = int(clock.now().timestamp()) + apart_s

    # A second of the clock may pass between the stamp and the look at it.
    assert phone.read(marked(timestamp=stamp + (apart_s < 0)), APPID)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"phone_info": []},
        answered(watermark=None),
        marked(appid="wx2"),
        marked(timestamp="soon"),
        marked(timestamp=0),
        marked(timestamp=int(clock.now().timestamp()) + 1200),
        answered(purePhoneNumber=None),
        answered(purePhoneNumber="1" * 21),
        answered(purePhoneNumber="中"),
        answered(countryCode=None),
    ],
)
def test_an_answer_without_a_usable_number_for_us_and_of_now_counts_as_none(fields):
    with pytest.raises(WeChatDown):
        phone.read(fields, APPID)


def test_no_number_is_in_a_log_or_a_fault(simulator, openid, caplog):
    caplog.set_level(logging.DEBUG)
    told = answered(watermark={"appid": "wx2", "timestamp": 1})
    content = json.dumps({"errcode": 0, "access_token": "t", "expires_in": 7200} | told)
    with PlantedServer(planted.saying(content.encode())) as server:
        wechat = connect(server.url)
        with pytest.raises(WeChatDown) as refused:
            wechat.phone_of("phone:其其格", openid)
        wechat.close()

    assert "watermark" in caplog.text
    assert "13800138000" not in caplog.text + repr(refused.value)
    assert "13800138000" not in repr(PhoneNumber("86", "13800138000"))
