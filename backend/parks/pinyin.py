"""How is a park found by its sound?"""

import unicodedata

from pypinyin import Style, lazy_pinyin


def spelled(name: str) -> str:
    """Return the toneless pinyin of a name without spaces, e.g. `xinganmeng`."""
    return "".join(lazy_pinyin(name)).lower()


def initials(name: str) -> str:
    """Return the first letter of each syllable, e.g. `xam`."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def searchable(*texts: str) -> str:
    """Join what may be searched into one lower-case, normalised text."""
    return unicodedata.normalize("NFKC", "\n".join(texts)).lower()
