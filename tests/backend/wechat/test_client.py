import json
import logging
import threading
import time
from datetime import datetime

import pytest

from backend import clock as wall
from backend.errors import NotAllowed, NotSignedIn, TooMany, WeChatDown
from backend.wechat.errors import AccountRefused, Busy, CodeRefused, RiskyUser, TooFrequent
from backend.wechat.identity import Identity
from backend.wechat.outcome import Word
from backend.wechat.reactions import Stops
from backend.wechat.token import Grant, Pace
from backend.wechat.token_store import MemoryTokens
from backend.wechat.wire import Limits
from tests.backend.wechat import planted
from tests.backend.wechat.conftest import QUICK, connect
from tests.backend.wechat.planted import PlantedServer

PAGE = "pages/applications/detail?id=8f3c"
DATA = {
    "thing1": "兴安盟大学生创业园",
    "phrase2": "审核通过",
    "date3": "2026年11月23日 15:01",
    "thing4": "请于三日内签约",
}
LOGIN, TOKEN, SEND = "login", "token", "send"
SECRET = "development-only-app-secret-000000"


@pytest.fixture
def openid(simulator):
    return simulator.openid_of("其其格")


def send(wechat, openid, **changes):
    return wechat.send(
        openid, **({"template_id": "TENANCY_RESULT", "page": PAGE, "data": DATA} | changes)
    )


# Sign-in


def test_a_code_tells_who_signs_in(wechat, simulator, openid):
    assert wechat.sign_in("demo:其其格") == Identity(openid, None)


def test_a_person_has_one_openid_for_every_code(wechat, simulator, openid):
    codes = [simulator.mint_code("其其格"), simulator.mint_code("其其格"), "demo:其其格:2"]

    assert [wechat.sign_in(code).openid for code in codes] == [openid] * 3


def test_the_unionid_comes_along_when_there_is_one(wechat, simulator):
    simulator.settle(with_unionid=True)

    assert wechat.sign_in("demo:其其格").unionid.startswith("o6")


def test_a_code_works_once(wechat, simulator):
    code = simulator.mint_code("其其格")
    wechat.sign_in(code)

    with pytest.raises(CodeRefused):
        wechat.sign_in(code)
    assert [row["errcode"] for row in simulator.log(endpoint=LOGIN)] == [0, 40163]


def test_a_code_dies_after_five_minutes(wechat, simulator):
    code = simulator.mint_code("其其格")
    simulator.advance(300)

    with pytest.raises(CodeRefused):
        wechat.sign_in(code)


@pytest.mark.parametrize(
    ("errcode", "raised", "kind"),
    [
        (40029, CodeRefused, NotSignedIn),
        (40163, CodeRefused, NotSignedIn),
        (40226, RiskyUser, NotAllowed),
        (45011, TooFrequent, TooMany),
        (-1, WeChatDown, WeChatDown),
        (45009, WeChatDown, WeChatDown),
        (40001, AccountRefused, WeChatDown),
        (40013, AccountRefused, WeChatDown),
        (40125, AccountRefused, WeChatDown),
        (40164, AccountRefused, WeChatDown),
        (987654, AccountRefused, WeChatDown),
    ],
)
def test_each_refusal_of_a_sign_in_has_its_exception_and_is_never_repeated(
    wechat, simulator, errcode, raised, kind
):
    simulator.misbehave(LOGIN, errcode)

    with pytest.raises(raised) as refused:
        wechat.sign_in("demo:其其格")

    assert isinstance(refused.value, kind)
    assert len(simulator.log(endpoint=LOGIN)) == 1


def test_signing_in_too_often_says_how_long_to_wait(wechat, simulator):
    simulator.misbehave(LOGIN, 45011)

    with pytest.raises(TooFrequent) as refused:
        wechat.sign_in("demo:其其格")
    assert refused.value.more == {"retry_after": 60}


@pytest.mark.parametrize(
    "kind", ["hang", 500, 502, 503, 429, "html", "half", "close", "reset", "empty", "drip"]
)
def test_a_sign_in_without_an_answer_says_that_wechat_is_down_in_time(wechat, simulator, kind):
    simulator.misbehave(LOGIN, kind, seconds=0.05)
    began = time.monotonic()

    with pytest.raises(WeChatDown):
        wechat.sign_in("demo:其其格")

    assert time.monotonic() - began < QUICK.sign_in_total_s + 0.3
    assert len(simulator.log(endpoint=LOGIN)) == 1


def test_a_sign_in_that_nobody_listens_to_says_that_wechat_is_down():
    with pytest.raises(WeChatDown):
        connect(f"http://127.0.0.1:{planted.closed_port()}").sign_in("demo:其其格")


@pytest.mark.parametrize("openid", [None, "", 5.5, ["o1"], "o" * 65, "中", "o\n1"])
def test_an_answer_without_a_usable_openid_signs_nobody_in(openid):
    content = json.dumps({"openid": openid, "session_key": "k"}).encode()
    with PlantedServer(planted.saying(content)) as server:
        wechat = connect(server.url)
        with pytest.raises(WeChatDown):
            wechat.sign_in("demo:x")
        wechat.close()


@pytest.mark.parametrize("code", ["", "x" * 257, "a\nb", "a\x00", "\ud800"])
def test_a_code_that_cannot_be_one_never_leaves_the_house(wechat, simulator, code):
    with pytest.raises(CodeRefused):
        wechat.sign_in(code)
    assert simulator.log() == []


def test_the_default_limits_let_a_sign_in_fail_within_four_seconds():
    limits = Limits()

    assert limits.sign_in_total_s + limits.sign_in_wait_s < 4
    assert (limits.connect_s, limits.read_s, limits.total_s) == (3, 5, 8)


def test_no_more_sign_ins_wait_for_wechat_than_there_are_slots(simulator):
    wechat = connect(simulator.url, login_slots=4)
    simulator.misbehave(LOGIN, "hang")
    raised = []

    def work(n):
        try:
            wechat.sign_in(f"demo:person-{n}")
        except WeChatDown as error:
            raised.append(type(error))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(simulator.log(endpoint=LOGIN)) == 4
    assert raised.count(Busy) == 8


def test_a_slot_is_given_back_after_every_ending(simulator):
    wechat = connect(simulator.url, login_slots=1)
    for kind in (40029, -1, "close", "html"):
        simulator.misbehave(LOGIN, kind, times=1)
        with pytest.raises((CodeRefused, WeChatDown)):
            wechat.sign_in("demo:其其格:" + str(kind))

    assert wechat.sign_in("demo:其其格").openid
    wechat.close()


def test_the_session_key_is_kept_nowhere(wechat, caplog):
    caplog.set_level(logging.DEBUG)

    identity = wechat.sign_in("demo:其其格")

    assert "session_key" not in repr(identity) + caplog.text + repr(vars(wechat))


# Sending: what is asked


def test_a_message_that_fits_is_accepted(wechat, openid, simulator):
    done = send(wechat, openid)

    assert (done.word, done.errcode) == (Word.ACCEPTED, 0)
    assert int(done.msgid) > 2**53
    assert simulator.arrivals() == {openid: {"arrived": 1, "carried_out": 1}}


def test_the_body_is_what_the_platform_asks_for(wechat, openid, simulator):
    send(wechat, openid)

    assert simulator.log(endpoint=SEND)[0]["body"] == {
        "touser": openid,
        "template_id": "TENANCY_RESULT",
        "page": PAGE,
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "data": {key: {"value": value} for key, value in DATA.items()},
    }


def test_chinese_travels_as_utf_8_and_not_as_escapes():
    with PlantedServer(planted.saying(b'{"access_token":"t","expires_in":7200}')) as server:
        wechat = connect(server.url)
        send(wechat, "o1")
        wechat.close()

    assert "审核通过".encode() in server.requests[1]
    assert b"\\u" not in server.requests[1]


def test_a_message_without_a_page_has_no_page(wechat, openid, simulator):
    assert send(wechat, openid, page=None).word is Word.ACCEPTED
    assert "page" not in simulator.log(endpoint=SEND)[0]["body"]


def test_a_text_that_is_no_unicode_fails_here_and_never_leaves(wechat, openid, simulator):
    done = send(wechat, openid, data=DATA | {"thing4": "\ud800"})

    assert (done.word, done.alarm) == (Word.FAILED, True)
    assert simulator.log() == []


# Sending: what the answer means


@pytest.mark.parametrize(
    ("errcode", "word", "wait_s", "stops", "alarm"),
    [
        (-1, Word.RETRY, 0.5, Stops.NOTHING, False),
        (45011, Word.RETRY, 60.0, Stops.SENDER, False),
        (44991, Word.RETRY, 60.0, Stops.SENDER, False),
        (44990, Word.RETRY, 1.0, Stops.SENDER, False),
        (43108, Word.RETRY, 1.0, Stops.NOTHING, False),
        (43101, Word.REJECTED, None, Stops.NOTHING, False),
        (40003, Word.REJECTED, None, Stops.NOTHING, False),
        (47003, Word.REJECTED, None, Stops.NOTHING, True),
        (40037, Word.REJECTED, None, Stops.TEMPLATE, True),
        (41030, Word.REJECTED, None, Stops.TEMPLATE, True),
        (45168, Word.REJECTED, None, Stops.NOTHING, True),
        (47001, Word.REJECTED, None, Stops.NOTHING, True),
        (43107, Word.FAILED, None, Stops.SENDER, True),
        (41001, Word.FAILED, None, Stops.SENDER, True),
        (48001, Word.FAILED, None, Stops.SENDER, True),
        (45035, Word.FAILED, None, Stops.SENDER, True),
        (987654, Word.FAILED, None, Stops.NOTHING, True),
    ],
)
def test_each_error_code_has_its_word(
    wechat, openid, simulator, errcode, word, wait_s, stops, alarm
):
    simulator.misbehave(SEND, errcode)

    done = send(wechat, openid)

    assert (done.word, done.errcode, done.retry_after_s) == (word, errcode, wait_s)
    assert (done.stops, done.alarm) == (stops, alarm)
    assert len(simulator.log(endpoint=SEND)) == 1, "never repeated in here"


@pytest.mark.parametrize(("errcode", "stops"), [(45009, Stops.SENDER), (40038, Stops.NOTHING)])
def test_a_used_up_quota_waits_for_tomorrow_in_shanghai(wechat, openid, simulator, errcode, stops):
    simulator.misbehave(SEND, errcode)

    done = send(wechat, openid)

    again_at = datetime.fromtimestamp(wall.now().timestamp() + done.retry_after_s, tz=wall.SHANGHAI)
    assert (done.word, done.stops) == (Word.RETRY, stops)
    assert (again_at.hour, again_at.minute) in ((0, 0), (23, 59))


@pytest.mark.parametrize(
    "kind",
    ["hang", "half", "close", "reset", "drip", "empty", "html", 400, 404, 429, 500, 502, 503, 504],
)
def test_whatever_spoils_the_answer_leaves_the_message_in_doubt(wechat, openid, simulator, kind):
    simulator.misbehave(SEND, kind, seconds=0.05)
    began = time.monotonic()

    done = send(wechat, openid)

    assert (done.word, done.errcode, done.retry_after_s) == (Word.UNKNOWN, None, None)
    assert len(simulator.log(endpoint=SEND)) == 1, "arrived once and never repeated"
    assert time.monotonic() - began < QUICK.total_s + 0.3


def test_an_answer_that_is_slow_but_in_time_counts(wechat, openid, simulator):
    simulator.misbehave(SEND, "slow", seconds=0.2)

    assert send(wechat, openid).word is Word.ACCEPTED


def test_the_journal_tells_a_message_delivered_in_doubt_from_one_that_is_lost(
    wechat, openid, simulator
):
    simulator.misbehave(SEND, "half", times=1)
    simulator.misbehave(SEND, 500, times=1)

    words = [send(wechat, openid).word for _ in range(2)]

    assert words == [Word.UNKNOWN, Word.UNKNOWN]
    assert simulator.arrivals() == {openid: {"arrived": 2, "carried_out": 1}}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[]", id="array"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"ok"', id="string"),
        pytest.param(b"{}", id="no errcode"),
        pytest.param(b'{"msgid":1}', id="a msgid alone"),
        pytest.param(b'{"errcode":true}', id="errcode true"),
        pytest.param(b'{"errcode":0,"errmsg":"ok"', id="truncated"),
        pytest.param('{"errcode":0,"errmsg":"成功"}'.encode("gbk"), id="GBK"),
        pytest.param(b"x" * 70_000, id="too long"),
    ],
)
def test_an_answer_that_says_nothing_definite_leaves_the_message_in_doubt(content):
    assert planted_send(planted.saying(content)).word is Word.UNKNOWN


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(planted.silent, id="never answers"),
        pytest.param(planted.resetting, id="RST"),
        pytest.param(planted.writing(b"HTTP/1.1 200 OK\r\nConte"), id="half a head"),
        pytest.param(planted.saying(b"x", extra="Content-Encoding: gzip\r\n"), id="no gzip"),
        pytest.param(planted.dripping(planted.packet(b'{"errcode":0}'), 0.05), id="drip"),
        pytest.param(planted.Flood(), id="100 MB"),
        pytest.param(planted.saying(b"", "302 Found", "Location: /x\r\n"), id="redirect"),
    ],
)
def test_a_raw_server_that_breaks_the_rules_leaves_the_message_in_doubt(script):
    began = time.monotonic()

    assert planted_send(script).word is Word.UNKNOWN
    assert time.monotonic() - began < QUICK.total_s + 0.3


@pytest.mark.parametrize(
    ("content", "msgid"),
    [
        (b'{"errcode":0}', None),
        (b'{"errcode":"0","errmsg":"ok"}', None),
        (b'{"errcode":0,"msgid":3248682510344192008}', "3248682510344192008"),
        (b'{"errcode":0,"msgid":"1864323726461255680"}', "1864323726461255680"),
        (b'{"errcode":0,"msgid":null,"more":{"x":[1]}}', None),
        (b'{"errcode":0,"msgid":{"x":1}}', None),
    ],
)
def test_acceptance_is_read_however_it_is_written(content, msgid):
    done = planted_send(planted.saying(content, extra="Content-Type: text/plain\r\n"))

    assert (done.word, done.errcode, done.msgid) == (Word.ACCEPTED, 0, msgid)


def test_an_error_code_as_a_string_counts():
    done = planted_send(planted.saying(b'{"errcode":"43101","errmsg":"refused"}'))

    assert (done.word, done.errcode) == (Word.REJECTED, 43101)


def test_what_wechat_says_is_told_without_token_secret_and_openid():
    errmsg = f"token {TOKEN_HELD} of o-person with {SECRET} rid: 1-2-3"
    done = planted_send(planted.saying(json.dumps({"errcode": 47003, "errmsg": errmsg}).encode()))

    assert done.detail == "token *** of *** with *** rid: 1-2-3"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}", "http://no-such-host.invalid", "https://127.0.0.1:{port}"]
)
def test_what_never_left_may_be_sent_again(url):
    wechat = connect(url.format(port=planted.closed_port()), holding_a_token())

    done = send(wechat, "o-person")

    assert (done.word, done.errcode) == (Word.RETRY, None)
    assert done.retry_after_s > 0


def test_an_address_that_takes_no_connection_is_left_in_time():
    with planted.full_backlog() as port:
        done = send(connect(f"http://127.0.0.1:{port}", holding_a_token()), "o-person")

    assert done.word is Word.RETRY


TOKEN_HELD = "token-held"


def holding_a_token():
    tokens = MemoryTokens()
    tokens.keep(tokens.lease(10), Grant(TOKEN_HELD, 7200))
    return tokens


def planted_send(script):
    with PlantedServer(script) as server:
        wechat = connect(server.url, holding_a_token())
        done = send(wechat, "o-person")
        wechat.close()
        assert len(server.requests) == 1
    return done


# Sending: the access token


def test_the_token_is_asked_for_without_force(wechat, openid, simulator):
    send(wechat, openid)

    asked = simulator.log(endpoint=TOKEN)[0]
    assert (asked["path"], asked["method"]) == ("/cgi-bin/stable_token", "POST")
    assert asked["body"]["force_refresh"] is False


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_rejected_token_is_replaced_and_the_message_repeated_once(
    wechat, openid, simulator, clock, errcode
):
    wechat.warm_up()
    clock.advance(61)
    simulator.misbehave(SEND, errcode, times=1)

    assert send(wechat, openid).word is Word.ACCEPTED
    assert [row["errcode"] for row in simulator.log(endpoint=SEND)] == [errcode, 0]
    assert len(simulator.log(endpoint=TOKEN)) == 2


@pytest.mark.parametrize("spoil", ["expire_token", "revoke_token"])
def test_a_token_that_wechat_forgot_is_replaced(wechat, openid, simulator, clock, spoil):
    wechat.warm_up()
    clock.advance(61)
    getattr(simulator, spoil)()

    assert send(wechat, openid).word is Word.ACCEPTED


def test_a_token_that_another_process_has_replaced_is_taken_from_the_store(
    wechat, openid, simulator, tokens
):
    wechat.warm_up()
    simulator.revoke_token()
    theirs, _ = simulator.account.tokens.stable()
    tokens.keep(tokens.lease(10), Grant(theirs, 7200))

    assert send(wechat, openid).word is Word.ACCEPTED
    assert len(simulator.log(endpoint=TOKEN)) == 1, "only the one at the start"


def test_a_second_rejection_is_the_last(wechat, openid, simulator, clock):
    wechat.warm_up()
    clock.advance(61)
    simulator.misbehave(SEND, 40001)

    done = send(wechat, openid)

    assert (done.word, done.errcode, done.alarm) == (Word.RETRY, 40001, True)
    assert (done.retry_after_s, done.stops) == (60.0, Stops.SENDER)
    assert len(simulator.log(endpoint=SEND)) == 2


def test_the_message_is_repeated_once_even_if_tokens_may_be_had_at_any_time(simulator, openid):
    wechat = connect(simulator.url, pace=Pace(apart_s=0.0))
    simulator.misbehave(SEND, 40001)

    assert send(wechat, openid).errcode == 40001
    wechat.close()
    assert len(simulator.log(endpoint=SEND)) == 2


def test_a_permanent_40001_costs_two_token_calls_a_minute_at_most(wechat, openid, simulator, clock):
    simulator.misbehave(SEND, 40001)

    words = set()
    for _ in range(60):
        words.add(send(wechat, openid).word)
        clock.advance(1)

    assert words == {Word.RETRY}
    assert len(simulator.log(endpoint=TOKEN)) <= 2


def test_forty_threads_with_a_cold_store_fetch_one_token(simulator, openid):
    simulator.settle(latency_s=0.1)
    wechat = connect(simulator.url, limits=Limits())
    start = threading.Barrier(40)
    words = []

    def work(n):
        start.wait()
        words.append(send(wechat, simulator.openid_of(f"person-{n}")).word)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert words == [Word.ACCEPTED] * 40
    assert len(simulator.log(endpoint=TOKEN)) == 1


@pytest.mark.parametrize(
    ("kind", "errcode", "wait_s", "alarm"),
    [
        (40001, 40001, 60.0, True),
        (40125, 40125, 60.0, True),
        (40013, 40013, 60.0, True),
        (40164, 40164, 60.0, True),
        (89503, 89503, 60.0, True),
        (45011, 45011, 60.0, False),
        (-1, -1, 8.0, False),
        ("close", None, 5.0, False),
        ("html", None, 5.0, False),
        (500, None, 5.0, False),
    ],
)
def test_trouble_with_the_token_keeps_the_message_here(
    wechat, openid, simulator, kind, errcode, wait_s, alarm
):
    simulator.misbehave(TOKEN, kind)

    done = send(wechat, openid)

    assert (done.word, done.errcode, done.retry_after_s) == (Word.RETRY, errcode, wait_s)
    assert (done.alarm, done.stops) == (alarm, Stops.SENDER)
    assert simulator.log(endpoint=SEND) == []
    assert len(simulator.log(endpoint=TOKEN)) == 1


def test_a_token_quota_used_up_waits_for_tomorrow(wechat, openid, simulator):
    simulator.misbehave(TOKEN, 45009)

    done = send(wechat, openid)

    assert (done.word, done.errcode) == (Word.RETRY, 45009)
    assert 0 < done.retry_after_s <= 86_400


def test_a_message_with_a_hanging_token_call_keeps_to_one_deadline(wechat, openid, simulator):
    simulator.misbehave(TOKEN, "hang")
    began = time.monotonic()

    assert send(wechat, openid).word is Word.RETRY
    assert time.monotonic() - began < QUICK.total_s + 0.3


@pytest.mark.parametrize(
    ("expires_in", "life_s"),
    [
        ("7200", 7200),
        ('"7200"', 7200),
        ("0", 60),
        ("-5", 60),
        ('"-5"', 60),
        ("1000000000", 7200),
        ("300", 300),
        ("null", 60),
        ('"soon"', 60),
        ('"--5"', 60),
        ("true", 60),
        ("[]", 60),
        ("1e99", 60),
    ],
)
def test_a_silly_life_of_a_token_is_clamped(expires_in, life_s):
    content = f'{{"access_token":"t-1","expires_in":{expires_in}}}'.encode()
    tokens = MemoryTokens()
    with PlantedServer(planted.saying(content)) as server:
        wechat = connect(server.url, tokens)
        wechat.warm_up()
        wechat.close()

    assert tokens.read().left_s == pytest.approx(life_s, abs=1)


def test_a_missing_life_of_a_token_is_clamped():
    tokens = MemoryTokens()
    with PlantedServer(planted.saying(b'{"access_token":"t-1"}')) as server:
        wechat = connect(server.url, tokens)
        wechat.warm_up()
        wechat.close()

    assert tokens.read().left_s == pytest.approx(60, abs=1)


@pytest.mark.parametrize("token", ["null", '""', "{}", '"a b\\n"', '"' + "x" * 2049 + '"'])
def test_an_answer_without_a_usable_token_is_none(token):
    content = f'{{"access_token":{token},"expires_in":7200}}'.encode()
    with PlantedServer(planted.saying(content)) as server:
        wechat = connect(server.url)
        with pytest.raises(WeChatDown):
            wechat.warm_up()
        wechat.close()


def test_a_wrong_secret_is_found_at_the_warm_up(simulator):
    wechat = connect(simulator.url, secret="another")

    with pytest.raises(AccountRefused, match="40125"):
        wechat.warm_up()
    wechat.close()


def test_no_secret_and_no_token_reach_the_log(wechat, openid, simulator, clock, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
    simulator.misbehave(SEND, 40001, times=1)
    simulator.misbehave(LOGIN, 40125, times=1)

    send(wechat, openid)
    with pytest.raises(AccountRefused):
        wechat.sign_in("demo:其其格")
    token, _ = simulator.account.tokens.stable()

    assert "errcode 40125" in caplog.text
    for secret in (SECRET, token, openid, "demo:"):
        assert secret not in caplog.text


# Against the simulator's own checks


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"openid": "o-of-another-mini-program-00"}, 40003),
        ({"template_id": "NO_SUCH_TEMPLATE"}, 40037),
        ({"page": "/pages/applications/detail"}, 41030),
        ({"page": "pages/no/such"}, 41030),
        ({"data": DATA | {"thing1": "二十一个字的项目名称放不进这一格里面去了呀"}}, 47003),
        ({"data": {}}, 47003),
    ],
)
def test_a_wrong_message_is_rejected_for_good(wechat, openid, simulator, change, errcode):
    done = send(wechat, **({"openid": openid} | change))

    assert (done.word, done.errcode) == (Word.REJECTED, errcode)


def test_without_credit_a_message_is_rejected_and_nobody_is_alarmed(wechat, openid, simulator):
    simulator.set_credits(openid, "TENANCY_RESULT", 1)

    done = [send(wechat, openid) for _ in range(2)]

    assert [one.word for one in done] == [Word.ACCEPTED, Word.REJECTED]
    assert (done[1].errcode, done[1].alarm) == (43101, False)


def test_two_messages_to_one_person_at_once_collide(simulator, openid):
    simulator.settle(one_at_a_time=True, latency_s=0.2)
    wechat = connect(simulator.url, pace=Pace())
    wechat.warm_up()
    done = []
    threads = [threading.Thread(target=lambda: done.append(send(wechat, openid))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {one.errcode for one in done} == {0, 43108}
    wechat.close()
