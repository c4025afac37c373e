"""How is JSON read so that nothing odd gets in, and written fast?

The default stack accepts duplicate keys, NaN and a byte order mark, and answers 500 to deep
nesting; here each is refused before any schema sees it. NUL and lone surrogates, which
PostgreSQL cannot hold, are refused wherever they stand, all of them at once.
"""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson
from flask import Request, Response
from flask.json.provider import JSONProvider
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from backend.errors import Malformed

MAX_DEPTH = 32
MAX_KEYS = 1_000
MAX_DIGITS = 30
MAX_EXPONENT = 30
# To the second, and in UTC ending in Z.
_MOMENTS = orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_UTC_Z
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_UNHELD = re.compile("[\x00\ud800-\udfff]")


class FastJson(JSONProvider):
    """Flask's JSON door: orjson out, the strict reader in."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Write with orjson; moments end in Z."""
        return _written(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read strictly; raise Malformed."""
        return read(s.encode() if isinstance(s, str) else s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Build a JSON response around the value."""
        return answer(self._prepare_response_obj(args, kwargs))


def answer(value: Any) -> Response:
    """Write a value as the JSON response of this request."""
    return Response(_written(value), mimetype="application/json")


def body(request: Request, *, required: bool = False) -> Any:
    """Return the request's JSON; no body at all is an empty object, unless one is required.

    Raise Malformed for anything but UTF-8 JSON; `UnsupportedMediaType` and
    `RequestEntityTooLarge` are raised by Werkzeug.
    """
    raw = request.get_data(cache=True)
    _refuse_cut_off(request, len(raw))
    if not raw and request.mimetype in ("", "application/json"):
        if required:
            raise Malformed("缺少请求内容")
        return {}
    encoding = request.headers.get("Content-Encoding", "identity")
    if (request.mimetype, _charset(request), encoding) != ("application/json", "utf-8", "identity"):
        raise UnsupportedMediaType
    return read(raw)


def read(raw: bytes) -> Any:
    """Parse strictly; raise Malformed naming what is wrong and, where it can, each place."""
    _refuse_depth(raw)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_number,
            parse_int=_whole,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Malformed("请求内容不是有效的 UTF-8 JSON") from None
    unheld = [{"pointer": where, "detail": "含有不能保存的字符"} for where in _unheld(value, "#")]
    if unheld:
        raise Malformed(errors=unheld)
    return value


def canonical(value: Any) -> bytes:
    """Write a value so that the order of keys and the white space do not matter."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()


def _written(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=_MOMENTS)


def _refuse_cut_off(request: Request, length: int) -> None:
    """Refuse what is not the whole body: shorter than announced, or chunked and too large."""
    if request.content_length is not None and length < request.content_length:
        raise Malformed("请求内容不完整")
    if request.content_length is None and length >= (request.max_content_length or length + 1):
        raise RequestEntityTooLarge


def _charset(request: Request) -> str:
    return request.mimetype_params.get("charset", "utf-8").lower()


def _refuse_depth(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", raw)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed(f"嵌套超过 {MAX_DEPTH} 层")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise Malformed("同一字段出现两次：" + "、".join(name[:50] for name in twice))
    if len(found) > MAX_KEYS or any(len(name) > 200 for name in found):
        raise Malformed("字段过多或字段名过长")
    return found


def _no_constant(name: str) -> Any:
    raise Malformed(f"不接受 {name}")


def _number(digits: str) -> Decimal:
    try:
        value = Decimal(digits)
    except ArithmeticError:
        raise Malformed("数字过长") from None
    if len(digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_EXPONENT:
        raise Malformed("数字过长")
    return value


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Malformed("数字过长")
    return int(digits)


def _unheld(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str):
        if _UNHELD.search(value):
            yield pointer
        return
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
        if any(_UNHELD.search(name) for name in value):
            yield pointer
    elif isinstance(value, list):
        items = enumerate(value)
    for name, inner in items:
        escaped = str(name)[:60].replace("~", "~0").replace("/", "~1")
        yield from _unheld(inner, f"{pointer}/{escaped}")
