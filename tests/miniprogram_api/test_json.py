import json as stdlib
from decimal import Decimal

import pytest
from flask import Flask, Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.test import EnvironBuilder

from backend.errors import Malformed
from miniprogram_api import json

HUGE = b"9" * 5000
MANY_KEYS = stdlib.dumps({f"k{number}": 1 for number in range(10_000)}).encode()
UNREADABLE = {
    "HT-01-100000-open-brackets": b"[" * 100_000,
    "HT-01-100000-open-braces": b'{"a":' * 100_000,
    "HT-02-3000-closed-brackets": b"[" * 3000 + b"]" * 3000,
    "HT-03-depth-33": b"[" * 33 + b"]" * 33,
    "HT-03-depth-33-of-objects": b'{"a":' * 32 + b"{}" + b"}" * 32,
    "HT-07-key-twice": b'{"amount":1,"amount":2}',
    "HT-07-key-twice-inside": b'{"a":[{"b":1,"b":1}]}',
    "HT-07-key-twice-by-escape": b'{"a":1,"\\u0061":2}',
    "HT-08-NaN": b'{"a":NaN}',
    "HT-08-Infinity": b"[Infinity]",
    "HT-08-minus-Infinity": b"-Infinity",
    "HT-08-1e999": b'{"a":1e999}',
    "HT-08-minus-1e999": b'{"a":-1e999}',
    "HT-08-1e-999": b'{"a":1e-999}',
    "HT-08-exponent-of-5000-digits": b'{"a":1e' + HUGE + b"}",
    "HT-09-5000-digits": b'{"a":' + HUGE + b"}",
    "HT-09-5000-decimals": b'{"a":0.' + HUGE + b"}",
    "HT-10-words-behind": b"{}x",
    "HT-10-second-object": b"{}{}",
    "HT-10-comma": b"[1,]",
    "HT-10-comment": b"{}//",
    "HT-11-empty": b"",
    "HT-11-spaces": b"  \n",
    "HT-13-bom": b"\xef\xbb\xbf{}",
    "HT-13-utf-16": '{"a":1}'.encode("utf-16"),
    "HT-13-utf-16-le": '{"a":1}'.encode("utf-16-le"),
    "HT-13-utf-32": '{"a":1}'.encode("utf-32"),
    "HT-14-bad-byte": b'{"a":"\xff"}',
    "HT-14-overlong": b'{"a":"\xc0\xaf"}',
    "HT-14-raw-surrogate": b'{"a":"\xed\xa0\x80"}',
    "HT-14-cut-short": '{"a":"字'.encode()[:-1],
    "HT-15-10000-keys": MANY_KEYS,
    "HT-15-1-MB-key": b'{"' + b"k" * 1_000_000 + b'":1}',
    "TX-01-NUL": b'{"a":"\\u0000"}',
    "TX-01-NUL-in-a-key": b'{"\\u0000":1}',
    "TX-01-raw-NUL": b'{"a":"\x00"}',
    "TX-02-high-surrogate": b'{"a":"\\ud800"}',
    "TX-02-low-surrogate": b'{"a":"x\\udfff"}',
    "TX-02-surrogate-in-a-key": b'{"\\ud800":1}',
    "TX-02-deep-inside": b'{"a":[{"b":["\\ud800"]}]}',
    "TX-14-raw-line-break": b'{"a":"\n"}',
    "TX-21-gbk": '{"a":"其其格"}'.encode("gbk"),
    "TX-21-windows-1252": '{"a":"caf\u00e9"}'.encode("cp1252"),
    "single-quotes": b"{'a':1}",
    "hexadecimal": b"[0x10]",
    "leading-zero": b"[01]",
    "plus": b"[+1]",
    "arabic-indic-digits": "[٣]".encode(),
    "half-an-escape": b'{"a":"\\u12"}',
    "open-string": b'{"a":"',
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_not_plain_json_is_malformed(raw):
    with pytest.raises(Malformed):
        json.read(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b' {"a" : [1, null, true, "\xe5\xad\x97"]}\n', {"a": [1, None, True, "字"]}),
        (b'{"a":1.50}', {"a": Decimal("1.50")}),
        (b'{"a":9007199254740993}', {"a": 2**53 + 1}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a":"\\"[[[[ \\\\"}', {"a": '"[[[[ \\'}),
        (b'{"a":1,"b":{"a":2}}', {"a": 1, "b": {"a": 2}}),
    ],
)
def test_plain_json_is_read_exactly(raw, value):
    assert value == json.read(raw)


@pytest.mark.parametrize("depth", [1, 31, 32])
def test_ht03_thirty_two_levels_are_read(depth):
    assert json.read(b"[" * depth + b"]" * depth) is not None


def test_brackets_inside_words_are_not_levels():
    words = "[{" * 100 + '\\"' + "[" * 100

    assert {"a": words} == json.read(stdlib.dumps({"a": words}).encode())


def test_every_place_that_cannot_be_kept_is_named_at_once():
    with pytest.raises(Malformed) as refused:
        json.read(b'{"a":"\\u0000","b":["x","\\ud800"],"c":{"\\u0000":1}}')

    pointers = [fault["pointer"] for fault in refused.value.more["errors"]]
    assert ["#/a", "#/b/1", "#/c"] == pointers


def test_a_pointer_escapes_slash_and_tilde():
    with pytest.raises(Malformed) as refused:
        json.read(b'{"a/b~c":"\\u0000"}')

    assert ["#/a~1b~0c"] == [fault["pointer"] for fault in refused.value.more["errors"]]


plain_text = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)))
# A name of more than 200 characters is refused.
names = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=200)
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | plain_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(plain_json)
def test_what_is_written_is_read_back(value):
    assert value == json.read(stdlib.dumps(value, ensure_ascii=False).encode())


@given(plain_json)
def test_ic13_order_of_keys_and_white_space_do_not_matter_to_the_canonical_form(value):
    again = json.read(stdlib.dumps(_reversed(value), indent=3).encode())

    assert json.canonical(value) == json.canonical(again)


@given(st.binary(max_size=60))
def test_no_bytes_at_all_break_the_reader(raw):
    try:
        json.read(raw)
    except Malformed as refused:
        assert refused.detail


def request(data: bytes, **headers: str) -> Request:
    builder = EnvironBuilder(method="POST", data=data, headers=headers)
    return Request(builder.get_environ())


def test_no_body_at_all_is_an_empty_object():
    assert {} == json.body(request(b""))
    assert {} == json.body(request(b"", **{"Content-Type": "application/json"}))


def test_no_body_at_all_is_malformed_where_one_is_required():
    for headers in ({}, {"Content-Type": "application/json"}):
        with pytest.raises(Malformed, match="缺少请求内容"):
            json.body(request(b"", **headers), required=True)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
        'application/json;charset="utf-8"',
        "APPLICATION/JSON",
    ],
)
def test_json_in_utf_8_is_read(content_type):
    assert {"a": 1} == json.body(request(b'{"a":1}', **{"Content-Type": content_type}))


WRONG_TYPES = {
    "HT-16-missing": {},
    "HT-16-empty": {"Content-Type": ""},
    "HT-16-text": {"Content-Type": "text/plain"},
    "HT-16-html": {"Content-Type": "text/html"},
    "HT-16-form": {"Content-Type": "application/x-www-form-urlencoded"},
    "HT-16-multipart": {"Content-Type": "multipart/form-data; boundary=x"},
    "HT-16-json-in-name-only": {"Content-Type": "application/jsonp"},
    "HT-16-problem": {"Content-Type": "application/problem+json"},
    "HT-16-merge-patch": {"Content-Type": "application/merge-patch+json"},
    "HT-16-gbk": {"Content-Type": "application/json; charset=gbk"},
    "HT-16-utf-16": {"Content-Type": "application/json; charset=utf-16"},
    "HT-16-garbage": {"Content-Type": ";;;"},
    "HT-17-gzip": {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    "HT-17-deflate": {"Content-Type": "application/json", "Content-Encoding": "deflate"},
    "HT-17-br": {"Content-Type": "application/json", "Content-Encoding": "br"},
    "HT-17-twice": {"Content-Type": "application/json", "Content-Encoding": "gzip, gzip"},
}


@pytest.mark.parametrize("headers", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_anything_but_json_in_utf_8_is_an_unsupported_type(headers):
    with pytest.raises(UnsupportedMediaType):
        json.body(request(b"{}", **headers))


def test_json_goes_out_with_plain_chinese_and_moments_in_utc():
    app = Flask(__name__)
    app.json = json.FastJson(app)
    with app.app_context():
        written = app.json.dumps({"名": "其其格"})
        back = app.json.loads(written)

    assert '{"名":"其其格"}' == written
    assert {"名": "其其格"} == back


def _reversed(value):
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(each) for each in value] if isinstance(value, list) else value
