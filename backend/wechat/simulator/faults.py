"""How does a spoilt answer look on the wire? As one of these functions writes it.

Each gets the connection, the row of the plan and the answer that a well-behaved server would have
given, and returns True if the connection can go on living.
"""

import json
import os
import socket
import struct
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from backend.wechat.simulator.mischief import Misbehaviour, Mischief

JSON, HTML = "application/json; encoding=utf-8", "text/html"
PAGE = "<html><head><title>{title}</title></head><body><center>nginx</center></body></html>"


def packet(status: int, content: bytes, kind: str = JSON, extra: str = "") -> bytes:
    """Return a whole HTTP answer as bytes."""
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nServer: nginx\r\n{extra}"
        f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def encoded(answer: dict[str, Any]) -> bytes:
    """Return an answer as WeChat writes it, in UTF-8 without escapes."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


class Spoiler:
    """Writes answers, spoilt or not."""

    def __init__(self, mischief: Mischief):
        """Wait, where waiting is wanted, for this plan to be cleared."""
        self._mischief = mischief
        self._ways: dict[str, Callable[[socket.socket, Misbehaviour, bytes], bool]] = {
            "errcode": self._whole,
            "slow": self._slow,
            "status": self._status,
            "html": self._html,
            "empty": self._empty,
            "redirect": self._redirect,
            "hang": self._hang,
            "half": self._half,
            "close": self._close,
            "reset": self._reset,
            "drip": self._drip,
        }

    def write(self, connection: socket.socket, row: Misbehaviour | None, whole: bytes) -> bool:
        """Write an answer as the plan wants it; return whether the connection lives on."""
        if row is None:
            connection.sendall(whole)
            return True
        return self._ways[row.kind](connection, row, whole)

    def _whole(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        connection.sendall(whole)
        return True

    def _slow(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        time.sleep(row.seconds)
        return self._whole(connection, row, whole)

    def _status(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        title = f"{row.status} {HTTPStatus(row.status).phrase}"
        extra = "Retry-After: 1\r\n" if row.status in (429, 503) else ""
        connection.sendall(packet(row.status, PAGE.format(title=title).encode(), HTML, extra))
        return True

    def _html(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        connection.sendall(packet(200, PAGE.format(title="Welcome").encode(), HTML))
        return True

    def _empty(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        connection.sendall(packet(200, b""))
        return True

    def _redirect(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        connection.sendall(packet(302, b"", HTML, f"Location: {row.location}\r\n"))
        return True

    def _hang(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        self._mischief.wait_for_clearing()
        return False

    def _half(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        head, _, content = whole.partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n" + content[: len(content) // 2])
        return False

    def _close(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        return False

    def _reset(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        # Closing with nothing to linger for sends RST; a shutdown first would send FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())
        return False

    def _drip(self, connection: socket.socket, row: Misbehaviour, whole: bytes) -> bool:
        for place in range(len(whole)):
            connection.sendall(whole[place : place + 1])
            time.sleep(row.seconds)
        return True
