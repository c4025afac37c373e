"""How is a park found by its sound?"""

import unicodedata
from functools import cache
from types import ModuleType


def spelled(name: str) -> str:
    """Return the toneless pinyin of a name without spaces, e.g. `xinganmeng`."""
    return "".join(_reader().lazy_pinyin(name)).lower()


def initials(name: str) -> str:
    """Return the first letter of each syllable, e.g. `xam`."""
    style = _reader().Style.FIRST_LETTER
    return "".join(_reader().lazy_pinyin(name, style=style)).lower()


def searchable(*texts: str) -> str:
    """Join what may be searched into one lower-case, normalised text."""
    return unicodedata.normalize("NFKC", "\n".join(texts)).lower()


@cache
def _reader() -> ModuleType:
    """Its dictionary takes a quarter second to read, and only bringing in parks needs it."""
    import pypinyin

    return pypinyin
