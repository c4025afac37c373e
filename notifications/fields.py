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
    kind = kind_of(key)
    return FITTERS[kind](words or at if kind in DATED else words)


def kind_of(key: str) -> str:
    """Return of which kind a template's key is: `thing4` is of kind `thing`."""
    return key.rstrip("0123456789")


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
# The same rules, for whoever writes the words.
RULES: Mapping[str, str] = {
    "thing": f"不超过 {THING_UNITS} 个字符，不含换行和表情，超出部分截断",
    "phrase": "1 至 5 个汉字，不含其他字符",
    "date": "年月日，可以带时间",
    "time": "时间，可以带年月日",
    "character_string": "1 至 32 个字母、数字或符号，不含汉字",
    "number": "1 至 32 位数字",
}
