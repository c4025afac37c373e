"""Who is behind a code? Whoever its text names, or the person it was minted for.

Source: a code lives five minutes and works once (40163 the second time, 40029 when unknown or
expired; a code of the phone button gets 40029 the second time as well). An openid is 28 characters
beginning with `o` and belongs to one mini-program. Ours carry a check, so that a stand-in started
anew still knows the openids it gave before.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable

from backend.wechat.simulator.refused import Refused

CODE_LIFE_S = 300.0
DEMO, DEMO_PHONE = "demo:", "phone:"
CHECK_CHARACTERS = 7


def openid_of(name: str, appid: str) -> str:
    """Return the openid of a person at a mini-program, always the same."""
    start = "o" + _digest(f"{appid}|{name}")[: 27 - CHECK_CHARACTERS]
    return start + _check(start, appid)


def unionid_of(name: str) -> str:
    """Return the id of a person across all mini-programs of one owner."""
    return "o6" + _digest(f"union|{name}")[:26]


def phone_of(name: str) -> str:
    """Return the mainland number a person has unless told otherwise, always the same."""
    return f"1990000{int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % 10_000:04d}"


def is_openid(text: object, appid: str) -> bool:
    """Tell whether `openid_of` made this for the mini-program."""
    if not isinstance(text, str) or len(text) != 28:
        return False
    start, check = text[:-CHECK_CHARACTERS], text[-CHECK_CHARACTERS:]
    return text[0] == "o" and check == _check(start, appid)


def _check(start: str, appid: str) -> str:
    return _digest(f"check|{appid}|{start}")[:CHECK_CHARACTERS]


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Codes:
    """The codes of one kind that are out: of `wx.login`, or of the phone button."""

    def __init__(self, now: Callable[[], float], demo: str = DEMO, used: int = 40163):
        """Start with none; `now` gives seconds, `used` is the error code of a used one."""
        self._now, self._demo, self._used_code = now, demo, used
        self._minted: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()

    def mint(self, name: str) -> str:
        """Return a new code for a person, good for five minutes."""
        code = "0" + secrets.token_urlsafe(23)[:31]
        self._minted[code] = (name, self._now() + CODE_LIFE_S)
        return code

    def redeem(self, code: str) -> str:
        """Use up a code and return the person's name; raise Refused if it will not do.

        `demo:<name>` and `demo:<name>:<anything>` (`phone:…` for phones) need no minting: the
        same person, and each text works once.
        """
        if code in self._used:
            raise Refused(self._used_code)
        name, dies_at = self._minted.get(code) or (self._demo_name(code), self._now() + 1)
        if not name or self._now() >= dies_at:
            raise Refused(40029)
        self._used.add(code)
        return name

    def _demo_name(self, code: str) -> str:
        start = self._demo
        return code.removeprefix(start).split(":")[0] if code.startswith(start) else ""
