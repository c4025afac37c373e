"""How does the stand-in draw a code, and what link does it make?

Source: the pages on unlimited codes and URL links of the server documentation. The picture is a
real one, a PNG of noise that is always the same for the same scene; nobody can scan it.
"""

import hashlib
import re
import secrets
import struct
import time
import zlib
from collections.abc import Collection, Mapping
from typing import Any

from backend.wechat.simulator.refused import Refused

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
VERSIONS = ("release", "trial", "develop")
WIDTHS = range(280, 1281)
SIDE = 32
LONGEST_QUERY = 1024
LONGEST_S = 30 * 86_400


def code(asked: Mapping[str, Any], pages: Collection[str]) -> bytes:
    """Answer `getwxacodeunlimit`."""
    scene = asked.get("scene")
    if not isinstance(scene, str) or not SCENE.fullmatch(scene):
        raise Refused(40169)
    if "scancode_time" in scene:
        raise Refused(85096)
    if asked.get("check_path", True) and asked.get("page") not in pages:
        raise Refused(41030)
    if asked.get("env_version", "release") not in VERSIONS:
        raise Refused(40097, "env_version")
    if asked.get("width", 430) not in WIDTHS:
        raise Refused(40097, "width")
    return _png(scene)


def link(asked: Mapping[str, Any], pages: Collection[str], ahead_s: float) -> dict[str, Any]:
    """Answer `generate_urllink`; the account's own time is `ahead_s` ahead of everybody's."""
    if asked.get("path") not in pages:
        raise Refused(40165)
    query = asked.get("query", "")
    if not isinstance(query, str) or len(query) > LONGEST_QUERY:
        raise Refused(40212)
    if asked.get("env_version", "release") not in VERSIONS:
        raise Refused(85402)
    if asked.get("expire_type") != 0:
        raise Refused(85408)
    left = asked.get("expire_time", 0) - time.time() - ahead_s
    # A second of grace: the moment is told in whole seconds, and the call takes its time.
    if not 0 < left <= LONGEST_S + 1:
        raise Refused(85401)
    made = f"https://wxaurl.cn/{secrets.token_urlsafe(9)}"
    return {"errcode": 0, "errmsg": "ok", "url_link": made}


def _png(scene: str) -> bytes:
    noise = hashlib.shake_256(scene.encode()).digest(SIDE * SIDE // 8)
    lines = b"".join(b"\0" + noise[at : at + SIDE // 8] for at in range(0, len(noise), SIDE // 8))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", _crc(kind, content))
        for kind, content in chunks
    )


def _crc(kind: bytes, content: bytes) -> int:
    return zlib.crc32(kind + content)
