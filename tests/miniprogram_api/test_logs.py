"""What is written down? Nothing personal, whatever happens."""

import io
import logging

import orjson
import pytest

from miniprogram_api import logs
from tests.factories import SECTIONS, World, openid_of

SECRETS = [
    "13800138000",
    "+86 13800138000",
    openid_of("qiqige"),
    "152201199001010001",
    "15220119900101001X",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "https://api.weixin.qq.com/x?appid=wx1&secret=0123456789abcdef&js_code=0a3b5c",
    "Key (subject)=(value) DETAIL:  Key (provider, subject)=(wechat, xyz) already exists.",
]
LEAKS = ["13800138000", openid_of("qiqige"), "1990", "eyJhbG", "0123456789abcdef", "0a3b5c", "xyz"]


@pytest.fixture
def lines():
    """Every log line of this process, as `configure` has it written."""
    root, kept = logging.getLogger(), list(logging.getLogger().handlers)
    level, propagated = root.level, logs.requests.propagate
    logs.configure("DEBUG")
    stream = io.StringIO()
    for handler in (*root.handlers, *logs.requests.handlers):
        handler.setStream(stream)
    yield lambda: stream.getvalue()
    root.handlers[:] = kept
    root.setLevel(level)
    logs.requests.handlers.clear()
    logs.requests.propagate = propagated


@pytest.mark.parametrize("words", SECRETS)
def test_what_looks_personal_or_secret_is_blanked(lines, words: str):
    logging.getLogger("anything").warning("seen: %s", words)

    assert "seen" in lines()
    assert not [leak for leak in LEAKS if leak in lines()]


def test_a_traceback_goes_through_the_same_net(lines):
    try:
        raise ValueError(f"no such phone {SECRETS[0]}")
    except ValueError:
        logging.getLogger("anything").exception("broken")

    assert "ValueError" in lines()
    assert SECRETS[0] not in lines()


def test_a_line_feed_makes_no_second_line(lines):
    logging.getLogger("anything").warning('a\r\n{"level":"AUDIT"}')

    assert 1 == len(lines().strip().splitlines())
    assert "AUDIT" in orjson.loads(lines())["event"]


def test_a_whole_journey_leaves_nothing_personal_in_any_line(lines, world: World):
    code = "demo:qiqige:4711"
    answer = world.anybody.post("/session/wechat", {"code": code})
    token = answer.json["access_token"]
    application = world.approved()

    written = lines()
    assert "approveApplication" in written
    for secret in (
        code,
        "4711",
        token,
        SECTIONS["applicant"]["phone"],
        SECTIONS["applicant"]["name"],
        openid_of("qiqige"),
        application["number"],
    ):
        assert secret not in written


def test_every_request_is_one_line_with_its_number_and_its_time(lines, world: World):
    answer = world.anybody.get("/parks/019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10")

    (line,) = [
        each
        for each in map(orjson.loads, lines().splitlines())
        if each["request_id"] == answer.headers["X-Request-ID"]
    ]
    assert ("request", "getPark", "GET", 404) == tuple(
        line[name] for name in ("event", "operation", "method", "status")
    )
    assert line["duration_ms"] >= 0


def test_a_number_at_the_edge_of_what_is_cut_is_blanked_as_well():
    for beyond in range(1, 11):
        words = "13800138000" + " " * (logs.LONGEST - 11 + beyond)

        assert "8000" not in logs.blanked(words), beyond


@pytest.mark.parametrize("words", ["+8613800138000", "8613800138000"])
def test_a_number_with_its_country_code_is_blanked(words: str):
    assert "13800138000" not in logs.blanked(f"seen {words} here")
