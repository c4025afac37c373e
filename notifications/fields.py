"""How must a word be cut so that WeChat takes it?

The limits are those of the subscription-message templates: a value that breaks its rule is
rejected with 47003, never shortened for us.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime

from backend import clock

THING_UNITS = 20


class Unfit(ValueError):
    """A word that cannot be made to fit without changing its meaning."""


def fit(key: str, words: str, at: str = "") -> str:
    """Return the words as the template key takes them (`thing4` is of kind `thing`).

    Where a day or a time is not known any more, because the case has moved on since, it is that of
    the event, `at`.
    """
    kind = key.rstrip("0123456789")
    return FITTERS[kind](words or at if kind in DATED else words)


def moment(at: datetime) -> str:
    """Write a moment as the `date` and `time` keys take it, in Shanghai time."""
    local = at.astimezone(clock.SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def day(on: date) -> str:
    """Write a day as the `date` keys take it."""
    return f"{on.year}年{on.month}月{on.day}日"


def _thing(words: str) -> str:
    """At most 20 UTF-16 units without line breaks, control characters or emoji."""
    kept = "".join(c for c in words if unicodedata.category(c)[0] != "C" and ord(c) < 0x10000)
    kept = " ".join(kept.split()) or "无"
    return kept if len(kept) <= THING_UNITS else kept[: THING_UNITS - 1] + "…"


def _matching(pattern: str) -> Callable[[str], str]:
    def check(words: str) -> str:
        if not re.fullmatch(pattern, words, re.ASCII):
            raise Unfit(pattern)
        return words

    return check


DATED = ("date", "time")
FITTERS: Mapping[str, Callable[[str], str]] = {
    "thing": _thing,
    "phrase": _matching(r"[\u4e00-\u9fff]{1,5}"),
    "date": _matching(r"\d{4}年\d{1,2}月\d{1,2}日( \d{2}:\d{2})?"),
    "time": _matching(r"(\d{4}年\d{1,2}月\d{1,2}日 )?\d{2}:\d{2}"),
    "character_string": _matching(r"[\x21-\x7e]{1,32}"),
    "number": _matching(r"\d{1,32}"),
}
