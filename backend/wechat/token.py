"""Which access token do we use, and when may we ask for a new one? One for all, and rarely.

Platform rule: `stable_token` gives every caller the same token while it is valid, so all
processes share one stored copy and none can knock another out. One of them renews it, under a
lease and never inside a transaction; force_refresh is for people, not for programs. Every
obtaining keeps its distance from the last, so that a token WeChat will not accept cannot become
a loop: the same token would come back anyway.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from backend.errors import WeChatDown
from backend.wechat.connection import Deadline
from backend.wechat.errors import AccountRefused, NoToken


@dataclass(frozen=True, slots=True)
class Grant:
    """A token fresh from WeChat and the seconds it will live."""

    token: str
    life_s: float


@dataclass(frozen=True, slots=True)
class Stored:
    """The shared copy: the token ("" if none), seconds left, seconds since it was obtained."""

    token: str
    left_s: float
    age_s: float

    @property
    def alive(self) -> bool:
        """Tell whether the token may still be used."""
        return bool(self.token) and self.left_s > 0


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to renew: when it began and ends, by the store's clock, and the copy just then."""

    began: Any
    ends: Any
    stored: Stored


class TokenStore(Protocol):
    """Where the shared copy lies, and who may renew it; all by the store's own clock."""

    def read(self) -> Stored:
        """Return the shared copy."""

    def lease(self, seconds: float) -> Lease | None:
        """Take the right to renew for some seconds; return None while another has it."""

    def keep(self, lease: Lease, grant: Grant) -> None:
        """Store a token, its life counted from the lease, and give the lease back."""

    def rest(self, lease: Lease, seconds: float) -> None:
        """Give the lease back, but let nobody take it for some seconds (0: at once)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """All waits of this module, in seconds; the lease outlives the longest call."""

    renew_before_s: float = 300.0
    apart_s: float = 60.0
    lease_s: float = 10.0
    rest_when_down_s: float = 10.0
    rest_when_refused_s: float = 60.0
    copy_s: float = 3.0
    wait_s: float = 3.0
    poll_s: float = 0.05


Obtain = Callable[[Deadline], Grant]


class AccessToken:
    """The token all processes share, with a copy of a few seconds in front of the store."""

    def __init__(self, store: TokenStore, obtain: Obtain, pace: Pace | None = None):
        """Keep the token in `store`; `obtain` asks WeChat for it."""
        self._store, self._obtain, self._pace = store, obtain, pace or Pace()
        self._turn = threading.Lock()
        self._copy: tuple[Stored, float] | None = None

    def current(self, deadline: Deadline) -> str:
        """Return a token to use; raise NoToken or another WeChatDown if there is none."""
        stored = self._copied() or self._seen(self._store.read())
        if not self._due(stored):
            return stored.token
        return self._renewed(None, stored.token if stored.alive else None, deadline)

    def after_rejection(self, rejected: str, deadline: Deadline) -> str:
        """Return a token to repeat with; raise NoToken when none may be asked for yet."""
        return self._renewed(rejected, None, deadline)

    def _renewed(self, rejected: str | None, fallback: str | None, deadline: Deadline) -> str:
        # Whoever has a token that still lives does not queue for the next one.
        patience_s = 0.0 if fallback else deadline.left()
        if not self._turn.acquire(timeout=patience_s):
            return self._or_none(fallback)
        try:
            settled = self._settled(self._seen(self._store.read()), rejected)
            return settled or self._renewed_in_turn(rejected, fallback, deadline)
        finally:
            self._turn.release()

    def _renewed_in_turn(
        self, rejected: str | None, fallback: str | None, deadline: Deadline
    ) -> str:
        lease = self._store.lease(self._pace.lease_s)
        if lease is None:
            return fallback or self._awaited(rejected, deadline)
        try:
            # Another process may have renewed between our look and our lease.
            settled = self._settled(self._seen(lease.stored), rejected)
        except NoToken:
            self._store.rest(lease, 0.0)
            raise
        if settled:
            self._store.rest(lease, 0.0)
            return settled
        return self._obtained(lease, fallback, deadline)

    def _obtained(self, lease: Lease, fallback: str | None, deadline: Deadline) -> str:
        try:
            grant = self._obtain(deadline)
        except WeChatDown as error:
            self._store.rest(lease, self._rest_s(error))
            if fallback:
                return fallback
            raise
        self._store.keep(lease, grant)
        self._seen(Stored(grant.token, grant.life_s, 0.0))
        return grant.token

    def _awaited(self, rejected: str | None, deadline: Deadline) -> str:
        """Wait for the process that holds the lease, a few seconds at most."""
        patience = Deadline(min(self._pace.wait_s, deadline.left()))
        while patience.left() > 0:
            time.sleep(self._pace.poll_s)
            settled = self._settled(self._seen(self._store.read()), rejected)
            if settled:
                return settled
        return self._or_none(None)

    def _settled(self, stored: Stored, rejected: str | None) -> str | None:
        """Return the stored token if it will do; raise NoToken if a newer one is not due yet."""
        if rejected is None:
            return None if self._due(stored) else stored.token
        if stored.alive and stored.token != rejected:
            return stored.token
        if stored.age_s < self._pace.apart_s:
            raise NoToken("the last one was rejected", self._pace.apart_s - stored.age_s)
        return None

    def _due(self, stored: Stored) -> bool:
        if not stored.alive:
            return True
        return stored.left_s < self._pace.renew_before_s and stored.age_s >= self._pace.apart_s

    def _rest_s(self, error: WeChatDown) -> float:
        if isinstance(error, AccountRefused):
            return self._pace.rest_when_refused_s
        return error.wait_s if isinstance(error, NoToken) else self._pace.rest_when_down_s

    def _or_none(self, fallback: str | None) -> str:
        if fallback:
            return fallback
        raise NoToken("another process is asking for one", self._pace.wait_s)

    def _seen(self, stored: Stored) -> Stored:
        self._copy = (stored, time.monotonic())
        return stored

    def _copied(self) -> Stored | None:
        copy = self._copy
        if copy is None:
            return None
        stored, seen_at = copy
        passed_s = time.monotonic() - seen_at
        if passed_s > self._pace.copy_s:
            return None
        aged = Stored(stored.token, stored.left_s - passed_s, stored.age_s + passed_s)
        return None if self._due(aged) else aged
