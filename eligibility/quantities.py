"""How is one given value read, and what can it not be?

A value of the wrong type is an error at the border and never "not known": 0 and 1 are no
booleans, a bare number is no amount of money (nobody could say whether it is yuan or fen), and
31 April is no day.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from eligibility.values import Interval, between, bounds

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
GREATEST = 10**12
LONGEST = 200
YUAN = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Misread(ValueError):
    """A value that cannot be read; `code` is stable, `detail` says what is expected."""

    def __init__(self, code: str, detail: str):
        """Keep both."""
        self.code, self.detail = code, detail
        super().__init__(detail)


class Spec(Protocol):
    """What the readers need to know of a fact."""

    @property
    def type(self) -> str:
        """Name the type."""

    @property
    def values(self) -> tuple[str, ...]:
        """List the only values it may have, if any."""

    @property
    def min(self) -> int | None:
        """Return the least it can be."""

    @property
    def max(self) -> int | None:
        """Return the most it can be."""


def of(spec: Spec, given: Any, *, typed: bool) -> Any:
    """Return the typed value; raise Misread where the value cannot be of this type.

    `typed` says that money is already in fen and so comes as an integer.
    """
    value = integer(given) if typed and spec.type == "yuan" else READERS[spec.type](given)
    if spec.values and value not in spec.values:
        raise Misread("unknown_value", f"one of {', '.join(spec.values)}")
    if not isinstance(value, bool) and isinstance(value, int | Fraction | Interval):
        _within(spec, value)
    return value


def _within(spec: Spec, value: int | Fraction | Interval) -> None:
    least, most = bounds(value)
    floor = 0 if spec.min is None and spec.type in ("count", "ratio", "yuan") else spec.min
    too_low = floor is not None and least is not None and least < floor
    if too_low or (spec.max is not None and most is not None and most > spec.max):
        raise Misread("out_of_range", f"between {floor} and {spec.max or GREATEST}")


def flag(given: Any) -> bool:
    """Read true or false, and nothing that merely behaves like them."""
    if given is True or given is False:
        return bool(given)
    raise Misread("wrong_type", "true or false")


def integer(given: Any) -> int:
    """Read a whole number."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise Misread("wrong_type", "a whole number")
    if abs(given) > GREATEST:
        raise Misread("out_of_range", "too large a number")
    return given


def money(given: Any) -> int:
    """Read yuan, a string with at most two decimals, as integer fen."""
    if not isinstance(given, str) or not YUAN.fullmatch(given):
        raise Misread("wrong_type", 'yuan as a string such as "100000.00"')
    return int(Fraction(given) * 100)


def day(given: Any) -> date:
    """Read a day of the calendar."""
    if isinstance(given, datetime):
        raise Misread("wrong_type", "a day without a time")
    if isinstance(given, str):
        given = _parsed(given)
    if not isinstance(given, date):
        raise Misread("wrong_type", 'a day such as "2026-11-23"')
    if not FIRST_DAY <= given <= LAST_DAY:
        raise Misread("out_of_range", f"a day from {FIRST_DAY} to {LAST_DAY}")
    return given


def _parsed(text: str) -> date:
    if not DAY.fullmatch(text):
        raise Misread("wrong_type", 'a day such as "2026-11-23"')
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misread("impossible_date", "there is no such day") from None


def tally(given: Any) -> int | Interval:
    """Read a count, or its two bounds where only they are known."""
    if not isinstance(given, Mapping):
        return integer(given) if not isinstance(given, Interval) else given
    if not set(given) <= {"at_least", "at_most"} or not given:
        raise Misread("wrong_type", "a whole number, or at_least and at_most")
    lower = integer(given.get("at_least", 0))
    upper = given.get("at_most")
    if upper is not None and integer(upper) < lower:
        raise Misread("impossible_interval", "at_least is more than at_most")
    value = between(lower, upper)
    return value if isinstance(value, Interval) else int(value)


def ratio(given: Any) -> Fraction:
    """Read a share exactly: a decimal string, or numerator and denominator."""
    if isinstance(given, Fraction):
        return given
    if isinstance(given, str) and DECIMAL.fullmatch(given):
        return Fraction(given)
    if not isinstance(given, Mapping) or set(given) != {"numerator", "denominator"}:
        raise Misread("wrong_type", 'a string such as "0.95", or numerator and denominator')
    upper, lower = integer(given["numerator"]), integer(given["denominator"])
    if lower <= 0:
        raise Misread("out_of_range", "a denominator is at least 1")
    return Fraction(upper, lower)


def word(given: Any) -> str:
    """Read a code or a short text without control characters."""
    if not isinstance(given, str) or not given or len(given) > LONGEST:
        raise Misread("wrong_type", f"1 to {LONGEST} characters")
    if not given.isprintable():
        raise Misread("wrong_type", "no control characters")
    return given


READERS: Mapping[str, Callable[[Any], Any]] = {
    "bool": flag,
    "int": integer,
    "yuan": money,
    "date": day,
    "count": tally,
    "ratio": ratio,
    "enum": word,
    "code": word,
    "text": word,
}


def as_json(value: Any) -> Any:
    """Write a typed value for JSON: days in ISO form, shares as two numbers, money in fen."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Interval):
        return {"at_least": as_json(value.lower), "at_most": as_json(value.upper)}
    if isinstance(value, Fraction):
        return {"numerator": value.numerator, "denominator": value.denominator}
    if isinstance(value, tuple):
        return [{name: as_json(each) for name, each in row.items()} for row in value]
    return value
