"""How does a request reach WeChat? By requests, and so that we know when it did not.

requests speaks HTTP; this module adds what a message that cannot be repeated needs: one deadline
over everything from the name look-up to the last byte of the body, an answer that is cut off, and
the knowledge whether a byte was handed to the kernel. A failure before that is NotSent, any
failure after it NoAnswer. Platform rule: the secret and the access token travel in the query
string, so no exception of requests, whose texts quote the URL, leaves here.
"""

import http.client
import json
import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from backend.wechat.connection import Adapter, Attempt, Deadline, attempting
from backend.wechat.errors import NoAnswer, NotSent


def _without_secrets(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    return not any(name in text for name in ("secret=", "access_token=", "js_code="))


# urllib3 logs every URL at DEBUG, and at WARNING those whose answers have odd headers.
logging.getLogger("urllib3").setLevel(logging.WARNING)
logging.getLogger("urllib3.connectionpool").addFilter(_without_secrets)
logging.getLogger("urllib3.connection").addFilter(_without_secrets)

_FAILURES = (
    requests.RequestException,
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


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
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is not None:
            session.close()

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: bytes | None,
        most: int,
    ) -> Reply:
        answer = self._session().request(
            method,
            self._base_url + path,
            params=query,
            data=body,
            headers={"Content-Type": "application/json"} if body is not None else None,
            timeout=(self._limits.connect_s, self._limits.read_s),
            allow_redirects=False,
            stream=True,
        )
        with answer:
            content = answer.raw.read(most + 1, decode_content=True)
        self._own.used_at = time.monotonic()
        if len(content) > most:
            raise NoAnswer("answer too long")
        return Reply(answer.status_code, content)

    def _session(self) -> requests.Session:
        own, now = self._own, time.monotonic()
        if getattr(own, "pid", None) != os.getpid():
            # A connection inherited through fork would be shared with the parent.
            own.session, own.pid, own.used_at = _session(), os.getpid(), now
            own.closing = _Closing(own.session)
        if now - own.used_at > self._limits.idle_s:
            own.session.close()
        session: requests.Session = own.session
        return session


class _Closing:
    """Closes a session with the thread that it belongs to."""

    def __init__(self, session: requests.Session):
        self._session = session

    def __del__(self) -> None:
        self._session.close()


def encoded(body: Mapping[str, Any]) -> bytes | None:
    """Encode as WeChat wants it, in UTF-8 without escapes; None for lone surrogates."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None


class _Session(requests.Session):
    """A session to which a redirect is an answer like any other."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        # Even when it is told not to follow, requests reads the whole body of a redirect.
        return None


def _session() -> requests.Session:
    session = _Session()
    session.trust_env = False
    # One person's cookies are not to travel with the next person's request.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter(pool_connections=1, pool_maxsize=1, max_retries=0))
    return session


def _root(error: BaseException) -> str:
    """Name the class of the first cause; its text may quote the URL."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return type(error).__name__
