"""Is this the number of a citizen's identity document, and how old is its holder?

GB 11643-1999: six digits of region, eight of birth, three of sequence, and a check character of
ISO 7064 (MOD 11-2). Residence permits of people from Hong Kong, Macao and Taiwan follow it with
the regions 810000, 820000 and 830000. Abolished counties stay in the numbers of those who were
born there, so only the province is looked up.
"""

import re
from datetime import date
from enum import Enum
from typing import NamedTuple

from backend.accounts import numerals

LENGTH, OLD_LENGTH = 18, 15
# Whoever is sixteen may work (劳动法 15); whoever is eighteen is of age (民法典 17).
LEAST_AGE, OF_AGE = 16, 18
FIRST_YEAR = 1900
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
# GB/T 2260.
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46"
    " 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
PERMITS = frozenset({"810000", "820000", "830000"})
FOREIGN = "9"


class DocumentType(Enum):
    """The documents whose numbers we take."""

    RESIDENT_CARD = "居民身份证"
    RESIDENCE_PERMIT = "港澳台居民居住证"


class IdentitySource(Enum):
    """Who vouches for name and number."""

    DECLARED = "本人填写"
    STAFF = "窗口核验"


class DuplicateKind(Enum):
    """What two accounts have in common."""

    IDENTITY = "同一证件号码"
    PHONE = "同一手机号"


class NumberFault(Enum):
    """What may be wrong with a number."""

    CHARACTERS = "只能由数字组成，最后一位可以是 X"
    OLD_LENGTH = "15 位的旧号码已停用，请填写身份证上的 18 位号码"
    LENGTH = "应为 18 位"
    FOREIGN = "外国人永久居留身份证暂不能在线登记，请到人社局窗口办理"
    REGION = "前六位地区码有误"
    BIRTH = "第 7 至 14 位不是一个真实的日期"
    FUTURE = "第 7 至 14 位的出生日期在今天之后"
    ANCIENT = "第 7 至 14 位的出生日期早于 1900 年"
    CHECK = "校验码不符，请逐位核对"


class NumberRefused(ValueError):
    """The number cannot be one; `faults` names everything, and nothing quotes the number."""

    def __init__(self, faults: list[NumberFault]):
        """Keep the faults."""
        self.faults = faults
        super().__init__(", ".join(fault.name for fault in faults))


class DocumentNumber(NamedTuple):
    """A number in its one form, the kind of its document, and the day of birth in it."""

    digits: str
    document: DocumentType
    born_on: date

    def age_on(self, day: date) -> int:
        """Return the completed years; one is a year older on the birthday itself.

        Whoever was born on 29 February is so on 1 March of a common year.
        """
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)

    def is_minor_on(self, day: date) -> bool:
        """Tell whether the holder is not yet of age."""
        return self.age_on(day) < OF_AGE

    def __repr__(self) -> str:
        """Say nothing of it, not even in a traceback."""
        return "DocumentNumber(…)"


def read(written: str, today: date) -> DocumentNumber:
    """Read a number as people write it; raise NumberRefused with every fault.

    `x` counts as `X`; see `numerals` for what else is brought to one form.
    """
    digits = numerals.plain(written).replace("x", "X")
    if broken := _faults_of_form(digits):
        raise NumberRefused(broken)
    born_on = _birth(digits)
    faults = [
        fault
        for fault in (
            _fault_of_region(digits),
            _fault_of_birth(born_on, today),
            None if check_character(digits) == digits[-1] else NumberFault.CHECK,
        )
        if fault
    ]
    if faults or born_on is None:
        raise NumberRefused(faults)
    is_permit = digits[:6] in PERMITS
    document = DocumentType.RESIDENCE_PERMIT if is_permit else DocumentType.RESIDENT_CARD
    return DocumentNumber(digits, document, born_on)


def check_character(digits: str) -> str:
    """Return the eighteenth character that belongs to the first seventeen."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits[:17], strict=True))
    return CHECK_CHARACTERS[total % 11]


def _faults_of_form(digits: str) -> list[NumberFault]:
    faults = []
    if not re.fullmatch("[0-9]*X?", digits):
        faults.append(NumberFault.CHARACTERS)
    if len(digits) == OLD_LENGTH:
        faults.append(NumberFault.OLD_LENGTH)
    elif len(digits) != LENGTH:
        faults.append(NumberFault.LENGTH)
    return faults


def _fault_of_region(digits: str) -> NumberFault | None:
    if digits.startswith(FOREIGN):
        return NumberFault.FOREIGN
    known = digits[:2] in PROVINCES
    of_permits = digits[0] == "8"
    return None if known and (not of_permits or digits[:6] in PERMITS) else NumberFault.REGION


def _birth(digits: str) -> date | None:
    try:
        return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return None


def _fault_of_birth(born_on: date | None, today: date) -> NumberFault | None:
    if born_on is None:
        return NumberFault.BIRTH
    if born_on > today:
        return NumberFault.FUTURE
    return NumberFault.ANCIENT if born_on.year < FIRST_YEAR else None
