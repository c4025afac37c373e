"""What does WeChat make of a text? (its text check, over HTTP to the stand-in)"""

import logging
import time

import pytest

from backend.errors import WeChatDown
from backend.wechat import text
from backend.wechat.connection import Deadline
from backend.wechat.errors import AccountRefused
from backend.wechat.text import Suggestion
from backend.wechat.token import Pace
from tests.backend.wechat.conftest import QUICK, connect

WORDS = "打通牧区奶食品的线上销路"


@pytest.fixture
def openid(simulator, wechat):
    """Somebody who has just opened the mini-program."""
    return wechat.sign_in(simulator.mint_code("其其格")).openid


def look(wechat, openid, words=WORDS, seconds=3.0):
    return wechat.look_at(words, openid, Deadline(seconds))


def answered(**result):
    return {"errcode": 0, "trace_id": "60ae1f", "result": result}


def test_a_text_is_sent_with_version_scene_and_openid_and_nothing_else(wechat, simulator, openid):
    said = look(wechat, openid)

    assert ("pass", "100") == (said.suggest, said.label)
    (call,) = simulator.log(endpoint="text")
    assert {"version": 2, "openid": openid, "scene": 2, "content": WORDS} == call["body"]


@pytest.mark.parametrize("suggest", ["review", "risky"])
def test_what_wechat_suggests_comes_with_its_label_and_the_number_of_the_answer(
    wechat, simulator, openid, suggest
):
    simulator.think("销路", suggest, 20006)

    said = look(wechat, openid)

    assert (suggest, "20006", 32) == (said.suggest, said.label, len(said.trace_id or ""))


def test_the_misspelt_answer_is_read_as_well(wechat, simulator, openid):
    simulator.think("销路", "risky", 20001)
    simulator.settle(misspelt=True)

    assert "risky" == look(wechat, openid).suggest


def test_two_hours_after_her_last_visit_nothing_is_looked_at(wechat, simulator, openid):
    simulator.advance(7199)
    assert "pass" == look(wechat, openid).suggest
    simulator.advance(2)

    with pytest.raises(WeChatDown, match="61010"):
        look(wechat, openid)


def test_2500_characters_are_looked_at_and_one_more_never_leaves_the_house(
    wechat, simulator, openid
):
    assert "pass" == look(wechat, openid, "好" * 2500).suggest

    with pytest.raises(WeChatDown):
        look(wechat, openid, "好" * 2501)
    assert 1 == len(simulator.log(endpoint="text"))


@pytest.mark.parametrize(
    ("errcode", "raised"),
    [
        (-1, WeChatDown),
        (40003, WeChatDown),
        (44991, WeChatDown),
        (45009, WeChatDown),
        (61010, WeChatDown),
        (40129, AccountRefused),
        (43104, AccountRefused),
        (47001, AccountRefused),
        (48001, AccountRefused),
    ],
)
def test_every_refusal_means_that_it_was_not_looked_at(wechat, simulator, openid, errcode, raised):
    simulator.misbehave("text", errcode)

    with pytest.raises(WeChatDown) as refused:
        look(wechat, openid)

    assert raised is type(refused.value)
    assert 1 == len(simulator.log(endpoint="text"))


@pytest.mark.parametrize("kind", ["hang", 500, "html", "half", "empty", "drip"])
def test_without_an_answer_it_was_not_looked_at_and_nobody_waits_longer(
    wechat, simulator, openid, kind
):
    simulator.misbehave("text", kind, seconds=0.05)
    began = time.monotonic()

    with pytest.raises(WeChatDown):
        look(wechat, openid, seconds=0.3)

    assert time.monotonic() - began < 0.3 + QUICK.sign_in_wait_s


def test_a_rejected_token_is_replaced_once(simulator, openid):
    wechat = connect(simulator.url, pace=Pace(apart_s=0.0))
    wechat.warm_up()
    simulator.revoke_token()

    assert "pass" == look(wechat, openid).suggest

    assert [40001, 0] == [call["errcode"] for call in simulator.log(endpoint="text")]
    wechat.close()


def test_neither_words_nor_openid_are_logged(wechat, simulator, openid, caplog):
    caplog.set_level(logging.DEBUG)
    simulator.misbehave("text", 47001)

    with pytest.raises(WeChatDown) as refused:
        look(wechat, openid)

    assert WORDS not in caplog.text + str(refused.value)
    assert openid not in caplog.text + str(refused.value)


@pytest.mark.parametrize(
    "fields", [{}, {"result": []}, answered(), answered(suggest="block"), answered(suggest=None)]
)
def test_an_answer_that_suggests_nothing_known_is_none(fields):
    with pytest.raises(WeChatDown):
        text.read(fields)


def test_a_label_or_number_that_is_none_is_left_out():
    said = text.read(answered(suggest="review", label=[1]) | {"trace_id": "x" * 65})

    assert Suggestion("review", None, None) == said
