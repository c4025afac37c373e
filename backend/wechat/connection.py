"""What does a connection to WeChat watch? The deadline, and whether a byte has left.

urllib3 knows a time-out for each single read, so an answer dripped byte by byte never ends; and
its exceptions do not tell whether the request had been written. Both are seen to at the socket.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import parse_url
from urllib3.util.connection import create_connection


class Deadline:
    """A moment by which everything must be over."""

    def __init__(self, seconds: float):
        """Start counting."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that remain, 0 when there are none."""
        return max(0.0, self._end - time.monotonic())

    def clip(self, seconds: float | None) -> float:
        """Return the shorter of a time-out and what remains; raise TimeoutError at the end."""
        left = self.left()
        if left == 0.0:
            raise TimeoutError("deadline passed")
        return left if seconds is None else min(seconds, left)


@dataclass(slots=True)
class Attempt:
    """One request: by when it must be over, and whether a byte of it has left."""

    deadline: Deadline
    wrote: bool = False


# Connections are made deep inside urllib3, which has no place to pass these two through.
_attempt: ContextVar[Attempt] = ContextVar("_attempt")


@contextmanager
def attempting(attempt: Attempt) -> Iterator[None]:
    """Let every connection used inside work for this attempt."""
    mark = _attempt.set(attempt)
    try:
        yield
    finally:
        _attempt.reset(mark)


class _ClippedReads(io.RawIOBase):
    """The receiving side of a socket, whose every read ends at the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket):
        self._raw, self._sock = raw, sock
        self._read_s = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_attempt.get().deadline.clip(self._read_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose head, too, may not be dripped byte by byte past the deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any):
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_ClippedReads(self.fp.detach(), sock))


class _Plain(HTTPConnection):
    """A connection that notes when its first byte leaves."""

    response_class = _Answer

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        attempt = _attempt.get()
        self.sock.settimeout(attempt.deadline.clip(self.timeout))
        attempt.wrote = True
        super().send(data)

    def _new_conn(self) -> socket.socket:
        """Try each address of the name in turn, all of them within the one deadline."""
        attempt = _attempt.get()
        failure: OSError = OSError("no address")
        try:
            for *_, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
                try:
                    return create_connection(
                        (str(address[0]), int(address[1])),
                        attempt.deadline.clip(self.timeout),
                        socket_options=self.socket_options,
                    )
                except OSError as error:
                    failure = error
        except OSError as error:
            failure = error
        raise NewConnectionError(self, type(failure).__name__) from failure


class _Tls(_Plain, HTTPSConnection):
    """The same under TLS, verified."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Return whom we believe; the authorities are read once, and not for each connection."""
    return ssl.create_default_context(cafile=certifi.where())


def pool_to(base_url: str) -> HTTPConnectionPool:
    """Return a way to a host that holds one connection of ours; certificates are verified."""
    address = parse_url(base_url)
    assert address.host is not None
    if address.scheme == "https":
        return _TlsPool(
            address.host,
            address.port,
            maxsize=1,
            ssl_context=trusted(),
            cert_reqs="CERT_REQUIRED",
        )
    return _PlainPool(address.host, address.port, maxsize=1)
