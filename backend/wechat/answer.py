"""What does WeChat's answer say? A JSON object under HTTP 200, or nothing at all.

Source: a failure is HTTP 200 with `errcode` and a text that may change; some calls leave
`errcode` out on success. Anything else came from something in between.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from backend.wechat.errors import NoAnswer
from backend.wechat.wire import Reply

DETAIL_CHARACTERS = 200
ERRCODE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object; `errcode` is None where WeChat sent none."""

    errcode: int | None
    errmsg: str
    fields: dict[str, Any]


def read(reply: Reply, *, hide: tuple[str, ...] = ()) -> Answer:
    """Read a reply, blotting `hide` out of its text; raise NoAnswer if it cannot be one."""
    if reply.status != 200:
        raise NoAnswer(f"HTTP {reply.status}")
    try:
        fields = json.loads(reply.content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise NoAnswer("not a JSON object")
    return Answer(_errcode(fields.get("errcode")), _shown(fields.get("errmsg"), hide), fields)


def text(value: object, *, longest: int) -> str | None:
    """Return a number or a string of printable ASCII as text, else None.

    WeChat's message ids exceed 2^53 and come as either; they stay text for good.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    shown = str(value)
    return shown if 0 < len(shown) <= longest and shown.isascii() and shown.isprintable() else None


def _errcode(value: object) -> int | None:
    if value is None:
        return None
    shown = text(value, longest=10)
    if shown is None or not ERRCODE.fullmatch(shown):
        raise NoAnswer("errcode is no number")
    return int(shown)


def _shown(errmsg: object, hide: tuple[str, ...]) -> str:
    shown = errmsg if isinstance(errmsg, str) else ""
    for secret in hide:
        if secret:
            shown = shown.replace(secret, "***")
    return "".join(c for c in shown if c.isprintable())[:DETAIL_CHARACTERS]
