"""How does a request reach WeChat? By urllib3, and so that we know when it did not.

urllib3 speaks HTTP; this module adds what a message that cannot be repeated needs: one deadline
over everything from the name look-up to the last byte of the body, an answer that is cut off, and
the knowledge whether a byte was handed to the kernel. A failure before that is NotSent, any
failure after it NoAnswer. Platform rule: the secret and the access token travel in the query
string, so no exception of urllib3, whose texts quote the URL, leaves here. Nothing is taken from
the environment, no cookie is kept and no redirect followed: urllib3 does none of it by itself, and
so costs half of what requests does around it.
"""

import http.client
import json
import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from urllib3 import HTTPConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from backend.wechat.connection import Attempt, Deadline, attempting, pool_to
from backend.wechat.errors import NoAnswer, NotSent


def _without_secrets(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    return not any(name in text for name in ("secret=", "access_token=", "js_code="))


# urllib3 logs every URL at DEBUG, and at WARNING those whose answers have odd headers.
logging.getLogger("urllib3").setLevel(logging.WARNING)
logging.getLogger("urllib3.connectionpool").addFilter(_without_secrets)
logging.getLogger("urllib3.connection").addFilter(_without_secrets)

_FAILURES = (
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
# An answer that is not packed cannot unfold into more than was read.
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}
HEADERS_OF_JSON = {**HEADERS, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long (seconds) and how much (bytes) we let WeChat take; `total_s` spans all of a call.

    A sign-in has a person waiting, who is to hear within four seconds that WeChat is down. A
    connection idle for longer than `idle_s` is not used again: the other end may be closing it,
    and a message lost in that moment would be in doubt for nothing.
    """

    connect_s: float = 3.0
    read_s: float = 5.0
    total_s: float = 8.0
    sign_in_total_s: float = 3.5
    sign_in_wait_s: float = 0.4
    text_total_s: float = 3.0
    idle_s: float = 10.0
    body_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the wire, unread."""

    status: int
    content: bytes


class Wire:
    """The way to one host; each thread of each process has a connection of its own."""

    def __init__(self, base_url: str, limits: Limits):
        """Speak to `base_url`, scheme and host without a path."""
        self._base_url = base_url.rstrip("/")
        self._limits = limits
        self._timeout = Timeout(connect=limits.connect_s, read=limits.read_s)
        self._own = threading.local()

    def exchange(
        self,
        method: str,
        path: str,
        *,
        deadline: Deadline,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int | None = None,
    ) -> Reply:
        """Make one request; raise NotSent or NoAnswer, neither of which quotes it.

        Redirects are not followed: they are answers like any other. `most` bytes of an answer
        are read, where it may be longer than what is said in words.
        """
        attempt = Attempt(deadline)
        try:
            with attempting(attempt):
                return self._ask(method, path, query, body, most or self._limits.body_bytes)
        except _FAILURES as error:
            reason = _root(error)
        # Raised out here, so that not even __context__ leads to the URL.
        raise NoAnswer(reason) if attempt.wrote else NotSent(reason)

    def close(self) -> None:
        """Close this thread's connection, if it has one."""
        pool: HTTPConnectionPool | None = getattr(self._own, "pool", None)
        if pool is not None:
            self._own.pool = None
            pool.close()

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: bytes | None,
        most: int,
    ) -> Reply:
        answer = self._pool().urlopen(
            method,
            f"{path}?{urlencode(query)}" if query else path,
            body=body,
            headers=HEADERS if body is None else HEADERS_OF_JSON,
            timeout=self._timeout,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            content = answer.read(most + 1, decode_content=True)
        finally:
            # What was not read to its end leaves no connection that could be used again.
            if not answer.closed:
                answer.close()
            answer.release_conn()
        self._own.used_at = time.monotonic()
        if len(content) > most:
            raise NoAnswer("answer too long")
        return Reply(answer.status, content)

    def _pool(self) -> HTTPConnectionPool:
        """Return this thread's way, which holds one connection."""
        own, now = self._own, time.monotonic()
        # A connection inherited through fork would be shared with the parent.
        inherited = getattr(own, "pid", None) != os.getpid()
        if inherited or own.pool is None or now - own.used_at > self._limits.idle_s:
            own.pool, own.pid, own.used_at = pool_to(self._base_url), os.getpid(), now
            own.closing = _Closing(own.pool)
        pool: HTTPConnectionPool = own.pool
        return pool


class _Closing:
    """Closes a way to WeChat with its thread, or when another takes its place."""

    def __init__(self, pool: HTTPConnectionPool):
        self._pool = pool

    def __del__(self) -> None:
        self._pool.close()


def encoded(body: Mapping[str, Any]) -> bytes | None:
    """Encode as WeChat wants it, in UTF-8 without escapes; None for lone surrogates."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None


def _root(error: BaseException) -> str:
    """Name the class of the first cause; its text may quote the URL."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return type(error).__name__
