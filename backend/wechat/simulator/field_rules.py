"""May a template's key hold this value? WeChat refuses what does not fit and never cuts it.

Source: the table of key types of the send call, read strictly where it is vague: lengths count
UTF-16 units, and what lies outside the basic plane (emoji, rare characters) is refused. Written
apart from the code that prepares our messages, so that the two check each other.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

HAN = "\u4e00-\u9fff"
SYMBOLS = "".join(chr(c) for c in range(0x21, 0x7F) if not chr(c).isalnum())
KEY = re.compile(r"([a-z_]+?)(\d+)")

DAY = r"(\d{4})(?:年(\d{1,2})月(\d{1,2})日|([-/.])(\d{1,2})\4(\d{1,2}))"
HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
# Two patterns with one shape, so that `_is_moment` can look at the day of either.
DATE = re.compile(rf"{DAY}(?: {HOUR})?", re.ASCII)
TIME = re.compile(rf"(?:{DAY} )?{HOUR}", re.ASCII)


def fits(key: str, value: object, choices: tuple[str, ...] | None = None) -> bool:
    """Tell whether a value obeys the type that its key's name begins with."""
    named = KEY.fullmatch(key)
    if named is None or not isinstance(value, str) or not value.strip():
        return False
    if any(unicodedata.category(c).startswith("C") or ord(c) > 0xFFFF for c in value):
        return False
    if choices is not None:
        return value in choices
    check = KINDS.get(named[1])
    return check is not None and check(value)


def _like(pattern: str) -> Callable[[str], bool]:
    whole = re.compile(pattern, re.ASCII)
    return lambda value: whole.fullmatch(value) is not None


def _is_moment(pattern: re.Pattern[str], text: str) -> bool:
    found = pattern.fullmatch(text)
    if found is None:
        return False
    year, month, day = found[1], found[2] or found[5], found[3] or found[6]
    if year is None:
        return True
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _moments(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        ends = [end.strip() for end in value.split("~")]
        return len(ends) <= 2 and all(_is_moment(pattern, end) for end in ends)

    return check


def _is_number(value: str) -> bool:
    return len(value) <= 32 and re.fullmatch(r"\d{1,32}(\.\d+)?", value, re.ASCII) is not None


def _is_name(value: str) -> bool:
    if any(c.isdigit() for c in value):
        return False
    return len(value) <= (10 if any(ord(c) > 0x7F for c in value) else 20)


KINDS: dict[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= 20,
    "number": _is_number,
    "letter": _like(r"[A-Za-z]{1,32}"),
    "symbol": _like(f"[{re.escape(SYMBOLS)}]{{1,5}}"),
    "character_string": _like(r"[\x20-\x7e]{1,32}"),
    "time": _moments(TIME),
    "date": _moments(DATE),
    "amount": _like(r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": _like(rf"[\d{re.escape(SYMBOLS)}]{{1,17}}"),
    "car_number": _like(rf"[{HAN}A-Za-z0-9][A-Za-z0-9]{{0,6}}[{HAN}A-Za-z0-9]"),
    "name": _is_name,
    "phrase": _like(f"[{HAN}]{{1,5}}"),
}
