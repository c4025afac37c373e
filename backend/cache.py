"""Which finished answers need not be made again?

The one door to Redis, which is a cache only: whatever may not be lost is in PostgreSQL, and with
Redis down, hung or full everything works, slower. In front of it stands a copy in this process
that lives for one second.
"""

import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import redis

log = logging.getLogger(__name__)
LOCAL_S, SHARED_S = 1.0, 15
LOCAL_MOST = 256
TIMEOUT_S = 0.3
# After this many failures in a row Redis is left alone for a while.
BREAK_AFTER, BREAK_S = 5, 30.0
PREFIX = "xingan:2"


class Copy(NamedTuple):
    """A finished answer and its tag."""

    etag: str
    body: bytes


class Cache:
    """Finished answers by part and key; `forget` drops a whole part everywhere."""

    def __init__(self, url: str):
        """Point at Redis; nothing is sent before the first use."""
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry_on_timeout=False,
            protocol=2,
        )
        self._lock = threading.Lock()
        self._making = [threading.Lock() for _ in range(16)]
        self._local: OrderedDict[tuple[str, str], tuple[float, Copy]] = OrderedDict()
        self._forgotten: Counter[str] = Counter()
        self._failures = 0
        self._broken_until = 0.0

    def fetch(self, part: str, key: str, make: Callable[[], Copy]) -> Copy:
        """Return the copy of this process, else Redis's, else make one and keep it.

        One thread of a process makes a copy while the others wait for it. The generation under
        which it is kept is read before it is made, so that what `forget` dropped stays dropped.
        """
        if copy := self.held(part, key):
            return copy
        with self._making[hash((part, key)) % len(self._making)]:
            if copy := self.held(part, key):
                return copy
            forgotten, name = self._forgotten[part], f"{PREFIX}:{part}:{key}"
            found = self._try(lambda: self._redis.mget(f"{PREFIX}:{part}", name))
            generation, kept = found or (None, None)
            generation = generation or b"0"
            copy = _read(kept, generation)
            if copy is None:
                copy = make()
                if found:
                    value = b"\n".join((generation, copy.etag.encode(), copy.body))
                    self._try(lambda: self._redis.set(name, value, ex=SHARED_S))
            if forgotten == self._forgotten[part]:
                self._hold(part, key, copy)
            return copy

    def forget(self, part: str) -> None:
        """Drop all copies of a part: here at once, in other processes within a second."""
        with self._lock:
            self._forgotten[part] += 1
            for held in [held for held in self._local if held[0] == part]:
                del self._local[held]
        self._try(lambda: self._redis.incr(f"{PREFIX}:{part}"))

    def is_alive(self) -> bool:
        """Tell whether Redis answers."""
        return bool(self._try(self._redis.ping))

    def held(self, part: str, key: str) -> Copy | None:
        """Return the copy of this process while it is fresh."""
        held = self._local.get((part, key))
        return held[1] if held and held[0] > time.monotonic() else None

    def _hold(self, part: str, key: str, copy: Copy) -> None:
        with self._lock:
            self._local[part, key] = (time.monotonic() + LOCAL_S, copy)
            self._local.move_to_end((part, key))
            while len(self._local) > LOCAL_MOST:
                self._local.popitem(last=False)

    def _try(self, call: Callable[[], Any]) -> Any:
        """Call Redis unless it is being left alone; any failure is a miss."""
        if time.monotonic() < self._broken_until:
            return None
        try:
            answer = call()
            self._failures = 0
            return answer
        except (redis.RedisError, OSError) as error:
            self._failures += 1
            if self._failures >= BREAK_AFTER:
                self._broken_until = time.monotonic() + BREAK_S
                self._failures = 0
                log.warning("redis left alone for %s s: %s", BREAK_S, type(error).__name__)
            return None


def _read(raw: Any, generation: bytes) -> Copy | None:
    """Read what Redis gave; anything older or not ours is a miss."""
    parts = raw.split(b"\n", 2) if isinstance(raw, bytes) else []
    if len(parts) != 3 or parts[0] != generation or not parts[1].isalnum():
        return None
    return Copy(parts[1].decode(), parts[2])
