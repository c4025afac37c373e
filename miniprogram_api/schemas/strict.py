"""Which values do we accept? Fields that say no where the library's own say yes.

marshmallow takes `"1_0"`, `"１２"`, `1.9`, `"on"` and `20240101`; these fields take none of them.
Each fault is one short Chinese sentence that a form can show beside the field.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from backend.accounts import numerals

REQUIRED = {"required": "必填", "null": "不能为空"}
INT4_MAX = 2**31 - 1
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\ufeff]")
_STACKED = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]{5,}")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")
_MONEY = re.compile(r"(0|[1-9][0-9]{0,12})\.[0-9]{2}")
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_MONTH = re.compile(r"(19[0-9]{2}|20[0-9]{2}|2100)-(0[1-9]|1[0-2])")
_LANDLINE = re.compile(r"(0[0-9]{2,3})-?([0-9]{7,8})")
# GB 32100-2015: 17 characters of this alphabet and a check character.
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Strict(Schema):
    """The base of all input: an unknown field is refused.

    A body may be absent where nothing is to be said in it, or where it `may_be_absent`.
    """

    may_be_absent = False

    class Meta:
        """Options of the library."""

        unknown = RAISE

    error_messages = {"unknown": "不认识的字段", "type": "应为对象"}


class Part(fields.Nested):
    """An object inside of an object."""

    default_error_messages = {**REQUIRED, "type": "应为对象"}


class Several(fields.List[Any]):
    """A list of values, each of which is read as its field says."""

    default_error_messages = {**REQUIRED, "invalid": "应为列表"}


class Text(fields.String):
    """One line of words, or several with `lines=True`; length counts code points after NFC."""

    default_error_messages = {
        **REQUIRED,
        "invalid": "应为文字",
        "blank": "不能为空白",
        "control": "含有不允许的控制字符",
        "direction": "含有不允许的方向控制字符",
        "unassigned": "含有无法识别的字符",
        "stacked": "组合符号过多",
    }

    def __init__(self, *, most: int, least: int = 1, lines: bool = False, **kwargs: Any):
        """Limit the length in code points."""
        self.lines, self.least = lines, least
        length = validate.Length(least, most, error=f"长度应为 {least} 至 {most} 个字符")
        super().__init__(validate=length, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        words = unicodedata.normalize("NFC", value)
        if not self.lines:
            words = _ZERO_WIDTH.sub("", words).replace("\u2022", "\u00b7")
        for name, broken in (
            ("control", self._has_control(words)),
            ("direction", _DIRECTION.search(words)),
            ("stacked", _STACKED.search(words)),
            ("unassigned", any(unicodedata.category(c) in ("Co", "Cn", "Cs") for c in words)),
        ):
            if broken:
                raise self.make_error(name)
        words = words.strip()
        if not words and self.least:
            raise self.make_error("blank")
        return words

    def _has_control(self, words: str) -> bool:
        allowed = "\n" if self.lines else ""
        return any(unicodedata.category(c) == "Cc" and c not in allowed for c in words)


class Whole(fields.Integer):
    """A whole number between two bounds; in a query, written in ASCII digits."""

    default_error_messages = {**REQUIRED, "invalid": "应为整数"}

    def __init__(self, *, least: int, most: int = INT4_MAX, **kwargs: Any):
        """Bound the number; the column behind it holds at least as much."""
        within = validate.Range(least, most, error=f"应在 {least} 与 {most} 之间")
        super().__init__(strict=True, validate=within, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        in_query = self.metadata.get("in_query")
        if in_query and isinstance(value, str) and _WHOLE.fullmatch(value) and value != "-0":
            return int(value)
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self.make_error("invalid")


class Money(fields.String):
    """An amount of yuan as we write it, `"1584.00"`, up to `most` fen; never a float."""

    default_error_messages = {**REQUIRED, "invalid": "应为带两位小数的金额，如 1584.00"}

    def __init__(self, *, most: int, least: int = 1, **kwargs: Any):
        """Bound the amount in fen."""
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not _MONEY.fullmatch(value):
            raise self.make_error("invalid")
        if not self.least <= int(value.replace(".", "")) <= self.most:
            bounds = (f"{each / 100:.2f}" for each in (self.least, self.most))
            raise ValidationError("应在 {} 与 {} 元之间".format(*bounds))
        return value


class Day(fields.Date):
    """A calendar day `YYYY-MM-DD` from 1900 to 2100, and no other way of writing it."""

    default_error_messages = {**REQUIRED, "invalid": "应为 YYYY-MM-DD 格式的日期"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid") from None
        if not 1900 <= day.year <= 2100:
            raise self.make_error("invalid")
        return day


class Instant(fields.DateTime):
    """A moment as we write it, in UTC: `YYYY-MM-DDTHH:MM:SSZ`, from 1900 to 2100."""

    default_error_messages = {**REQUIRED, "invalid": "应为 YYYY-MM-DDTHH:MM:SSZ 格式的时间"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            raise self.make_error("invalid") from None
        if not 1900 <= moment.year <= 2100:
            raise self.make_error("invalid")
        return moment


class Month(fields.Field[date]):
    """A calendar month `YYYY-MM` from 1900 to 2100; inside, its first day."""

    default_error_messages = {**REQUIRED, "invalid": "应为 YYYY-MM 格式的月份"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _MONTH.fullmatch(value):
            raise self.make_error("invalid")
        return date(int(value[:4]), int(value[5:]), 1)


class YesNo(fields.Boolean):
    """True or false and nothing like it; in a query, the words `true` and `false`."""

    default_error_messages = {**REQUIRED, "invalid": "应为 true 或 false"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if self.metadata.get("in_query") and value in ("true", "false"):
            return value == "true"
        raise self.make_error("invalid")


class OneOf(fields.String):
    """A member of an enum by its lower-case name; `raw=True` keeps the name."""

    default_error_messages = {**REQUIRED, "invalid": "不是可选项"}

    def __init__(self, terms: type[Enum], *, raw: bool = False, **kwargs: Any):
        """Accept exactly the names of `terms`."""
        self.terms, self.raw = terms, raw
        self.names = [term.name.lower() for term in terms]
        kwargs.setdefault("metadata", {}).setdefault("enum", self.names)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or value not in self.names:
            raise self.make_error("invalid")
        return value if self.raw else self.terms[value.upper()]

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return value.name.lower() if isinstance(value, Enum) else value


class Id(fields.UUID):
    """A public id as we write it: lower-case hexadecimal with dashes."""

    default_error_messages = {**REQUIRED, "invalid_uuid": "编号格式有误"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, *args, **kwargs)


class Phone(fields.String):
    """A mainland mobile number, or a landline with its area code; spaces and dashes are dropped."""

    default_error_messages = {**REQUIRED, "invalid": "请填写正确的手机号或带区号的座机号"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or len(value) > 30:
            raise self.make_error("invalid")
        if mobile := numerals.mobile(value):
            return mobile
        if landline := _LANDLINE.fullmatch(numerals.plain(value)):
            return "-".join(landline.groups())
        raise self.make_error("invalid")


class CreditCode(fields.String):
    """A unified social credit code with its check character (GB 32100-2015)."""

    default_error_messages = {**REQUIRED, "invalid": "统一社会信用代码有误"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        code = value.strip().upper() if isinstance(value, str) else ""
        if len(code) != 18 or any(c not in _CREDIT for c in code):
            raise self.make_error("invalid")
        total = sum(_CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
        if _CREDIT[(31 - total % 31) % 31] != code[17]:
            raise self.make_error("invalid")
        return code


class Attached(fields.Field[Any]):
    """The file of a form, which is a pair of its name and its content."""

    default_error_messages = {**REQUIRED, "invalid": "应为文件"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) or not hasattr(value, "content"):
            raise self.make_error("invalid")
        return value


class Point(fields.Field[tuple[float, float]]):
    """`longitude,latitude` in GCJ-02 degrees."""

    default_error_messages = {**REQUIRED, "invalid": "应为“经度,纬度”，如 122.05,46.08"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[float, float]:
        parts = value.split(",") if isinstance(value, str) else []
        if len(parts) != 2 or not all(_DECIMAL.fullmatch(part) for part in parts):
            raise self.make_error("invalid")
        longitude, latitude = (float(part) for part in parts)
        if abs(longitude) > 180 or abs(latitude) > 90:
            raise self.make_error("invalid")
        return longitude, latitude


class Label(fields.String):
    """The official term of an enum member that another field names."""

    def __init__(self, **kwargs: Any):
        """Go out only."""
        super().__init__(dump_only=True, **kwargs)

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return value.value if isinstance(value, Enum) else value
