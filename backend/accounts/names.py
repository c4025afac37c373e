"""Can this be somebody's name on an identity document, and how is it shown to others?

Names are Chinese, Mongolian, Latin or of another script; a middle dot joins the parts of long ones.
Lengths are counted in code points, of the form in which the name is kept.
"""

import re
import unicodedata
from enum import Enum

from backend.accounts import numerals

MOST = 50
DOT = "\u00b7"
# U+180E and U+202F shape and join Mongolian words.
SIGNS = frozenset(DOT + " '’-.\u180e\u202f")
# Private use, unassigned, surrogate.
UNKNOWN = ("Co", "Cn", "Cs")
_DOTS = re.compile("[\u2022\u2027\u30fb\uff65\u2219\u22c5\uff0e]")
_NO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_HAN = "[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(f"(?<={_HAN}) +(?={_HAN})")
_STACKED = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3,}")
COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫"
    " 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官"
    " 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延"
    " 东郭 南门 羊舌 微生 梁丘 左丘 西门 第五 南荣 东里 仲长 即墨 达奚 完颜 耶律 纳兰".split()
)


class NameFault(Enum):
    """What may be wrong with a name."""

    BLANK = "不能为空白"
    LENGTH = "长度应为 1 至 50 个字符"
    CHARACTERS = "含有姓名中不会出现的字符"
    PRIVATE = "含有无法识别的自造字，请到人社局窗口登记"
    STACKED = "组合符号过多"


class NameRefused(ValueError):
    """The name cannot be one; `faults` names everything, and nothing quotes the name."""

    def __init__(self, faults: list[NameFault]):
        """Keep the faults."""
        self.faults = faults
        super().__init__(", ".join(fault.name for fault in faults))


def read(written: str) -> str:
    """Return a name in its one form; raise NameRefused with every fault."""
    name = unicodedata.normalize("NFC", _DOTS.sub(DOT, _NO_WIDTH.sub("", written)))
    name = re.sub(" +", " ", numerals.half_width(name)).strip(" ")
    name = _BETWEEN_HAN.sub("", name)
    if faults := _faults(name):
        raise NameRefused(faults)
    return name


def masked(name: str) -> str:
    """Show the surname of a name: its first character, or both of a compound one.

    Nothing at all is shown of a single character.
    """
    if len(name) == 1:
        return "*"
    shown = 2 if len(name) > 2 and name[:2] in COMPOUND else 1
    hidden = "".join(c if c == DOT else "*" for c in name[shown:])
    return name[:shown] + hidden


def _faults(name: str) -> list[NameFault]:
    kinds = {c: unicodedata.category(c) for c in name}
    if not name or all(kind[0] == "Z" for kind in kinds.values()):
        return [NameFault.BLANK]
    private = any(kind in UNKNOWN for kind in kinds.values())
    strange = any(
        kind[0] not in "LM" and kind not in ("Nl", *UNKNOWN) and c not in SIGNS
        for c, kind in kinds.items()
    )
    nameless = not private and not any(kind[0] == "L" for kind in kinds.values())
    found = {
        NameFault.LENGTH: len(name) > MOST,
        NameFault.PRIVATE: private,
        NameFault.CHARACTERS: strange or nameless,
        NameFault.STACKED: _STACKED.search(name) is not None,
    }
    return [fault for fault, is_so in found.items() if is_so]
