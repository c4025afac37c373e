"""Where does the access token lie, so that all processes share one? In the database.

One row of PostgreSQL per appid, sealed, judged by the database's clock alone. Each step is a
transaction of its own: between taking the lease and keeping the token no connection is held.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text

from backend.wechat.token import Grant, Lease, Stored

log = logging.getLogger(__name__)

_SECONDS = """
    token,
    CAST(extract(epoch FROM expires_at - now()) AS double precision) AS left_s,
    CAST(extract(epoch FROM now() - obtained_at) AS double precision) AS age_s
"""
_ADD = text("INSERT INTO wechat_token (appid) VALUES (:appid) ON CONFLICT DO NOTHING")
_READ = text(f"SELECT {_SECONDS} FROM wechat_token WHERE appid = :appid")
# The end of the lease is also its stamp: whoever takes the next one moves it.
_LEASE = text(f"""
    UPDATE wechat_token SET refreshing_until = now() + make_interval(secs => :seconds)
    WHERE appid = :appid AND refreshing_until <= now()
    RETURNING refreshing_until, now() AS began, {_SECONDS}
""")
# The life of a token began while WeChat was answering; counted from the lease it is never
# overrated, however slow the answer was.
_KEEP = text("""
    UPDATE wechat_token
    SET token = :token, obtained_at = now(), refreshing_until = TIMESTAMPTZ '1970-01-01 00:00Z',
        expires_at = CAST(:began AS timestamptz) + make_interval(secs => :life_s)
    WHERE appid = :appid AND refreshing_until = :ends
""")
_REST = text("""
    UPDATE wechat_token SET refreshing_until = now() + make_interval(secs => :seconds)
    WHERE appid = :appid AND refreshing_until = :ends
""")

_NOTHING = Stored("", 0.0, float("inf"))


class DatabaseTokens:
    """The row of table `wechat_token` that belongs to one appid."""

    def __init__(
        self,
        engine: Engine,
        appid: str,
        *,
        seal: Callable[[str], str],
        unseal: Callable[[str], str],
    ):
        """Keep the token of `appid`, as ciphertext, behind `engine`."""
        self._engine, self._appid = engine, appid
        self._seal, self._unseal = seal, unseal

    def read(self) -> Stored:
        """Return the shared copy; nothing if there is no row yet."""
        with self._engine.begin() as connection:
            row = connection.execute(_READ, {"appid": self._appid}).one_or_none()
        return _NOTHING if row is None else self._stored(row)

    def lease(self, seconds: float) -> Lease | None:
        """Take the right to renew, in one statement that only one process can win."""
        with self._engine.begin() as connection:
            connection.execute(_ADD, {"appid": self._appid})
            row = connection.execute(
                _LEASE, {"appid": self._appid, "seconds": seconds}
            ).one_or_none()
        if row is None:
            return None
        return Lease(row.began, row.refreshing_until, self._stored(row))

    def keep(self, lease: Lease, grant: Grant) -> None:
        """Store the token, unless the lease ran out and somebody else has taken it."""
        values = {
            "appid": self._appid,
            "token": self._seal(grant.token),
            "life_s": grant.life_s,
            "began": lease.began,
            "ends": lease.ends,
        }
        with self._engine.begin() as connection:
            connection.execute(_KEEP, values)

    def rest(self, lease: Lease, seconds: float) -> None:
        """Give the lease back, at once or after some seconds."""
        values = {"appid": self._appid, "seconds": seconds, "ends": lease.ends}
        with self._engine.begin() as connection:
            connection.execute(_REST, values)

    def _stored(self, row: Any) -> Stored:
        return Stored(self._opened(row.token), row.left_s, row.age_s)

    def _opened(self, ciphertext: str) -> str:
        if not ciphertext:
            return ""
        try:
            return self._unseal(ciphertext)
        except Exception as error:
            # Whatever the cipher raises, a token that cannot be read is replaced by asking.
            log.warning("the stored access token cannot be opened: %s", type(error).__name__)
            return ""


class MemoryTokens:
    """The same within one process, for tests and for tools that need no database."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        """Start empty; `now` is the store's clock, in seconds."""
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._expires_at = self._obtained_at = self._refreshing_until = float("-inf")

    def read(self) -> Stored:
        """Return the copy."""
        now = self._now()
        return Stored(self._token, self._expires_at - now, now - self._obtained_at)

    def lease(self, seconds: float) -> Lease | None:
        """Take the right to renew, if nobody has it."""
        with self._lock:
            now = self._now()
            if self._refreshing_until > now:
                return None
            self._refreshing_until = now + seconds
            return Lease(now, self._refreshing_until, self.read())

    def keep(self, lease: Lease, grant: Grant) -> None:
        """Store the token and end the lease."""
        with self._lock:
            if self._refreshing_until == lease.ends:
                self._token = grant.token
                self._obtained_at, self._refreshing_until = self._now(), float("-inf")
                self._expires_at = lease.began + grant.life_s

    def rest(self, lease: Lease, seconds: float) -> None:
        """Give the lease back, at once or after some seconds."""
        with self._lock:
            if self._refreshing_until == lease.ends:
                self._refreshing_until = self._now() + seconds
