"""Does this come from WeChat, and what does it say?

Source: WeChat's pages on message push, in secure mode. A request is signed over four parts (token,
timestamp, nonce, what is encrypted), the question whether an address is ours over the first three.
What is encrypted is AES-256-CBC, padded to blocks of 32: 16 random bytes, a length in bytes, the
message, the appid. Everything here is pure.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from backend.errors import Malformed
from backend.wechat.errors import Forged

# WeChat repeats a push within seconds; the rest is for clocks that disagree.
TOLERANCE = timedelta(minutes=10)
BLOCK, RANDOM, LENGTH = 32, 16, struct.Struct(">I")
DEEPEST = 8
_ECHO = re.compile(r"[\x21-\x7e]{1,256}")
_SECONDS = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True)
class Door:
    """What WeChat's console and we know: the appid, the token, and the keys, newest first.

    During a change of the key both are tried, since what was sealed with the one before may still
    be on its way.
    """

    appid: str
    token: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, appid: str, token: str, encoded_keys: tuple[str, ...]) -> "Door":
        """Read the keys as WeChat's console writes them, 43 characters without the padding."""
        return cls(appid, token, tuple(base64.b64decode(f"{key}=") for key in encoded_keys))

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """Return what shows WeChat that the address is ours; raise Forged for anybody else."""
        self._check(query, "signature", now)
        asked = query.get("echostr", "")
        if not _ECHO.fullmatch(asked):
            raise Forged
        return asked

    def opened(self, query: Mapping[str, str], body: bytes, now: datetime) -> bytes:
        """Return the message within a request.

        Raise Forged unless WeChat has sealed it for this mini-program, and Malformed for a body
        that cannot be read at all. Whatever stands in the body beside the seal counts for nothing.
        """
        if query.get("encrypt_type") != "aes" or not query.get("msg_signature"):
            raise Forged
        sealed = read(body).get("Encrypt")
        if not isinstance(sealed, str) or not sealed:
            raise Forged
        self._check(query, "msg_signature", now, sealed)
        for key in self.keys:
            message = unseal(sealed, key, self.appid)
            if message is not None:
                return message
        raise Forged

    def _check(self, query: Mapping[str, str], name: str, now: datetime, *more: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = sign(self.token, timestamp, nonce, *more)
        given = query.get(name, "").encode("utf-8", "surrogatepass")
        if not nonce or not hmac.compare_digest(given, expected.encode()):
            raise Forged
        if not _SECONDS.fullmatch(timestamp):
            raise Forged
        if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            raise Forged


def sign(*parts: str) -> str:
    """Sign three parts for the question, or four for a message, as WeChat does."""
    # A lone surrogate, which no header of WeChat's has, must not break us.
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined).hexdigest()


def seal(message: bytes, key: bytes, appid: str) -> str:
    """Encrypt as WeChat does, for its stand-in and for tests."""
    plain = os.urandom(RANDOM) + LENGTH.pack(len(message)) + message + appid.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def unseal(sealed: str, key: bytes, appid: str) -> bytes | None:
    """Return the message within; None where anything at all is wrong with it."""
    try:
        encrypted = base64.b64decode(sealed, validate=True)
        decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
        plain = decryptor.update(encrypted) + decryptor.finalize()
    except ValueError:
        return None
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
        return None
    content = plain[RANDOM:-padding]
    if len(content) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(content[: LENGTH.size])
    message, tail = content[LENGTH.size :][:length], content[LENGTH.size :][length:]
    if len(message) != length or not hmac.compare_digest(tail, appid.encode()):
        return None
    return message


def read(raw: bytes) -> dict[str, Any]:
    """Read JSON or XML into one mapping, without the stray spaces that WeChat's keys may have.

    Raise Malformed for whatever is neither, or declares a document type.
    """
    try:
        text = raw.decode("utf-8-sig")
        found = _of_xml(text) if text.lstrip().startswith("<") else json.loads(text)
    except (ValueError, RecursionError, ElementTree.ParseError):
        raise Malformed("回调内容无法解析") from None
    if not isinstance(found, dict):
        raise Malformed("回调内容无法解析")
    return {str(name).strip(): value for name, value in found.items()}


class _Tree(ElementTree.TreeBuilder):
    """Builds a tree, but not of a document that brings declarations of its own.

    Entities, and with them bombs and files of ours, can be declared nowhere else; the call comes
    before the first of them is read (DECISIONS 77).
    """

    def doctype(self, name: str, pubid: str, system: str) -> NoReturn:
        """Refuse."""
        raise Malformed("不接受带有 DOCTYPE 的内容")


def _of_xml(text: str) -> Any:
    parser = ElementTree.XMLParser(target=_Tree())
    parser.feed(text)
    return _mapping(parser.close(), DEEPEST)


def _mapping(element: Any, deeper: int) -> Any:
    """Turn an element into its text, or its children by name; one that repeats is a list."""
    if not len(element):
        return element.text or ""
    if not deeper:
        raise ValueError("too deep")
    found: dict[str, Any] = {}
    for child in element:
        value = _mapping(child, deeper - 1)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found
