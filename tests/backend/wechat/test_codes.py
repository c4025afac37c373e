"""What does WeChat draw and link? (its codes and URL links, over HTTP to the stand-in)"""

import time

import pytest

from backend.errors import WeChatDown
from backend.wechat import codes
from backend.wechat.errors import AccountRefused, NoAnswer
from backend.wechat.token import Pace
from backend.wechat.wire import Reply
from tests.backend.wechat.conftest import QUICK, connect
from tests.backend.wechat.planted import PlantedServer

PAGE = "pages/codes/open"
DAY_S = 86_400
PNG = b"\x89PNG\r\n\x1a\n"


def in_days(days: float) -> int:
    return int(time.time() + days * DAY_S)


def test_a_code_is_a_picture_that_opens_a_page_with_its_scene(wechat, simulator):
    picture = wechat.draw_code("7cQ2mVxN0aLp", PAGE)

    assert (True, "image/png") == (picture.startswith(PNG), codes.media_type(picture))
    (call,) = simulator.log(endpoint="code")
    assert {
        "scene": "7cQ2mVxN0aLp",
        "page": PAGE,
        "env_version": "release",
        "width": 430,
    } == call["body"]


def test_32_characters_of_scene_are_drawn_and_one_more_never_leaves_the_house(wechat, simulator):
    assert wechat.draw_code("a" * 32, PAGE).startswith(PNG)

    for scene in ("a" * 33, "", "a%20b", "码", "a b"):
        with pytest.raises(ValueError):
            wechat.draw_code(scene, PAGE)
    assert 1 == len(simulator.log(endpoint="code"))


@pytest.mark.parametrize(
    ("errcode", "raised"),
    [
        (-1, WeChatDown),
        (45009, WeChatDown),
        (40129, AccountRefused),
        (40169, AccountRefused),
        (41030, AccountRefused),
        (85096, AccountRefused),
        (40097, AccountRefused),
    ],
)
def test_a_refusal_comes_as_json_in_place_of_the_picture(wechat, simulator, errcode, raised):
    simulator.misbehave("code", errcode)

    with pytest.raises(WeChatDown) as refused:
        wechat.draw_code("7cQ2mVxN0aLp", PAGE)

    assert raised is type(refused.value)
    assert 1 == len(simulator.log(endpoint="code"))


@pytest.mark.parametrize("kind", ["hang", 500, "html", "half", "close", "reset", "empty"])
def test_without_a_picture_wechat_is_down_in_time(wechat, simulator, kind):
    wechat.warm_up()
    simulator.misbehave("code", kind)
    began = time.monotonic()

    with pytest.raises(WeChatDown):
        wechat.draw_code("7cQ2mVxN0aLp", PAGE)

    assert time.monotonic() - began < QUICK.sign_in_total_s + 0.3


def test_a_rejected_token_is_replaced_once_though_it_is_told_in_place_of_a_picture(simulator):
    wechat = connect(simulator.url, pace=Pace(apart_s=0.0))
    wechat.warm_up()
    simulator.revoke_token()

    assert wechat.draw_code("7cQ2mVxN0aLp", PAGE).startswith(PNG)

    assert [40001, 0] == [call["errcode"] for call in simulator.log(endpoint="code")]
    wechat.close()


def test_a_picture_of_a_hundred_kilobytes_is_read_whole_and_one_without_end_is_not():
    whole = PNG + b"x" * 100_000

    def draws(length):
        def script(connection):
            body = b'{"access_token":"t","expires_in":7200}'
            if b"getwxacode" in server.requests[-1]:
                body = whole[:9] + b"x" * (length - 9)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            connection.sendall(head + body)

        return script

    for length, fits in ((100_000, True), (codes.PICTURE_BYTES, True), (2_000_000, False)):
        with PlantedServer(draws(length)) as server:
            wechat = connect(server.url)
            if fits:
                assert length == len(wechat.draw_code("7cQ2mVxN0aLp", PAGE))
            else:
                with pytest.raises(NoAnswer):
                    wechat.draw_code("7cQ2mVxN0aLp", PAGE)
            wechat.close()


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b'{"errcode":0,"errmsg":"ok"}', b"{", b"<html>", b"[]"]
)
def test_what_is_neither_a_picture_nor_a_refusal_is_no_answer(content):
    with pytest.raises(NoAnswer):
        codes.picture(Reply(200, content), hide=())


def test_a_jpeg_is_a_picture_too():
    jpeg = b"\xff\xd8\xff\xe0" + b"x" * 100

    assert jpeg == codes.picture(Reply(200, jpeg), hide=())
    assert "image/jpeg" == codes.media_type(jpeg)


def test_a_link_opens_a_page_with_its_query_until_a_moment(wechat, simulator):
    until = in_days(30)

    assert wechat.make_link(PAGE, "scene=7cQ2mVxN0aLp", until).startswith("https://wxaurl.cn/")

    (call,) = simulator.log(endpoint="link")
    assert {
        "path": PAGE,
        "query": "scene=7cQ2mVxN0aLp",
        "expire_type": 0,
        "expire_time": until,
        "env_version": "release",
    } == call["body"]


@pytest.mark.parametrize("days", [30.001, 31, 0, -1])
def test_more_than_thirty_days_and_what_has_passed_are_refused(wechat, days):
    with pytest.raises(AccountRefused, match="85401"):
        wechat.make_link(PAGE, "scene=7cQ2mVxN0aLp", in_days(days))


@pytest.mark.parametrize(
    ("errcode", "raised"),
    [(-1, WeChatDown), (44993, WeChatDown), (40002, AccountRefused), (40165, AccountRefused)],
)
def test_a_link_that_is_refused_is_none(wechat, simulator, errcode, raised):
    simulator.misbehave("link", errcode)

    with pytest.raises(WeChatDown) as refused:
        wechat.make_link(PAGE, "scene=7cQ2mVxN0aLp", in_days(1))

    assert raised is type(refused.value)


@pytest.mark.parametrize("link", [None, "", "javascript:alert(1)", "http://x", "https://a b"])
def test_what_is_no_address_is_no_link(link):
    with pytest.raises(WeChatDown):
        codes.link_in({"url_link": link})
