"""What does WeChat make that leads into the mini-program? A code to scan, and a link to tap.

Source: the pages on mini-program codes and URL links of the server documentation (2026-07). The
call for codes answers with the picture itself, and with JSON under HTTP 200 when it refuses.
"""

import logging
import re
from datetime import timedelta
from typing import Any

from backend.errors import WeChatDown
from backend.wechat import answer, reactions
from backend.wechat.answer import Answer
from backend.wechat.errors import AccountRefused, NoAnswer
from backend.wechat.reactions import Endpoint
from backend.wechat.wire import Reply

log = logging.getLogger(__name__)

# What may stand in a scene: digits, letters and some signs; no per cent, no Chinese.
SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
WIDTH = 430
PICTURE_BYTES = 1024 * 1024
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MEDIA = ("image/png", "image/jpeg")
LONGEST_LINK_LIFE = timedelta(days=30)
LINK = re.compile(r"https://[\x21-\x7e]{1,500}")


def code(scene: str, page: str, version: str) -> dict[str, Any]:
    """Return the body that asks for a code; raise ValueError for a scene WeChat would refuse."""
    if not SCENE.fullmatch(scene):
        raise ValueError("scene")
    return {"scene": scene, "page": page, "env_version": version, "width": WIDTH}


def picture(reply: Reply, *, hide: tuple[str, ...]) -> bytes | Answer:
    """Return the picture, or what WeChat says instead of one; its first byte tells."""
    if reply.status == 200 and not reply.content.lstrip().startswith(b"{"):
        if reply.content.startswith((PNG, JPEG)):
            return reply.content
        raise NoAnswer("neither a picture nor JSON")
    said = answer.read(reply, hide=hide)
    if not said.errcode:
        raise NoAnswer("no picture")
    return said


def media_type(picture: bytes) -> str:
    """Name the type of a picture that WeChat has drawn."""
    return MEDIA[0] if picture.startswith(PNG) else MEDIA[1]


def link(path: str, query: str, expires_at: int, version: str) -> dict[str, Any]:
    """Return the body that asks for a link until a moment, in seconds since 1970."""
    return {
        "path": path,
        "query": query,
        "expire_type": 0,
        "expire_time": expires_at,
        "env_version": version,
    }


def link_in(fields: dict[str, Any]) -> str:
    """Return the link of an answer; raise WeChatDown where there is none."""
    link = answer.text(fields.get("url_link"), longest=500)
    if link is None or not LINK.fullmatch(link):
        raise WeChatDown("no link")
    return link


def refusal(endpoint: Endpoint, errcode: int) -> WeChatDown:
    """Return the exception for an error code (not 0) of either call."""
    rule = reactions.of(endpoint, errcode)
    if rule.calls_staff:
        log.error("WeChat refuses a code or link: errcode %d, %s", errcode, rule.meaning)
        return AccountRefused(errcode)
    return WeChatDown(f"errcode {errcode}")
