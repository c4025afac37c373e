import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.wechat import answer
from backend.wechat.errors import NoAnswer
from backend.wechat.wire import Reply


def reply(content: object, status: int = 200) -> Reply:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Reply(status, raw)


@pytest.mark.parametrize(
    ("sent", "errcode"),
    [(0, 0), ("0", 0), (-1, -1), ("-1", -1), (43101, 43101), ("43101", 43101), (None, None)],
)
def test_the_error_code_may_be_a_number_or_a_string(sent, errcode):
    assert errcode == answer.read(reply({"errcode": sent, "errmsg": "ok", "more": [1]})).errcode


def test_the_error_code_may_be_missing():
    assert answer.read(reply({"openid": "o1"})).errcode is None


@pytest.mark.parametrize("sent", [True, 0.0, "", "zero", " 0", "１", "1_0", [], {}, 10**30])
def test_an_error_code_that_is_no_number_is_no_answer(sent):
    with pytest.raises(NoAnswer):
        answer.read(reply({"errcode": sent}))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="array"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"ok"', id="string"),
        pytest.param(b'{"errcode":0', id="truncated"),
        pytest.param(b"<html>ok</html>", id="html"),
        pytest.param('{"errcode":0,"errmsg":"成功"}'.encode("gbk"), id="GBK"),
        pytest.param('{"errcode":0}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * 60_000, id="deep"),
        pytest.param(b'{"errcode":' + b"9" * 5000 + b"}", id="a number of 5000 digits"),
    ],
)
def test_what_is_not_a_json_object_is_no_answer(content):
    with pytest.raises(NoAnswer):
        answer.read(reply(content))


@pytest.mark.parametrize("status", [201, 302, 400, 404, 429, 500, 502, 503])
def test_only_http_200_is_an_answer(status):
    with pytest.raises(NoAnswer, match=str(status)):
        answer.read(reply({"errcode": 0}, status))


def test_secrets_that_wechat_echoes_are_blotted_out():
    said = answer.read(
        reply({"errcode": 40001, "errmsg": "token tok-1 of oABC is bad\n rid: 1-2"}),
        hide=("tok-1", "oABC", ""),
    )

    assert said.errmsg == "token *** of *** is bad rid: 1-2"


def test_a_long_text_is_cut():
    assert len(answer.read(reply({"errmsg": "x" * 5000})).errmsg) == 200


@pytest.mark.parametrize("errmsg", [None, 5, ["x"], {"x": 1}])
def test_a_text_of_another_type_is_no_text(errmsg):
    assert answer.read(reply({"errcode": 0, "errmsg": errmsg})).errmsg == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3248682510344192008, "3248682510344192008"),
        ("1864323726461255680", "1864323726461255680"),
        (0, "0"),
        (None, None),
        (True, None),
        (1.5, None),
        ("", None),
        ("中", None),
        ("a\nb", None),
        ("x" * 65, None),
    ],
)
def test_an_id_stays_text_however_it_came(value, shown):
    assert shown == answer.text(value, longest=64)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content):
    try:
        answer.read(Reply(200, content))
    except NoAnswer:
        pass


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a1-\x00é中😀"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["errcode", "errmsg", "msgid"]), _json))
def test_no_json_object_breaks_the_reader(fields):
    try:
        answer.read(reply(fields))
    except NoAnswer:
        pass
