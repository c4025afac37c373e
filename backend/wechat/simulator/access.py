"""Which access tokens are good? Those of two families that do not know each other.

Source: `stable_token` returns the same token while it is valid and a new one in its last five
minutes, when both work; force_refresh kills the last token, at most twenty times a day and not
within thirty seconds. `token` mints one each time and lets the one before live five more minutes.
"""

import secrets
from collections.abc import Callable

from backend.wechat.simulator.refused import Refused

OVERLAP_S = 300.0
DAY_S = 86_400.0
FORCED_A_DAY, FORCED_APART_S = 20, 30.0
# WeChat asks for room for 512 characters, so ours have as many.
TOKEN_BYTES = 384


class AccessTokens:
    """The tokens given out, by the moment at which each expires."""

    def __init__(self, now: Callable[[], float], life_s: float = 7200.0):
        """Start with none; `now` gives seconds."""
        self._now, self.life_s = now, life_s
        self._expires_at: dict[str, float] = {}
        self._stable = self._plain = ""
        self._minted_at = float("-inf")
        self._forced_at: list[float] = []

    def stable(self, *, force_refresh: bool = False) -> tuple[str, int]:
        """Return the stable token and its remaining seconds; raise Refused when forced too often.

        A forced refresh too soon after the last token is none.
        """
        if force_refresh:
            self._force()
        if self._left_s(self._stable) < OVERLAP_S:
            self._stable = self._mint()
            self._minted_at = self._now()
        return self._stable, int(self._left_s(self._stable))

    def plain(self) -> tuple[str, int]:
        """Return a new token of the other family; the one before has five minutes left."""
        if self._plain in self._expires_at:
            last = self._expires_at[self._plain]
            self._expires_at[self._plain] = min(last, self._now() + OVERLAP_S)
        self._plain = self._mint()
        return self._plain, int(self.life_s)

    def check(self, token: str) -> None:
        """Raise Refused unless the token is good."""
        if not token:
            raise Refused(41001)
        if token not in self._expires_at:
            raise Refused(40001)
        if self._left_s(token) <= 0:
            raise Refused(42001)

    def expire(self) -> None:
        """End the life of every token: 42001 from now on."""
        self._expires_at = dict.fromkeys(self._expires_at, self._now())

    def revoke(self) -> None:
        """Forget every token, as when another program refreshed by force: 40001 from now on."""
        self._expires_at.clear()

    def _force(self) -> None:
        now = self._now()
        if now - self._minted_at < FORCED_APART_S:
            return
        self._forced_at = [moment for moment in self._forced_at if now - moment < DAY_S]
        if len(self._forced_at) >= FORCED_A_DAY:
            raise Refused(45009)
        self._forced_at.append(now)
        self._expires_at.pop(self._stable, None)

    def _mint(self) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._expires_at[token] = self._now() + self.life_s
        return token

    def _left_s(self, token: str) -> float:
        return self._expires_at.get(token, float("-inf")) - self._now()
